import { keyIn } from '../../schema/events/key.ts'
import { validateEvent, type KnownEvent } from '../../schema/events/event.ts'
import { personStream } from '../../schema/events/streams.ts'
import {
  foldMark,
  foldOwn,
  noMark,
  noOwn,
  roomOfMark,
  type Mark,
  type Own,
} from '../../schema/notifications/settings.ts'
import type { Directory } from '../directory.ts'
import type { EventLog, Seq } from '../log/event-log.ts'

/** What persons have read, muted and asked for, as of now: a fold of their streams, read on from where it was left. */
export interface PersonSettings {
  of(actor: string): Promise<Settings>
  forget(actor: string): void
}
export interface Settings {
  readonly own: Own
  mark(stream: string, room: string): Mark
}

interface Followed {
  readonly marks: Map<string, Mark>
  own: Own
  head: Seq | null
  /** one reads at a time */
  reading: Promise<void>
}

const pageItems = 2000
const pageBytes = 4 << 20

/** Those that nobody asked for lately are forgotten, and read anew when they are. */
export function followPersons(log: EventLog, directory: Directory, mostInMemory: number): PersonSettings {
  /** the one asked for last at the end */
  const persons = new Map<string, Followed>()

  async function readOn(person: Followed, stream: string): Promise<void> {
    const head = directory.entry(stream)?.head ?? ''
    for (let at = person.head ?? ''; at < head; at = person.head ?? head) {
      const { items } = await log.read(stream, person.head, pageItems, pageBytes)
      if (items.length === 0) return
      for (const { data } of items) take(person, data)
      person.head = items.at(-1)!.seq
    }
  }

  return {
    async of(actor) {
      const person = persons.get(actor) ?? newPerson()
      persons.delete(actor)
      persons.set(actor, person)
      const [oldest] = persons.keys()
      if (persons.size > mostInMemory) persons.delete(oldest!)
      const read = person.reading.then(() => readOn(person, personStream(actor)))
      person.reading = read.catch(() => {})
      await read
      return { own: person.own, mark: (stream, room) => person.marks.get(keyIn(stream, room)) ?? noMark }
    },
    forget: (actor) => void persons.delete(actor),
  }
}

const newPerson = (): Followed => ({ marks: new Map(), own: noOwn, head: null, reading: Promise.resolve() })

function take(person: Followed, data: string): void {
  const checked = validateEvent(JSON.parse(data))
  if (checked.type !== 'known') return
  const event: KnownEvent = checked.event
  person.own = foldOwn(person.own, event)
  const about = roomOfMark(event)
  if (!about) return
  const key = keyIn(about.stream, about.room)
  person.marks.set(key, foldMark(person.marks.get(key) ?? noMark, event))
}
