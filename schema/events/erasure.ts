import { definitionOf } from './event-types.ts'
import { aboutOf, type AnyEvent, type KnownEvent } from './event.ts'
import { keyIn } from './key.ts'

/**
 * Erasing takes the words of a message (message.erase) out of every event that says them: its first text, its edits, the names
 * of threads that were made of it; and those of a page (page.erase): its titles, what was written in it, names of versions, comments. What is left of such an event is a valid event with the same id, clock, author and place.
 * Law: it is a function of the event alone, so that everybody who erases keeps the same bytes, and nobody has to ask.
 */

/** Whose words an event says: a message's id, or a page's name (keyIn). Null: nobody's that could be erased. */
export function wordsOf(event: KnownEvent): string | null {
  const id = definitionOf(event.type).words?.of(event.payload, aboutOf(event)) ?? null
  return id === null ? null : erasable(event, id)
}

/** Whose words it erases, as wordsOf names them; null: nobody's. */
export function erasedBy({ type, entity }: Pick<AnyEvent, 'type' | 'entity'>): string | null {
  return definitionOf(type)?.erases === true && entity !== undefined ? erasable({ type }, entity) : null
}

/** A message by its id, a page by another name: an id may name one of each. */
function erasable({ type }: Pick<AnyEvent, 'type'>, id: string): string {
  return definitionOf(type)?.part === 'page' ? keyIn('page', id) : id
}

/** The event itself, where there are none. */
export function withoutWords<E extends KnownEvent>(event: E): E {
  const payload = definitionOf(event.type).words?.erased(event.payload)
  return payload && JSON.stringify(payload) !== JSON.stringify(event.payload) ? { ...event, payload } : event
}
