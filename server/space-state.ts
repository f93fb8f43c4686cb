import type { EventValidation, KnownEvent } from '../schema/events/event.ts'
import { streamOwner } from '../schema/events/streams.ts'
import type { HttpFault } from '../schema/messages/http.ts'

/**
 * Who may what in a space: a fold of the space's own events, in the order in which the server took them.
 * Law: `admit` is asked with the state after every earlier event, so a right that was taken away is gone for the
 * very next event. Its answer is a pure function of the two.
 */
export interface SpaceState {
  readonly id: string
  readonly stream: string
  name: string
  visibility: 'public' | 'invite'
  readonly members: Map<string, Member>
  /** of rooms that are not threads */
  readonly roomNames: Map<string, string>
}
export interface Member {
  name: string
  role: 'admin' | 'member'
  active: boolean
  /** taken out by an admin: only an admin brings them back */
  removed: boolean
}

export const importerPrefix = 'import-'
export const isImporter = (actor: string): boolean => actor.startsWith(importerPrefix)

export const isMember = (space: SpaceState | null, actor: string): boolean => space?.members.get(actor)?.active === true

/** Takes one event in; changes `space` in place and returns it (a new one for `space.create`). */
export function foldSpace(space: SpaceState | null, event: KnownEvent): SpaceState | null {
  if (event.type === 'space.create') {
    if (space) return space
    const { name, visibility } = event.payload
    const founder: Member = { name: '', role: 'admin', active: true, removed: false }
    const members = new Map([[event.actor, founder]])
    return { id: streamOwner(event.stream), stream: event.stream, name, visibility, members, roomNames: new Map() }
  }
  if (!space) return null
  const member = event.entity === undefined ? undefined : space.members.get(event.entity)
  switch (event.type) {
    case 'space.update':
      space.name = event.payload.name
      break
    case 'member.join':
      if (member) Object.assign(member, { name: event.payload.name, active: true, removed: false })
      else if (event.entity) {
        space.members.set(event.entity, { name: event.payload.name, role: 'member', active: true, removed: false })
      }
      break
    case 'member.leave':
      if (member) Object.assign(member, { active: false, removed: event.entity !== event.actor })
      break
    case 'member.role':
      if (member) member.role = event.payload.role
      break
    case 'room.create':
      if (event.entity && event.payload.kind === 'room') space.roomNames.set(event.entity, event.payload.name)
      break
    case 'room.update':
      if (event.entity && event.payload.name !== undefined && space.roomNames.has(event.entity)) {
        space.roomNames.set(event.entity, event.payload.name)
      }
      break
  }
  return space
}

/** Event types that make up a space's outline; a thread's `room.create` does not. */
export function isStructural(event: KnownEvent): boolean {
  switch (event.type) {
    case 'space.create':
    case 'space.update':
    case 'member.join':
    case 'member.leave':
    case 'member.role':
    case 'room.archive':
      return true
    case 'room.create':
      return event.payload.kind === 'room'
    case 'room.update':
      return true
    default:
      return false
  }
}

export type ValidEvent = Exclude<EventValidation, { type: 'invalid' }>
export type Refusal = Pick<HttpFault, 'code' | 'message' | 'field'>

/** Why `event` may not be added to `space` (null: no such space yet); null when it may. */
export function admit(space: SpaceState | null, valid: ValidEvent): Refusal | null {
  const { event } = valid
  const known = valid.type === 'known' ? valid.event : null
  if (!space) {
    if (known?.type !== 'space.create') return { code: 'UNKNOWN_STREAM', message: `there is no ${event.stream}` }
    if (known.entity !== streamOwner(known.stream)) {
      return { code: 'MALFORMED_EVENT', field: 'entity', message: 'entity: must be the space that the stream is of' }
    }
    return null
  }
  if (known?.type === 'space.create') return { code: 'NOT_ALLOWED', message: `the space ${space.id} exists already` }

  const author = (event.payload as { author?: unknown } | null | undefined)?.author
  if (author !== undefined && !isImporter(event.actor)) {
    return { code: 'NOT_ALLOWED', field: 'payload.author', message: 'payload.author: only an import names an author' }
  }
  const me = space.members.get(event.actor)
  if (known?.type === 'member.join' && known.entity === event.actor && !me?.active) {
    if (me?.removed) return { code: 'NOT_A_MEMBER', message: 'an admin removed you from this space' }
    if (space.visibility !== 'public') return { code: 'NOT_A_MEMBER', message: 'this space is by invitation' }
    return null
  }
  if (!me?.active) return { code: 'NOT_A_MEMBER', message: `${event.actor} is not a member of this space` }
  if (!known || me.role === 'admin') return null
  const ofOthers = (known.type === 'member.join' || known.type === 'member.leave') && known.entity !== event.actor
  if (ofOthers || known.type === 'member.role' || known.type === 'space.update') {
    return { code: 'NOT_ALLOWED', field: 'type', message: `type: ${known.type} needs the role of admin` }
  }
  return null
}
