import { createHash } from 'node:crypto'
import { createWriteStream, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { once } from 'node:events'
import { makeHistory, type HistoryLine } from '../schema/demo/history.ts'
import { maxEventBytes, type SequencedEvent } from '../schema/events/event.ts'
import { spaceStream } from '../schema/events/streams.ts'

/**
 * A chat history as the stream of events that an import makes of it: a space, its rooms and threads, members when
 * they first speak, messages. Deterministic, so that runs can be compared.
 */
const space = '01HISTORYBENCH0000000000SP'
export const benchStream = spaceStream(space)
const importer = 'bench-importer'

export interface BenchHistory {
  readonly real: boolean
  readonly lines: readonly HistoryLine[]
}

/** `limit` messages of the real history where the optional test data lies beside the repo, else generated ones. */
export function loadHistory(limit: number): BenchHistory {
  const path = join(import.meta.dirname, '../../shared/data/chat-history.ndjson.gz')
  if (!existsSync(path)) return { real: false, lines: makeHistory({ seed: 1, messages: limit }) }
  const lines = gunzipSync(readFileSync(path)).toString().trimEnd().split('\n').slice(0, limit)
  return { real: true, lines: lines.map((line) => JSON.parse(line) as HistoryLine) }
}

/** Writes one JSON array of SequencedEvents a line: a batch, all of one stream, in order. Answers how many events. */
export async function writeBatches(history: BenchHistory, path: string, batchSize: number): Promise<number> {
  const out = createWriteStream(path)
  let batch: SequencedEvent[] = []
  let count = 0
  for (const event of eventsOf(history.lines)) {
    batch.push({ ...event, seq: String(++count).padStart(16, '0') })
    if (batch.length < batchSize) continue
    if (!out.write(`${JSON.stringify(batch)}\n`)) await once(out, 'drain')
    batch = []
  }
  if (batch.length > 0) out.write(`${JSON.stringify(batch)}\n`)
  out.end()
  await once(out, 'finish')
  return count
}

/** Ids of the threads of a history, the busiest first. */
export function roomsOf(lines: readonly HistoryLine[]): string[] {
  const counts = new Map<string, number>()
  const count = (id: string): void => void counts.set(id, (counts.get(id) ?? 0) + 1)
  for (const line of lines) count(threadId(lines, line))
  return [...counts].sort((a, b) => b[1] - a[1]).map(([id]) => id)
}

const startOf = (lines: readonly HistoryLine[]): number => (lines[0]?.ts ?? 0) * 1000
const threadId = (lines: readonly HistoryLine[], { stream, topic }: HistoryLine): string =>
  idOf(startOf(lines), `thread ${stream} ${topic}`)

function* eventsOf(lines: readonly HistoryLine[]): Generator<Omit<SequencedEvent, 'seq'>> {
  const startMs = startOf(lines)
  let clock = 0n
  const known = new Set<string>()
  const event = (
    type: string,
    key: string,
    ms: number,
    payload: unknown,
    place: { entity?: string; room?: string },
  ): Omit<SequencedEvent, 'seq'> => {
    const wall = BigInt(ms) << 16n
    clock = wall > clock ? wall : clock + 1n
    const id = idOf(ms, key)
    const entity = type === 'message.create' ? id : place.entity
    const envelope = { id, type, stream: benchStream, actor: importer, clock: String(clock), at: ms, deps: [], payload }
    return { receivedAt: ms, event: { ...envelope, ...place, ...(entity && { entity }) } }
  }
  yield event('space.create', 'space', startMs, { name: 'History', visibility: 'public' }, { entity: space })
  for (const line of lines) {
    const ms = line.ts * 1000
    const person = `person-${line.sender}`
    if (!known.has(person)) {
      known.add(person)
      yield event('member.join', person, ms, { name: line.sender }, { entity: person })
    }
    const room = idOf(startMs, `room ${line.stream}`)
    if (!known.has(room)) {
      known.add(room)
      const name = decodeURIComponent(line.stream)
      yield event('room.create', room, ms, { name, kind: 'room' }, { entity: room })
    }
    const thread = threadId(lines, line)
    const author = { id: person, name: line.sender }
    const text = line.text.slice(0, Math.floor(maxEventBytes / 4))
    const key = `message ${line.id}`
    if (known.has(thread)) {
      yield event('message.create', key, ms, { text, author }, { room: thread })
      continue
    }
    // a topic's first message is the one that its thread hangs on
    known.add(thread)
    yield event('message.create', key, ms, { text, author }, { room })
    const payload = {
      name: line.topic.slice(0, 200) || 'chat',
      kind: 'thread',
      parentRoom: room,
      parentMessage: idOf(ms, key),
    }
    yield event('room.create', thread, ms, payload, { entity: thread })
  }
}

const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** A ULID of this time whose random part is the hash of the key. */
function idOf(ms: number, key: string): string {
  let time = ''
  for (let rest = ms, place = 0; place < 10; place++, rest = Math.floor(rest / 32))
    time = digits.charAt(rest % 32) + time
  const hash = createHash('sha256').update(key).digest()
  return time + [...hash.subarray(0, 16)].map((byte) => digits.charAt(byte & 31)).join('')
}
