import { deflateSync, inflateSync, strFromU8, strToU8 } from 'fflate'
import type { EventKey } from '../../schema/events/key.ts'
import type { Names } from '../../schema/projections/names.ts'
import type { Sql } from '../../schema/projections/sql.ts'
import { decodeBlock, encodeBlock, type StoredEvent } from './block-codec.ts'

/**
 * The sealed part of the log: blocks of events of one stream that are applied and can no longer be taken back. `applied_events`
 * says of each block which events are in it, as ranges; `event_blocks` has their bytes, deflated when there is time.
 */
export interface EventBlocks {
  add(stream: string, part: BlockPart, events: readonly StoredEvent[]): void
  /** an event that is sealed; without a seq it is looked for by its id alone */
  find(event: EventKey, seq?: string | null): StoredEvent | null
  /** Another content in the place of an event that is sealed. */
  replace(stored: StoredEvent): void
  /** Some sealed event of the stream has a seq from this one on. */
  reaches(stream: string, seq: string): boolean
  /** newest first by id; `before` is where the last one ended */
  read(
    part: BlockPart,
    before: BlockPlace | null,
  ): { readonly events: StoredEvent[]; readonly place: BlockPlace } | null
  count(): number
  /** Takes a block of the stream out of the log, structure first; null: it has none. */
  takeOut(stream: string): StoredEvent[] | null
  /** the highest clock of a stream of others that is not above `latest` */
  highestClock(latest: bigint): bigint
  /** Deflates the oldest block that is not yet. False: there is none. */
  pack(): boolean
  /** How many are not deflated yet. */
  unpacked(): number
  /** The transaction was rolled back. */
  forget(): void
}
/** What a replay needs first, and what last. */
export type BlockPart = 'structure' | 'timeline'
export type BlockPlace = readonly [lastId: string, block: number]

/** decoded blocks that are kept, since who asks for one event often asks for its neighbours */
const kept = 4

export function eventBlocks(sql: Sql, names: Names): EventBlocks {
  const insertBlock = sql.prepare('INSERT INTO event_blocks (data) VALUES (?) RETURNING id')
  const insertRange = sql.prepare(
    `INSERT INTO applied_events (block, stream, part, first_seq, last_seq, first_id, last_id, first_clock, last_clock, events, packed)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)`,
  )
  const byId = sql.prepare('SELECT block FROM applied_events WHERE stream = ?1 AND last_id >= ?2 AND first_id <= ?2')
  const bySeq = sql.prepare(
    `SELECT block FROM applied_events WHERE stream = ?1 AND last_seq >= ?3 AND first_seq <= ?3 AND last_id >= ?2 AND first_id <= ?2`,
  )
  const reaches = sql.prepare('SELECT 1 FROM applied_events WHERE stream = ? AND last_seq >= ? LIMIT 1')
  const readBlock = sql.prepare(
    'SELECT s.name, b.data FROM applied_events a JOIN streams s ON s.id = a.stream JOIN event_blocks b ON b.id = a.block WHERE a.block = ?',
  )
  const next = sql.prepare(
    `SELECT last_id, block FROM applied_events WHERE part = ? AND (last_id, block) < (?, ?) ORDER BY last_id DESC, block DESC LIMIT 1`,
  )
  const firstOf = sql.prepare(
    'SELECT a.block FROM streams s JOIN applied_events a ON a.stream = s.id WHERE s.name = ? ORDER BY a.part, a.block LIMIT 1',
  )
  const dropRange = sql.prepare('DELETE FROM applied_events WHERE block = ?')
  const dropBlock = sql.prepare('DELETE FROM event_blocks WHERE id = ?')
  const count = sql.prepare('SELECT coalesce(sum(events), 0) FROM applied_events')
  const remote = "a.stream IN (SELECT id FROM streams WHERE name NOT LIKE 'local:%')"
  const highest = sql.prepare(`SELECT max(last_clock) FROM applied_events a WHERE last_clock <= ? AND ${remote}`)
  const across = sql.prepare(
    `SELECT block FROM applied_events a WHERE first_clock <= ?1 AND last_clock > ?1 AND ${remote}`,
  )
  const oldestUnpacked = sql.prepare(
    'SELECT b.id, b.data FROM applied_events a JOIN event_blocks b ON b.id = a.block WHERE a.packed = 0 ORDER BY a.block LIMIT 1',
  )
  const countUnpacked = sql.prepare('SELECT count(*) FROM applied_events WHERE packed = 0')
  const markPacked = sql.prepare('UPDATE applied_events SET packed = 1 WHERE block = ?')
  const markUnpacked = sql.prepare('UPDATE applied_events SET packed = 0 WHERE block = ?')
  const write = sql.prepare('UPDATE event_blocks SET data = ? WHERE id = ?')
  let decoded = new Map<number, StoredEvent[]>()

  function eventsOf(block: number): StoredEvent[] {
    const known = decoded.get(block)
    if (known) return known
    const [stream, data] = readBlock.rows(block)[0] as [string, string | Uint8Array]
    const events = decodeBlock(stream, typeof data === 'string' ? data : strFromU8(inflateSync(data)))
    if (decoded.size >= kept) decoded.delete(decoded.keys().next().value!)
    decoded.set(block, events)
    return events
  }

  return {
    add(stream, part, events) {
      const block = insertBlock.rows(encodeBlock(events))[0]![0] as number
      const seqs = ends(events.map(({ seq }) => seq ?? ''))
      const ids = ends(events.map(({ event }) => event.id))
      const clocks = ends(events.map(({ event }) => BigInt(event.clock)))
      insertRange.run(block, names.stream(stream), part, ...seqs, ...ids, ...clocks, events.length)
    },
    find({ stream, id }, seq) {
      const within = names.stream(stream)
      const blocks = seq ? bySeq.rows(within, id, seq) : byId.rows(within, id)
      for (const [block] of blocks) {
        const found = eventsOf(block as number).find(({ event }) => event.id === id)
        if (found) return found
      }
      return null
    },
    replace(stored) {
      const { stream, id } = stored.event
      for (const [block] of byId.rows(names.stream(stream), id) as [number][]) {
        const events = eventsOf(block)
        if (!events.some(({ event }) => event.id === id)) continue
        const changed = events.map((each) => (each.event.id === id ? stored : each))
        write.run(encodeBlock(changed), block)
        markUnpacked.run(block)
        decoded.set(block, changed)
      }
    },
    reaches: (stream, seq) => reaches.rows(names.stream(stream), seq).length > 0,
    read(part, before) {
      const [lastId, block] = next.rows(part, ...(before ?? ['~', 0]))[0] ?? []
      if (block === undefined) return null
      return { events: eventsOf(block as number), place: [lastId as string, block as number] }
    },
    takeOut(stream) {
      const block = firstOf.rows(stream)[0]?.[0] as number | undefined
      if (block === undefined) return null
      const events = eventsOf(block)
      for (const statement of [dropRange, dropBlock]) statement.run(block)
      decoded.delete(block)
      return events
    },
    count: () => count.rows()[0]![0] as number,
    highestClock(latest) {
      let found = BigInt((highest.rows(latest)[0]![0] as number | bigint | null) ?? 0)
      for (const [block] of across.rows(latest)) {
        for (const { event } of eventsOf(block as number)) {
          const clock = BigInt(event.clock)
          if (clock <= latest && clock > found) found = clock
        }
      }
      return found
    },
    pack() {
      const row = oldestUnpacked.rows()[0]
      if (!row) return false
      write.run(deflateSync(strToU8(row[1] as string), { level: 6 }), row[0]!)
      markPacked.run(row[0]!)
      return true
    },
    unpacked: () => countUnpacked.rows()[0]![0] as number,
    forget: () => void (decoded = new Map()),
  }
}

function ends<T extends string | bigint>(values: readonly T[]): [least: T, greatest: T] {
  let least: T = values[0]!
  let greatest = least
  for (const value of values) {
    if (value < least) least = value
    if (value > greatest) greatest = value
  }
  return [least, greatest]
}
