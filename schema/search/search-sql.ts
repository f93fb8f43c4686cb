import type { Query, SqlValue } from '../live.ts'
import type { Condition } from './search-filters.ts'
import type { SoughtPart } from './seek.ts'

/**
 * One search as one live query. Messages are read from the newest on, in the order of the index's row ids
 * (schema/projections/message-keys.ts), until there are enough. Therefore only the index, or only the texts, stand in FROM: what else is
 * asked of a message stands in subqueries, since SQLite and the engine would sort a join.
 */
export interface SearchAsked {
  /** a space's stream: all of its public rooms are sought in; or that of a private room, or the demo's */
  readonly home: string
  /** FTS5 expressions, all of which must hold */
  readonly matches: readonly string[]
  /** and none of these */
  readonly leftOut: readonly string[]
  /** what the text must say, and lists of what it must not say all of (says.ts) */
  readonly phrases: readonly SoughtPart[]
  readonly unsaid: readonly (readonly SoughtPart[])[]
  readonly conditions: readonly Condition[]
  /** none of these may hold as a whole */
  readonly unwanted: readonly Condition[]
  /** smallest row id, and the first that is too large */
  readonly ids: { readonly from: number | null; readonly end: number | null }
  /** the one of the conditions by whose messages the search goes, since they are few */
  readonly driver: Condition | null
}
/** `hit` is JSON: see `readHit`. */
export interface SearchRow {
  readonly hit: string
}

export const maxHits = 50

export const peopleOf = 'SELECT person_id, name FROM memberships WHERE stream = ?'
export const threadsToo =
  'SELECT r.id, r.name, r.parent_room FROM streams s JOIN rooms r ON r.stream = s.name WHERE s.home = ?'
export const roomsOf = `${threadsToo} AND r.parent_room IS NULL`
/** Each counts up to a number. */
export const countMatches = 'SELECT count(*) FROM (SELECT 1 FROM search_index WHERE search_index MATCH ? LIMIT ?)'
export const countFew = (sql: string) => `SELECT count(*) FROM (${sql} LIMIT ?)`
/** The first id from there on that no text has: before it stand all texts of earlier minutes. */
export const firstFreeId = `SELECT one.key + 1 FROM timeline_items one LEFT JOIN timeline_items next ON next.key = one.key + 1
  WHERE one.key >= ? AND next.key IS NULL ORDER BY one.key LIMIT 1`

/** Of a message's row `t`. */
export const inHome = 't.stream IN (SELECT id FROM streams WHERE home = ?)'

/** Rows: SearchRow, the newest first, one more than is shown. */
export function searchQuery(asked: SearchAsked): Query {
  const { home, leftOut, phrases, unsaid, conditions, unwanted, ids, driver } = asked
  const parameters: SqlValue[] = []
  const put = (sql: string, more: readonly SqlValue[] = []): string => {
    parameters.push(...more)
    return sql
  }
  const byIndex = asked.matches.length > 0
  const id = byIndex ? 's.rowid' : 's.key'
  const where: string[] = []
  if (byIndex) where.push(put('search_index MATCH ?', [expression(asked.matches, leftOut)]))
  else {
    for (const each of leftOut) {
      where.push(put(`${id} NOT IN (SELECT rowid FROM search_index WHERE search_index MATCH ?)`, [each]))
    }
  }
  if (ids.from !== null) where.push(put(`${id} >= ?`, [ids.from]))
  if (ids.end !== null) where.push(put(`${id} < ?`, [ids.end]))
  if (driver?.few) {
    const { sql, parameters: more } = driver.few
    where.push(put(`${id} IN (${sql})`, more))
  }
  const ofMessage = [put(`t.deleted = 0 AND ${inHome}`, [home])]
  for (const condition of conditions) ofMessage.push(...onRow(condition, put))
  for (const condition of unwanted) ofMessage.push(`NOT (${onRow(condition, put).join(' AND ')})`)
  if (phrases.length > 0) ofMessage.push(put(`says(${wholeText}, ?)`, [JSON.stringify(phrases)]))
  for (const parts of unsaid) ofMessage.push(put(`NOT says(${wholeText}, ?)`, [JSON.stringify(parts)]))
  where.push(`EXISTS (SELECT 1 FROM timeline_items t WHERE t.key = ${id} AND ${ofMessage.join(' AND ')})`)
  const sql = `SELECT ${id} AS place, (
      SELECT json_array((SELECT name FROM streams WHERE id = t.stream), t.id, t.author_name, t.created_at, CASE WHEN p.id IS NULL THEN r.name ELSE p.name || ' › ' || r.name END,
        t.snippet || ifnull(c.body, '') || ifnull(char(10) || t.file_names, ''))
      FROM timeline_items t LEFT JOIN component_text c ON c.id = t.key LEFT JOIN rooms r ON r.timeline = t.timeline_id
      LEFT JOIN rooms p ON p.id = r.parent_room AND p.stream = r.stream WHERE t.key = ${id}) AS hit
    FROM ${byIndex ? 'search_index' : 'timeline_items'} s WHERE ${where.join(' AND ')} ORDER BY ${id} DESC LIMIT ${maxHits + 1}`
  return { sql, parameters }
}

const wholeText =
  "t.snippet || ifnull((SELECT body FROM component_text WHERE id = t.key), '') || ifnull(char(10) || t.file_names, '')"

export function expression(matches: readonly string[], leftOut: readonly string[]): string {
  return [matches.map((each) => `(${each})`).join(' AND '), ...leftOut.map((each) => `(${each})`)].join(' NOT ')
}

function onRow(
  { sql, parameters, since, until }: Condition,
  put: (sql: string, parameters?: readonly SqlValue[]) => string,
): string[] {
  return [
    ...(sql ? [put(`(${sql})`, parameters)] : []),
    ...(since === undefined ? [] : [put('t.created_at >= ?', [since])]),
    ...(until === undefined ? [] : [put('t.created_at < ?', [until])]),
  ]
}

export interface FoundMessage {
  readonly stream: string
  readonly id: string
  readonly author: string
  /** unix ms */
  readonly at: number
  readonly room: string
  readonly body: string
}

export function readHit({ hit }: SearchRow): FoundMessage {
  const [stream, id, author, at, room, body] = JSON.parse(hit) as [
    string,
    string,
    string,
    number,
    string | null,
    string,
  ]
  return { stream, id, author, at, room: room ?? '', body }
}
