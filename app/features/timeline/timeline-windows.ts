import type { Live } from '../../live/index.ts'
import { TimelineWindow } from './timeline-window.ts'

const keptWarm = 6

/** One window per room; those used last stay subscribed, so that going back to a room costs nothing. */
class TimelineWindows {
  readonly #live: Live
  readonly #windows = new Map<string, { window: TimelineWindow; release: () => void }>()

  constructor(live: Live) {
    this.#live = live
  }

  get(room: string): TimelineWindow {
    const known = this.#windows.get(room)
    if (known) {
      this.#windows.delete(room)
      this.#windows.set(room, known)
      return known.window
    }
    const window = new TimelineWindow(this.#live, room)
    this.#windows.set(room, { window, release: window.retain() })
    if (this.#windows.size > keptWarm) {
      const [oldest, dropped] = this.#windows.entries().next().value!
      this.#windows.delete(oldest)
      dropped.release()
    }
    return window
  }
}

const byLive = new WeakMap<Live, TimelineWindows>()

export function timelineWindow(live: Live, room: string): TimelineWindow {
  const windows = byLive.get(live) ?? new TimelineWindows(live)
  byLive.set(live, windows)
  return windows.get(room)
}

/** Loads a room that a person is about to open. */
export function prewarm(live: Live, room: string): void {
  void timelineWindow(live, room).ensureOpen()
}
