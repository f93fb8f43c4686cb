import { definitionOf } from './event-types.ts'
import { aboutOf, type KnownEvent } from './event.ts'

/**
 * Erasing a message (message.erase) takes its words out of every event that says them: its first text, its edits, the names
 * of threads that were made of it. What is left of such an event is a valid event with the same id, clock, author and place.
 * Law: it is a function of the event alone, so that everybody who erases keeps the same bytes, and nobody has to ask.
 */
export function wordsOf(event: KnownEvent): string | null {
  return definitionOf(event.type).words?.of(event.payload, aboutOf(event)) ?? null
}

/** The event itself, where there are none. */
export function withoutWords<E extends KnownEvent>(event: E): E {
  const payload = definitionOf(event.type).words?.erased(event.payload)
  return payload && JSON.stringify(payload) !== JSON.stringify(event.payload) ? { ...event, payload } : event
}
