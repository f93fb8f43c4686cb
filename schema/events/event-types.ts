import type * as v from 'valibot'
import type { EventDefinition, Part } from './define.ts'
import { inviteEvents } from './types/invite.ts'
import { memberEvents } from './types/member.ts'
import { messageEvents } from './types/message.ts'
import { moderationEvents } from './types/moderation.ts'
import { pageEvents } from './types/page.ts'
import { personalEvents } from './types/personal.ts'
import { pinEvents } from './types/pin.ts'
import { reactionEvents } from './types/reaction.ts'
import { roomEvents } from './types/room.ts'
import { spaceEvents } from './types/space.ts'
import { viewEvents } from './types/view.ts'

/** Every event type with its definition. */
export const eventDefinitions = {
  ...spaceEvents,
  ...memberEvents,
  ...inviteEvents,
  ...moderationEvents,
  ...roomEvents,
  ...messageEvents,
  ...reactionEvents,
  ...pinEvents,
  ...pageEvents,
  ...personalEvents,
  ...viewEvents,
} as const

type Definitions = typeof eventDefinitions
export type EventType = keyof Definitions
export type PayloadOf<T extends EventType> = v.InferOutput<Definitions[T]['payload']>
export type EventTypeOf<P extends Part> = {
  [T in EventType]: Definitions[T] extends EventDefinition<Definitions[T]['payload'], P> ? T : never
}[EventType]
/** What an event of the type cannot do without. */
export type NamesOf<T extends EventType> = Definitions[T]['names'][number]
export type OwnRowsType = { [T in EventType]: Definitions[T]['ownRows'] extends true ? T : never }[EventType]

export const eventTypes = Object.keys(eventDefinitions) as readonly EventType[]

/** null: a type that only a newer build knows */
export function definitionOf(type: EventType): EventDefinition
export function definitionOf(type: string): EventDefinition | null
export function definitionOf(type: string): EventDefinition | null {
  return Object.hasOwn(eventDefinitions, type) ? eventDefinitions[type as EventType] : null
}
