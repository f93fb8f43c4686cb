import { asNewest, type KnownEvent } from '../../../schema/events/event.ts'
import { definitionOf } from '../../../schema/events/event-types.ts'
import type { SqlValue } from '../../../schema/live.ts'
import type {
  EventRef,
  EventTrace,
  RowRef,
  RowTrace,
  TracedEvent,
  TracedTable,
} from '../../../schema/messages/trace.ts'
import type { StoredEvent } from '../block-codec.ts'
import type { Store } from '../store.ts'
import { lineage } from './row-events.ts'

/** of a room, thread or person so many messages are looked at */
const looked = 500
const toldEvents = 60
const toldRows = 100
const payloadLength = 1_000

/** The row as it stands, and the newest of the events that had a part in it. */
export function traceRow(store: Store, ref: RowRef): RowTrace {
  const parts = [...lineage(store, looked).eventsOf(ref).values()]
  const events = parts.slice(0, 4 * toldEvents).flatMap(({ ref: event, part }) => {
    const stored = store.log.stored(event)
    return stored ? [{ ...describe(stored), part }] : []
  })
  events.sort((a, b) => byClock(b, a))
  return {
    row: rowOf(store, ref),
    total: parts.length,
    more: parts.length >= looked,
    events: events.slice(0, toldEvents),
  }
}

/** The event, and the rows that it has a part in. */
export function traceEvent(store: Store, ref: EventRef): EventTrace {
  const stored = store.log.stored(ref)
  if (!stored) return { event: null, total: 0, more: false, rows: [] }
  const isKnown = definitionOf(stored.event.type) !== undefined
  const rows = isKnown
    ? [
        ...lineage(store, looked)
          .rowsOf(asNewest(stored.event as KnownEvent))
          .values(),
      ]
    : []
  return { event: describe(stored), total: rows.length, more: rows.length >= looked, rows: rows.slice(0, toldRows) }
}

function describe({ event, seq }: StoredEvent): Omit<TracedEvent, 'part'> {
  const { id, stream, type, actor, clock, at } = event
  const payload = JSON.stringify(event.payload)
  const shown = payload.length > payloadLength ? `${payload.slice(0, payloadLength)}…` : payload
  return { id, stream, type, actor, clock, at, seq, payload: shown }
}

function byClock(a: TracedEvent, b: TracedEvent): number {
  const [one, other] = [BigInt(a.clock), BigInt(b.clock)]
  if (one !== other) return one < other ? -1 : 1
  return a.id < b.id ? -1 : 1
}

const item = 'm.stream = (SELECT id FROM streams WHERE name = ?1) AND m.id = ?2'
const onMessage = `JOIN timeline_items m ON m.key = x.target_id JOIN component_author a ON a.id = x.actor_id WHERE ${item}`

/** By (stream, id), and `of` where a row has one: the columns that people understand. */
const selects: { readonly [T in TracedTable]: string } = {
  timeline_items: `SELECT m.author_name, m.snippet, m.edited_at, m.deleted, m.reactions, m.pinned, m.thread_id, m.reply_count, m.order_key
    FROM timeline_items m WHERE ${item}`,
  timelines: `SELECT t.message_count, t.last_message_at FROM timelines t JOIN entities e ON e.id = t.id JOIN streams s ON s.id = e.stream
    WHERE s.name = ?1 AND e.name = ?2`,
  reactions: `SELECT a.author_id, x.emoji, x.active, x.clock FROM reactions x ${onMessage} AND json_array(a.author_id, x.emoji) = ?3`,
  pins: `SELECT a.author_id, x.active, x.clock FROM pins x ${onMessage} AND a.author_id = ?3`,
  rooms: 'SELECT name, topic, kind, parent_room, parent_message, archived FROM rooms WHERE stream = ?1 AND id = ?2',
  memberships: 'SELECT name, role, active, joined_at FROM memberships WHERE stream = ?1 AND person_id = ?2',
  spaces: 'SELECT name, visibility FROM spaces WHERE stream = ?1 AND id = ?2',
  component_doc: `SELECT title, room_id, author_id, archived, length(state) AS state_bytes, written_at FROM component_doc
    WHERE stream = ?1 AND entity_id = ?2`,
  page_comments: 'SELECT page_id, author_id, text, resolved FROM page_comments WHERE stream = ?1 AND id = ?2',
  page_versions: 'SELECT page_id, name, author_id FROM page_versions WHERE stream = ?1 AND id = ?2',
  read_markers: `SELECT order_key, muted, level FROM read_markers WHERE actor_id = substr(?1, length('person:') + 1) AND room_id = ?2 AND stream = ?3`,
}

function rowOf({ sql }: Store, { table, stream, id, of }: RowRef): RowTrace['row'] {
  const select = selects[table]
  const values: SqlValue[] = select.includes('?3') ? [stream, id, of ?? ''] : [stream, id]
  const columns = columnsOf(select)
  const [row] = sql.prepare(select).rows(...values)
  if (!row) return null
  return Object.fromEntries(columns.map((column, place) => [column, shown(row[place]!)]))
}

/** As the select names them: its first words, up to FROM. */
function columnsOf(select: string): string[] {
  const list = /^SELECT ([\s\S]*?)\s+FROM /.exec(select)![1]!
  return list.split(/,\s*/).map((column) => /(\w+)$/.exec(column)![1]!)
}

function shown(value: SqlValue): string | number | null {
  if (typeof value === 'bigint') return String(value)
  return value instanceof Uint8Array ? `${value.length} bytes` : value
}
