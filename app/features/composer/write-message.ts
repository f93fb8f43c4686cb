import type { EventDraft } from '../../../schema/events/event.ts'
import { createMessage, type MessagePlace } from '../messages/message-events.ts'

/** As much as a message.create takes, with room for its envelope below 64 kB however wide the characters are. */
export const maxMessageBytes = 60_000

/** Sends a message, and what must come before it (its thread). Rejects in words for its author; nothing is lost then. */
export async function writeMessage(
  dispatch: (events: readonly EventDraft[]) => Promise<void>,
  place: MessagePlace,
  text: string,
  replyTo: string | null,
  before: readonly EventDraft[] = [],
): Promise<void> {
  const bytes = new TextEncoder().encode(JSON.stringify(text)).length
  if (bytes > maxMessageBytes) {
    throw new Error(
      `This message is too long: ${Math.ceil(bytes / 1000)} kB, at most ${maxMessageBytes / 1000} kB can be sent. Shorten it or send it in parts.`,
    )
  }
  await dispatch([...before, createMessage(place, text, replyTo)])
}
