import type { Written } from '../pages/page-doc.ts'
import type { WholeUpdate } from './page-parts.ts'
import type { Sql } from './sql.ts'

/**
 * page.update → page_writes. A set of rows, one for each editor of each update; so it does not depend on how they came.
 * Law: `overlap` of a page is true when two of its updates write the same clock of the same editor.
 */
export function pageWrites(sql: Sql) {
  const insert = sql.prepare(
    `INSERT INTO page_writes (stream, page_id, client, from_clock, event_id, to_clock, actor_id, clock, at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const before = sql.prepare(
    `SELECT to_clock FROM page_writes WHERE stream = ? AND page_id = ? AND client = ? AND from_clock < ? AND event_id <> ?
     ORDER BY from_clock DESC LIMIT 1`,
  )
  const editors = sql.prepare('SELECT client, from_clock, to_clock FROM page_writes WHERE stream = ? AND page_id = ?')
  const remove = sql.prepare('DELETE FROM page_writes WHERE stream = ? AND page_id = ? AND event_id = ?')
  const mark = sql.prepare('INSERT INTO page_overlaps (stream, page_id) VALUES (?, ?) ON CONFLICT DO NOTHING')
  const marked = sql.prepare('SELECT 1 FROM page_overlaps WHERE stream = ? AND page_id = ?')
  const unmark = sql.prepare('DELETE FROM page_overlaps WHERE stream = ? AND page_id = ?')

  function add(update: Omit<WholeUpdate, 'body'>, written: readonly Written[]): void {
    const { id, stream, page, author, clock, at } = update
    for (const { client, from, to } of written) {
      insert.run(stream, page, client, from, id, to, author, clock, at)
      // none overlapped before this one: so the row that begins last before its end is the only one that can
      const last = before.rows(stream, page, client, to, id)[0]
      if (last && Number(last[0]) > from) mark.run(stream, page)
    }
  }
  function takeBack(stream: string, page: string, event: string): void {
    remove.run(stream, page, event)
    if (!overlap(stream, page)) return
    unmark.run(stream, page)
    const ranges = editors.rows(stream, page) as [number, number, number][]
    ranges.sort(([one, from], [other, start]) => one - other || from - start)
    const meets = ranges.some(
      ([client, from], at) => at > 0 && ranges[at - 1]![0] === client && ranges[at - 1]![2] > from,
    )
    if (meets) mark.run(stream, page)
  }
  function overlap(stream: string, page: string): boolean {
    return marked.rows(stream, page).length > 0
  }
  return { add, takeBack, overlap }
}
