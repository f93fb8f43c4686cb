import type { KnownEvent } from '../../schema/events/event.ts'
import { ImportError } from './import-error.ts'
import { Refused, type AnyFault, type ServerConnection } from './server-connection.ts'

/**
 * Things, each with the events that it is written as → requests of many events. What the space is told of (a person, a room)
 * goes first, since a room that is not there takes nothing; then what is in each room, room by room. Some things are on their
 * way while the next are gathered.
 * Law: what the server refuses takes nothing else with it. The person and the room that it brought along stay; a thread is
 * brought by the next that needs it; of a refused request, the rest is sent again without what is at fault.
 */
export interface SenderOptions<T> {
  /** the space's stream, and what it is called */
  readonly structure: string
  readonly space: string
  /** the stream of its room */
  streamOf(thing: T): string
  /** how much of a request its text takes */
  charsOf(thing: T): number
  /** What it makes counts as there from now on, until it is undone. */
  eventsOf(thing: T): readonly KnownEvent[]
  undo(events: readonly KnownEvent[]): void
  /** `there`: the server had its last event already */
  onSent(thing: T, there: boolean): void
  onRefused(thing: T, error: Refused): void
}
export interface Sender<T> {
  push(thing: T): Promise<void>
  end(): Promise<void>
}
/** what the server takes at once, with room for the events of one more */
const maxEvents = 990
/** long texts reach the bound of a request before many events do */
const maxChars = 1_000_000
/** things, and characters of them, that are gathered: a history goes on in many rooms at once, and each is a request */
const gathered = { things: 2000, chars: 4_000_000 }

interface Made<T> {
  readonly things: T[]
  /** of each */
  readonly events: (readonly KnownEvent[])[]
}

export function createSender<T>(server: ServerConnection, options: SenderOptions<T>): Sender<T> {
  const { structure, space, streamOf, charsOf, eventsOf, undo, onSent, onRefused } = options

  async function sendAll(all: readonly T[]): Promise<void> {
    const ready: T[] = []
    await inRequests(all, structureOf, async (made) => {
      if (made.events.flat().length === 0 || (await append(structure, made, sendAll))) ready.push(...made.things)
    })
    const byStream = new Map<string, T[]>()
    for (const thing of ready) {
      const stream = streamOf(thing)
      const things = byStream.get(stream)
      if (things) things.push(thing)
      else byStream.set(stream, [thing])
    }
    for (const [stream, things] of byStream) await sendInto(stream, things)
  }

  function structureOf(thing: T): readonly KnownEvent[] {
    const events = eventsOf(thing)
    undo(events.filter(({ stream }) => stream !== structure))
    return events.filter(({ stream }) => stream === structure)
  }

  function sendInto(stream: string, all: readonly T[]): Promise<void> {
    return inRequests(all, eventsOf, async (made) => {
      const answer = await append(stream, made, (part) => sendInto(stream, part))
      if (!answer) return
      const known = answer.repeated ? [] : answer.results.filter(({ duplicate }) => duplicate)
      const there = new Set(known.map(({ id }) => id))
      for (const [at, thing] of made.things.entries()) onSent(thing, there.has(mainOf(made.events[at]!).id))
    })
  }

  /** Null: it was refused, is undone, and has been sent again without what was at fault. */
  async function append(stream: string, { things, events }: Made<T>, again: (part: readonly T[]) => Promise<void>) {
    try {
      return await server.append(stream, events.flat())
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      const first = events.flat()[error.fault.index ?? -1]
      if (!isOfAnEvent(error) || first?.type === 'space.create') throw new ImportError(inWords(error.fault, space))
      undo(events.flat())
      if (things.length === 1) onRefused(things[0]!, error)
      else for (const part of around(things, faulty(events, error.fault))) await again(part)
      return null
    }
  }

  /** Makes the events of a request when all before it are answered: they may rely on what an answer undoes. */
  async function inRequests(
    all: readonly T[],
    make: (thing: T) => readonly KnownEvent[],
    send: (made: Made<T>) => Promise<void>,
  ): Promise<void> {
    let made: Made<T> = { things: [], events: [] }
    let [size, chars] = [0, 0]
    for (const thing of all) {
      if (size > 0 && (size > maxEvents || chars + charsOf(thing) > maxChars)) {
        await send(made)
        made = { things: [], events: [] }
        ;[size, chars] = [0, 0]
      }
      const own = make(thing)
      made.things.push(thing)
      made.events.push(own)
      size += own.length
      chars += charsOf(thing)
    }
    if (made.things.length > 0) await send(made)
  }

  let sending = Promise.resolve()
  let waiting: T[] = []
  let chars = 0

  async function flush(): Promise<void> {
    const things = waiting
    waiting = []
    chars = 0
    await sending
    sending = sendAll(things)
    sending.catch(() => {}) // seen by the next `await sending`
  }

  return {
    async push(thing) {
      const isFull = waiting.length >= gathered.things || chars + charsOf(thing) > gathered.chars
      if (waiting.length > 0 && isFull) await flush()
      waiting.push(thing)
      chars += charsOf(thing)
    },
    async end() {
      await flush()
      await sending
    },
  }
}

/** Which event of a thing is the thing itself: what it brings along is made before it, or hangs on it. */
function mainOf(events: readonly KnownEvent[]): KnownEvent {
  return events.find(({ type }) => type === 'message.create') ?? events.at(-1)!
}

/** The place of the thing whose event the server names; null if it names none. */
function faulty(events: Made<unknown>['events'], fault: AnyFault): number | null {
  let first = 0
  for (const [at, own] of events.entries()) {
    if (fault.index !== undefined && fault.index < first + own.length) return at
    first += own.length
  }
  return null
}

/** What lies before it, it alone, and what follows in growing pieces, for where one is refused the next often is, too. */
function around<T>(things: readonly T[], at: number | null): (readonly T[])[] {
  const half = Math.ceil(things.length / 2)
  if (at === null) return [things.slice(0, half), things.slice(half)]
  const parts = [things.slice(0, at), things.slice(at, at + 1)]
  for (let from = at + 1, size = 1; from < things.length; from += size, size *= 2) {
    parts.push(things.slice(from, from + size))
  }
  return parts.filter((part) => part.length > 0)
}

/** Else it is of the space, or of the importer, and everything would be refused. */
const isOfAnEvent = ({ status }: Refused): boolean => [400, 408, 409, 413].includes(status)

function inWords({ code, message }: AnyFault, name: string): string {
  if (code === 'NOT_A_MEMBER' || code === 'NOT_ALLOWED') return madeByAnother(name)
  return `The server refused: ${message}.`
}

export function madeByAnother(name: string): string {
  return `The space “${name}” was imported by somebody else, or by an import whose session is lost. Choose another name with --space.`
}
