import { validateEvent, type AnyEvent, type KnownEvent } from '../../schema/events/event.ts'
import { keyIn, type EventKey } from '../../schema/events/key.ts'
import type { UploadResult } from '../../schema/messages/sync.ts'
import { streamKind, streamOfRoom, streamOwner } from '../../schema/events/streams.ts'
import type { SqlValue } from '../../schema/live.ts'
import type { Sql } from '../../schema/projections/sql.ts'
import { eventColumns, toEvent, type Place } from './event-log-table.ts'
import { hasWrongTime, stampAnew } from './stamp-anew.ts'
import { recordEvent, seeClock } from './record-event.ts'
import { withSavepoint } from './savepoint.ts'
import { setAside } from './set-aside.ts'
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
export function acknowledgeUpload(store: Store, { stream, id }: EventKey, place: Place): boolean {
  store.log.acknowledge({ stream, id }, place)
  const waited = store.sql.prepare(remove).run(stream, id) > 0
  if (waited) store.erasures.acknowledged({ stream, id })
  return waited
}

/** Oldest first. */
export function pendingEvents(store: Store): AnyEvent[] {
  return store.sql.prepare(pending).rows().flatMap(readable)
}

/** The same of a database that may be damaged: as many as can be read. */
export function salvagePending(sql: Sql): AnyEvent[] {
  const keys = sql.prepare('SELECT stream, event_id FROM outbox ORDER BY rowid').rows()
  return keys.flatMap((key) => {
    try {
      return sql
        .prepare(`SELECT ${eventColumns} FROM events e WHERE e.stream = ? AND e.event_id = ?`)
        .rows(...key)
        .map(toEvent)
    } catch {
      return []
    }
  })
}

/**
 * Puts events that are stamped already back: of a database that was lost, from what was salvaged or mirrored. Those
 * that the log has are left alone, what cannot be taken any more is set aside; returns what is to be uploaded.
 */
export function requeueEvents(store: Store, inputs: readonly unknown[]): AnyEvent[] {
  const apply = recordEvent(store)
  return inTransaction(store, () =>
    inputs.flatMap((input) => {
      const result = validateEvent(input)
      if (result.type !== 'invalid' && streamKind(result.event.stream) === 'local') return []
      const outcome = withSavepoint(store, () => {
        if (result.type === 'invalid') return result.fault
        const known = result.type === 'known' ? result.event : null
        if (apply(result.event, known, null, store.now()) === 'duplicate') return null
        seeClock(store, BigInt(result.event.clock))
        queueUpload(store, result.event)
        return result.event
      })
      if (outcome === null) return []
      if (!('code' in outcome)) return [outcome]
      const stream = result.type === 'invalid' ? '' : result.event.stream
      setAside(store.sql, { stream, seq: '', event: input, fault: outcome }, store.now())
      return []
    }),
  )
}

export function outboxCount(store: Store): { pending: number; failed: number } {
  const [pending, failed] = store.sql.prepare(count).rows()[0] as [number, number]
  return { pending, failed }
}

/**
 * What the server said; an error is final until the person retries. What is refused for its time is sent once more by
 * itself (`again`): the server's time came with the refusal.
 */
export function applyUploadResults(
  store: Store,
  stream: string,
  results: readonly UploadResult[],
): { acknowledged: number; failed: number; again: AnyEvent[] } {
  return inTransaction(store, () => {
    let acknowledged = 0
    let failed = 0
    const again: AnyEvent[] = []
    for (const result of results) {
      const key = { stream, id: result.id }
      if (!('error' in result)) {
        if (acknowledgeUpload(store, key, result)) acknowledged++
        continue
      }
      const { code } = result.error
      const forItsTime = code === 'CLOCK_AHEAD' || code === 'CLOCK_BEHIND'
      const event = forItsTime && store.sql.prepare(tryAgain).run(stream, key.id) > 0 ? store.log.read(key) : null
      if (event) again.push(hasWrongTime(event, store.now()) ? stampAnew(store, event) : event)
      else failed += store.sql.prepare(fail).run(code, stream, key.id)
    }
    return { acknowledged, failed, again }
  })
}

/** Puts failed events back in the queue; returns those that are to be uploaded now. */
export function retryEvents(store: Store, keys: readonly EventKey[]): AnyEvent[] {
  return inTransaction(store, () => {
    const retried = keys.filter(({ stream, id }) => store.sql.prepare(retry).run(stream, id) > 0)
    return retried.flatMap((key) => {
      const event = store.log.read(key)
      if (!event) return []
      return [hasWrongTime(event, store.now()) ? stampAnew(store, event) : event]
    })
  })
}

/**
 * Takes events that the server never acknowledged out of log, outbox and every projection, as if they had never been.
 * What this device did to a message, room or page that goes, goes too. Returns what went.
 */
export function discardEvents(store: Store, keys: readonly EventKey[]): EventKey[] {
  return inTransaction(store, () => {
    const events = withDependents(store, keys)
    for (const event of events.toReversed()) {
      store.projector.unproject(event)
      store.log.remove(event)
      store.sql.prepare(remove).run(event.stream, event.id)
    }
    return events.map(({ stream, id }) => ({ stream, id }))
  })
}

/** A row that cannot be read (a damaged page was mended with something else) does not keep the others back. */
function readable(row: readonly SqlValue[]): AnyEvent[] {
  try {
    return [toEvent(row)]
  } catch {
    return []
  }
}

/** In the order in which they were written. */
function withDependents(store: Store, keys: readonly EventKey[]): KnownEvent[] {
  const found = new Map<string, KnownEvent>()
  const queue = [...keys]
  for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
    const name = keyIn(key.stream, key.id)
    if (found.has(name)) continue
    const row = store.sql.prepare(waiting).rows(key.stream, key.id)[0]
    if (!row) continue
    const event = toEvent(row) as KnownEvent
    found.set(name, event)
    if (event.type.endsWith('.create')) {
      const { stream } = event
      const entity = event.entity ?? event.id
      for (const [id] of store.sql.prepare(dependents).rows(stream, entity)) queue.push({ stream, id: id as string })
      const within = event.type === 'room.create' && streamKind(stream) === 'space'
      if (within) queue.push(...unsentIn(store, streamOfRoom(streamOwner(stream), entity)))
    }
  }
  return [...found.values()].sort(byClock)
}

const unsentIn = (store: Store, stream: string): EventKey[] =>
  store.sql
    .prepare('SELECT event_id FROM outbox WHERE stream = ?')
    .rows(stream)
    .map(([id]) => ({ stream, id: id as string }))

function byClock(a: AnyEvent, b: AnyEvent): number {
  const [one, other] = [BigInt(a.clock), BigInt(b.clock)]
  if (one !== other) return one < other ? -1 : 1
  return a.id < b.id ? -1 : 1
}

const insert =
  "INSERT INTO outbox (event_id, stream, entity_id, state, created_at) VALUES (?, ?, ?, 'pending', ?) ON CONFLICT DO NOTHING"
const remove = 'DELETE FROM outbox WHERE stream = ? AND event_id = ?'
const count = "SELECT count(*) FILTER (WHERE state = 'pending'), count(*) FILTER (WHERE state = 'failed') FROM outbox"
const fail = "UPDATE outbox SET state = 'failed', attempts = attempts + 1, error = ? WHERE stream = ? AND event_id = ?"
const tryAgain =
  "UPDATE outbox SET attempts = attempts + 1 WHERE stream = ? AND event_id = ? AND state = 'pending' AND attempts = 0"
const retry = "UPDATE outbox SET state = 'pending', error = NULL WHERE stream = ? AND event_id = ? AND state = 'failed'"
const queued = `SELECT ${eventColumns} FROM outbox o JOIN events e ON e.stream = o.stream AND e.event_id = o.event_id`
const pending = `${queued} WHERE o.state = 'pending' ORDER BY o.rowid`
const waiting = `${queued} WHERE o.stream = ? AND o.event_id = ? AND e.seq IS NULL`
const dependents = `SELECT o.event_id FROM outbox o JOIN events e ON e.stream = o.stream AND e.event_id = o.event_id
  WHERE o.stream = ?1 AND (o.entity_id = ?2 OR e.timeline_id = ?2 OR e.payload ->> 'parentRoom' = ?2 OR e.payload ->> 'parentMessage' = ?2)`
