import { sql, type TypedQuery } from '../../live/index.ts'

export interface ThreadParent {
  readonly id: string
  readonly stream: string
  readonly timeline_id: string
  readonly author_id: string
  readonly author_name: string
  readonly snippet: string
  readonly full_content_cached: number
  readonly created_at: number
  readonly deleted: number
}

/** The message that a thread hangs on. */
export function threadParent(stream: string, id: string): TypedQuery<ThreadParent> {
  return sql(
    `SELECT id, stream, timeline_id, author_id, author_name, snippet, full_content_cached, created_at, deleted
     FROM timeline_items WHERE stream = ? AND id = ?`,
    [stream, id],
  )
}

export interface PinnedRow extends ThreadParent {}

/** The pinned messages of a room, newest first. */
export function pinnedIn(stream: string, room: string): TypedQuery<PinnedRow> {
  return sql(
    `SELECT id, stream, timeline_id, author_id, author_name, snippet, full_content_cached, created_at, deleted
     FROM timeline_items
     WHERE stream = ? AND timeline_id = ? AND pinned = 1 AND deleted = 0 ORDER BY order_key DESC, id LIMIT 100`,
    [stream, room],
  )
}
