import type { NamedFile } from '../../../schema/events/payload-fields.ts'
import type { EventDraft } from '../../../schema/events/event.ts'
import { draftEvent } from '../events/draft-event.ts'

/** Where a message lives and who acts on it. */
export interface MessagePlace {
  readonly stream: string
  readonly actor: string
  readonly room: string
}

export function createMessage(
  place: MessagePlace,
  text: string,
  replyTo: string | null,
  files: readonly NamedFile[] = [],
): EventDraft {
  const payload = { text, ...(replyTo && { replyTo }), ...(files.length > 0 && { files: [...files] }) }
  return draftEvent('message.create', { ...place, payload })
}
export function editMessage(place: MessagePlace, id: string, text: string): EventDraft {
  return draftEvent('message.edit', { ...place, entity: id, payload: { text } })
}
export function deleteMessage(place: MessagePlace, id: string): EventDraft {
  return draftEvent('message.delete', { ...place, entity: id, payload: {} })
}
export function restoreMessage(place: MessagePlace, id: string): EventDraft {
  return draftEvent('message.restore', { ...place, entity: id, payload: {} })
}
/** for good: nobody can take it back */
export function eraseMessage(place: MessagePlace, id: string): EventDraft {
  return draftEvent('message.erase', { ...place, entity: id, payload: {} })
}
export function react(place: MessagePlace, id: string, emoji: string, add: boolean): EventDraft {
  return draftEvent(add ? 'reaction.add' : 'reaction.remove', { ...place, entity: id, payload: { emoji } })
}
export function pin(place: MessagePlace, id: string, add: boolean): EventDraft {
  return draftEvent(add ? 'pin.add' : 'pin.remove', { ...place, entity: id, payload: {} })
}
