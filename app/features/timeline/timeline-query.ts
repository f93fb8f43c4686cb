import type { EventKey } from '../../../schema/events/key.ts'
import { sql, type TypedQuery } from '../../live/index.ts'

/** A packed clock: a bigint in practice, a number when it is small. */
export type OrderKey = number | bigint

export interface TimelineRow {
  readonly id: string
  readonly stream: string
  readonly order_key: OrderKey
  readonly author_id: string
  readonly author_name: string
  readonly snippet: string
  /** 0: the snippet is only the beginning, component_text has the rest */
  readonly full_content_cached: number
  readonly created_at: number
  readonly edited_at: number | null
  readonly deleted: number
  /** JSON: {"👍": ["actor", …]} */
  readonly reactions: string
  readonly pinned: number
  readonly reply_to: string | null
  readonly thread_id: string | null
  /** an imported topic has a name of its own */
  readonly thread_name: string | null
  readonly reply_count: number
  readonly last_reply_at: number | null
  /** of the message's own event, while the server has not taken it: pending, failed */
  readonly outbox_state: string | null
  readonly outbox_error: string | null
  /** JSON: NamedFile[] */
  readonly files: string | null
}

export const streamId = '(SELECT id FROM streams WHERE name = ?)'
export const timelineId =
  '(SELECT e.id FROM streams s JOIN entities e ON e.stream = s.id WHERE s.name = ? AND e.name = ?)'
/** nobody, while this device knows nothing that they wrote */
const byOthers = 'author_id IS NOT (SELECT id FROM component_author WHERE author_id = ?)'

/** From the first possible order_key, and up to the end with everything that will still come. */
export const beginning = 0n
export const end = 2n ** 63n - 1n

/**
 * A room or thread by the number that this device's rows have for it. `names` tells this database from one that was lost: there
 * the number meant another.
 */
export interface TimelinePlace {
  readonly id: number
  readonly names: string
}

/** No row while nothing on this device has spoken of it. */
export function timelinePlace(stream: string, room: string): TypedQuery<TimelinePlace> {
  return sql(
    `SELECT e.id, n.name AS names FROM streams s JOIN entities e ON e.stream = s.id JOIN streams n ON n.id = 0 WHERE s.name = ? AND e.name = ?`,
    [stream, room],
  )
}
const nowhere: TimelinePlace = { id: -1, names: '' }

/**
 * The messages of one stretch of a timeline, [from, to), oldest first. Maintained by filter and look-up: no scan. A row has what
 * is drawn; the look-ups say what only other tables know.
 */
export function timelineStretch(
  stream: string,
  place: TimelinePlace | null,
  from: OrderKey,
  to: OrderKey,
): TypedQuery<TimelineRow> {
  const { id, names } = place ?? nowhere
  return sql<TimelineRow>(
    `SELECT t.id, ?1 AS stream, t.order_key, a.author_id, t.author_name, t.snippet, t.full_content_cached, t.created_at, t.edited_at,
       t.deleted, t.reactions, t.pinned, t.reply_to, t.thread_id, h.name AS thread_name, t.reply_count, t.last_reply_at,
       o.state AS outbox_state, o.error AS outbox_error, t.files
     FROM timeline_items t
     LEFT JOIN component_author a ON a.id = t.author_id
     LEFT JOIN outbox o ON o.stream = ?1 AND o.event_id = t.id
     LEFT JOIN rooms h ON h.stream = ?1 AND h.id = t.thread_id
     WHERE t.timeline_id = ?2 AND t.order_key >= ?3 AND t.order_key < ?4
       AND EXISTS (SELECT 1 FROM streams WHERE id = 0 AND name = ?5)
     ORDER BY t.order_key, t.id`,
    [stream, id, from, to, names],
  )
}

/** The order_key of the message that is `count` places before `before`, and of the one behind that. */
export const olderBoundary = `SELECT order_key FROM timeline_items
  WHERE timeline_id = ${timelineId} AND order_key < ? ORDER BY order_key DESC LIMIT 2 OFFSET ?`

/** The order_key of the message that is `count` places after `from`. */
export const newerBoundary = `SELECT order_key FROM timeline_items
  WHERE timeline_id = ${timelineId} AND order_key >= ? ORDER BY order_key LIMIT 1 OFFSET ?`

/** The first message of somebody else after a place. */
export const firstUnread = `SELECT id, order_key FROM timeline_items
  WHERE timeline_id = ${timelineId} AND order_key > ? AND ${byOthers} AND deleted = 0 ORDER BY order_key LIMIT 1`

/** How many messages of others lie in (after, before). */
export function unreadBetween(
  stream: string,
  room: string,
  after: OrderKey,
  before: OrderKey,
  me: string,
): TypedQuery<{ readonly unread: number }> {
  return sql(
    `SELECT count(*) AS unread FROM timeline_items
     WHERE timeline_id = ${timelineId} AND order_key > ? AND order_key < ? AND ${byOthers} AND deleted = 0`,
    [stream, room, after, before, me],
  )
}

/** Where a message is. */
export const messagePlace = `SELECT e.name, t.order_key, r.kind, r.parent_room, r.space_id
  FROM timeline_items t JOIN entities e ON e.id = t.timeline_id LEFT JOIN rooms r ON r.timeline = t.timeline_id
  WHERE t.stream = ${streamId} AND t.id = ?`

/** The whole text of a message whose snippet is only its beginning. */
export function messageBody({ stream, id }: EventKey): TypedQuery<{ readonly body: string }> {
  return sql(
    `SELECT t.snippet || ifnull(c.body, '') AS body FROM timeline_items t LEFT JOIN component_text c ON c.id = t.key
     WHERE t.stream = ${streamId} AND t.id = ? AND t.deleted = 0`,
    [stream, id],
  )
}

/** The message that another one answers. */
export function quotedMessage(
  stream: string,
  id: string,
): TypedQuery<{ readonly author_name: string; readonly snippet: string; readonly deleted: number }> {
  return sql(
    `SELECT author_name, iif(snippet = '', ifnull(file_names, ''), snippet) AS snippet, deleted FROM timeline_items WHERE stream = ${streamId} AND id = ?`,
    [stream, id],
  )
}
