import type { Anchor } from './scroll/scroll-core.ts'

/** Where a reader left a room: a message, its place in the order, its distance from the top. At the end: nothing. */
export interface TimelinePosition {
  readonly anchor: Anchor
  readonly place: bigint
}

const storageKey = 'timeline-positions'
const maxRooms = 200
let positions: Map<string, { key: string; top: number; place: string }> | null = null

/** Kept for the tab's session, by keyIn(stream, room), so that a reload comes back to the same line. */
export function savePosition(room: string, position: TimelinePosition | null): void {
  const known = read()
  known.delete(room)
  if (position) {
    known.set(room, { key: position.anchor.key, top: position.anchor.top, place: String(position.place) })
  }
  if (known.size > maxRooms) known.delete(known.keys().next().value!)
  scheduleWrite()
}

export function savedPosition(room: string): TimelinePosition | null {
  const saved = read().get(room)
  return saved ? { anchor: { key: saved.key, top: saved.top }, place: BigInt(saved.place) } : null
}

function read() {
  if (positions) return positions
  try {
    positions = new Map(JSON.parse(sessionStorage.getItem(storageKey) ?? '[]'))
  } catch {
    positions = new Map()
  }
  return positions
}

/** At once, also for a reload: something went wrong there. */
export function forgetPosition(room: string): void {
  read().delete(room)
  write()
}

let timer: ReturnType<typeof setTimeout> | null = null
function scheduleWrite(): void {
  timer ??= setTimeout(() => {
    timer = null
    write()
  }, 300)
}

function write(): void {
  try {
    sessionStorage.setItem(storageKey, JSON.stringify([...read()]))
  } catch {
    // a full sessionStorage costs the position, nothing else
  }
}
