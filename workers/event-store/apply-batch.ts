import type { AnyEvent, EventFault, KnownEvent } from '../../schema/events/event.ts'
import { eventOf, received, type Received } from '../../schema/messages/received.ts'
import type { FromSync, RejectedEvent } from '../../schema/messages/sync.ts'
import type { StoredEvent } from './block-codec.ts'
import type { Place } from './event-log-table.ts'
import { sealedPart } from './seal.ts'
import { isDeviceError } from '../runtime/storage/failure.ts'
import { acknowledgeUpload } from './outbox.ts'
import { recordEvent, seeClock, type RecordEvent } from './record-event.ts'
import { withSavepoint } from './savepoint.ts'
import { idOf, setAside } from './set-aside.ts'
import { inTransaction, type Store } from './store.ts'

/** One transaction's worth of events of one stream, as sync hands it over. */
export type Batch = Omit<Extract<FromSync, { type: 'EVENTS' }>, 'type'>

export type BatchOutcome =
  | {
      readonly type: 'Applied'
      /** new events, projected */
      readonly applied: number
      /** new events of a type that only a newer build knows: stored */
      readonly unknown: number
      readonly duplicates: number
      /** outbox rows that this batch settled */
      readonly acknowledged: number
      readonly rejected: readonly RejectedEvent[]
    }
  /** the batch counts from behind what this database has: nothing was applied */
  | { readonly type: 'Gap'; readonly cursor: string | null }

/**
 * Atomicity law: events, projections, cursor and outbox of a batch change in one transaction, or none do. A batch may
 * come again, in part or whole. An event that cannot be taken is kept in rejected_events and harms no other.
 * Throws what SQLite throws when the device, not the event, is at fault (failure.ts).
 */
export function applyBatch(store: Store, batch: Batch): BatchOutcome {
  const cursor = store.log.cursor(batch.stream)
  if (batch.cursor !== null && batch.after !== null && (cursor === null || cursor < batch.after)) {
    return { type: 'Gap', cursor }
  }
  const checked = batch.items.map((item) => check(item, batch.stream))
  const take = takeTogether(store)
  try {
    return inTransaction(store, () => {
      const sealing = checked.length >= store.seal.atOnce ? sealAtOnce(store, batch, checked) : null
      const outcome = applyChecked(store, batch, checked, sealing?.take ?? take)
      sealing?.seal()
      return outcome
    })
  } catch (error) {
    if (isDeviceError(error)) throw error
    // one of them is poison: once more, each behind its own savepoint
    return inTransaction(store, () => applyChecked(store, batch, checked, takeApart(store, take)))
  }
}

type Checked =
  | { readonly type: 'event'; readonly event: AnyEvent; readonly known: KnownEvent | null; readonly place: Place }
  | { readonly type: 'rejected'; readonly item: Received; readonly fault: EventFault }

/** The item may be of a sync client of another build, which passed on what came. */
function check(input: unknown, stream: string): Checked {
  const item = received(input)
  const found = eventOf(item, stream)
  if ('fault' in found) return { type: 'rejected', item, fault: found.fault }
  return { type: 'event', ...found, place: { seq: item.seq, receivedAt: item.receivedAt } }
}

type Outcome = ReturnType<RecordEvent> | 'acknowledged'
type TakeEvent = (entry: Extract<Checked, { type: 'event' }>, at: number) => Outcome

function takeTogether(store: Store): TakeEvent {
  const record = recordEvent(store)
  return ({ event, known, place }, at) => {
    const outcome = record(event, known, place, at)
    return outcome === 'duplicate' && acknowledgeUpload(store, event, place) ? 'acknowledged' : outcome
  }
}

/**
 * A batch of history: the server has all of it, so the messages in it, and what is said of them, go into one block instead of
 * a row each.
 */
function sealAtOnce(
  store: Store,
  { stream }: Batch,
  checked: readonly Checked[],
): { readonly take: TakeEvent; seal(): void } {
  const apart = takeTogether(store)
  const places = checked.flatMap((entry) => (entry.type === 'event' ? entry.place.seq : []))
  const maybeSealed = store.log.blocks.reaches(stream, least(places))
  const taken = new Map<string, StoredEvent>()
  return {
    take(entry, at) {
      const { event, known, place } = entry
      if (taken.has(event.id)) return 'duplicate'
      if (!known || sealedPart(known.type) !== 'timeline') return apart(entry, at)
      if (store.log.has(event, place.seq, maybeSealed)) return apart(entry, at)
      const kept = store.erasures.kept(known)
      taken.set(event.id, { event: kept, ...place })
      store.projector.project(kept)
      return 'applied'
    },
    seal() {
      if (taken.size === 0) return
      const stored = [...taken.values()]
      store.log.blocks.add(stream, 'timeline', stored)
      // where it can be found now, that of the same batch too
      for (const { event } of stored) store.erasures.carryOut(event as KnownEvent)
    },
  }
}

function least(values: readonly string[]): string {
  return values.reduce((one, other) => (other < one ? other : one), '~')
}

/** Each event behind its own savepoint: one that cannot be taken leaves nothing behind. */
function takeApart(store: Store, take: TakeEvent): TakeEvent {
  return (entry, at) => withSavepoint(store, () => take(entry, at))
}

function applyChecked(store: Store, batch: Batch, checked: readonly Checked[], take: TakeEvent): BatchOutcome {
  const { log } = store
  const at = store.now()
  const rejected: RejectedEvent[] = []
  const counts = { applied: 0, unknown: 0, duplicate: 0, acknowledged: 0 }
  const reject = (event: unknown, seq: string, fault: EventFault) => {
    setAside(store.sql, { stream: batch.stream, seq, event, fault }, at)
    rejected.push({ id: idOf(event), fault })
  }
  for (const entry of checked) {
    if (entry.type === 'rejected') {
      reject(entry.item.event, entry.item.seq, entry.fault)
      continue
    }
    const outcome = take(entry, at)
    if (typeof outcome === 'object') {
      reject(entry.event, entry.place.seq, outcome)
      continue
    }
    counts[outcome]++
    seeClock(store, BigInt(entry.event.clock))
  }
  if (batch.cursor !== null) log.advanceCursor(batch.stream, batch.cursor, at)
  const { applied, unknown, duplicate, acknowledged } = counts
  return { type: 'Applied', applied, unknown, duplicates: duplicate + acknowledged, acknowledged, rejected }
}
