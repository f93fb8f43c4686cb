import { validateEvent, type KnownEvent } from '../../schema/events/event.ts'
import { keyIn } from '../../schema/events/key.ts'
import { streamKind } from '../../schema/events/streams.ts'
import { eventOf, type Received } from '../../schema/messages/received.ts'
import type { SyncApi } from './sync-api.ts'

/**
 * What a person has read and muted, for times without a tab: SQLite knows it, and cannot be asked by a push. It is folded
 * from the events of their own stream as these pass between device and server. Losing it costs a needless notification.
 */
export interface PersonalMarks {
  /** of this person's stream, in a room of another stream */
  of(person: string, stream: string, room: string): Promise<Mark>
  /** Folds events into the marks of their room. */
  fold(key: MarkKey, events: readonly KnownEvent[]): Promise<void>
}
export interface Mark {
  readonly muted: boolean
  readonly mutedAt: bigint
  /** the clock of the last message read */
  readonly readUpTo: bigint
}
export type MarkKey = [person: string, stream: string, room: string]

export const noMark: Mark = { muted: false, mutedAt: -1n, readUpTo: 0n }

/** The later word on muting counts; reading only goes forward, and not beyond what the reader can have seen. */
export function foldMark(mark: Mark, event: KnownEvent): Mark {
  const clock = BigInt(event.clock)
  switch (event.type) {
    case 'room.mute':
      return clock > mark.mutedAt ? { ...mark, muted: event.payload.muted, mutedAt: clock } : mark
    case 'read.mark': {
      const upTo = BigInt(event.payload.upTo)
      const readUpTo = upTo > clock ? clock : upTo
      return readUpTo > mark.readUpTo ? { ...mark, readUpTo } : mark
    }
    default:
      return mark
  }
}

/** The server, and every personal event that comes from it or goes to it is noted. */
export function noteMarks(api: SyncApi, marks: PersonalMarks): SyncApi {
  async function note(stream: string, events: readonly KnownEvent[]): Promise<void> {
    const rooms = new Map<string, { key: MarkKey; events: KnownEvent[] }>()
    for (const event of events) {
      if (event.type !== 'read.mark' && event.type !== 'room.mute') continue
      const key: MarkKey = [stream, event.payload.stream, event.room!]
      const name = keyIn(event.payload.stream, event.room!)
      const room = rooms.get(name) ?? { key, events: [] }
      rooms.set(name, room)
      room.events.push(event)
    }
    for (const { key, events: of } of rooms.values()) {
      await marks.fold(key, of).catch((error: unknown) => console.warn('marks:', error))
    }
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
  const nameOf = (key: MarkKey) => JSON.stringify(key)
  return {
    of: async (...key) => marks.get(nameOf(key)) ?? noMark,
    fold: async (key, events) => void marks.set(nameOf(key), events.reduce(foldMark, marks.get(nameOf(key)) ?? noMark)),
  }
}
