import { benchStream } from '../history-events.ts'
import type { Query, SqlValue } from '../../schema/live.ts'

/** The app's three kinds of live query, as a tab keeps them open. */
export function timelineQuery(room: string, from: SqlValue): Query {
  return {
    sql: `SELECT t.id, t.order_key, t.author_id, t.author_name, t.snippet, t.full_content_cached, t.created_at, t.edited_at,
  t.deleted, t.reactions, t.pinned, t.reply_to, t.thread_id, h.name AS thread_name, t.reply_count, t.last_reply_at,
  o.state AS outbox_state, o.error AS outbox_error
FROM timeline_items t LEFT JOIN outbox o ON o.stream = t.stream AND o.event_id = t.id
LEFT JOIN rooms h ON h.stream = t.stream AND h.id = t.thread_id
WHERE t.stream = ? AND t.timeline_id = ? AND t.order_key >= ? AND t.order_key < 9223372036854775807
ORDER BY t.order_key, t.id`,
    parameters: [benchStream, room, from],
  }
}

export function unreadQuery(room: string, readUpTo: SqlValue): Query {
  return {
    sql: 'SELECT count(*) AS unread FROM timeline_items WHERE stream = ? AND timeline_id = ? AND order_key > ? AND deleted = 0',
    parameters: [benchStream, room, readUpTo],
  }
}

export function reactionQuery(message: string): Query {
  return {
    sql: `SELECT emoji, count(*) AS times FROM reactions WHERE stream = ? AND target_id = ? AND active = 1 GROUP BY emoji ORDER BY times DESC, emoji`,
    parameters: [benchStream, message],
  }
}
