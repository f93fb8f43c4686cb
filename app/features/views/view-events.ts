import type { EventDraft } from '../../../schema/events/event.ts'
import { streamOwner } from '../../../schema/events/streams.ts'
import type { ViewSource } from '../../../schema/events/view-source.ts'
import { draftEvent } from '../events/draft-event.ts'

type Own = { readonly stream: string; readonly id: string }

export function saveView(stream: string, name: string, source: ViewSource): EventDraft {
  return draftEvent('view.save', { stream, actor: streamOwner(stream), payload: { name, source } })
}
export function renameView(view: Own, name: string): EventDraft {
  return draftEvent('view.rename', { ...about(view), payload: { name } })
}
export function notifyOfView(view: Own, on: boolean): EventDraft {
  return draftEvent('view.notify', { ...about(view), payload: { on } })
}
export function deleteView(view: Own, deleted: boolean): EventDraft {
  return draftEvent('view.delete', { ...about(view), payload: { deleted } })
}
export function lookAtView(view: Own, look: { readonly at: number; readonly rows: number }): EventDraft {
  return draftEvent('view.look', { ...about(view), payload: look })
}

const about = ({ stream, id }: Own) => ({ stream, actor: streamOwner(stream), entity: id })
