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
export function saveVersion(place: PagePlace, page: string, name: string): EventDraft {
  return draftEvent('page.version', { ...place, entity: page, payload: { name } })
}
export interface NewComment {
  readonly text: string
  readonly quote: string
  readonly anchor: string
}
export function createComment(place: PagePlace, page: string, comment: NewComment): EventDraft {
  return draftEvent('page.comment', { ...place, payload: { page, ...comment } })
}
export function resolveComment(place: PagePlace, comment: string, resolved: boolean): EventDraft {
  return draftEvent('page.comment.resolve', { ...place, entity: comment, payload: { resolved } })
}
export function deleteComment(place: PagePlace, comment: string, deleted: boolean): EventDraft {
  return draftEvent(deleted ? 'page.comment.delete' : 'page.comment.restore', {
    ...place,
    entity: comment,
    payload: {},
  })
}
