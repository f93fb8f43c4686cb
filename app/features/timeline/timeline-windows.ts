import type { Live } from '../../live/index.ts'
import { keyIn } from '../../../schema/events/key.ts'
import { streamKind } from '../../../schema/events/streams.ts'
import { getIdentity, localActor } from '../identity/identity.ts'
import { readUpTo } from './read-marks.ts'
import { forgetPosition } from './timeline-position.ts'
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

  drop(stream: string, room: string): void {
    const key = keyIn(stream, room)
    this.#windows.get(key)?.release()
    this.#windows.delete(key)
  }
}

const byLive = new WeakMap<Live, TimelineWindows>()

export function timelineWindow(live: Live, stream: string, room: string): TimelineWindow {
  return windowsOf(live).get(stream, room)
}

function windowsOf(live: Live): TimelineWindows {
  const windows = byLive.get(live) ?? new TimelineWindows(live)
  byLive.set(live, windows)
  return windows
}

/** After an error: the room is opened anew, and where nothing is kept of it. */
export function forgetTimeline(live: Live, stream: string, room: string): void {
  forgetPosition(keyIn(stream, room))
  windowsOf(live).drop(stream, room)
}

/** Loads a room that a person is about to open. */
export function prewarm(live: Live, stream: string, room: string): void {
  const me = streamKind(stream) === 'local' ? localActor : getIdentity()?.actor
  if (me) void live.store.preload(readUpTo(me, stream, room))
  void timelineWindow(live, stream, room).ensureOpen()
}
