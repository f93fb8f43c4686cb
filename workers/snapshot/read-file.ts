import { Inflate, strFromU8 } from 'fflate'
import * as v from 'valibot'
import type { AnyEvent } from '../../schema/events/event.ts'
import { spaceOfStream, streamOwner } from '../../schema/events/streams.ts'
import type { RawSql } from '../runtime/serving/raw-sql.ts'
import { decodeBlock, type StoredEvent } from '../event-store/block-codec.ts'
import { eventColumns, toStored } from '../event-store/event-log-table.ts'
import { migrations } from '../../schema/tables/migrations.ts'
import { sqliteCode } from '../runtime/storage/failure.ts'
import { isNewer, readInfo, type SnapshotInfo } from './snapshot-info.ts'

/**
 * The events in an exported file, which a person may have from anybody. Law: nothing of the file but its log is looked at, and that only
 * as values; whatever is in it, reading ends, and within bounds. The events are still to be validated.
 */
export interface SpaceFile {
  readonly type: 'Space'
  readonly info: SnapshotInfo
  /**
   * Of all streams or of one, some at a time; a piece that cannot be read counts as one that is left out. Throws what SQLite throws when
   * the tables of the file lead nowhere, or the file is not given any more.
   */
  read(
    only?: string,
  ): Generator<{ readonly stream: string; readonly events: readonly StoredEvent[]; readonly unreadable: number }>
}
export type FoundFile =
  | SpaceFile
  /** a database, or none, but no space that was exported */
  | { readonly type: 'Foreign' }
  /** a newer build wrote it, in tables that this one does not know */
  | { readonly type: 'Newer' }
  | { readonly type: 'Damaged' }

export function readSpaceFile(sql: RawSql, database: string): FoundFile {
  try {
    if (!hasPlainTables(sql, database)) return { type: 'Foreign' }
    const info = readInfo(sql, database)
    if (info && info.schema <= migrations.length) {
      return { type: 'Space', info, read: (only) => eventsIn(sql, database, info, only) }
    }
    return { type: info || isNewer(sql, database) ? 'Newer' : 'Foreign' }
  } catch (error) {
    return { type: sqliteCode(error) === corrupt ? 'Damaged' : 'Foreign' }
  }
}
const corrupt = 11
const notGiven = 10

const log = ['meta', 'streams', 'events', 'applied_events', 'event_blocks']

/** A view or a virtual table would run what its maker wrote. */
function hasPlainTables(sql: RawSql, database: string): boolean {
  const plain = sql
    .prepare(
      `SELECT name FROM ${database}.sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' AND sql NOT LIKE '%GENERATED%' AND sql NOT LIKE '% AS (%'`,
    )
    .rows()
    .map(([name]) => name)
  return log.every((table) => plain.includes(table))
}

function* eventsIn(sql: RawSql, database: string, { streams }: SnapshotInfo, only?: string) {
  const rows = sql.prepare(
    `SELECT ${eventColumns} FROM ${database}.events e WHERE e.stream = ? AND e.event_id > ? AND length(e.payload) < 1000000 ORDER BY e.event_id LIMIT 500`,
  )
  const blocks = sql.prepare(
    `SELECT a.block FROM ${database}.applied_events a JOIN ${database}.streams s ON s.id = a.stream WHERE s.name = ? ORDER BY a.part, a.block`,
  )
  const data = sql.prepare(`SELECT data FROM ${database}.event_blocks WHERE id = ? AND length(data) <= ${mostPacked}`)
  const space = spaceIn(streams)
  for (const { stream } of streams) {
    if (spaceOfStream(stream) !== space || (only !== undefined && stream !== only)) continue
    for (const [block] of blocks.rows(stream)) {
      const events = orNone(() => decode(stream, data.rows(block!)[0]?.[0] as string | Uint8Array))
      yield { stream, events: events ?? [], unreadable: events ? 0 : 1 }
    }
    for (let after = ''; ;) {
      const some = rows.rows(stream, after)
      if (some.length === 0) break
      after = some.at(-1)![0] as string
      const events = some.flatMap((row) => orNone(() => toStored(row)) ?? [])
      yield { stream, events, unreadable: some.length - events.length }
    }
  }
}

/** Null: this piece cannot be read; others may. */
function orNone<T>(work: () => T): T | null {
  try {
    return work()
  } catch (error) {
    if (sqliteCode(error) === notGiven) throw error
    return null
  }
}

/** of up to 500 events of 64 kB: what is larger is no block of ours */
const mostPacked = 40 << 20
const mostUnpacked = 34 << 20

function decode(stream: string, data: string | Uint8Array): StoredEvent[] {
  const text = typeof data === 'string' ? data : strFromU8(inflate(data))
  return v.parse(stored, decodeBlock(stream, text)) as StoredEvent[]
}
const stored = v.array(
  v.object({
    event: v.custom<AnyEvent>((event) => typeof event === 'object' && event !== null),
    seq: v.nullable(v.string()),
    receivedAt: v.nullable(v.number()),
  }),
)

/** A few bytes can stand for many: it ends before they fill the memory. */
function inflate(data: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = []
  let size = 0
  const inflating = new Inflate((part) => {
    size += part.length
    if (size > mostUnpacked) throw new Error('too large')
    parts.push(part)
  })
  for (let from = 0; from < data.length; from += 16_384) {
    inflating.push(data.subarray(from, from + 16_384), from + 16_384 >= data.length)
  }
  const whole = new Uint8Array(size)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** The space that a file is of. */
export function spaceIn(streams: readonly { readonly stream: string }[]): string {
  const of = streams.map(({ stream }) => spaceOfStream(stream)).find((space) => space !== null)
  return of ?? streamOwner(streams[0]!.stream)
}
