import type { NamedFile } from '../../schema/events/payload-fields.ts'
import { readFiles } from '../../schema/files/named-files.ts'
import { authorOf, type AnyEvent, type KnownEvent } from '../../schema/events/event.ts'
import type { EventKey } from '../../schema/events/key.ts'
import type { SqlValue } from '../../schema/live.ts'
import type { LogReader } from '../../schema/projections/log-reader.ts'
import type { Names } from '../../schema/projections/names.ts'
import type { Sql } from '../../schema/projections/sql.ts'
import type { StoredEvent } from './block-codec.ts'
import { eventBlocks, type EventBlocks } from './event-blocks.ts'

/** The log: events, the blocks of what is sealed, cursors, and the clocks in meta. */
export interface EventLogTable extends LogReader {
  readonly blocks: EventBlocks
  /** It is there already, sealed or not. `seq`: the server's place, if it has one. */
  has(event: EventKey, seq: string | null, maybeSealed?: boolean): boolean
  /** false: an event of this id is there already */
  insert(event: AnyEvent, place: Place | null, appliedAt: number | null): boolean
  /** the server took it: sets its place, once */
  acknowledge(event: EventKey, place: Place): void
  remove(event: EventKey): void
  read(event: EventKey): AnyEvent | null
  /** The same, sealed or not. */
  stored(event: EventKey): StoredEvent | null
  /** Another content in the place of an event that is there. */
  replace(stored: StoredEvent): void
  cursor(stream: string): string | null
  /** never backwards */
  advanceCursor(stream: string, seq: string, at: number): void
  readClock(): bigint
  writeClock(clock: bigint): void
  readSkew(): number
  writeSkew(ms: number): void
}

/** Where and when the server took an event. */
export interface Place {
  readonly seq: string
  readonly receivedAt: number
}

/** The columns that `toEvent` reads, in its order. */
export const eventColumns =
  'e.event_id, e.stream, e.event_type, e.actor, e.clock, e.created_at, e.target_entity_id, e.timeline_id, e.payload, e.meta, e.seq'

/** The same with the server's place. */
export function toStored(row: readonly SqlValue[]): StoredEvent {
  return { event: toEvent(row), seq: row[10] as string | null, receivedAt: receivedAtOf(row) }
}

export function toEvent(row: readonly SqlValue[]): AnyEvent {
  const meta = row[9] === null ? null : (JSON.parse(row[9] as string) as { deps?: string[]; version?: number })
  return {
    id: row[0] as string,
    stream: row[1] as string,
    type: row[2] as string,
    actor: row[3] as string,
    clock: String(row[4]),
    at: row[5] as number,
    ...(row[6] === null ? {} : { entity: row[6] as string }),
    ...(row[7] === null ? {} : { room: row[7] as string }),
    ...(meta?.version === undefined ? {} : { version: meta.version }),
    deps: meta?.deps ?? [],
    payload: JSON.parse(row[8] as string) as unknown,
  }
}

function receivedAtOf(row: readonly SqlValue[]): number | null {
  return row[9] === null ? null : ((JSON.parse(row[9] as string) as { receivedAt?: number }).receivedAt ?? null)
}

export function eventLog(sql: Sql, names: Names): EventLogTable {
  const blocks = eventBlocks(sql, names)
  const insert = sql.prepare(
    `INSERT INTO events (event_id, stream, seq, event_type, actor, clock, created_at, target_entity_id, timeline_id, payload, meta, applied_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (stream, event_id) DO NOTHING`,
  )
  const has = sql.prepare('SELECT 1 FROM events WHERE stream = ? AND event_id = ?')
  const acknowledge = sql.prepare(
    "UPDATE events SET seq = ?, meta = json_set(coalesce(meta, '{}'), '$.receivedAt', ?) WHERE stream = ? AND event_id = ? AND seq IS NULL",
  )
  const remove = sql.prepare('DELETE FROM events WHERE stream = ? AND event_id = ?')
  const read = sql.prepare(`SELECT ${eventColumns} FROM events e WHERE e.stream = ? AND e.event_id = ?`)
  const rewrite = sql.prepare('UPDATE events SET payload = ?, meta = ? WHERE stream = ? AND event_id = ?')
  const author = sql.prepare(
    "SELECT ifnull(payload ->> '$.author.id', actor) FROM events WHERE stream = ? AND event_id = ?",
  )
  const firstText = sql.prepare("SELECT payload ->> 'text' FROM events WHERE stream = ? AND event_id = ?")
  const firstFiles = sql.prepare("SELECT payload -> 'files' FROM events WHERE stream = ? AND event_id = ?")
  const cursor = sql.prepare('SELECT seq FROM cursors WHERE stream = ?')
  const advance = sql.prepare(
    `INSERT INTO cursors (stream, seq, updated_at) VALUES (?, ?, ?)
     ON CONFLICT (stream) DO UPDATE SET seq = excluded.seq, updated_at = excluded.updated_at WHERE seq IS NULL OR excluded.seq > seq`,
  )
  const readMeta = sql.prepare('SELECT value FROM meta WHERE key = ?')
  const writeMeta = sql.prepare(
    'INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
  )

  function isSealed(event: EventKey, seq: string | null): boolean {
    if (seq !== null && !blocks.reaches(event.stream, seq)) return false
    return blocks.find(event, seq) !== null
  }

  function sealed(stream: string, id: string): AnyEvent {
    return blocks.find({ stream, id })!.event
  }

  return {
    blocks,
    has(event, seq, maybeSealed = true) {
      return has.rows(event.stream, event.id).length > 0 || (maybeSealed && isSealed(event, seq))
    },
    insert(event, place, appliedAt) {
      if (isSealed(event, place?.seq ?? null)) return false
      const { id, stream, type, actor, clock, at, entity = null, room = null } = event
      const payload = JSON.stringify(event.payload ?? null)
      const seq = place?.seq ?? null
      const meta = metaOf(event, place)
      return insert.run(id, stream, seq, type, actor, BigInt(clock), at, entity, room, payload, meta, appliedAt) > 0
    },
    acknowledge: ({ stream, id }, place) => void acknowledge.run(place.seq, place.receivedAt, stream, id),
    remove: ({ stream, id }) => void remove.run(stream, id),
    read({ stream, id }) {
      const row = read.rows(stream, id)[0]
      return row ? toEvent(row) : null
    },
    stored(event) {
      const row = read.rows(event.stream, event.id)[0]
      return row ? toStored(row) : blocks.find(event)
    },
    replace(stored) {
      const { event, seq, receivedAt } = stored
      const meta = metaOf(event, seq === null || receivedAt === null ? null : { seq, receivedAt })
      const open = rewrite.run(JSON.stringify(event.payload), meta, event.stream, event.id) > 0
      if (!open) blocks.replace(stored)
    },
    firstText(stream, message) {
      const row = firstText.rows(stream, message)[0]
      return row ? (row[0] as string) : (sealed(stream, message).payload as { text: string }).text
    },
    filesOf(stream, message) {
      const row = firstFiles.rows(stream, message)[0]
      if (row) return readFiles(row[0] as string | null)
      return (sealed(stream, message).payload as { files?: readonly NamedFile[] }).files ?? []
    },
    author(stream, event) {
      const row = author.rows(stream, event)[0]
      return row ? (row[0] as string) : authorOf(sealed(stream, event) as KnownEvent)
    },
    cursor: (stream) => (cursor.rows(stream)[0]?.[0] as string | null | undefined) ?? null,
    advanceCursor: (stream, seq, at) => void advance.run(stream, seq, at),
    readClock: () => BigInt((readMeta.rows('clock')[0]?.[0] as number | bigint | undefined) ?? 0),
    writeClock: (clock) => void writeMeta.run('clock', clock),
    readSkew: () => (readMeta.rows('clock_skew')[0]?.[0] as number | undefined) ?? 0,
    writeSkew: (ms) => void writeMeta.run('clock_skew', ms),
  }
}

function metaOf({ deps, version }: AnyEvent, place: Place | null): string | null {
  if (deps.length === 0 && version === undefined) return place ? `{"receivedAt":${place.receivedAt}}` : null
  return JSON.stringify({ ...(deps.length > 0 && { deps }), version, receivedAt: place?.receivedAt })
}
