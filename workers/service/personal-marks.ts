import { validateEvent, type KnownEvent } from '../../schema/events/event.ts'
import { keyIn } from '../../schema/events/key.ts'
import { streamKind } from '../../schema/events/streams.ts'
import { eventOf, type Received } from '../../schema/messages/received.ts'
import {
  foldMark,
  foldOwn,
  noMark,
  noOwn,
  roomOfMark,
  type Mark,
  type Own,
} from '../../schema/notifications/settings.ts'
import type { SyncApi } from './sync-api.ts'

/**
 * What a person has read, muted and asked to be told of, for times without a tab: SQLite knows it, and cannot be asked by a
 * push. It is folded from the events of their own stream as these pass between device and server. Losing it costs a needless
 * notification.
 */
export interface PersonalMarks {
  /** of this person's stream, in a room of another stream */
  of(person: string, stream: string, room: string): Promise<Mark>
  own(person: string): Promise<Own>
  /** Folds events into the marks of their room. */
  fold(key: MarkKey, events: readonly KnownEvent[]): Promise<void>
  foldOwn(person: string, events: readonly KnownEvent[]): Promise<void>
  /** up to where a stream's messages were told of on this device, to whoever was signed in; '': none was */
  told(stream: string): Promise<string>
  /** never backwards */
  tell(stream: string, upTo: string): Promise<void>
}
export type MarkKey = [person: string, stream: string, room: string]

/**
 * The server, and every personal event that comes from it or goes to it is noted. `changed`: what was read or muted may still
 * be on screen.
 */
export function noteMarks(api: SyncApi, marks: PersonalMarks, changed: () => void = () => {}): SyncApi {
  async function note(person: string, events: readonly KnownEvent[]): Promise<void> {
    const rooms = new Map<string, { key: MarkKey; events: KnownEvent[] }>()
    for (const event of events) {
      const about = roomOfMark(event)
      if (!about) continue
      const name = keyIn(about.stream, about.room)
      const room = rooms.get(name) ?? { key: [person, about.stream, about.room], events: [] }
      rooms.set(name, room)
      room.events.push(event)
    }
    const folds = [...rooms.values()].map(({ key, events: of }) => marks.fold(key, of))
    const own = events.filter(({ type }) => type === 'quiet.hours')
    if (own.length > 0) folds.push(marks.foldOwn(person, own))
    for (const fold of folds) await fold.catch((error: unknown) => console.warn('marks:', error))
    if (rooms.size > 0) changed()
  }
  const noteItems = async (stream: string, items: readonly Received[]) => {
    if (streamKind(stream) === 'person')
      await note(
        stream,
        items.flatMap((item) => knownOf(item, stream)),
      )
  }
  return {
    async read(stream, what, options) {
      const page = await api.read(stream, what, options)
      await noteItems(stream, page.items)
      return page
    },
    async append(stream, events) {
      const results = await api.append(stream, events)
      if (streamKind(stream) === 'person') await note(stream, events.flatMap(known))
      return results
    },
    tail: (onMessage, signal) =>
      api.tail((message) => {
        if (message.type === 'items' && message.items) void noteItems(message.stream, message.items)
        onMessage(message)
      }, signal),
    watchClock: (listener) => api.watchClock?.(listener),
  }
}

/** An event that the database will set aside counts for nothing here either. */
export function knownOf(item: Received, stream: string): KnownEvent[] {
  const found = eventOf(item, stream)
  return 'known' in found && found.known ? [found.known] : []
}
function known(input: unknown): KnownEvent[] {
  const checked = validateEvent(input)
  return checked.type === 'known' ? [checked.event] : []
}

export function memoryMarks(): PersonalMarks {
  const marks = new Map<string, Mark>()
  const owns = new Map<string, Own>()
  const told = new Map<string, string>()
  const nameOf = (key: MarkKey) => JSON.stringify(key)
  return {
    of: async (...key) => marks.get(nameOf(key)) ?? noMark,
    own: async (person) => owns.get(person) ?? noOwn,
    fold: async (key, events) => void marks.set(nameOf(key), events.reduce(foldMark, marks.get(nameOf(key)) ?? noMark)),
    foldOwn: async (person, events) => void owns.set(person, events.reduce(foldOwn, owns.get(person) ?? noOwn)),
    told: async (stream) => told.get(stream) ?? '',
    tell: async (stream, upTo) => void told.set(stream, later(told.get(stream) ?? '', upTo)),
  }
}

export const later = (a: string, b: string): string => (a > b ? a : b)
