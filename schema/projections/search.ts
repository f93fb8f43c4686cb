import { excerptOf } from './snippet.ts'
import type { Sql } from './sql.ts'

/**
 * component_text and the full-text index over it, which holds no text of its own: what is taken out of the index must
 * be the very text that went in. Law: each row of component_text is in the index once, and nothing else is.
 */
export function searchProjection(sql: Sql, kind: 'message' | 'page') {
  const insertText = sql.prepare(
    'INSERT INTO component_text (stream, entity_id, entity_kind, body, excerpt, updated_at) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const index = sql.prepare('INSERT INTO search_index (rowid, body) VALUES (last_insert_rowid(), ?)')
  const indexAt = sql.prepare('INSERT INTO search_index (rowid, body) VALUES (?, ?)')
  const unindex = sql.prepare("INSERT INTO search_index (search_index, rowid, body) VALUES ('delete', ?, ?)")
  const present = sql.prepare(
    'SELECT id, body FROM component_text WHERE stream = ? AND entity_id = ? AND entity_kind = ?',
  )
  const update = sql.prepare('UPDATE component_text SET body = ?, excerpt = ?, updated_at = ? WHERE id = ?')
  const remove = sql.prepare('DELETE FROM component_text WHERE id = ?')

  function insert(stream: string, entity: string, body: string, at: number): void {
    insertText.run(stream, entity, kind, body, excerptOf(body), at)
    index.run(body)
  }

  /** null: no text any more */
  function replace(stream: string, entity: string, body: string | null, at: number): void {
    const row = present.rows(stream, entity, kind)[0] as [number, string] | undefined
    if (!row) {
      if (body !== null) insert(stream, entity, body, at)
      return
    }
    const [id, before] = row
    if (body === null) {
      unindex.run(id, before)
      remove.run(id)
    } else {
      if (body !== before) {
        unindex.run(id, before)
        indexAt.run(id, body)
      }
      update.run(body, excerptOf(body), at, id)
    }
  }
  return { insert, replace }
}
