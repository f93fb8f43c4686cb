import type { EventDraft } from '../../../schema/events/event.ts'
import { toBase64 } from '../../../schema/pages/base64.ts'
import { draftEvent, newId } from '../events/draft-event.ts'

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
/** for good: nobody can take it back */
export function erasePage(place: PagePlace, page: string): EventDraft {
  return draftEvent('page.erase', { ...place, entity: page, payload: {} })
}
/** `update`: of Yjs. One event; as many as it needs, if it is long. */
export function updatePage(place: PagePlace, page: string, update: Uint8Array): EventDraft[] {
  const body = toBase64(update)
  const write = (update: string, part?: { first: string; index: number; of: number }) =>
    draftEvent('page.update', { ...place, entity: page, payload: { update, ...(part && { part }) } })
  const of = Math.ceil(body.length / partLength)
  if (of <= 1) return [write(body)]
  const first = newId()
  return Array.from({ length: of }, (_, index) =>
    write(body.slice(index * partLength, (index + 1) * partLength), { first, index, of }),
  )
}
/** characters of base64 that an event has room for; four of them are three bytes */
const partLength = 48_000

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
