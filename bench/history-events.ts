import { once } from 'node:events'
import { createWriteStream, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { makeHistory } from '../schema/demo/history.ts'
import type { KnownEvent, SequencedEvent } from '../schema/events/event.ts'
import { spaceStream } from '../schema/events/streams.ts'
import { historyToEvents, type HistoryLine } from '../schema/import/history.ts'

const space = 'bench-history'
export const benchStream = spaceStream(space)

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

/** Writes one JSON array of SequencedEvents a line: a batch, all of one stream, in order. */
export async function writeBatches(events: readonly KnownEvent[], path: string, batchSize: number): Promise<void> {
  const out = createWriteStream(path)
  for (let from = 0; from < events.length; from += batchSize) {
    const batch = events.slice(from, from + batchSize).map((event, index): SequencedEvent => {
      return { seq: benchSeq(from + index + 1), receivedAt: event.at, event }
    })
    if (!out.write(`${JSON.stringify(batch)}\n`)) await once(out, 'drain')
  }
  out.end()
  await once(out, 'finish')
}

/** On a device, sealed or not. */
export const countEvents =
  'SELECT (SELECT count(*) FROM events) + (SELECT coalesce(sum(events), 0) FROM applied_events) AS n'

export const benchSeq = (place: number): string => String(place).padStart(16, '0')

/** Ids of the rooms and threads in which something was said, the busiest first. */
export function busiestRooms(events: readonly KnownEvent[]): string[] {
  const counts = new Map<string, number>()
  for (const { type, room } of events) {
    if (type === 'message.create' && room) counts.set(room, (counts.get(room) ?? 0) + 1)
  }
  return [...counts].sort((a, b) => b[1] - a[1]).map(([room]) => room)
}

function readLines(path: string): HistoryLine[] {
  const lines = gunzipSync(readFileSync(path)).toString().trimEnd().split('\n')
  return lines.map((line) => JSON.parse(line) as HistoryLine)
}
