import { deviceBounds } from '../device-bounds.ts'
import type { SqlValue } from '../live.ts'
import type { Condition } from './search-filters.ts'
import type { Sought } from './seek-term.ts'

/**
 * One search as plain SQL. Where messages are looked for is bounded: those that the full-text index names, if they are not too many;
 * the rooms that were asked for; else the newest. CROSS JOIN keeps the order in which they are joined, from the few to the one.
 */
export interface CandidatesAsked {
  readonly stream: string
  readonly source: 'words' | 'rooms' | 'newest'
  readonly limits: SearchLimits
  /** FTS5 expression of all words that the index knows */
  readonly match: string | null
  readonly rooms: readonly string[]
  readonly wanted: readonly Sought[]
  readonly unwanted: readonly Sought[]
  readonly filters: readonly { readonly condition: Condition; readonly leavesOut: boolean }[]
}

/** How much is looked at, so that no search is slow. */
export interface SearchLimits {
  /** more matches than this are not sorted by age: the newest messages are looked at instead */
  readonly matches: number
  readonly newest: number
  /** where words inside runs of unspaced scripts are looked for */
  readonly inside: number
}
export const searchLimits: SearchLimits = {
  matches: deviceBounds.searchMatches,
  newest: deviceBounds.searchNewest,
  inside: deviceBounds.searchInside,
}
/** one more than is shown */
const maxRows = 51
/** where rows are checked again, because LIKE is not exact: first some more, then many more */
export const rowsToCheck = [200, 1000] as const

export const peopleOf = 'SELECT person_id, name FROM memberships WHERE stream = ?'
export const roomsOf = 'SELECT id, name, parent_room FROM rooms WHERE stream = ?'
export const countMatches = 'SELECT count(*) FROM search_index WHERE search_index MATCH ?'
/** Each counts up to a number. */
export const countTexts = 'SELECT count(*) FROM (SELECT 1 FROM component_text LIMIT ?)'
export const countInRooms =
  'SELECT count(*) FROM (SELECT 1 FROM timeline_items WHERE stream = ? AND timeline_id IN (SELECT value FROM json_each(?)) LIMIT ?)'

/** Rows: id, author's name, unix ms, room's name, body, order_key. */
export function candidates(
  asked: CandidatesAsked,
  rowsChecked: number = rowsToCheck[0],
): { sql: string; parameters: SqlValue[]; limit: number; checked: boolean } {
  const { stream, source, limits, match, rooms, wanted, unwanted, filters } = asked
  const parameters: SqlValue[] = []
  const where: string[] = []
  const and = (sql: string, ...more: readonly SqlValue[]) => {
    where.push(sql)
    parameters.push(...more)
  }
  let from: string
  switch (source) {
    case 'words':
      from =
        '(SELECT rowid AS id FROM search_index WHERE search_index MATCH ?) s CROSS JOIN component_text c ON c.id = s.id CROSS JOIN timeline_items t ON t.id = c.entity_id AND t.stream = c.stream'
      parameters.push(match)
      break
    case 'rooms':
      from = `(SELECT id, stream FROM timeline_items WHERE stream = ? AND timeline_id IN (SELECT value FROM json_each(?)) ORDER BY order_key DESC LIMIT ?) s CROSS JOIN timeline_items t ON t.id = s.id AND t.stream = s.stream CROSS JOIN component_text c ON c.entity_id = t.id AND c.stream = t.stream`
      parameters.push(stream, JSON.stringify(rooms), limits.newest)
      break
    case 'newest':
      from = `(SELECT id, entity_id, stream, entity_kind, body FROM component_text ORDER BY entity_id DESC LIMIT ?) c CROSS JOIN timeline_items t ON t.id = c.entity_id AND t.stream = c.stream`
      parameters.push(limits.newest)
      break
  }
  if (match && source !== 'words') and('c.id IN (SELECT rowid FROM search_index WHERE search_index MATCH ?)', match)
  for (const { exact, like } of wanted) if (!exact) and(`c.body LIKE ? ESCAPE '\\'`, like)
  for (const { match, exact } of unwanted) {
    // what is left out must be exact: what is not is left to the check of its pattern
    if (match && exact) and('c.id NOT IN (SELECT rowid FROM search_index WHERE search_index MATCH ?)', match)
  }
  for (const { condition, leavesOut } of filters) {
    and(leavesOut ? `NOT (${condition.sql})` : condition.sql, ...condition.parameters)
  }
  and('t.deleted = 0')
  and("c.entity_kind = 'message'")
  and('t.stream = ?', stream)
  const checked = [...wanted, ...unwanted].some(({ exact }) => !exact)
  const limit = checked ? rowsChecked : maxRows
  const sql = `SELECT t.id, t.author_name, t.created_at,
      CASE WHEN p.id IS NULL THEN r.name ELSE p.name || ' › ' || r.name END, c.body, h.order_key
    FROM (
      SELECT t.id, t.stream, t.order_key, c.id AS text_id
      FROM ${from}
      WHERE ${where.join(' AND ')}
      ORDER BY t.order_key DESC, t.id LIMIT ${limit}
    ) h
    CROSS JOIN component_text c ON c.id = h.text_id
    CROSS JOIN timeline_items t ON t.id = h.id AND t.stream = h.stream
    CROSS JOIN rooms r ON r.id = t.timeline_id AND r.stream = t.stream
    LEFT JOIN rooms p ON p.id = r.parent_room AND p.stream = r.stream
    ORDER BY h.order_key DESC, h.id`
  return { sql, parameters, limit, checked }
}
