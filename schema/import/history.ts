import { versionOf, type KnownEvent } from '../events/event.ts'
import type { EventType, PayloadOf } from '../events/event-types.ts'
import { nameFrom } from '../events/names.ts'
import { spaceStream } from '../events/streams.ts'
import { derivedKey, derivedUlid, ulidAt } from './derived-id.ts'
import { decodedName } from './read-line.ts'

/**
 * A message of a history → its events: a stream becomes a room, a topic a thread. A topic's first message stands in the
 * room, and the thread with the rest hangs on it; without a topic a message stands in the room itself. Who speaks joins
 * the space first; the importer writes every event, and names the person in `payload.author`.
 *
 * Law: a message's event is named by its stream and its id there, and what it says is a function of the message alone,
 * but for its room (is it its topic's first?) and its clock (how many before it are of the same time?). So importing
 * twice, or again after a break, or a longer history, makes the same events.
 */
export interface Message {
  /** `messageKey` of its stream and its id there */
  readonly key: string
  /** clean names; '' where the history has none */
  readonly stream: string
  readonly topic: string
  readonly sender: string
  readonly ms: number
  readonly text: string
}

export interface HistoryImport {
  /** the space's id: goes into every id, so that one file can be imported into two spaces */
  readonly space: string
  readonly name: string
  readonly visibility: 'public' | 'invite'
  /** the actor that writes */
  readonly importer: string
}

/**
 * The clock of the message that comes next in time. Each message has room for the events that it brings with it, so that
 * its clock does not depend on which of them there are.
 */
export function clockAfter(clock: bigint, ms: number): bigint {
  const own = BigInt(ms) << 16n
  return own > clock ? own : clock + eventsOfMessage
}
const eventsOfMessage = 8n

export function personOf(space: string, sender: string): string {
  return derivedEntity(space, 'person', sender, '')
}
export function roomOf(space: string, stream: string): string {
  return derivedEntity(space, 'room', stream, '')
}
export function threadOf(space: string, stream: string, topic: string): string {
  return derivedEntity(space, 'thread', stream, topic)
}

const authors = new Map<string, { readonly id: string; readonly name: string }>()
function authorOf(space: string, sender: string) {
  const id = personOf(space, sender)
  let author = authors.get(id)
  if (author === undefined) {
    author = { id, name: nameFrom(sender, 'Unknown sender') }
    remember(authors, id, author)
  }
  return author
}

/** The same few stand in thousands of lines. */
const entities = new Map<string, string>()
function derivedEntity(space: string, kind: string, name: string, topic: string): string {
  const key = `${kind}\0${name}\0${topic}\0${space}`
  let entity = entities.get(key)
  if (entity === undefined) {
    entity = `${kind}-${derivedKey(space, kind, name, topic)}`
    remember(entities, key, entity)
  }
  return entity
}

function remember<T>(memory: Map<string, T>, key: string, value: T): void {
  if (memory.size >= 20_000) memory.clear()
  memory.set(key, value)
}

/** The last 16 characters of the message's id: that much is known of it without its time. */
export function messageKey(space: string, stream: string, id: string): string {
  return derivedKey(space, 'message.create', stream, id)
}
/** … of an event's id. */
export const messageKeyOf = (eventId: string): string => eventId.slice(10)

/** How far the clock of each event lies behind its message's. */
const slot = { space: 0n, person: 1n, room: 2n, message: 3n, thread: 4n } as const

/** `has`: which spaces, persons, rooms and threads there are already. */
export function eventsOfMessageAt(
  message: Message,
  clock: bigint,
  has: (entity: string) => boolean,
  options: HistoryImport,
): KnownEvent[] {
  const { space, importer } = options
  const { ms, stream, topic } = message
  const events: KnownEvent[] = []
  function make<T extends EventType>(
    type: T,
    after: bigint,
    source: readonly string[],
    place: { entity?: string; room?: string },
    payload: PayloadOf<T>,
  ): KnownEvent {
    const id = type === 'message.create' ? ulidAt(ms, message.key) : derivedUlid(ms, space, type, ...source)
    const event = {
      id,
      type,
      ...versionOf(type),
      stream: spaceStream(space),
      actor: importer,
      clock: String(clock + after),
      at: ms,
      ...place,
      ...(type === 'message.create' ? { entity: id } : {}),
      deps: [],
      payload,
    } as unknown as KnownEvent
    events.push(event)
    return event
  }

  const author = authorOf(space, message.sender)
  const room = roomOf(space, stream)
  const thread = topic === '' ? null : threadOf(space, stream, topic)
  const opensThread = thread !== null && !has(thread)
  if (!has(space))
    make('space.create', slot.space, [], { entity: space }, { name: options.name, visibility: options.visibility })
  if (!has(author.id))
    make('member.join', slot.person, [author.id], { entity: author.id }, { name: author.name, author })
  if (!has(room)) {
    make('room.create', slot.room, [room], { entity: room }, { name: nameFrom(stream, 'Unknown room'), kind: 'room' })
  }
  const place = thread === null || opensThread ? room : thread
  const said = make('message.create', slot.message, [], { room: place }, { text: message.text, author })
  if (opensThread) {
    const payload = {
      name: nameFrom(topic, topic),
      kind: 'thread',
      parentRoom: room,
      parentMessage: said.id,
      author,
    } as const
    make('room.create', slot.thread, [thread], { entity: thread }, payload)
  }
  return events
}

/** A line as the benchmarks' and the demo's histories have it: nothing missing, in order of time. */
export interface HistoryLine {
  readonly id: number
  /** percent-encoded */
  readonly stream: string
  readonly topic: string
  readonly sender: string
  /** unix seconds */
  readonly ts: number
  /** Markdown */
  readonly text: string
}

/** Returns a function to call with each line in turn; the first call also creates the space. */
export function historyToEvents(options: HistoryImport): (line: HistoryLine) => KnownEvent[] {
  const known = new Set<string>()
  let clock = 0n
  return ({ id, stream, topic, sender, ts, text }) => {
    const ms = Math.floor(ts * 1000)
    clock = clockAfter(clock, ms)
    const name = decodedName(stream)
    const message = { key: messageKey(options.space, name, String(id)), stream: name, topic, sender, ms, text }
    const events = eventsOfMessageAt(message, clock, (entity) => known.has(entity), options)
    for (const { type, entity } of events) if (type !== 'message.create') known.add(entity!)
    return events
  }
}
