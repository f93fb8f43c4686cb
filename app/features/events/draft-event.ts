import { monotonicFactory } from 'ulid'
import type { EventDraft } from '../../../schema/events/event.ts'
import type { EventType, NamesOf, PayloadOf } from '../../../schema/events/event-types.ts'

export const newId = monotonicFactory()

interface Fields<T extends EventType> {
  readonly stream: string
  readonly actor: string
  /** left out where the event itself is the entity (message.create, page.create) */
  readonly entity?: string
  readonly room?: string
  readonly payload: PayloadOf<T>
}
/** What the type's definition names cannot be left out. */
export type DraftFields<T extends EventType> = Fields<T> &
  Required<Pick<Fields<T>, Extract<NamesOf<T>, 'entity' | 'room'>>>

/** The event is the thing. Written out: the definitions themselves would be a large part of the first script. */
const areThemselves: { readonly [T in EventType as 'itself' extends NamesOf<T> ? T : never]: true } = {
  'message.create': true,
  'page.create': true,
  'page.comment': true,
  'view.save': true,
}

/** An event as its author writes it; the leader adds `clock` and `deps`. */
export function draftEvent<T extends EventType>(type: T, fields: DraftFields<T>): EventDraft {
  const id = newId()
  const entity = fields.entity ?? (Object.hasOwn(areThemselves, type) ? id : undefined)
  return {
    id,
    type,
    stream: fields.stream,
    actor: fields.actor,
    at: Date.now(),
    ...(entity === undefined ? {} : { entity }),
    ...(fields.room === undefined ? {} : { room: fields.room }),
    payload: fields.payload,
  } as EventDraft
}
