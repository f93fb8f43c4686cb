import type { Live } from '../../live/index.ts'
import { keyIn } from '../../../schema/events/key.ts'
import { TimelineWindow } from './timeline-window.ts'

const keptWarm = 6

/** One window per room; those used last stay subscribed, so that going back to a room costs nothing. */
class TimelineWindows {
  readonly #live: Live
  readonly #windows = new Map<string, { window: TimelineWindow; release: () => void }>()

  constructor(live: Live) {
    this.#live = live
  }

  get(stream: string, room: string): TimelineWindow {
    const key = keyIn(stream, room)
    const known = this.#windows.get(key)
    if (known) {
      this.#windows.delete(key)
      this.#windows.set(key, known)
      return known.window
    }
    const window = new TimelineWindow(this.#live, stream, room)
    this.#windows.set(key, { window, release: window.retain() })
    if (this.#windows.size > keptWarm) {
      const [oldest, dropped] = this.#windows.entries().next().value!
      this.#windows.delete(oldest)
      dropped.release()
    }
    return window
  }
}

const byLive = new WeakMap<Live, TimelineWindows>()

export function timelineWindow(live: Live, stream: string, room: string): TimelineWindow {
  const windows = byLive.get(live) ?? new TimelineWindows(live)
  byLive.set(live, windows)
  return windows.get(stream, room)
}

/** Loads a room that a person is about to open. */
export function prewarm(live: Live, stream: string, room: string): void {
  void timelineWindow(live, stream, room).ensureOpen()
}
