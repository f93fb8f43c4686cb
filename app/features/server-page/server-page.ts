import { useSyncExternalStore } from 'react'
import { keyIn } from '../../../schema/events/key.ts'
import { isLocalSpace, streamOfRoom } from '../../../schema/events/streams.ts'
import { currentRoute } from '../../routes.ts'
import { getIdentity } from '../identity/identity.ts'
import { savedPosition } from '../timeline/timeline-position.ts'
import type { TimelineRow } from '../timeline/timeline-query.ts'
import { raceServer } from './race-server.ts'

/** What the server says of the room on screen, shown until this device's own rows are there: read only. */
export interface ServerPage {
  readonly stream: string
  readonly room: string
  /** '' when the server did not say */
  readonly name: string
  readonly rows: readonly TimelineRow[]
  readonly fromBeginning: boolean
}

/** After the navigation began; a start that is faster asks the server nothing. */
const patienceMs = 1000

let shown: ServerPage | null = null
let localIsHere = false
const listeners = new Set<() => void>()

/**
 * Starts the race for the room of the address. Not for a room that opens elsewhere than at its end, for one that lives
 * on this device alone, or for nobody: there the server has no page to show.
 */
export function raceServerPage(local: Promise<unknown>): void {
  const { space, room, message } = currentRoute()
  if (!space || !room || message || isLocalSpace(space) || !getIdentity()) return
  if (savedPosition(keyIn(streamOfRoom(space, room), room))) return
  raceServer({
    local,
    patienceMs: Math.max(0, patienceMs - performance.now()),
    ask: async (signal) => (await import('./read-room-page.ts')).readRoomPage(space, room, signal),
    show(page) {
      if (page.rows.length === 0 || currentRoute().room !== room) return
      performance.mark('rsql:server-page')
      tell(page)
    },
    after(ms, work) {
      const timer = setTimeout(work, ms)
      return () => clearTimeout(timer)
    },
  })
  local.then(
    () => {
      localIsHere = true
      for (const listener of listeners) listener()
    },
    () => {}, // who shows the rows says why there are none
  )
}

/** The page of this room, while it stands in for local rows. */
export function useServerPage(stream: string | null, room: string | null): ServerPage | null {
  const page = useSyncExternalStore(subscribe, () => shown)
  return page && page.stream === stream && page.room === room ? page : null
}

/** False while the server's page is all there is. */
export function useLocalIsHere(): boolean {
  return useSyncExternalStore(subscribe, isLocalHere)
}
export const isLocalHere = (): boolean => shown === null || localIsHere

/** What this device has is on screen, be it in part: a page that comes later fills a timeline's place, and takes nothing away. */
export function keepLocal(): void {
  localIsHere = true
}

/** This room's own rows are on screen. */
export function dropServerPage(stream: string, room: string): void {
  if (shown?.stream === stream && shown.room === room) tell(null)
}

function tell(page: ServerPage | null): void {
  shown = page
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}
