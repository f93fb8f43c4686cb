import { localStream, personStream, streamKind } from '../../../schema/events/streams.ts'
import type { ViewSource } from '../../../schema/events/view-source.ts'
import { sql, type TypedQuery } from '../../live/index.ts'

export interface SavedView {
  readonly id: string
  /** of the person */
  readonly stream: string
  readonly name: string
  readonly kind: ViewSource['kind']
  /** the stream that is searched */
  readonly about: string | null
  /** what is sought; the SELECT */
  readonly text: string
  readonly notify: number
  readonly looked_at: number
  readonly looked_rows: number
}

const columns = 'id, stream, name, kind, about, text, notify, looked_at, looked_rows'

export function savedViews(stream: string): TypedQuery<SavedView> {
  return sql(`SELECT ${columns} FROM saved_views WHERE stream = ? ORDER BY name COLLATE NOCASE, id`, [stream])
}

export function savedView(stream: string, id: string): TypedQuery<SavedView> {
  return sql(`SELECT ${columns} FROM saved_views WHERE stream = ? AND id = ?`, [stream, id])
}

/** Where somebody's views are kept; those of the demo stay on this device. */
export function viewsStream({ stream, me }: { readonly stream: string; readonly me: string }): string {
  return streamKind(stream) === 'local' ? localStream(me) : personStream(me)
}
