import { useSyncExternalStore } from 'react'
import { isLocalSpace, streamOfRoom, streamOfSpace } from '../../../schema/events/streams.ts'
import {
  presenceBeatMs,
  presenceChannel,
  typingBeatMs,
  type PresenceLineMessage,
  type PresenceRequest,
} from '../../../schema/messages/presence.ts'
import type { OpenRoom } from '../../../schema/messages/sync.ts'
import { currentRoute } from '../../routes.ts'
import { nobodyKnown, withTold, type PresenceState } from './presence-state.ts'

/**
 * This tab's part in presence: it says which space and room are on screen and where somebody types, and keeps what it is
 * told. Who has turned it off says nothing, and is told nothing.
 */
const tab = Math.random().toString(36).slice(2)
const setting = 'presence'
const listeners = new Set<() => void>()
let state: PresenceState = nobodyKnown
let channel: BroadcastChannel | null = null
let typing: OpenRoom | null = null
let typingSaidAt = 0
let watched = ''

export function startPresence(): void {
  if (channel) return
  channel = new BroadcastChannel(presenceChannel)
  channel.addEventListener('message', ({ data }: MessageEvent<PresenceLineMessage>) => {
    switch (data.type) {
      case 'TOLD':
        if (isPresenceOn()) change(withTold(state, data.told))
        return
      case 'OPEN':
        return say(true)
      case 'LOST':
        return change(nobodyKnown)
    }
  })
  say(true)
  setInterval(() => say(false), presenceBeatMs)
  const look = () => {
    const key = JSON.stringify(onScreen())
    if (key !== watched) say(true)
  }
  for (const event of ['popstate', 'pushState', 'replaceState']) addEventListener(event, look)
  addEventListener('pagehide', () => post({ tab, left: true }))
  addEventListener('pageshow', (event: PageTransitionEvent) => event.persisted && say(true))
  // the setting is every tab's
  addEventListener('storage', (event: StorageEvent) => event.key === setting && followSetting())
}

/** Somebody types here; null: they stopped, or sent it. */
export function sayTyping(place: OpenRoom | null): void {
  if (place?.stream.startsWith('local:')) return
  const same = typing?.stream === place?.stream && typing?.room === place?.room
  if (same && (place === null || performance.now() - typingSaidAt < typingBeatMs)) return
  typing = place
  typingSaidAt = performance.now()
  say(false)
}

export function usePresence(): PresenceState {
  return useSyncExternalStore(subscribe, () => state)
}

export function usePresenceSetting(): readonly [on: boolean, set: (on: boolean) => void] {
  const on = useSyncExternalStore(subscribe, isPresenceOn)
  return [
    on,
    (next) => {
      if (next) localStorage.removeItem(setting)
      else localStorage.setItem(setting, 'off')
      followSetting()
    },
  ]
}

const isPresenceOn = (): boolean => localStorage.getItem(setting) !== 'off'

function followSetting(): void {
  if (isPresenceOn()) say(true)
  else post({ tab, left: true })
  change(nobodyKnown)
}

function say(whole: boolean): void {
  const watch = onScreen()
  watched = JSON.stringify(watch)
  // a tab that beats says nothing of what was typed long ago
  const still = performance.now() - typingSaidAt < typingBeatMs ? typing : null
  if (isPresenceOn()) post({ tab, watch, typing: still, whole })
}

function post(said: PresenceRequest): void {
  channel?.postMessage({ type: 'SAY', said } satisfies PresenceLineMessage)
}

function onScreen(): readonly string[] {
  const { space, room } = currentRoute()
  if (!space || isLocalSpace(space)) return []
  return [...new Set([streamOfSpace(space), ...(room ? [streamOfRoom(space, room)] : [])])]
}

function change(next: PresenceState): void {
  state = next
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
