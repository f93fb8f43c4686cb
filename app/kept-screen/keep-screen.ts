import { flushSync } from 'react-dom'
import { keyIn } from '../../schema/events/key.ts'
import { streamOfRoom } from '../../schema/events/streams.ts'
import { getIdentity } from '../features/identity/identity.ts'
import { savedPosition } from '../features/timeline/timeline-position.ts'
import { currentRoute } from '../routes.ts'
import { maxLength, screenKey, standingKey, type KeptPlace, type KeptScreen } from './kept-screen.ts'
import { serialize } from './serialize.ts'
import { isKeptShown } from './shown-screen.ts'

/** As far as this tab has heard; null while it has heard nothing. */
let standing: string | null = null
let home = ''
let stopped = false
const leaving = new Set<() => void>()

/** Keeps the screen whenever its person turns away from it: they may not come back to this page. */
export function keepScreens(): void {
  window.addEventListener('pagehide', keepScreen)
  document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && keepScreen())
  // another tab heard of something else than this one
  window.addEventListener('storage', ({ key }) => {
    if (key === standingKey && standing !== null) holdTo(standing)
  })
}

/** Runs before a screen is kept: what a next start would not show again goes. */
export function beforeKeeping(listener: () => void): () => void {
  leaving.add(listener)
  return () => void leaving.delete(listener)
}

/** What kept screens rest on. Where that has changed, the one that is kept is thrown away. */
export function holdTo(now: string): void {
  if (standing === null) performance.mark('rsql:holds-screen')
  standing = now
  if (stopped || localStorage.getItem(standingKey) === now) return
  localStorage.removeItem(screenKey)
  try {
    localStorage.setItem(standingKey, now)
  } catch {
    localStorage.removeItem(standingKey)
  }
}

/** Where the app's start leads to. */
export function leadsTo(address: string): void {
  home = address
}

/** For good: whoever was here has signed out. */
export function forgetScreens(): void {
  stopped = true
  localStorage.removeItem(screenKey)
  localStorage.removeItem(standingKey)
}

function keepScreen(): void {
  // what is on screen now was kept already, and is not live; or nothing is known yet
  if (stopped || isKeptShown() || standing === null) return
  const build = document.querySelector<HTMLMetaElement>('meta[name="build"]')?.content
  const shell = document.querySelector('#root [data-shell]')
  const { page, inspect } = currentRoute()
  const actor = getIdentity()?.actor ?? null
  const isMine = actor === storedActor() && standing === localStorage.getItem(standingKey)
  if (!build || !shell || page || inspect || !isMine) return localStorage.removeItem(screenKey)
  flushSync(() => {
    for (const listener of leaving) listener()
  })
  const address = location.pathname + location.search + location.hash
  const place = placeNow()
  const kept: KeptScreen = {
    build,
    actor,
    address,
    home: address === home,
    standing,
    at: Date.now(),
    shell: serialize(shell, place?.at ?? null),
    place,
  }
  const text = JSON.stringify(kept)
  try {
    if (text.length > maxLength) localStorage.removeItem(screenKey)
    else localStorage.setItem(screenKey, text)
  } catch {
    localStorage.removeItem(screenKey) // no room
  }
}

function placeNow(): KeptPlace | null {
  const { space, room } = currentRoute()
  if (!space || !room) return null
  const stream = streamOfRoom(space, room)
  const saved = savedPosition(keyIn(stream, room))
  return { stream, room, at: saved && { ...saved.anchor, place: String(saved.place) } }
}

/** Another tab may have signed out, or in as somebody else. */
function storedActor(): string | null {
  try {
    const stored = JSON.parse(localStorage.getItem('identity') ?? 'null') as { actor?: string } | null
    return stored?.actor ?? null
  } catch {
    return null
  }
}
