import { latest, unseenWrites, type Fact } from './fact.ts'
import type { LogReader } from './log-reader.ts'
import type { Sql } from './sql.ts'

/** Rows of `conflicts` for one field of one entity; `base` names the event whose write is only what all others began with. */
export type WriteConflicts = (
  stream: string,
  entity: string,
  field: string,
  facts: readonly Fact[],
  base?: string,
) => void

/** A row for each write that lost unseen, and what won instead: both with who wrote them, and when. */
export function conflictRows(sql: Sql, log: LogReader): WriteConflicts {
  const clear = sql.prepare('DELETE FROM conflicts WHERE stream = ? AND entity_id = ? AND field = ?')
  const insert = sql.prepare(
    `INSERT INTO conflicts (stream, entity_id, field, event_id, value, author_id, at, won_value, won_author_id, won_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  return (stream, entity, field, facts, base) => {
    clear.run(stream, entity, field)
    const lost = unseenWrites(facts, field).filter(({ eventId }) => eventId !== base)
    if (lost.length === 0) return
    const won = latest(facts, field)!
    const wonBy = log.author(stream, won.eventId)
    for (const { eventId, value, at } of lost) {
      const by = log.author(stream, eventId)
      insert.run(stream, entity, field, eventId, value, by, at, won.value, wonBy, won.at)
    }
  }
}
