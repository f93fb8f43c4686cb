import { clockToMs, nextClock } from '../../schema/events/clock.ts'
import { aheadOf } from '../../schema/events/bounds.ts'
import type { AnyEvent, KnownEvent } from '../../schema/events/event.ts'
import { recordEvent } from './record-event.ts'
import type { Store } from './store.ts'

/** The server would refuse it for its time: it was written while this device's clock was wrong. */
export function hasWrongTime(event: AnyEvent, now: number): boolean {
  return event.at < earliestMs || clockToMs(event.clock) < earliestMs || aheadOf(event, now) !== null
}

/**
 * The same event at the present time: taken out of the log and its projections, and put in again. It keeps its place in
 * the outbox. Only what the server never took can be stamped anew.
 */
export function stampAnew(store: Store, event: AnyEvent): AnyEvent {
  const known = event as KnownEvent // what was written here was checked here
  store.projector.unproject(known)
  store.log.remove(event)
  const now = store.now()
  store.clock = nextClock(store.clock, now)
  const at = event.at < earliestMs || event.at > now ? now : event.at
  const stamped: KnownEvent = { ...known, at, clock: String(store.clock) }
  const complete: KnownEvent = { ...stamped, deps: store.projector.headsOf(stamped) }
  recordEvent(store)(complete, complete, null, now)
  return complete
}

/** no event is older than the app */
const earliestMs = Date.UTC(2020, 0, 1)
