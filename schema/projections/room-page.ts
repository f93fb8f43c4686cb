import { authorOf, factsOf, type KnownEvent } from '../events/event.ts'
import { deletedOf, deletedStates } from '../events/facts.ts'
import { keyIn } from '../events/key.ts'
import { eventOf, type ReceivedPage } from '../messages/received.ts'
import { writeFiles } from '../files/named-files.ts'
import { latest, type Fact } from './fact.ts'
import { anyPinned } from './pin.ts'
import { reactionSummary } from './reaction.ts'
import { snippetLength, snippetOf } from './snippet.ts'

/** A message as `timeline_items` has it, without what only the whole log tells: its thread and its outbox. */
export interface PageRow {
  readonly id: string
  readonly order_key: bigint
  readonly author_id: string
  readonly author_name: string
  readonly snippet: string
  readonly full_content_cached: number
  readonly created_at: number
  readonly edited_at: number | null
  readonly deleted: number
  readonly reactions: string
  readonly pinned: number
  readonly reply_to: string | null
  readonly files: string | null
}

/**
 * The timeline of a room from one page of its events (`latest?room=…&names`), without a database: for a device whose
 * own is not open yet. Law: a page that holds all events of its messages gives the rows that the projections give.
 *
 * Example: create "helo"@1, edit "hello"@2, 👍 by ann@3 → one row "hello", edited, {"👍":["ann"]}.
 */
export function rowsOfRoomPage(page: ReceivedPage, stream: string, room: string): PageRow[] {
  const events = page.items.flatMap((item) => {
    const found = eventOf(item, stream)
    return 'known' in found && found.known ? [found.known] : []
  })
  const facts = factsByEntity(events)
  return events
    .flatMap((event) => (event.type === 'message.create' && event.room === room ? [event] : []))
    .map((event): PageRow => {
      const own = facts.get(keyIn(event.stream, event.id)) ?? []
      const edit = latest(own, 'message.text')
      const deletedIs = deletedOf(own)
      const deleted = deletedIs !== deletedStates.no
      const text = deleted ? '' : (edit?.value ?? event.payload.text)
      return {
        id: event.id,
        order_key: BigInt(event.clock),
        author_id: authorOf(event),
        author_name: event.payload.author?.name ?? nameOf(page, event.actor),
        snippet: snippetOf(text),
        full_content_cached: text.length <= snippetLength ? 1 : 0,
        created_at: event.at,
        edited_at: edit?.at ?? null,
        deleted: deletedIs,
        reactions: deleted ? '{}' : reactionSummary(own),
        pinned: !deleted && anyPinned(own) ? 1 : 0,
        reply_to: event.payload.replyTo ?? null,
        files: deleted ? null : writeFiles(event.payload.files ?? []),
      }
    })
    .sort((a, b) => compare(a.order_key, b.order_key) || compare(a.id, b.id))
}

function nameOf({ names }: ReceivedPage, actor: string): string {
  return names && Object.hasOwn(names, actor) ? names[actor]! : actor
}

function factsByEntity(events: readonly KnownEvent[]): Map<string, Fact[]> {
  const facts = new Map<string, Fact[]>()
  for (const event of events) {
    const { id: eventId, at, deps } = event
    for (const { entity, field, value } of factsOf(event)) {
      const key = keyIn(event.stream, entity)
      const own = facts.get(key) ?? []
      facts.set(key, own)
      own.push({ clock: BigInt(event.clock), eventId, field, value, at, deps })
    }
  }
  for (const own of facts.values()) {
    own.sort((a, b) => compare(a.clock, b.clock) || compare(a.eventId, b.eventId) || compare(a.field, b.field))
  }
  return facts
}

function compare<T extends string | number | bigint>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0
}
