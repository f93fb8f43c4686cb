import { unseenWrites, type Fact } from './fact.ts'
import type { Sql } from './sql.ts'

/** Rows of `conflicts` for one field of one entity; `base` names the event whose write is only what all others began with. */
export type WriteConflicts = (
  stream: string,
  entity: string,
  field: string,
  facts: readonly Fact[],
  base?: string,
) => void

export function conflictRows(sql: Sql): WriteConflicts {
  const clear = sql.prepare('DELETE FROM conflicts WHERE stream = ? AND entity_id = ? AND field = ?')
  const insert = sql.prepare('INSERT INTO conflicts (stream, entity_id, field, event_id, value) VALUES (?, ?, ?, ?, ?)')
  return (stream, entity, field, facts, base) => {
    clear.run(stream, entity, field)
    for (const { eventId, value } of unseenWrites(facts, field)) {
      if (eventId !== base) insert.run(stream, entity, field, eventId, value)
    }
  }
}
