/** Tab → event store (commands `traceRow`, `traceEvent`): from a row to the events that made it, and back. */

/** Rows that people see. What else is derived from the same events (words of the index, mentions, conflicts) stands with these. */
export type TracedTable =
  | 'timeline_items'
  | 'timelines'
  | 'reactions'
  | 'pins'
  | 'rooms'
  | 'memberships'
  | 'spaces'
  | 'component_doc'
  | 'page_comments'
  | 'page_versions'
  | 'read_markers'

/** A row by names that every device knows. */
export interface RowRef {
  readonly table: TracedTable
  readonly stream: string
  /** of the message, room, thread, person, page, comment or version; of a space its own */
  readonly id: string
  /** a reaction: JSON of [person, emoji]; a pin: the person; a read mark: the stream of the room */
  readonly of?: string
}
export const refKey = ({ table, stream, id, of = '' }: RowRef): string => JSON.stringify([table, stream, id, of])

export interface EventRef {
  readonly stream: string
  readonly id: string
}

export interface RowTrace {
  /** the row as it is now, by columns; null: it is not there */
  readonly row: Readonly<Record<string, string | number | null>> | null
  /** how many events had a part in it, of which the newest are told; `more`: of a large room or thread not all were counted */
  readonly total: number
  readonly more: boolean
  readonly events: readonly TracedEvent[]
}
export interface TracedEvent extends EventRef {
  readonly type: string
  readonly actor: string
  readonly clock: string
  readonly at: number
  /** the server's place; null: it has not taken it */
  readonly seq: string | null
  /** what it says, as JSON; the beginning of it */
  readonly payload: string
  /** its part in the row, in words */
  readonly part: string
}

export interface EventTrace {
  /** null: it is in no log of this device */
  readonly event: Omit<TracedEvent, 'part'> | null
  readonly total: number
  readonly more: boolean
  readonly rows: readonly { readonly ref: RowRef; readonly part: string }[]
}
