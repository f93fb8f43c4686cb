import type { Client } from '../../../workers/runtime/client/client.ts'
import { sql, type TypedQuery } from '../../live/index.ts'
import { streamId, timelineId } from '../timeline/timeline-query.ts'
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

const parentColumns = `t.id, ? AS stream, e.name AS timeline_id, a.author_id, t.author_name,
  iif(t.snippet = '', ifnull(t.file_names, ''), t.snippet) AS snippet, t.full_content_cached, t.created_at, t.deleted`
const parentTables =
  'timeline_items t JOIN entities e ON e.id = t.timeline_id LEFT JOIN component_author a ON a.id = t.author_id'

/** The message that a thread hangs on. */
export function threadParent(stream: string, id: string): TypedQuery<ThreadParent> {
  return sql(`SELECT ${parentColumns} FROM ${parentTables} WHERE t.stream = ${streamId} AND t.id = ?`, [
    stream,
    stream,
    id,
  ])
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
    `SELECT EXISTS (SELECT 1 FROM rooms WHERE stream = ?1 AND id = ?2), t.id, e.name, iif(t.snippet = '', ifnull(t.file_names, ''), t.snippet)
     FROM (SELECT 1) LEFT JOIN streams s ON s.name = ?1 LEFT JOIN timeline_items t ON t.stream = s.id AND t.id = ?3
     LEFT JOIN entities e ON e.id = t.timeline_id`,
    [stream, thread, parentOf(thread)],
  )
  const [exists, id, timeline_id, snippet] = rows[0] as [number, string | null, string, string]
  return { exists: exists === 1, parent: id === null ? null : { id, timeline_id, snippet } }
}

export interface PinnedRow extends ThreadParent {}

/** The pinned messages of a room, newest first. */
export function pinnedIn(stream: string, room: string): TypedQuery<PinnedRow> {
  return sql(
    `SELECT ${parentColumns} FROM ${parentTables}
     WHERE t.timeline_id = ${timelineId} AND t.pinned = 1 AND t.deleted = 0 ORDER BY t.order_key DESC, t.id LIMIT 100`,
    [stream, stream, room],
  )
}
