import type { SqlValue } from '../../../schema/live.ts'
import type { SearchText } from './search-text.ts'

export interface SearchHit {
  readonly id: string
  readonly author: string
  readonly at: number
  readonly room: string
  /** the text around the match; what matched stands between \u0002 and \u0003 */
  readonly excerpt: string
}

export const maxHits = 50

/** Plain SQL for one search. With words: by rank; with filters alone: the newest first. */
export function searchQuery(stream: string, search: SearchText): { sql: string; parameters: SqlValue[] } {
  const parameters: SqlValue[] = []
  const where = ['t.stream = ?', 't.deleted = 0']
  const from = search.match
    ? 'search_index JOIN component_text c ON c.id = search_index.rowid JOIN timeline_items t ON t.stream = c.stream AND t.id = c.entity_id'
    : 'timeline_items t'
  const excerpt = search.match ? `snippet(search_index, 0, char(2), char(3), '…', 24)` : 'substr(t.snippet, 1, 240)'
  if (search.match) {
    where.unshift('search_index MATCH ?', `c.entity_kind = 'message'`)
    parameters.push(search.match)
  }
  parameters.push(stream)
  if (search.from) {
    where.push(`t.author_name LIKE '%' || ? || '%'`)
    parameters.push(search.from)
  }
  if (search.room) {
    where.push(`coalesce(p.name, r.name) LIKE ? || '%'`)
    parameters.push(search.room)
  }
  for (const has of search.has) where.push(conditions[has])
  const sql = `SELECT t.id, t.author_name, t.created_at,
      CASE WHEN p.id IS NULL THEN r.name ELSE p.name || ' › ' || r.name END, ${excerpt}
    FROM ${from} JOIN rooms r ON r.stream = t.stream AND r.id = t.timeline_id
      LEFT JOIN rooms p ON p.stream = r.stream AND p.id = r.parent_room
    WHERE ${where.join(' AND ')}
    ORDER BY ${search.match ? 'search_index.rank' : 't.order_key DESC'} LIMIT ${maxHits}`
  return { sql, parameters }
}

const conditions = {
  link: `(t.snippet LIKE '%http://%' OR t.snippet LIKE '%https://%')`,
  code: `t.snippet LIKE '%\`%'`,
  reaction: `t.reactions <> '{}'`,
  thread: 't.reply_count > 0',
} as const

export function toHit(row: readonly SqlValue[]): SearchHit {
  const [id, author, at, room, excerpt] = row as [string, string, number, string, string]
  return { id, author, at, room, excerpt }
}
