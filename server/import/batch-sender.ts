import type { KnownEvent } from '../../schema/events/event.ts'
import { ImportError } from './import-error.ts'
import { Refused, type AnyFault, type ServerConnection } from './server-connection.ts'

/**
 * Things, each with the events that it is written as → requests of many events. One is on its way while the next things
 * are gathered.
 * Law: what the server refuses takes nothing else with it. What it brought along (its person, its room) is brought
 * by the next that needs it; of a refused request, the rest is sent again without what is at fault.
 */
export interface SenderOptions<T> {
  readonly stream: string
  readonly space: string
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

interface Made<T> {
  readonly things: readonly T[]
  /** of each */
  readonly events: readonly (readonly KnownEvent[])[]
}

export function createSender<T>(server: ServerConnection, options: SenderOptions<T>): Sender<T> {
  const { stream, space, charsOf, eventsOf, undo, onSent, onRefused } = options
  const make = (things: readonly T[]): Made<T> => ({ things, events: things.map(eventsOf) })

  async function send({ things, events }: Made<T>): Promise<void> {
    if (things.length === 0) return
    try {
      const { results, repeated } = await server.append(stream, events.flat())
      const there = repeated
        ? new Set<string>()
        : new Set(results.flatMap(({ id, duplicate }) => (duplicate ? [id] : [])))
      for (const [at, thing] of things.entries()) onSent(thing, there.has(mainOf(events[at]!).id))
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      const first = events.flat()[error.fault.index ?? -1]
      if (!isOfAnEvent(error) || first?.type === 'space.create') throw new ImportError(inWords(error.fault, space))
      undo(events.flat())
      if (things.length === 1) onRefused(things[0]!, error)
      else for (const part of around(things, faulty(events, error.fault))) await send(make(part))
    }
  }

  /** Makes the events of a request when all before it are answered: they may rely on what an answer undoes. */
  async function sendAll(all: readonly T[]): Promise<void> {
    let [things, events, size]: [T[], (readonly KnownEvent[])[], number] = [[], [], 0]
    for (const thing of all) {
      if (size > maxEvents) {
        await send({ things, events })
        ;[things, events, size] = [[], [], 0]
      }
      const own = eventsOf(thing)
      things.push(thing)
      events.push(own)
      size += own.length
    }
    await send({ things, events })
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
      const isFull = waiting.length >= maxEvents || chars + charsOf(thing) > maxChars
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
