import { homeStream } from '../../schema/events/streams.ts'
import type { BenchRoom } from '../history-events.ts'
import type { Query, SqlValue } from '../../schema/live.ts'

/** What the device calls rooms of the history, in their order; a room that it does not know gets its number now. */
export async function timelinesOf(
  query: (sql: string, parameters: SqlValue[]) => Promise<readonly (readonly SqlValue[])[]>,
  rooms: readonly BenchRoom[],
): Promise<number[]> {
  const within = '(SELECT id FROM streams WHERE name = ?)'
  const found: number[] = []
  for (const { stream, room } of rooms) {
    await query('INSERT OR IGNORE INTO streams (name, home) VALUES (?, ?)', [stream, homeStream(stream)])
    await query(`INSERT OR IGNORE INTO entities (stream, name) VALUES (${within}, ?)`, [stream, room])
    const [row] = await query(`SELECT id FROM entities WHERE stream = ${within} AND name = ?`, [stream, room])
    found.push(Number(row![0]))
  }
  return found
}

/** The app's three kinds of live query, as a tab keeps them open. */
export function timelineQuery(stream: string, timeline: number, from: SqlValue): Query {
  return {
    sql: `SELECT t.id, t.order_key, a.author_id, t.author_name, t.snippet, t.full_content_cached, t.created_at, t.edited_at,
  t.deleted, t.reactions, t.pinned, t.reply_to, t.thread_id, h.name AS thread_name, t.reply_count, t.last_reply_at,
  o.state AS outbox_state, o.error AS outbox_error
FROM timeline_items t LEFT JOIN component_author a ON a.id = t.author_id
LEFT JOIN outbox o ON o.stream = ?1 AND o.event_id = t.id LEFT JOIN rooms h ON h.stream = ?1 AND h.id = t.thread_id
WHERE t.timeline_id = ?2 AND t.order_key >= ?3 AND t.order_key < 9223372036854775807
ORDER BY t.order_key, t.id`,
    parameters: [stream, timeline, from],
  }
}

export function unreadQuery(timeline: number, readUpTo: SqlValue): Query {
  return {
    sql: 'SELECT count(*) AS unread FROM timeline_items WHERE timeline_id = ? AND order_key > ? AND deleted = 0',
    parameters: [timeline, readUpTo],
  }
}

export function reactionQuery(message: number): Query {
  return {
    sql: `SELECT emoji, count(*) AS times FROM reactions WHERE target_id = ? AND active = 1 GROUP BY emoji ORDER BY times DESC, emoji`,
    parameters: [message],
  }
}
