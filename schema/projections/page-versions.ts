import { authorOf, type EventOf } from '../events/event.ts'
import type { Sql } from './sql.ts'

/** page.version → page_versions: a row an event. */
export function pageVersions(sql: Sql) {
  const insert = sql.prepare(
    `INSERT INTO page_versions (id, stream, page_id, name, author_id, clock, at) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO NOTHING`,
  )
  const remove = sql.prepare('DELETE FROM page_versions WHERE stream = ? AND page_id = ? AND id = ?')
  return {
    add(event: EventOf<'page.version'>): void {
      const { id, stream, clock, at, payload } = event
      insert.run(id, stream, event.entity!, payload.name, authorOf(event), BigInt(clock), at)
    },
    remove({ id, stream, entity }: EventOf<'page.version'>): void {
      remove.run(stream, entity!, id)
    },
  }
}
