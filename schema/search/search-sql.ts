import type { SqlValue } from '../live.ts'
import type { Condition } from './search-filters.ts'

/**
 * One search as plain SQL, which can be followed live. Messages are read from the newest on, in the order of the index's row ids
 * (schema/projections/search.ts), until there are enough. CROSS JOIN keeps that order.
 */
export interface SearchAsked {
  readonly stream: string
  /** an FTS5 expression; null: no words are sought */
  readonly match: string | null
  /** what must not be there */
  readonly leftOut: readonly string[]
  readonly filters: readonly { readonly condition: Condition; readonly leavesOut: boolean }[]
}
export interface SearchRow {
  readonly id: string
  readonly author: string
  /** unix ms */
  readonly at: number
  readonly room: string
  readonly body: string
  readonly clock: number | bigint
}

export const maxHits = 50

export const peopleOf = 'SELECT person_id, name FROM memberships WHERE stream = ?'
export const roomsOf = 'SELECT id, name, parent_room FROM rooms WHERE stream = ?'

/** Rows: SearchRow, one more than is shown. */
export function searchQuery(asked: SearchAsked): { sql: string; parameters: SqlValue[] } {
  const { stream, match, leftOut, filters } = asked
  const parameters: SqlValue[] = []
  const where: string[] = []
  const and = (sql: string, ...more: readonly SqlValue[]) => {
    where.push(sql)
    parameters.push(...more)
  }
  const rowid = match === null ? 'c.id' : 's.rowid'
  if (match !== null) and('search_index MATCH ?', [match, ...leftOut].map((each) => `(${each})`).join(' NOT '))
  else {
    for (const each of leftOut) and('c.id NOT IN (SELECT rowid FROM search_index WHERE search_index MATCH ?)', each)
  }
  and('t.stream = ?', stream)
  and("c.entity_kind = 'message'")
  for (const { condition, leavesOut } of filters) {
    and(leavesOut ? `NOT (${condition.sql})` : condition.sql, ...condition.parameters)
  }
  const sql = `SELECT t.id AS id, t.author_name AS author, t.created_at AS at,
      CASE WHEN p.id IS NULL THEN r.name ELSE p.name || ' › ' || r.name END AS room, c.body AS body, t.order_key AS clock
    FROM ${match === null ? 'component_text c' : 'search_index s CROSS JOIN component_text c ON c.id = s.rowid'}
    CROSS JOIN timeline_items t ON t.id = c.entity_id AND t.stream = c.stream
    CROSS JOIN rooms r ON r.id = t.timeline_id AND r.stream = t.stream
    LEFT JOIN rooms p ON p.id = r.parent_room AND p.stream = r.stream
    WHERE ${where.join(' AND ')}
    ORDER BY ${rowid} DESC LIMIT ${maxHits + 1}`
  return { sql, parameters }
}
