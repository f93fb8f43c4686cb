import { parseArgs } from 'node:util'
import { seededRandom } from '../schema/demo/random.ts'
import type { KnownEvent, SequencedEvent } from '../schema/events/event.ts'
import { historyToEvents, type HistoryLine } from '../schema/import/history.ts'
import { batchSize, openStoreInMemory, printIntake, printTables, takeIn } from './bytes.ts'
import { benchSeq, type BenchBatch } from './history-events.ts'

/**
 * `npm run bench -- flat [--messages 1000000] [--people 5755] [--threads 35000] [--rooms 60]`: whether a large archive comes in as
 * quickly at its end as at its beginning. In Node, in memory, by processor's time: what the disk adds is not in it. The archive is
 * written while it is read, so that it needs little memory.
 */
export async function runFlatBench(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      messages: { type: 'string', default: '1000000' },
      people: { type: 'string', default: '5755' },
      threads: { type: 'string', default: '35000' },
      rooms: { type: 'string', default: '60' },
    },
  })
  const [messages, people, threads, rooms] = [values.messages, values.people, values.threads, values.rooms].map(Number)
  const size = { messages: messages!, people: people!, threads: threads!, rooms: rooms! }
  const { store, close } = await openStoreInMemory()
  const start = performance.now()
  // people join, and rooms and threads are made, by events too
  const total = size.messages + size.people + 2 * size.threads
  const { spent, rates } = takeIn(store, batchesOf(archive(size)), total)
  const [events] = store.sql.prepare('SELECT (SELECT count(*) FROM events) + (SELECT sum(events) FROM applied_events)').rows()[0] as [number] // prettier-ignore
  console.log(`${size.messages} messages, ${size.people} people, ${size.threads} threads, ${events} events`)
  printIntake(spent, rates, events)
  console.log(`last tenth by first: ${(rates.at(-1)! / rates[0]!).toFixed(2)} (goal ≥ 0.8)`)
  console.log(`${((performance.now() - start) / 1000).toFixed(0)} s on the clock`)
  printTables(store, size.messages)
  close()
}

interface Size {
  readonly messages: number
  readonly people: number
  readonly threads: number
  readonly rooms: number
}

/** Of each stream as soon as there are enough: at most one batch of each stream is in memory. */
function* batchesOf(events: Iterable<KnownEvent>): Generator<BenchBatch> {
  const streams = new Map<string, { cursor: string | null; place: number; items: SequencedEvent[] }>()
  for (const event of events) {
    const { stream } = event
    let own = streams.get(stream)
    if (!own) streams.set(stream, (own = { cursor: null, place: 0, items: [] }))
    own.items.push({ seq: benchSeq(++own.place), receivedAt: event.at, event })
    if (own.items.length === batchSize) yield batchOf(stream, own)
  }
  for (const [stream, own] of streams) if (own.items.length > 0) yield batchOf(stream, own)
}

function batchOf(stream: string, own: { cursor: string | null; items: SequencedEvent[] }): BenchBatch {
  const { items, cursor: after } = own
  own.cursor = items.at(-1)!.seq
  own.items = []
  return { stream, items, after, cursor: own.cursor }
}

function* archive(size: Size): Generator<KnownEvent> {
  const toEvents = historyToEvents({ space: 'flat', name: 'Archive', visibility: 'public', importer: 'bench-importer' })
  for (const line of lines(size)) yield* toEvents(line)
}

/** Few write most, threads are talked in for a while and then seldom, few words are most of what is said. */
function* lines({ messages, people, threads, rooms }: Size): Generator<HistoryLine> {
  const random = seededRandom(1)
  const words = Array.from({ length: 50_000 }, () => syllables(random.between(1, 4), random.next))
  const skewed = (count: number, power: number) => Math.floor(count * random.next() ** power)
  const first = Date.UTC(2015, 0, 1) / 1000
  const apart = (8 * 365 * 86_400) / messages
  for (let place = 0; place < messages; place++) {
    const open = Math.ceil(((place + 1) * threads) / messages)
    const thread = random.chance(0.9) ? Math.max(0, open - 1 - skewed(40, 2)) : skewed(open, 1)
    const text = Array.from({ length: 3 + skewed(80, 2) }, () => words[skewed(words.length, 4)]!).join(' ')
    yield {
      id: place + 1,
      stream: `room ${thread % rooms}`,
      topic: `thread ${thread}`,
      sender: `person ${skewed(people, 3)}`,
      ts: Math.floor(first + place * apart),
      text,
    }
  }
}

function syllables(count: number, next: () => number): string {
  const letter = (letters: string) => letters[Math.floor(next() * letters.length)]!
  return Array.from({ length: count }, () => letter('bdfghklmnprstvw') + letter('aeiou') + letter('lmnrst')).join('')
}
