import { readCommentCreate } from '../events/facts.ts'
import type { Thing } from './dirty.ts'
import { first, latest, type FactTable } from './fact.ts'
import type { Sql } from './sql.ts'

/** page.comment, page.comment.resolve, page.comment.delete, page.comment.restore → page_comments. A deleted one has no row. */
export function commentProjection(sql: Sql, facts: FactTable) {
  const upsert = sql.prepare(
    `INSERT INTO page_comments (id, stream, page_id, author_id, text, quote, anchor, resolved, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (stream, id) DO UPDATE SET text = excluded.text, quote = excluded.quote, resolved = excluded.resolved`,
  )
  const remove = sql.prepare('DELETE FROM page_comments WHERE stream = ? AND id = ?')

  function fold({ stream, id }: Thing): void {
    const own = facts.ofEntity(stream, id)
    const create = first(own, 'comment.create')
    if (!create || latest(own, 'comment.deleted')?.value === '1') return void remove.run(stream, id)
    const { page, author, text, quote, anchor } = readCommentCreate(create.value!)
    const resolved = Number(latest(own, 'comment.resolved')?.value ?? 0)
    upsert.run(id, stream, page, author, text, quote, anchor, resolved, create.at)
  }
  return { fold }
}
