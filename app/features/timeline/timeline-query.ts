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
  /** 0: the snippet is only the beginning, the body is in component_text */
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
}

/** From the first possible order_key, and up to the end with everything that will still come. */
export const beginning = 0n
export const end = 2n ** 63n - 1n

/** The messages of one stretch of a timeline, [from, to), oldest first. Maintained by filter and look-up: no scan. */
export function timelineStretch(stream: string, room: string, from: OrderKey, to: OrderKey): TypedQuery<TimelineRow> {
  return sql<TimelineRow>(
    `SELECT t.id, t.stream, t.order_key, t.author_id, t.author_name, t.snippet, t.full_content_cached, t.created_at, t.edited_at,
       t.deleted, t.reactions, t.pinned, t.reply_to, t.thread_id, h.name AS thread_name, t.reply_count, t.last_reply_at,
       o.state AS outbox_state, o.error AS outbox_error
     FROM timeline_items t
     LEFT JOIN outbox o ON o.stream = t.stream AND o.event_id = t.id
     LEFT JOIN rooms h ON h.stream = t.stream AND h.id = t.thread_id
     WHERE t.stream = ? AND t.timeline_id = ? AND t.order_key >= ? AND t.order_key < ?
     ORDER BY t.order_key, t.id`,
    [stream, room, from, to],
  )
}

/** The order_key of the message that is `count` places before `before`, and of the one behind that. */
export const olderBoundary = `SELECT order_key FROM timeline_items
  WHERE stream = ? AND timeline_id = ? AND order_key < ? ORDER BY order_key DESC LIMIT 2 OFFSET ?`

/** The order_key of the message that is `count` places after `from`. */
export const newerBoundary = `SELECT order_key FROM timeline_items
  WHERE stream = ? AND timeline_id = ? AND order_key >= ? ORDER BY order_key LIMIT 1 OFFSET ?`

/** The first message of somebody else after a place. */
export const firstUnread = `SELECT id, order_key FROM timeline_items
  WHERE stream = ? AND timeline_id = ? AND order_key > ? AND author_id <> ? AND deleted = 0 ORDER BY order_key LIMIT 1`

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
     WHERE stream = ? AND timeline_id = ? AND order_key > ? AND order_key < ? AND author_id <> ? AND deleted = 0`,
    [stream, room, after, before, me],
  )
}

/** Where a message is. */
export const messagePlace = `SELECT t.timeline_id, t.order_key, r.kind, r.parent_room, r.space_id
  FROM timeline_items t LEFT JOIN rooms r ON r.stream = t.stream AND r.id = t.timeline_id
  WHERE t.stream = ? AND t.id = ?`

/** The whole text of a message whose snippet is only its beginning. */
export function messageBody({ stream, id }: EventKey): TypedQuery<{ readonly body: string }> {
  return sql(`SELECT body FROM component_text WHERE stream = ? AND entity_id = ? AND entity_kind = 'message'`, [
    stream,
    id,
  ])
}

/** The message that another one answers. */
export function quotedMessage(
  stream: string,
  id: string,
): TypedQuery<{ readonly author_name: string; readonly snippet: string; readonly deleted: number }> {
  return sql('SELECT author_name, snippet, deleted FROM timeline_items WHERE stream = ? AND id = ?', [stream, id])
}
