import { validateEvent, type AnyEvent, type EventFault, type KnownEvent } from '../../schema/events/event.ts'
import type { FromSync, RejectedEvent } from '../../schema/messages/sync.ts'
import type { Place } from './event-log-table.ts'
import { isEventsOwnFault } from './failure.ts'
import { acknowledgeUpload } from './outbox.ts'
import { recordEvent, seeClock, type RecordEvent } from './record-event.ts'
import { idOf, setAside } from './set-aside.ts'
import { inTransaction, type Store } from './store.ts'

/** One transaction's worth of events of one stream, as sync hands it over. */
export type Batch = Omit<Extract<FromSync, { type: 'EVENTS' }>, 'type' | 'syncId'>

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
  try {
    return inTransaction(store, () => applyChecked(store, batch, checked, recordEvent(store)))
  } catch (error) {
    if (!isEventsOwnFault(error)) throw error
    // one of them is poison: once more, each behind its own savepoint
    return inTransaction(store, () => applyChecked(store, batch, checked, projectApart(store)))
  }
}

type Checked =
  | { readonly type: 'event'; readonly event: AnyEvent; readonly known: KnownEvent | null; readonly place: Place }
  | { readonly type: 'rejected'; readonly input: unknown; readonly seq: string; readonly fault: EventFault }

function check(
  item: { readonly event: unknown; readonly seq: string; readonly receivedAt: number },
  stream: string,
): Checked {
  const result = validateEvent(item.event)
  if (result.type === 'invalid') return { type: 'rejected', input: item.event, seq: item.seq, fault: result.fault }
  const { event } = result
  if (event.stream !== stream) {
    const message = `stream: the event is of ${event.stream}, its batch of ${stream}`
    return {
      type: 'rejected',
      input: item.event,
      seq: item.seq,
      fault: { code: 'MALFORMED_EVENT', field: 'stream', message },
    }
  }
  const place = { seq: item.seq, receivedAt: item.receivedAt }
  return { type: 'event', event, known: result.type === 'known' ? result.event : null, place }
}

function applyChecked(store: Store, batch: Batch, checked: readonly Checked[], apply: RecordEvent): BatchOutcome {
  const { log } = store
  const at = store.now()
  const rejected: RejectedEvent[] = []
  let applied = 0
  let unknown = 0
  let duplicates = 0
  let acknowledged = 0
  const reject = (input: unknown, seq: string, fault: EventFault) => {
    setAside(store.sql, { stream: batch.stream, seq, event: input, fault }, at)
    rejected.push({ id: idOf(input), fault })
  }
  for (const entry of checked) {
    if (entry.type === 'rejected') {
      reject(entry.input, entry.seq, entry.fault)
      continue
    }
    const outcome = apply(entry.event, entry.known, entry.place, at, batch.batchId)
    if (typeof outcome === 'object') reject(entry.event, entry.place.seq, outcome)
    else if (outcome === 'duplicate') {
      duplicates++
      if (acknowledgeUpload(store, entry.event, entry.place)) acknowledged++
    } else if (outcome === 'unknown') unknown++
    else applied++
    if (typeof outcome !== 'object') seeClock(store, BigInt(entry.event.clock))
  }
  if (batch.cursor !== null) log.advanceCursor(batch.stream, batch.cursor, at)
  return { type: 'Applied', applied, unknown, duplicates, acknowledged, rejected }
}

function projectApart(store: Store): RecordEvent {
  const together = recordEvent(store)
  return (event, known, place, at, batchId) => {
    store.sql.exec('SAVEPOINT one_event')
    try {
      const outcome = together(event, known, place, at, batchId)
      store.projector.flush()
      store.sql.exec('RELEASE one_event')
      return outcome
    } catch (error) {
      if (!isEventsOwnFault(error)) throw error
      store.projector.reset()
      store.sql.exec('ROLLBACK TO one_event; RELEASE one_event')
      const message = error instanceof Error ? error.message : String(error)
      return { code: 'MALFORMED_EVENT', field: '', message: `the event cannot be applied: ${message}` }
    }
  }
}
