import { sql, type TypedQuery } from '../../live/index.ts'

export interface PageRow {
  readonly id: string
  readonly stream: string
  readonly room_id: string
  readonly title: string
  /** who made it */
  readonly author_id: string
  readonly archived: number
  readonly updated_at: number
}

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
