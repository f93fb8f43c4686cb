import { assertNever } from '../assert.ts'
import { definitionOf, type EventTypeOf } from '../events/event-types.ts'
import type { EventOf, KnownEvent } from '../events/event.ts'
import { streamOwner } from '../events/streams.ts'
import { foldInvitation, type Invitation } from './invitations.ts'
import { Layer, type Registry } from './registry.ts'
import { roleAfterLeaving, type GivenRole } from './roles.ts'

/**
 * A space as far as rights rest on it: a fold of its own events, in the order in which the server took them. Everything in
 * it is of this one stream: a room or a message of another space is unknown here, whatever it is called.
 */
export interface SpaceState {
  readonly id: string
  readonly stream: string
  readonly founder: string
  name: string
  visibility: 'public' | 'invite'
  readonly members: Registry<Member>
  /** public ones; their threads are in their own streams */
  readonly rooms: Registry<Room>
  readonly invitations: Registry<Invitation>
}
export interface Room {
  readonly kind: 'room' | 'thread'
  readonly maker: string
  readonly name: string
  readonly parentRoom: string | undefined
  readonly parentMessage: string | undefined
}
export interface Member {
  readonly name: string
  readonly role: GivenRole
  readonly active: boolean
  /** taken out by an admin: only an admin brings them back */
  readonly removed: boolean
  /** nobody brings them back before it is lifted */
  readonly banned: boolean
  /** unix ms: until then they write nothing */
  readonly mutedUntil: number
}

export const isMember = (space: SpaceState | null, actor: string): boolean => space?.members.get(actor)?.active === true

/** An event of the part `structure` (schema/events/define.ts): all that rights are folded from. */
export type StructureEvent = { [T in EventTypeOf<'structure'>]: EventOf<T> }[EventTypeOf<'structure'>]
export function isStructure(event: KnownEvent): event is StructureEvent {
  return definitionOf(event.type).part === 'structure'
}

/** Takes one event in; changes `space` in place and returns it (a new one for `space.create`). */
export function foldSpace(space: SpaceState | null, event: StructureEvent): SpaceState | null {
  if (event.type === 'space.create') {
    if (space) return space
    const { name, visibility } = event.payload
    const founder: Member = { name: '', role: 'owner', active: true, ...inGoodStanding }
    const members = new Map([[event.actor, founder]])
    const { stream, actor } = event
    const made = { id: streamOwner(stream), stream, founder: actor, name, visibility, members }
    return { ...made, rooms: new Map(), invitations: new Map() }
  }
  if (!space || event.entity === undefined) return space
  const member = space.members.get(event.entity)
  switch (event.type) {
    case 'space.update':
      space.name = event.payload.name
      break
    case 'member.join':
      join(space, event.entity, event)
      break
    case 'member.leave':
      if (member) {
        const removed = event.entity !== event.actor
        space.members.set(event.entity, { ...member, active: false, role: roleAfterLeaving(member.role), removed })
      }
      break
    case 'member.role':
      if (member?.active) space.members.set(event.entity, { ...member, role: event.payload.role })
      break
    case 'member.mute':
      if (member) space.members.set(event.entity, { ...member, mutedUntil: event.payload.until })
      break
    case 'member.ban':
      if (member) space.members.set(event.entity, event.payload.banned ? ban(member) : { ...member, banned: false })
      break
    case 'invite.create':
    case 'invite.revoke':
      foldInvitation(space.invitations, event.entity, event)
      break
    case 'room.create':
      if (event.payload.kind === 'room') foldRooms(space.rooms, event)
      break
    case 'room.update':
    case 'room.archive':
      foldRooms(space.rooms, event)
      break
    case 'room.member': // of a room's own stream
      break
    default:
      return assertNever(event)
  }
  return space
}

/** Of whom nothing bad is known. */
export const inGoodStanding = { removed: false, banned: false, mutedUntil: 0 } as const

const ban = (member: Member): Member => ({
  ...member,
  role: roleAfterLeaving(member.role),
  active: false,
  removed: true,
  banned: true,
})

/** Who comes by an invitation is what it says, but no guest is more by coming again. Who is there already has used none. */
function join(space: SpaceState, person: string, event: EventOf<'member.join'>): void {
  const { name, invite } = event.payload
  const before = space.members.get(person)
  const comes = !before?.active
  if (invite && comes) foldInvitation(space.invitations, invite.id, event)
  const role = before?.role ?? 'member'
  const given = invite && comes && before?.role !== 'guest' ? invite.role : role
  const { banned, mutedUntil } = before ?? inGoodStanding
  space.members.set(person, { name, role: given, active: !banned, removed: banned, banned, mutedUntil })
}

/** The rooms and threads of one stream. The first create counts. */
export function foldRooms(
  rooms: Registry<Room>,
  event: Extract<StructureEvent, { type: 'room.create' | 'room.update' | 'room.archive' }>,
): void {
  const id = event.entity!
  const room = rooms.get(id)
  switch (event.type) {
    case 'room.create': {
      const { name, kind, parentRoom, parentMessage } = event.payload
      if (!room && kind !== 'direct') rooms.set(id, { kind, maker: event.actor, name, parentRoom, parentMessage })
      return
    }
    case 'room.update':
      if (room && event.payload.name !== undefined) rooms.set(id, { ...room, name: event.payload.name })
      return
    case 'room.archive': // hides a room, and locks nothing
      return
  }
}

/** The same space, which can go on without the one that it comes from. */
export function branchSpace(space: SpaceState): SpaceState {
  return {
    ...space,
    members: new Layer(space.members),
    rooms: new Layer(space.rooms),
    invitations: new Layer(space.invitations),
  }
}
