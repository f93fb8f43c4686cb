import { validateEvent, type AnyEvent, type KnownEvent } from '../../schema/events/event.ts'
import type { UploadResult } from '../../schema/messages/sync.ts'
import { streamKind } from '../../schema/events/streams.ts'
import type { Sql } from '../../schema/projections/sql.ts'
import { eventColumns, toEvent, type Place } from './event-log-table.ts'
import { recordEvent, seeClock } from './record-event.ts'
import { inTransaction, type Store } from './store.ts'

/**
 * The outbox: local events that the server has not acknowledged. `pending` ones are uploaded in the order in which they
 * were written, `failed` ones wait for the person: retry or discard.
 */
export function queueUpload(store: Store, event: AnyEvent): void {
  if (streamKind(event.stream) === 'local') return
  store.sql.prepare(insert).run(event.id, event.stream, event.entity ?? event.id, store.now())
}

/** The server's copy, or its word, has come. True if the event was waiting for it. */
export function acknowledgeUpload(store: Store, eventId: string, place: Place): boolean {
  store.log.acknowledge(eventId, place)
  return store.sql.prepare(remove).run(eventId) > 0
}

/** Oldest first. */
export function pendingEvents(store: Store): AnyEvent[] {
  return store.sql.prepare(pending).rows().map(toEvent)
}

/** The same of a database that may be damaged: as many as can be read. */
export function salvagePending(sql: Sql): AnyEvent[] {
  const ids = sql.prepare('SELECT event_id FROM outbox ORDER BY rowid').rows()
  return ids.flatMap(([id]) => {
    try {
      return sql.prepare(`SELECT ${eventColumns} FROM events e WHERE e.event_id = ?`).rows(id!).map(toEvent)
    } catch {
      return []
    }
  })
}

/**
 * Puts events that are stamped already back: of a database that was lost, from what was salvaged or mirrored. Those
 * that the log has are left alone; returns what is to be uploaded.
 */
export function requeueEvents(store: Store, inputs: readonly unknown[]): AnyEvent[] {
  const apply = recordEvent(store)
  return inTransaction(store, () =>
    inputs.flatMap((input) => {
      const result = validateEvent(input)
      if (result.type === 'invalid' || streamKind(result.event.stream) === 'local') return []
      const known = result.type === 'known' ? result.event : null
      if (apply(result.event, known, null, store.now(), null) === 'duplicate') return []
      seeClock(store, BigInt(result.event.clock))
      queueUpload(store, result.event)
      return [result.event]
    }),
  )
}

export function outboxCount(store: Store): { pending: number; failed: number } {
  const [pending, failed] = store.sql.prepare(count).rows()[0] as [number, number]
  return { pending, failed }
}

/** What the server said; an error is final until the person retries. */
export function applyUploadResults(
  store: Store,
  results: readonly UploadResult[],
): { acknowledged: number; failed: number } {
  let acknowledged = 0
  let failed = 0
  inTransaction(store, () => {
    for (const result of results) {
      if ('error' in result) failed += store.sql.prepare(fail).run(result.error.message, result.id)
      else if (acknowledgeUpload(store, result.id, result)) acknowledged++
    }
  })
  return { acknowledged, failed }
}

/** Puts failed events back in the queue; returns those that are to be uploaded now. */
export function retryEvents(store: Store, eventIds: readonly string[]): AnyEvent[] {
  return inTransaction(store, () => {
    const retried = eventIds.filter((id) => store.sql.prepare(retry).run(id) > 0)
    return retried.flatMap((id) => store.log.read(id) ?? [])
  })
}

/**
 * Takes events that the server never acknowledged out of log, outbox and every projection, as if they had never been.
 * What this device did to a message, room or page that goes, goes too. Returns the ids that went.
 */
export function discardEvents(store: Store, eventIds: readonly string[]): string[] {
  return inTransaction(store, () => {
    const events = withDependents(store, eventIds)
    for (const event of events.toReversed()) {
      store.projector.unproject(event)
      store.log.remove(event.id)
      store.sql.prepare(remove).run(event.id)
    }
    return events.map((event) => event.id)
  })
}

function withDependents(store: Store, eventIds: readonly string[]): KnownEvent[] {
  const found = new Map<string, KnownEvent>()
  const queue = [...eventIds]
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    if (found.has(id)) continue
    const row = store.sql.prepare(waiting).rows(id)[0]
    if (!row) continue
    const event = toEvent(row) as KnownEvent
    found.set(id, event)
    if (event.type.endsWith('.create')) {
      const entity = event.entity ?? event.id
      for (const [dependent] of store.sql.prepare(dependents).rows(entity)) queue.push(dependent as string)
    }
  }
  return [...found.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
}

const insert =
  "INSERT INTO outbox (event_id, stream, entity_id, state, created_at) VALUES (?, ?, ?, 'pending', ?) ON CONFLICT DO NOTHING"
const remove = 'DELETE FROM outbox WHERE event_id = ?'
const count = "SELECT count(*) FILTER (WHERE state = 'pending'), count(*) FILTER (WHERE state = 'failed') FROM outbox"
const fail = "UPDATE outbox SET state = 'failed', attempts = attempts + 1, error = ? WHERE event_id = ?"
const retry = "UPDATE outbox SET state = 'pending', error = NULL WHERE event_id = ? AND state = 'failed'"
const queued = `SELECT ${eventColumns} FROM outbox o JOIN events e ON e.event_id = o.event_id`
const pending = `${queued} WHERE o.state = 'pending' ORDER BY o.rowid`
const waiting = `${queued} WHERE o.event_id = ? AND e.seq IS NULL`
const dependents = `SELECT o.event_id FROM outbox o JOIN events e ON e.event_id = o.event_id
  WHERE o.entity_id = ?1 OR e.timeline_id = ?1 OR e.payload ->> 'parentRoom' = ?1 OR e.payload ->> 'parentMessage' = ?1`
