import type { EventOf, KnownEvent } from '../../schema/events/event.ts'
import { fileNames } from '../../schema/files/named-files.ts'
import { keyIn } from '../../schema/events/key.ts'
import { cleanName } from '../../schema/events/names.ts'
import { spaceOfStream } from '../../schema/events/streams.ts'
import { whereIs } from '../../schema/notifications/where.ts'
import { cutWithEllipsis } from '../../schema/text/cut-text.ts'
import { plainLine } from '../../schema/text/plain-text.ts'

export interface ShownNotification {
  readonly title: string
  readonly body: string
  /** the message's identity: one notification a message, however often it is pushed */
  readonly tag: string
  readonly target: NotificationTarget
}
export interface NotificationTarget {
  readonly stream: string
  readonly room: string | null
  /** of the room, where the message is in one */
  readonly thread: string | null
  readonly message: string | null
  /** the message's clock: what was read up to there is shown no more */
  readonly clock: string | null
}

const bodyLength = 160
const nameLength = 60

/** What a run of events says of messages, in the order of their clocks: the last text, and whether it is taken back. */
export interface Changes {
  /** by message */
  readonly texts: ReadonlyMap<string, string>
  readonly deleted: ReadonlySet<string>
}

/** As the projections have it (schema/projections/message.ts): the last edit counts, a delete until the same person restores, an erasure for ever. */
export function changesIn(events: readonly KnownEvent[]): Changes {
  const texts = new Map<string, string>()
  const deleters = new Map<string, Set<string>>()
  const erased = new Set<string>()
  for (const event of byClock(events)) {
    const message = event.entity ?? event.id
    const by = deleters.get(message) ?? new Set()
    deleters.set(message, by)
    if (event.type === 'message.edit') texts.set(message, event.payload.text)
    if (event.type === 'message.delete') by.add(event.actor)
    if (event.type === 'message.erase') erased.add(message)
    if (event.type === 'message.restore') by.delete(event.actor)
  }
  const deleted = [...deleters].filter(([, by]) => by.size > 0).map(([message]) => message)
  return { texts, deleted: new Set([...deleted, ...erased]) }
}

function byClock(events: readonly KnownEvent[]): KnownEvent[] {
  return events.toSorted((a, b) => Number(BigInt(a.clock) - BigInt(b.clock)))
}

/** Somebody else wrote it, now: an import brings the past. */
export const isNews = (event: KnownEvent, me: string | null): event is EventOf<'message.create'> =>
  event.type === 'message.create' && event.actor !== me && !event.actor.startsWith('import-')

export function wordMessage(
  event: EventOf<'message.create'>,
  names: Readonly<Record<string, string>>,
  { texts }: Changes,
): ShownNotification {
  const nameOf = (id: string | undefined) => (id !== undefined && Object.hasOwn(names, id) ? names[id] : undefined)
  const { text, author, files = [] } = event.payload
  const person = wordName(author?.name ?? nameOf(event.actor)) || 'Somebody'
  const { room, thread } = whereIs(event.stream, event.room ?? '')
  const target = { stream: event.stream, room, thread, message: event.id, clock: event.clock }
  const place = wordName(nameOf(room) ?? nameOf(event.stream))
  return {
    title: place ? `${person} in ${place}` : person,
    body: wordText((texts.get(event.id) ?? text) || (fileNames(files) ?? '')),
    tag: keyIn(event.stream, event.id),
    target,
  }
}

/** Its text as a person reads it, not as it was typed; no character is cut in half, none turns the line around. */
export const wordText = (markdown: string): string => plainLine(markdown, bodyLength)

function wordName(name: string | undefined): string {
  return cutWithEllipsis(cleanName(name || ''), nameLength)
}

export function wordless(stream: string): ShownNotification {
  const target = { stream, room: null, thread: null, message: null, clock: null }
  return { title: 'New messages', body: 'Open the app to read them.', tag: `news ${stream}`, target }
}

/** What a person sees who tries whether they are told on this device. */
export function itWorks(stream: string): ShownNotification {
  const target = { stream, room: null, thread: null, message: null, clock: null }
  return { title: 'Notifications work', body: 'This is how this device tells you of messages.', tag: 'test', target }
}

/** The address of a room or message in the app. */
export function addressOf({ stream, room, thread, message }: NotificationTarget): string {
  const space = spaceOfStream(stream)
  if (space === null) return '/'
  const path = ['', 's', space, ...(room === null ? [] : [room])].map(encodeURIComponent).join('/')
  const panel = thread === null ? '' : `?${new URLSearchParams({ panel: 'thread', thread })}`
  return path + panel + (message === null ? '' : `#${encodeURIComponent(message)}`)
}
