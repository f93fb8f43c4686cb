import { sql, type TypedQuery } from '../../live/index.ts'

export interface PageRow {
  readonly id: string
  readonly stream: string
  readonly room_id: string
  readonly title: string
  /** who made it */
  readonly author_id: string
  /** 1: deleted, and can be restored; `erasedPage`: deleted for good */
  readonly archived: number
  readonly updated_at: number
}

export const erasedPage = 2

const columns = 'entity_id AS id, stream, room_id, title, author_id, archived, updated_at'

/** The pages of a room, those that were written last first. */
export function pagesOf(stream: string, room: string, archived: boolean, limit: number): TypedQuery<PageRow> {
  return sql(
    `SELECT ${columns} FROM component_doc WHERE stream = ? AND room_id = ? AND archived = ?
     ORDER BY updated_at DESC, entity_id LIMIT ?`,
    [stream, room, archived ? 1 : 0, limit],
  )
}

export function pageById(stream: string, page: string): TypedQuery<PageRow> {
  return sql(`SELECT ${columns} FROM component_doc WHERE stream = ? AND entity_id = ?`, [stream, page])
}

/** What a page holds, and up to which update. Asked for once: what comes behind it, `updatesAfter` tells. */
export const pageContent = `SELECT d.state, ifnull((SELECT max(u.id) FROM page_updates u WHERE u.stream = d.stream AND u.page_id = d.entity_id), 0)
  FROM component_doc d WHERE d.stream = ? AND d.entity_id = ?`

export function updatesAfter(
  stream: string,
  page: string,
  id: number,
): TypedQuery<{ readonly id: number; readonly bytes: Uint8Array }> {
  return sql('SELECT id, bytes FROM page_updates WHERE stream = ? AND page_id = ? AND id > ? ORDER BY id', [
    stream,
    page,
    id,
  ])
}

export interface SpanRow {
  readonly position: number
  readonly author_id: string
  readonly author_name: string
  readonly at: number
  readonly text: string
}

/** Who wrote which span of a page, in order: together they are its letters. */
export function spansOf(space: string, stream: string, page: string): TypedQuery<SpanRow> {
  return sql(
    `SELECT s.position, s.author_id, ifnull(m.name, s.author_id) AS author_name, s.at, s.text
     FROM page_spans s LEFT JOIN memberships m ON m.stream = ? AND m.person_id = s.author_id
     WHERE s.stream = ? AND s.page_id = ? ORDER BY s.position`,
    [space, stream, page],
  )
}

export interface CommentRow {
  readonly id: string
  readonly author_id: string
  readonly author_name: string
  readonly text: string
  readonly quote: string
  readonly anchor: string
  readonly resolved: number
  readonly created_at: number
}

export function commentsOf(space: string, stream: string, page: string): TypedQuery<CommentRow> {
  return sql(
    `SELECT c.id, c.author_id, ifnull(m.name, c.author_id) AS author_name, c.text, c.quote, c.anchor, c.resolved, c.created_at
     FROM page_comments c LEFT JOIN memberships m ON m.stream = ? AND m.person_id = c.author_id
     WHERE c.stream = ? AND c.page_id = ? AND c.text <> '' ORDER BY c.created_at, c.id`,
    [space, stream, page],
  )
}

export interface DayRow {
  /** days since 1970, here */
  readonly day: number
  /** of the day's last update */
  readonly clock: number | bigint
  readonly at: number
  readonly updates: number
  readonly authors: number
}

/** The days on which a page was written, the newest first. `offset`: of this place's time, in ms (JavaScript's -0 is no INTEGER). */
export function daysOf(stream: string, page: string, offset: number): TypedQuery<DayRow> {
  return sql(
    `SELECT (at + CAST(?1 AS INTEGER)) / 86400000 AS day, max(clock) AS clock, max(at) AS at, count(*) AS updates, count(DISTINCT actor_id) AS authors
     FROM page_updates WHERE stream = ?2 AND page_id = ?3 GROUP BY (at + CAST(?1 AS INTEGER)) / 86400000 ORDER BY day DESC LIMIT 366`,
    [offset, stream, page],
  )
}

export interface VersionRow {
  readonly id: string
  readonly name: string
  readonly author_name: string
  readonly clock: number | bigint
  readonly at: number
}

/** The versions of a page that somebody saved, the newest first. */
export function versionsOf(space: string, stream: string, page: string): TypedQuery<VersionRow> {
  return sql(
    `SELECT v.id, v.name, ifnull(m.name, v.author_id) AS author_name, v.clock, v.at
     FROM page_versions v LEFT JOIN memberships m ON m.stream = ? AND m.person_id = v.author_id
     WHERE v.stream = ? AND v.page_id = ? ORDER BY v.clock DESC, v.id`,
    [space, stream, page],
  )
}

/** What was written up to a clock. */
export const updatesUpTo =
  'SELECT bytes FROM page_updates WHERE stream = ? AND page_id = ? AND clock <= ? ORDER BY clock, event_id'
