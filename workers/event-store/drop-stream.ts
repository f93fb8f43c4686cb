import { definitionOf, eventTypes } from '../../schema/events/event-types.ts'
import { asNewest, type KnownEvent } from '../../schema/events/event.ts'
import { lossesKey, readLosses, type Loss } from '../../schema/messages/losses.ts'
import { eventColumns, toEvent } from './event-log-table.ts'
import { inTransaction, type Store } from './store.ts'

/**
 * What a person may no longer read leaves the device. Law: when it is done, every table is as if what the server took of the
 * stream had never come. What was never sent stays, in the outbox, until the person discards it.
 *
 * In steps of one transaction, so that the app goes on: the person's own membership goes first, and with it the stream leaves
 * every list. A step that was cut short is asked for again: the server says at every connection what is gone.
 */
export function dropStep(store: Store, stream: string, person: string, size = 500): 'more' | 'done' {
  return inTransaction(store, () => {
    const { sql } = store
    if (sql.prepare('DELETE FROM cursors WHERE stream = ?').run(stream) > 0) noteLoss(store, stream, person)
    const own = sql
      .prepare(`${taken} AND e.target_entity_id = ? AND e.event_type IN (${structure})`)
      .rows(stream, person)
    const rows = own.length > 0 ? own : sql.prepare(`${taken} LIMIT ?`).rows(stream, size)
    for (const row of rows) {
      const event = toEvent(row)
      if (row[11] !== null) store.projector.unproject(asNewest(event as KnownEvent))
      store.log.remove(event)
    }
    if (rows.length > 0) return 'more'
    const sealed = store.log.blocks.takeOut(stream)
    if (sealed) {
      for (const { event } of sealed) store.projector.unproject(asNewest(event as KnownEvent))
      return 'more'
    }
    sql.prepare('DELETE FROM rejected_events WHERE stream = ?').run(stream)
    store.erasures.dropStream(stream)
    return 'done'
  })
}

/** The person is told what they lost, unless they left by themselves. */
function noteLoss({ sql }: Store, stream: string, person: string): void {
  const wasIn = sql.prepare('SELECT 1 FROM memberships WHERE stream = ? AND person_id = ? AND active = 1')
  if (wasIn.rows(stream, person).length === 0) return
  const named = sql.prepare(
    "SELECT name FROM spaces WHERE stream = ?1 UNION ALL SELECT name FROM rooms WHERE stream = ?1 AND kind = 'room'",
  )
  const name = (named.rows(stream)[0]?.[0] as string | undefined) ?? ''
  const before = readLosses(sql.prepare('SELECT value FROM meta WHERE key = ?').rows(lossesKey)[0]?.[0])
  writeLosses(sql, [...before.filter((loss) => loss.stream !== stream), { stream, name }])
}

export function forgetLosses(store: Store): void {
  inTransaction(store, () => void store.sql.prepare('DELETE FROM meta WHERE key = ?').run(lossesKey))
}

function writeLosses(sql: Store['sql'], losses: readonly Loss[]): void {
  sql
    .prepare('INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value')
    .run(lossesKey, JSON.stringify(losses))
}

const taken = `SELECT ${eventColumns}, e.applied_at FROM events e WHERE e.stream = ? AND e.seq IS NOT NULL`
const structure = eventTypes
  .filter((type) => definitionOf(type).part === 'structure')
  .map((type) => `'${type}'`)
  .join(', ')
