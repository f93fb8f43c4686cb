import type { AnyEvent, EventFault, KnownEvent } from '../../schema/events/event.ts'
import { counts } from './erasures.ts'
import type { Place } from './event-log-table.ts'
import type { Store } from './store.ts'

export type RecordEvent = (
  event: AnyEvent,
  known: KnownEvent | null,
  place: Place | null,
  at: number,
) => 'applied' | 'unknown' | 'duplicate' | EventFault

/** Into the log and, if its type is known, into the projections, whose flush is the transaction's. */
export function recordEvent({ log, projector, erasures }: Store) {
  return (event: AnyEvent, known: KnownEvent | null, place: Place | null, at: number) => {
    const isFinal = counts(event, place)
    const kept = known && isFinal ? erasures.kept(known) : known
    if (!log.insert(kept ?? event, place, known ? at : null)) return 'duplicate' as const
    if (!kept) return 'unknown' as const
    projector.project(kept)
    if (isFinal) erasures.carryOut(kept)
    return 'applied' as const
  }
}

/** Past it there would be no room left for the clocks of this device's own events. */
const clockLimit = 2n ** 63n - 2n ** 40n
export function seeClock(store: Store, clock: bigint): void {
  if (clock > store.clock && clock < clockLimit) store.clock = clock
}
