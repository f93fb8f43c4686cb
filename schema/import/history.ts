import { assertNever } from '../assert.ts'
import { versionOf, type KnownEvent } from '../events/event.ts'
import type { EventType, PayloadOf } from '../events/event-types.ts'
import { nameFrom } from '../events/names.ts'
import { spaceStream, streamOfRoom } from '../events/streams.ts'
import { derivedKey, derivedUlid, ulidAt } from './derived-id.ts'
import { decodedName } from './read-line.ts'
import type { Named, SourceChange } from './records.ts'

/**
 * A message of a history → its events. A room is made when its first message comes, and so is who speaks: both in the space's
 * stream, and what is said in the room's. The importer
 * writes every event, and names the person in `payload.author`. A thread hangs on the message that the source names; where
 * it names none (a topic), on the first that is in it, which then stands in the room.
 *
 * Law: a message's event is named by its room and its id there, and what it says is a function of the message alone,
 * but for its room (is it its topic's first?) and its clock (how many before it are of the same time?). So importing
 * twice, or again after a break, or a longer history, makes the same events. The same holds for what is said of it later.
 */
export interface Message {
  /** `messageKey` of its room and its id there */
  readonly key: string
  /** clean names; '' where the history has none */
  readonly room: Named & { readonly topic?: string }
  readonly thread: ThreadPlace | null
  readonly sender: Named
  readonly ms: number
  readonly text: string
  /** the id of a message's event */
  readonly replyTo: string | null
}
export interface ThreadPlace extends Named {
  /** the id of the event of the message that it hangs on; null: the first that is in it */
  readonly root: string | null
}
/** What was said of a message later. */
export interface Change {
  readonly kind: SourceChange['kind']
  /** the id of the message's event, its room, and where it stands: in that, or in a thread of it */
  readonly message: string
  readonly room: string
  readonly place: string
  readonly person: Named | null
  readonly ms: number
  readonly value: string
  /** ids of the edits that it replaces */
  readonly replaces: readonly string[]
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

export function personOf(space: string, person: string): string {
  return derivedEntity(space, 'person', person, '')
}
export function roomOf(space: string, room: string): string {
  return derivedEntity(space, 'room', room, '')
}
export function threadOf(space: string, room: string, { key, root }: Pick<ThreadPlace, 'key' | 'root'>): string {
  // as the app names the thread of a message: who opens one there finds the imported one
  return root === null ? derivedEntity(space, 'thread', room, key) : `thread-${root}`
}

const authors = new Map<string, { readonly id: string; readonly name: string }>()
function authorOf(space: string, sender: Named) {
  const id = personOf(space, sender.key)
  const key = `${id} ${sender.name}`
  let author = authors.get(key)
  if (author === undefined) {
    author = { id, name: nameFrom(sender.name, 'Unknown sender') }
    remember(authors, key, author)
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
export function messageKey(space: string, room: string, id: string): string {
  return derivedKey(space, 'message.create', room, id)
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
  const { space } = options
  const { ms, room, thread } = message
  const id = ulidAt(ms, message.key)
  const author = authorOf(space, message.sender)
  const roomId = roomOf(space, room.key)
  const threadId = thread === null ? null : threadOf(space, room.key, thread)
  const opensThread = threadId !== null && !has(threadId)
  const root = thread?.root ?? (opensThread ? id : null)
  const events: KnownEvent[] = []
  const made = <T extends EventType>(
    type: T,
    after: bigint,
    place: { stream: string; id?: string; entity?: string; room?: string },
    payload: PayloadOf<T>,
  ) => void events.push(eventAt(type, { ms, clock: clock + after, ...place }, payload, options))
  const stream = spaceStream(space)
  const within = streamOfRoom(space, roomId)

  if (!has(space))
    made('space.create', slot.space, { stream, entity: space }, { name: options.name, visibility: options.visibility })
  if (!has(author.id)) made('member.join', slot.person, { stream, entity: author.id }, { name: author.name, author })
  if (!has(roomId)) {
    const topic = room.topic ? { topic: room.topic } : {}
    made(
      'room.create',
      slot.room,
      { stream, entity: roomId },
      { name: nameFrom(room.name, 'Unknown room'), kind: 'room', ...topic },
    )
  }
  const place = threadId === null || root === id ? roomId : threadId
  const replyTo = message.replyTo === null ? {} : { replyTo: message.replyTo }
  made(
    'message.create',
    slot.message,
    { stream: within, id, entity: id, room: place },
    { text: message.text, ...replyTo, author },
  )
  if (opensThread) {
    const name = nameFrom(thread!.name, 'Thread')
    const parent = { parentRoom: roomId, parentMessage: root! }
    made('room.create', slot.thread, { stream: within, entity: threadId }, { name, kind: 'thread', ...parent, author })
  }
  return events
}

/** `has`: which persons there are already. */
export function eventsOfChangeAt(
  change: Change,
  clock: bigint,
  has: (entity: string) => boolean,
  options: HistoryImport,
): KnownEvent[] {
  const { ms, value } = change
  const author = change.person === null ? undefined : authorOf(options.space, change.person)
  const events: KnownEvent[] = []
  if (author && !has(author.id)) {
    const at = { stream: spaceStream(options.space), ms, clock, entity: author.id }
    events.push(eventAt('member.join', at, { name: author.name, author }, options))
  }
  const said = author ? { author } : {}
  const id = changeId(change, options.space)
  const stream = streamOfRoom(options.space, change.room)
  const at = { stream, ms, clock: clock + 1n, id, entity: change.message, room: change.place }
  switch (change.kind) {
    case 'edit':
      events.push(eventAt('message.edit', { ...at, deps: change.replaces }, { text: value, ...said }, options))
      break
    case 'reaction':
      events.push(eventAt('reaction.add', at, { emoji: value, ...said }, options))
      break
    case 'pin':
      events.push(eventAt('pin.add', at, said, options))
      break
    case 'delete':
      events.push(eventAt('message.delete', at, said, options))
      break
    default:
      assertNever(change.kind)
  }
  return events
}

export function changeId(change: Change, space: string): string {
  const { kind, message, person, ms, value } = change
  return derivedUlid(ms, space, kind, message, person?.key ?? '', value)
}

interface Placed {
  readonly stream: string
  readonly ms: number
  readonly clock: bigint
  readonly id?: string
  readonly entity?: string
  readonly room?: string
  readonly deps?: readonly string[]
}
function eventAt<T extends EventType>(
  type: T,
  { ms, clock, id, deps = [], ...place }: Placed,
  payload: PayloadOf<T>,
  { space, importer }: HistoryImport,
): KnownEvent {
  const source = type === 'space.create' ? [] : [place.entity!]
  return {
    id: id ?? derivedUlid(ms, space, type, ...source),
    type,
    ...versionOf(type),
    actor: importer,
    clock: String(clock),
    at: ms,
    ...place,
    deps,
    payload,
  } as unknown as KnownEvent
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
    const message: Message = {
      key: messageKey(options.space, name, String(id)),
      room: { key: name, name },
      thread: topic === '' ? null : { key: topic, name: topic, root: null },
      sender: { key: sender, name: sender },
      ms,
      text,
      replyTo: null,
    }
    const events = eventsOfMessageAt(message, clock, (entity) => known.has(entity), options)
    for (const { type, entity } of events) if (type !== 'message.create') known.add(entity!)
    return events
  }
}
