import type { EventDraft } from '../../../schema/events/event.ts'
import { toBase64 } from '../../../schema/pages/base64.ts'
import { draftEvent } from '../events/draft-event.ts'

/** Where a page is written, and by whom. */
export interface PagePlace {
  readonly stream: string
  readonly actor: string
}

export function createPage(place: PagePlace, room: string, title: string): { page: string; event: EventDraft } {
  const event = draftEvent('page.create', { ...place, room, payload: { title } })
  return { page: event.id, event }
}
export function renamePage(place: PagePlace, page: string, title: string): EventDraft {
  return draftEvent('page.rename', { ...place, entity: page, payload: { title } })
}
export function archivePage(place: PagePlace, page: string, archived: boolean): EventDraft {
  return draftEvent('page.archive', { ...place, entity: page, payload: { archived } })
}
/** `update`: of Yjs. */
export function updatePage(place: PagePlace, page: string, update: Uint8Array): EventDraft {
  return draftEvent('page.update', { ...place, entity: page, payload: { update: toBase64(update) } })
}
