import type { Client } from '../../../workers/runtime/client/client.ts'
import { sql, type TypedQuery } from '../../live/index.ts'
import { parentOf } from './thread-events.ts'

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

export interface ThreadStart {
  /** somebody has replied already */
  readonly exists: boolean
  /** the message that it hangs on; null while that is not on this device */
  readonly parent: Pick<ThreadParent, 'id' | 'timeline_id' | 'snippet'> | null
}

/** What a first reply needs to know of its thread, asked once. */
export async function threadStart(client: Client, stream: string, thread: string): Promise<ThreadStart> {
  const { rows } = await client.query(
    `SELECT EXISTS (SELECT 1 FROM rooms WHERE stream = ?1 AND id = ?2), t.id, t.timeline_id, t.snippet
     FROM (SELECT 1) LEFT JOIN timeline_items t ON t.stream = ?1 AND t.id = ?3`,
    [stream, thread, parentOf(thread)],
  )
  const [exists, id, timeline_id, snippet] = rows[0] as [number, string | null, string, string]
  return { exists: exists === 1, parent: id === null ? null : { id, timeline_id, snippet } }
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
