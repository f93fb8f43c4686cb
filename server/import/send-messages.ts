import { clockAfter, eventsOfMessageAt, type HistoryImport } from '../../schema/import/history.ts'
import type { KnownEvent } from '../../schema/events/event.ts'
import { spaceStream } from '../../schema/events/streams.ts'
import { ImportError } from './open-source.ts'
import { Refused, type AnyFault, type ServerConnection } from './server-connection.ts'
import type { SpaceSoFar } from './space-so-far.ts'
import type { SpooledMessage } from './spool.ts'

/**
 * Messages, in order of time → the server. One batch is on its way while the next is made.
 * Law: a message that the server refuses takes no other with it. What it brought along (its person, its room) is brought
 * by the next one that needs it; of a refused batch, the rest is sent again without what is at fault.
 */
export interface Sent {
  /** messages that came to be there now */
  readonly imported: number
  /** that were there, and say the same */
  readonly known: number
}
export interface Outcomes {
  onRefused(message: SpooledMessage, reason: 'OtherThere' | 'Refused', about: string): void
  /** so many messages have been dealt with */
  onProgress(messages: number): void
}
type Placed = SpooledMessage & { readonly clock: bigint }
/** what the server takes at once, with room for the events of one more message */
const maxBatchEvents = 990
/** long texts reach the bound of a request before many do */
const maxBatchChars = 1_000_000

export async function sendMessages(
  server: ServerConnection,
  space: SpaceSoFar,
  pages: Iterable<readonly SpooledMessage[]>,
  history: HistoryImport,
  { onRefused, onProgress }: Outcomes,
): Promise<Sent> {
  const stream = spaceStream(history.space)
  const sent = { imported: 0, known: 0 }

  /** What it makes counts as there from now on, until it is refused. */
  function eventsOf(message: Placed): readonly KnownEvent[] {
    const events = eventsOfMessageAt(message, message.clock, space.has, history)
    for (const event of events) if (event.type !== 'message.create') space.add(event.entity!)
    return events
  }
  const make = (messages: readonly Placed[]): Made => ({ messages, events: messages.map(eventsOf) })
  function undo({ events }: Made): void {
    for (const event of events.flat()) if (event.type !== 'message.create') space.remove(event.entity!)
  }

  /** False: something of it was refused. */
  async function send(made: Made): Promise<boolean> {
    const { messages, events } = made
    if (messages.length === 0) return true
    try {
      const { results, repeated } = await server.append(stream, events.flat())
      const there = repeated
        ? new Set<string>()
        : new Set(results.flatMap(({ id, duplicate }) => (duplicate ? [id] : [])))
      for (const own of events) {
        const message = own.find(({ type }) => type === 'message.create')!
        sent[there.has(message.id) ? 'known' : 'imported'] += 1
      }
      return true
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      const first = events.flat()[error.fault.index ?? -1]
      if (!isOfAnEvent(error) || first?.type === 'space.create')
        throw new ImportError(inWords(error.fault, history.name))
      undo(made)
      if (messages.length === 1) {
        const taken = error.status === 409
        onRefused(messages[0]!, taken ? 'OtherThere' : 'Refused', taken ? 'content' : error.fault.message)
        return false
      }
      for (const part of around(messages, faulty(events, error.fault))) await send(make(part))
      return false
    }
  }

  let sending: Promise<boolean> = Promise.resolve(true)
  let batch = emptyBatch()
  async function flush(): Promise<void> {
    let made: Made = batch
    batch = emptyBatch()
    if (!(await sending)) {
      undo(made) // it may have relied on what was refused
      made = make(made.messages)
    }
    sending = send(made)
    sending.catch(() => {}) // seen by the next `await sending`
  }

  let clock = 0n
  let done = 0
  for (const page of pages) {
    for (const message of page) {
      clock = clockAfter(clock, message.ms)
      const there = space.compare(message)
      if (there === 'same') sent.known += 1
      else if (there !== null) onRefused(message, 'OtherThere', there)
      else {
        if (batch.count > maxBatchEvents || batch.chars + message.text.length > maxBatchChars) await flush()
        const placed = { ...message, clock }
        const events = eventsOf(placed)
        batch.messages.push(placed)
        batch.events.push(events)
        batch.count += events.length
        batch.chars += message.text.length
      }
    }
    done += page.length
    onProgress(done)
  }
  await flush()
  await sending
  return sent
}

interface Made {
  readonly messages: readonly Placed[]
  /** of each message */
  readonly events: readonly (readonly KnownEvent[])[]
}
const emptyBatch = () => ({ messages: [] as Placed[], events: [] as (readonly KnownEvent[])[], count: 0, chars: 0 })

/** The place of the message whose event the server names; null if it names none. */
function faulty(events: Made['events'], fault: AnyFault): number | null {
  let first = 0
  for (const [at, own] of events.entries()) {
    if (fault.index !== undefined && fault.index < first + own.length) return at
    first += own.length
  }
  return null
}

/** What lies before it, it alone, and what follows in growing pieces, for where one is refused the next often is, too. */
function around(messages: readonly Placed[], at: number | null): (readonly Placed[])[] {
  const half = Math.ceil(messages.length / 2)
  if (at === null) return [messages.slice(0, half), messages.slice(half)]
  const parts = [messages.slice(0, at), messages.slice(at, at + 1)]
  for (let from = at + 1, size = 1; from < messages.length; from += size, size *= 2) {
    parts.push(messages.slice(from, from + size))
  }
  return parts.filter((part) => part.length > 0)
}

/** Else it is of the space, or of the importer, and all messages would be refused. */
const isOfAnEvent = ({ status }: Refused): boolean => [400, 408, 409, 413].includes(status)

function inWords({ code, message }: AnyFault, name: string): string {
  if (code === 'NOT_A_MEMBER' || code === 'NOT_ALLOWED') return madeByAnother(name)
  return `The server refused: ${message}.`
}

export function madeByAnother(name: string): string {
  return `The space “${name}” was imported by somebody else, or by an import whose session is lost. Choose another name with --space.`
}
