import { bounds } from '../../../schema/events/bounds.ts'
import type { EventDraft } from '../../../schema/events/event.ts'
import { dropFiles, queueFiles } from '../files/device-files.ts'
import type { ChosenFile } from '../files/read-chosen.ts'
import { createMessage, type MessagePlace } from '../messages/message-events.ts'

/** As much as an event takes, with room for its envelope however wide the characters are. */
export const maxMessageBytes = bounds.textLength

/** Why a text cannot be sent, in words for its author; null when it can. */
export function lengthFault(text: string): string | null {
  // no character takes more than six bytes as JSON
  if (text.length * 6 <= maxMessageBytes) return null
  const bytes = new TextEncoder().encode(JSON.stringify(text)).length
  if (bytes <= maxMessageBytes) return null
  const kB = (count: number) => `${Math.ceil(count / 1000)} kB`
  return `This message is too long: ${kB(bytes)}, at most ${kB(maxMessageBytes)} can be sent. Shorten it or send it in parts.`
}

/** What is sent: a text, files, or both. */
export interface Written {
  readonly text: string
  readonly replyTo: string | null
  readonly files: readonly ChosenFile[]
}

/**
 * Sends a message, and what must come before it (its thread). Its files are on the device before it is. Rejects in words for its
 * author; nothing is lost then.
 */
export async function writeMessage(
  dispatch: (events: readonly EventDraft[]) => Promise<void>,
  place: MessagePlace,
  { text, replyTo, files }: Written,
  before: readonly EventDraft[] = [],
): Promise<void> {
  const fault = lengthFault(text)
  if (fault) throw new Error(fault)
  const named = files.map(({ file }) => file)
  const message = createMessage(place, text, replyTo, named)
  if (files.length === 0) return dispatch([...before, message])
  await queueFiles(place.stream, message.id, files)
  try {
    await dispatch([...before, message])
  } catch (error) {
    await dropFiles(place.stream, message.id)
    throw error
  }
}
