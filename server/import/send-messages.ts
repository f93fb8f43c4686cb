import { clockAfter, eventsOfMessageAt, roomOf, type HistoryImport, type Message } from '../../schema/import/history.ts'
import type { KnownEvent } from '../../schema/events/event.ts'
import { spaceStream, streamOfRoom } from '../../schema/events/streams.ts'
import { createSender } from './batch-sender.ts'
import type { Resolver } from './resolve-message.ts'
import type { ServerConnection } from './server-connection.ts'
import type { SpaceSoFar } from './space-so-far.ts'
import type { Spool, SpooledMessage } from './spool.ts'

/** Messages, in order of time → the server. */
export interface Sent {
  /** messages that came to be there now */
  readonly imported: number
  /** that were there, and say the same */
  readonly known: number
  readonly made: { readonly rooms: number; readonly threads: number; readonly people: number }
}
export interface Outcomes {
  onRefused(message: SpooledMessage, reason: 'OtherThere' | 'Refused', about: string): void
  /** so many messages have been dealt with */
  onProgress(messages: number): void
}
interface Placed {
  readonly spooled: SpooledMessage
  readonly message: Message
  readonly clock: bigint
}

export async function sendMessages(
  server: ServerConnection,
  space: SpaceSoFar,
  spool: Spool,
  resolve: Resolver,
  history: HistoryImport,
  { onRefused, onProgress }: Outcomes,
): Promise<Sent> {
  const sent = { imported: 0, known: 0, made: { rooms: 0, threads: 0, people: 0 } }
  const sender = createSender<Placed>(server, {
    structure: spaceStream(history.space),
    space: history.name,
    streamOf: ({ message }) => streamOfRoom(history.space, roomOf(history.space, message.room.key)),
    charsOf: ({ message }) => message.text.length,
    eventsOf({ message, clock }) {
      const events = eventsOfMessageAt(message, clock, space.has, history)
      for (const event of events) {
        if (event.type !== 'message.create') space.add(event.entity!, parentOf(event))
        countMade(sent.made, event, 1)
      }
      return events
    },
    undo(events) {
      for (const event of events) {
        if (event.type !== 'message.create') space.remove(event.entity!)
        countMade(sent.made, event, -1)
      }
    },
    onSent: (_, there) => void (sent[there ? 'known' : 'imported'] += 1),
    onRefused({ spooled }, { status, fault }) {
      const taken = status === 409
      onRefused(spooled, taken ? 'OtherThere' : 'Refused', taken ? 'content' : fault.message)
    },
  })

  let clock = 0n
  let done = 0
  for (const page of spool.pages(500)) {
    for (const spooled of page) {
      clock = clockAfter(clock, spooled.ms)
      const message = resolve(spooled)
      const there = space.compare(message)
      // a text that was edited since is told by its edit
      if (there === 'same' || (there === 'text' && spool.isChanged(spooled.key))) sent.known += 1
      else if (there !== null) onRefused(spooled, 'OtherThere', there)
      else await sender.push({ spooled, message, clock })
    }
    done += page.length
    onProgress(done)
  }
  await sender.end()
  return sent
}

function parentOf({ payload }: KnownEvent): string | null {
  return 'parentMessage' in payload ? (payload.parentMessage ?? null) : null
}

function countMade(made: { rooms: number; threads: number; people: number }, event: KnownEvent, by: 1 | -1): void {
  if (event.type === 'member.join') made.people += by
  if (event.type === 'room.create') made[event.payload.kind === 'room' ? 'rooms' : 'threads'] += by
}
