import { once } from 'node:events'
import { createWriteStream, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { makeHistory } from '../schema/demo/history.ts'
import type { KnownEvent, SequencedEvent } from '../schema/events/event.ts'
import { spaceStream, streamOfRoom } from '../schema/events/streams.ts'
import { historyToEvents, type HistoryLine } from '../schema/import/history.ts'

const space = 'bench-history'
/** the space's own, and that of a room in which nothing was said */
export const benchStream = spaceStream(space)
export const quietStream = streamOfRoom(space, 'quiet')

export interface BenchHistory {
  readonly real: boolean
  readonly messages: number
  /** as an import writes them */
  readonly events: readonly KnownEvent[]
}

/** Optional test data beside the repo: 9,140 messages, and 225,078. */
export function historyPath(size: 'small' | 'big'): string {
  return join(import.meta.dirname, `../../shared/data/chat-history${size === 'small' ? '-small' : ''}.ndjson.gz`)
}

/** `limit` messages of a real history where that lies beside the repo, else (and for null) generated ones. */
export function loadHistory(limit: number, size: 'small' | 'big' | null = 'big'): BenchHistory {
  const path = size && historyPath(size)
  const real = path !== null && existsSync(path)
  const lines = real ? readLines(path).slice(0, limit) : makeHistory({ seed: 1, messages: limit })
  const toEvents = historyToEvents({ space, name: 'History', visibility: 'public', importer: 'bench-importer' })
  return { real, messages: lines.length, events: lines.flatMap(toEvents) }
}

export interface BenchBatch {
  readonly stream: string
  readonly items: readonly SequencedEvent[]
  readonly after: string | null
  readonly cursor: string
}
/** Stream by stream, the space's first, each in order. */
export function* batchesOf(events: readonly KnownEvent[], size: number): Generator<BenchBatch> {
  const streams = new Map<string, KnownEvent[]>()
  for (const event of events) {
    const own = streams.get(event.stream)
    if (own) own.push(event)
    else streams.set(event.stream, [event])
  }
  for (const [stream, own] of streams) {
    for (let from = 0; from < own.length; from += size) {
      const items = own.slice(from, from + size).map((event, index): SequencedEvent => {
        return { seq: benchSeq(from + index + 1), receivedAt: event.at, event }
      })
      yield { stream, items, after: from === 0 ? null : benchSeq(from), cursor: items.at(-1)!.seq }
    }
  }
}

/** Writes one JSON array of SequencedEvents a line: a batch, all of one stream, in order. */
export async function writeBatches(events: readonly KnownEvent[], path: string, batchSize: number): Promise<void> {
  const out = createWriteStream(path)
  for (const { items } of batchesOf(events, batchSize)) {
    if (!out.write(`${JSON.stringify(items)}\n`)) await once(out, 'drain')
  }
  out.end()
  await once(out, 'finish')
}

/** On a device, sealed or not. */
export const countEvents =
  'SELECT (SELECT count(*) FROM events) + (SELECT coalesce(sum(events), 0) FROM applied_events) AS n'

export const benchSeq = (place: number): string => String(place).padStart(16, '0')

export interface BenchRoom {
  readonly stream: string
  readonly room: string
}
/** The rooms and threads in which something was said, the busiest first. */
export function busiestRooms(events: readonly KnownEvent[]): BenchRoom[] {
  const counts = new Map<string, BenchRoom & { count: number }>()
  for (const { type, stream, room } of events) {
    if (type !== 'message.create' || !room) continue
    const counted = counts.get(room) ?? { stream, room, count: 0 }
    counts.set(room, counted)
    counted.count += 1
  }
  return [...counts.values()].sort((a, b) => b.count - a.count)
}

function readLines(path: string): HistoryLine[] {
  const lines = gunzipSync(readFileSync(path)).toString().trimEnd().split('\n')
  return lines.map((line) => JSON.parse(line) as HistoryLine)
}
