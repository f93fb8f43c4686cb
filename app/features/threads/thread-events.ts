import type { EventDraft } from '../../../schema/events/event.ts'
import { nameFrom } from '../../../schema/events/names.ts'
import { plainText } from '../../../schema/text/plain-text.ts'
import { draftEvent } from '../events/draft-event.ts'
import type { MessagePlace } from '../messages/message-events.ts'

/**
 * The thread of a message has an id that everybody can work out, so that two people who open it at once, offline both,
 * open the same one, and a draft for it can be kept before it exists.
 */
export const threadOf = (messageId: string): string => `thread-${messageId}`

/** The message that a thread hangs on, from the thread's id; null for a thread that was named otherwise (an import). */
export function parentOf(threadId: string): string | null {
  return threadId.startsWith('thread-') ? threadId.slice('thread-'.length) : null
}

export function createThread(
  place: MessagePlace,
  parent: { readonly id: string; readonly snippet: string },
): EventDraft {
  return draftEvent('room.create', {
    stream: place.stream,
    actor: place.actor,
    entity: threadOf(parent.id),
    payload: { name: threadName(parent.snippet), kind: 'thread', parentRoom: place.room, parentMessage: parent.id },
  })
}

/** The first line of the message, as it is read. */
export function threadName(text: string): string {
  const line = plainText(text.slice(0, 1000))
    .split('\n')
    .find((each) => each.trim() !== '')
  return nameFrom(line ?? '', 'Thread', 80)
}
