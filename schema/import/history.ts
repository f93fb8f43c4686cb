import * as v from 'valibot'
import { nextClock } from '../events/clock.ts'
import type { KnownEvent } from '../events/event.ts'
import { nameFrom } from '../events/names.ts'
import type { EventType, PayloadOf } from '../events/payloads.ts'
import { spaceStream } from '../events/streams.ts'
import { derivedKey, derivedUlid } from './derived-id.ts'

/**
 * Chat history → events: a stream becomes a room, a topic a thread. A topic's first message stands in the room, and the
 * thread with the rest hangs on it. Who speaks joins the space first; the importer writes every event, and names the
 * person in `payload.author`.
 *
 * Law: ids, clocks and deps are a function of the lines alone, read from the first one on; so importing twice, or again
 * after a break, makes the same events, which the log knows already.
 */
export interface HistoryLine {
  readonly id: number
  /** percent-encoded; becomes a room */
  readonly stream: string
  /** becomes a thread */
  readonly topic: string
  readonly sender: string
  /** unix seconds */
  readonly ts: number
  /** Markdown */
  readonly text: string
}

export type HistoryLineOutcome =
  { readonly type: 'Line'; readonly line: HistoryLine } | { readonly type: 'BadLine'; readonly message: string }

const filled = v.pipe(v.string(), v.minLength(1))
const lineSchema = v.object({
  id: v.pipe(v.number(), v.integer()),
  stream: filled,
  topic: v.string(),
  sender: filled,
  ts: v.pipe(v.number(), v.minValue(0), v.maxValue(8.64e12)),
  text: v.string(),
})

export function readHistoryLine(text: string): HistoryLineOutcome {
  let input: unknown
  try {
    input = JSON.parse(text)
  } catch {
    return { type: 'BadLine', message: 'not JSON' }
  }
  const result = v.safeParse(lineSchema, input)
  if (result.success) return { type: 'Line', line: result.output }
  const issue = result.issues[0]
  return { type: 'BadLine', message: `${v.getDotPath(issue) ?? 'line'}: ${issue.message}` }
}

export interface HistoryImport {
  /** the space's id: goes into every id, so that one file can be imported into two spaces */
  readonly space: string
  readonly name: string
  readonly visibility: 'public' | 'invite'
  /** the actor that writes */
  readonly importer: string
}

/** Returns a function to call with each line in turn; the first call also creates the space. */
export function historyToEvents(options: HistoryImport): (line: HistoryLine) => KnownEvent[] {
  const { space, importer } = options
  const stream = spaceStream(space)
  const known = new Set<string>()
  let clock = 0n
  let started = false

  function make<T extends EventType>(
    type: T,
    ms: number,
    source: readonly string[],
    place: { entity?: string; room?: string },
    payload: PayloadOf<T>,
  ): KnownEvent {
    clock = nextClock(clock, ms)
    const id = derivedUlid(ms, space, type, ...source)
    const entity = type === 'message.create' ? { entity: id } : {}
    const event = {
      id,
      type,
      stream,
      actor: importer,
      clock: String(clock),
      at: ms,
      ...place,
      ...entity,
      deps: [],
      payload,
    }
    return event as unknown as KnownEvent
  }

  return (line) => {
    const ms = Math.floor(line.ts * 1000)
    const events: KnownEvent[] = []
    const sender = line.sender.slice(0, 200)
    const author = { id: `person-${derivedKey(space, 'person', sender)}`, name: nameFrom(sender, 'Nobody') }
    if (!started) {
      started = true
      const { name, visibility } = options
      events.push(make('space.create', ms, [], { entity: space }, { name, visibility }))
    }
    if (!known.has(author.id)) {
      known.add(author.id)
      events.push(make('member.join', ms, [author.id], { entity: author.id }, { name: author.name, author }))
    }
    const room = `room-${derivedKey(space, 'room', line.stream)}`
    if (!known.has(room)) {
      known.add(room)
      const name = nameFrom(decode(line.stream), 'Room')
      events.push(make('room.create', ms, [room], { entity: room }, { name, kind: 'room' }))
    }
    const thread = `thread-${derivedKey(space, 'thread', line.stream, line.topic)}`
    const first = !known.has(thread)
    const text = fitting(line.text)
    const message = make('message.create', ms, [String(line.id)], { room: first ? room : thread }, { text, author })
    events.push(message)
    if (first) {
      known.add(thread)
      const name = nameFrom(line.topic, 'Untitled')
      const payload = { name, kind: 'thread', parentRoom: room, parentMessage: message.id, author } as const
      events.push(make('room.create', ms, [thread], { entity: thread }, payload))
    }
    return events
  }
}

function decode(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}

/** An event holds 64 KiB of JSON; longer texts are counted by what they take, quotes and escapes included. */
const longest = 60_000
const encoder = new TextEncoder()
function fitting(text: string): string {
  if (text.length <= 10_000) return text
  let end = Math.min(text.length, longest)
  while (encoder.encode(JSON.stringify(text.slice(0, end))).length > longest) end = Math.floor(end * 0.9)
  return end === text.length ? text : `${text.slice(0, end - 1)}…`
}
