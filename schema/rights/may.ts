import { assertNever } from '../assert.ts'
import { bounds, isId } from '../events/bounds.ts'
import type { Place, Right } from '../events/define.ts'
import { definitionOf, type PayloadOf } from '../events/event-types.ts'
import {
  isPrivateRoom,
  personStream,
  publicRoomOf,
  readDirectRoomId,
  spaceOfStream,
  streamKind,
  streamOfRoom,
  streamOfSpace,
  streamOwner,
} from '../events/streams.ts'
import type { HttpFault } from '../messages/http.ts'
import { isImporter } from './importers.ts'
import { standingIn, type InvitationStanding } from './invitations.ts'
import type { Rights } from './rights.ts'
import { roleOf } from './rights.ts'
import { atLeast, isGivenRole, outranks, type GivenRole, type InvitedRole, type Role } from './roles.ts'
import { inGoodStanding, type Room, type SpaceState } from './space-state.ts'

/**
 * Who may do what: one pure function, which the server asks at every read and again when it commits, and the app to hide
 * what would be refused. docs/rights.md is the table of its answers.
 *
 * Law: it is asked with the state after every earlier event, so a right that was taken away is gone for the very next
 * one. A stream that is not there and one that the asker may not know of get the same answer.
 *
 * What it does not ask: whether a message's room exists (a newer build may make rooms by types that this one does not know)
 * or is archived (that hides a room, it does not lock it: what was written offline must not be lost).
 */
export function may(rights: Rights, actor: string, action: Action, stream: string): boolean {
  return refusalOf(rights, actor, action, stream) === null
}

export type Action = StreamAction | Attempt
/** What is done with a stream as a whole. `push`: to be told of its news while no tab is open. */
export const streamActions = ['read', 'tail', 'latest', 'snapshot', 'search', 'blob', 'push', 'presence'] as const
export type StreamAction = (typeof streamActions)[number]
/** To append an event. The app asks before there is one: what is absent is not looked at. */
export interface Attempt {
  readonly append: string
  /** unix ms, by the server's clock */
  readonly now: number
  readonly entity?: string | undefined
  readonly payload?: unknown
  /** who wrote a message of this stream; null: there is no such message here */
  readonly authorOf?: (message: string) => string | null
  /** the invitation whose secret its sender has shown */
  readonly shown?: string | null
}
export type Refusal = Pick<HttpFault, 'code' | 'message' | 'field'>

/** whoever reads a stream is told and shown all of it; a guest is one of them */
const leastFor: { readonly [A in StreamAction]: GivenRole } = {
  read: 'guest',
  tail: 'guest',
  latest: 'guest',
  snapshot: 'guest',
  search: 'guest',
  blob: 'guest',
  push: 'guest',
  presence: 'guest',
}

/** Why `actor` may not; null when they may. */
export function refusalOf(rights: Rights, actor: string, action: Action, stream: string): Refusal | null {
  const kind = streamKind(stream)
  switch (kind) {
    case null:
      return hidden
    case 'local': // this device's own
      return typeof action === 'string' ? null : belongsIn(action, 'space') && belongsIn(action, 'room')
    case 'person':
      if (stream !== personStream(actor)) return hidden
      return typeof action === 'string' ? null : belongsIn(action, 'person')
    case 'space':
    case 'room': {
      const there = kind === 'space' ? rights.space : rights.room
      if (typeof action === 'string') {
        if (!there) return hidden
        const role = roleOf(rights, actor)
        return atLeast(role, leastFor[action]) ? null : shutOut(rights, role)
      }
      const misplaced = belongsIn(action, rights.room && rights.room.kind !== 'public' ? 'private' : kind)
      if (there) return refusalIn(rights, actor, action) ?? misplaced ?? misplacedRoom(rights, action)
      if (kind === 'room' && publicRoomOf(stream)) return hidden
      return kind === 'space' ? mayFound(actor, action, stream) : mayOpenRoom(rights, actor, action, stream)
    }
    default:
      return assertNever(kind)
  }
}

/** Whether events of the type go into streams of this kind. What only a newer build knows may go anywhere. */
function belongsIn({ append }: Attempt, place: Place): Refusal | null {
  const places = definitionOf(append)?.streams ?? [place]
  if (places.includes(place) || (place === 'private' && places.includes('room'))) return null
  return misplacedIn(append, whose[places[0]!])
}
const whose: { readonly [P in Place]: string } = {
  space: "a space's",
  room: "its room's",
  private: "a private room's",
  person: "the person's own",
}
const misplacedIn = (append: string, where: string): Refusal => ({
  code: 'MALFORMED_EVENT',
  field: 'stream',
  message: `stream: ${append} goes into ${where}`,
})

/** A public room is made and named in its space's stream, a thread in its room's. */
function misplacedRoom({ room }: Rights, { append, entity, payload }: Attempt): Refusal | null {
  if (!append.startsWith('room.') || (room && room.kind !== 'public')) return null
  const kind = (payload as { kind?: unknown } | undefined)?.kind
  if (room) return entity === room.id || (kind ?? 'thread') !== 'thread' ? misplacedIn(append, whose.space) : null
  return kind === 'thread' ? misplacedIn('a thread', whose.room) : null
}

function mayFound(actor: string, { append, entity, payload }: Attempt, stream: string): Refusal | null {
  if (append !== 'space.create') return hidden
  if (entity !== undefined && entity !== streamOwner(stream)) {
    return { code: 'MALFORMED_EVENT', field: 'entity', message: 'entity: must be the space that the stream is of' }
  }
  if (streamOfSpace(streamOwner(stream)) !== stream) {
    return {
      code: 'MALFORMED_EVENT',
      field: 'entity',
      message: 'entity: is the id of a space that stays on its device',
    }
  }
  return mayNameAuthor(actor, actor, payload) // who creates it is its founder
}

/** The first event of a room's own stream, whose name says of which space it is. */
function mayOpenRoom(rights: Rights, actor: string, attempt: Attempt, stream: string): Refusal | null {
  const { append, entity, payload } = attempt
  const made = payload as PayloadOf<'room.create'> | undefined
  const id = streamOwner(stream)
  if (append !== 'room.create' || made?.kind === 'thread') return hidden
  if (!rights.space || rights.space.id !== spaceOfStream(stream)) return hidden
  if (!atLeast(roleOf(rights, actor), 'member')) return hidden
  const muted = mutedNow(rights.space, actor, attempt)
  if (muted) return muted
  const direct = readDirectRoomId(id)
  if (direct && !direct.people.includes(actor)) return hidden // its people may have begun it, or not
  const fits = direct
    ? (made?.kind ?? 'direct') === 'direct'
    : !id.startsWith('direct.') && (made?.kind ?? 'room') === 'room'
  if (!fits || (entity ?? id) !== id) {
    return { code: 'MALFORMED_EVENT', field: 'entity', message: 'entity: must be the room that the stream is of' }
  }
  const stranger = direct?.people.find((person) => !rights.space!.members.get(person)?.active)
  if (stranger !== undefined) return notAllowed('entity', `${stranger} is not a member of this space`)
  return mayNameAuthor(rights.space.founder, actor, payload)
}

function refusalIn(rights: Rights, actor: string, attempt: Attempt): Refusal | null {
  const { append, entity, payload } = attempt
  const space = rights.space!
  const role = roleOf(rights, actor)
  if (!atLeast(role, 'guest')) {
    if (append === 'space.create' && !rights.room) return notAllowed('type', `the space ${space.id} exists already`)
    const joins = !rights.room && append === 'member.join' && (entity ?? actor) === actor
    if (!joins) return shutOut(rights, role)
    if (space.members.get(actor)?.banned) return banned
    const invite = invitationIn(payload)
    if (invite) return invitationFault(space, invite, attempt)
    if (space.visibility !== 'public' || space.members.get(actor)?.removed) return shutOut(rights, role)
  }
  const muted = atLeast(role, 'guest') ? mutedNow(space, actor, attempt) : null
  const refusal = muted ?? mayNameAuthor(space.founder, actor, payload)
  const definition = definitionOf(append)
  if (refusal) return refusal
  if (!definition) return atLeast(role, 'member') ? null : needs('member', append)
  return mayDo(rights, actor, role, definition.by, attempt) ?? keepsInOrder(rights, actor, role, attempt)
}

/** Who is muted leaves, and takes back words of their own; nothing else. */
function mutedNow(space: SpaceState, actor: string, { append, now }: Attempt): Refusal | null {
  const { mutedUntil } = space.members.get(actor) ?? inGoodStanding
  if (mutedUntil <= now || takesBack.includes(append)) return null
  return { code: 'MUTED', message: `an admin muted you here until ${new Date(mutedUntil).toISOString()}` }
}
const takesBack: readonly string[] = ['member.leave', 'message.delete', 'message.erase', 'reaction.remove']

/** Only an import, and in the space that it founded itself, writes in the name of others. */
function mayNameAuthor(founder: string, actor: string, payload: unknown): Refusal | null {
  const author = (payload as { author?: unknown } | null | undefined)?.author
  if (author === undefined || (isImporter(actor) && actor === founder)) return null
  const message = 'payload.author: only an import names an author, and in the space that it made'
  return { code: 'NOT_ALLOWED', field: 'payload.author', message }
}

/** Whether someone who is in it has the right that the type asks for. */
function mayDo(rights: Rights, actor: string, role: Role, by: Right, attempt: Attempt): Refusal | null {
  const { append, entity = '', authorOf } = attempt
  const isAdmin = atLeast(role, 'admin')
  const isAtLeastMember = atLeast(role, 'member')
  switch (by) {
    case 'founder':
      return notAllowed('type', `the space ${rights.space!.id} exists already`)
    case 'admin':
      return isAdmin ? null : needs('admin', append)
    case 'selfOrAdmin':
      return isAdmin || entity === actor ? null : needs('admin', append)
    case 'makerOrAdmin': {
      const room = (rights.room ?? rights.space!).rooms.get(entity)
      const own = room?.maker === actor && rights.room !== null
      return isAdmin || (isAtLeastMember && own) ? null : needs('admin', append)
    }
    case 'authorOrAdmin': {
      if (isAdmin) return null
      if (!isAtLeastMember) return needs('member', append)
      const author = authorOf ? authorOf(entity) : actor
      if (author === actor) return null
      return notAllowed('entity', author === null ? 'there is no such message here' : "another person's message")
    }
    case 'insider':
      return mayChangeRoomMember(rights, actor, role, attempt)
    case 'member':
      return isAtLeastMember ? null : needs('member', append)
    case 'guest':
      return null
    case 'person': // belongsIn says where it goes
      return null
    default:
      return assertNever(by)
  }
}

/** Of a private room: members add people of the space; its maker or an admin takes somebody out; everybody may leave. */
function mayChangeRoomMember(
  { space, room }: Rights,
  actor: string,
  role: Role,
  { append, entity, payload }: Attempt,
): Refusal | null {
  if (!room || room.kind === 'public' || entity === undefined) return null
  const active = (payload as PayloadOf<'room.member'> | undefined)?.active ?? true
  if (room.kind === 'direct') {
    if (active && room.members.get(entity)) return null
    return notAllowed('entity', 'who is in a direct message is settled when it begins')
  }
  if (entity === actor) return null
  if (!active) return atLeast(role, 'admin') || room.maker === actor ? null : needs('admin', append)
  if (!atLeast(role, 'member')) return needs('member', append)
  return space!.members.get(entity)?.active ? null : notAllowed('entity', `${entity} is not a member of this space`)
}

/** Whether all would still be in order after an event that its actor has the right to. */
function keepsInOrder(rights: Rights, actor: string, role: Role, attempt: Attempt): Refusal | null {
  const { append, entity, payload } = attempt
  if (entity === undefined) return null
  const space = rights.space!
  switch (append) {
    case 'member.join':
      if (space.members.get(entity)?.banned) return notAllowed('entity', `${entity} is banned here: lift the ban first`)
      return invitationIn(payload)
        ? notAllowed('payload.invite', 'who comes by it is not here yet, and comes by oneself')
        : null
    case 'member.leave':
      return mayChange(space, actor, role, entity) ?? mayGiveUp(space, entity)
    case 'member.mute':
      return mayMute(space, actor, role, attempt)
    case 'member.ban': {
      if (!space.members.get(entity)) return notAllowed('entity', `${entity} was never a member of this space`)
      if (entity === actor) return notAllowed('entity', 'nobody bans themselves')
      return mayChange(space, actor, role, entity) ?? mayGiveUp(space, entity)
    }
    case 'invite.create': {
      if (space.invitations.get(entity)) return notAllowed('entity', `${entity} exists already`)
      const given = (payload as PayloadOf<'invite.create'> | undefined)?.role
      return given && outranks(given, role) ? notAllowed('payload.role', `${given} is above your own role`) : null
    }
    case 'invite.revoke':
      return space.invitations.get(entity) ? null : notAllowed('entity', 'there is no such invitation here')
    case 'member.role': {
      if (!space.members.get(entity)?.active) return notAllowed('entity', `${entity} is not a member of this space`)
      const refusal = mayChange(space, actor, role, entity)
      const given = (payload as { role?: unknown } | undefined)?.role
      if (refusal || !isGivenRole(given)) return refusal
      if (outranks(given, role)) return notAllowed('payload.role', `${given} is above your own role`)
      return given === space.members.get(entity)!.role ? null : mayGiveUp(space, entity, given)
    }
    case 'room.create':
      return mayMakeRoom(rights, entity, payload as PayloadOf<'room.create'> | undefined)
    default:
      return null
  }
}

function mayMute(space: SpaceState, actor: string, role: Role, { entity = '', payload, now }: Attempt): Refusal | null {
  if (!space.members.get(entity)?.active) return notAllowed('entity', `${entity} is not a member of this space`)
  if (entity === actor) return notAllowed('entity', 'nobody mutes themselves')
  const until = (payload as PayloadOf<'member.mute'> | undefined)?.until ?? 0
  if (until > now + bounds.muteMs) return notAllowed('payload.until', 'a year is the longest')
  return mayChange(space, actor, role, entity)
}

/** A role above or beside one's own is not touched; owners may change other owners. */
function mayChange(space: SpaceState, actor: string, role: Role, person: string): Refusal | null {
  const theirs = space.members.get(person)?.role ?? 'member'
  if (person === actor || role === 'owner' || outranks(role, theirs)) return null
  return notAllowed('entity', `${person} is ${theirs} here, as high as you`)
}

/** A space with members keeps an owner; one that has none any more, an admin. */
function mayGiveUp(space: SpaceState, person: string, becomes?: GivenRole): Refusal | null {
  const member = space.members.get(person)
  if (!member?.active || !atLeast(member.role, 'admin')) return null
  const others = [...space.members].filter(([id, { active }]) => id !== person && active).map(([, { role }]) => role)
  const after: readonly GivenRole[] = becomes ? [...others, becomes] : others
  if (after.length === 0) return null
  const top = member.role === 'owner' || others.includes('owner') ? 'owner' : 'admin'
  if (after.some((role) => atLeast(role, top))) return null
  return notAllowed('entity', `the last ${top}: make another member ${top} first`)
}

function mayMakeRoom(
  { space, room }: Rights,
  entity: string,
  made: PayloadOf<'room.create'> | undefined,
): Refusal | null {
  if (made === undefined) return null
  const there = (room ?? space!).rooms.get(entity)
  if (room) {
    const again = entity === room.id && made.kind === 'direct' && room.kind === 'direct'
    if (again || (made.kind === 'thread' && (!there || isSameThread(there, made)))) return null
    return notAllowed('entity', 'this stream has its room already')
  }
  if (made.kind === 'direct' || isPrivateRoom(entity)) return misplacedIn('a private room', "the room's own")
  if (there) return notAllowed('entity', `${entity} exists already`)
  return isId(streamOfRoom(space!.id, entity)) ? null : notAllowed('entity', 'is too long for the name of a stream')
}

/** Two people who are offline may open the same thread on the same message. */
function isSameThread(there: Room, made: PayloadOf<'room.create'>): boolean {
  const samePlace = there.parentRoom === made.parentRoom && there.parentMessage === made.parentMessage
  return there.kind === 'thread' && made.kind === 'thread' && samePlace
}

const invitationIn = (payload: unknown) => (payload as PayloadOf<'member.join'> | undefined)?.invite ?? null

/** Nobody learns of a space by naming an invitation of it: only who has its secret is told what became of it. */
function invitationFault(
  space: SpaceState,
  { id, role }: { readonly id: string; readonly role: InvitedRole },
  { shown, now, payload }: Attempt,
): Refusal | null {
  const invitation = space.invitations.get(id)
  if (shown !== id || !invitation) return hidden
  if ((payload as { author?: unknown }).author !== undefined) return mayNameAuthor('', '', payload)
  if (invitation.role !== role) return notAllowed('payload.invite.role', `the invitation says ${invitation.role}`)
  const standing = standingIn(space.members, invitation, now)
  return standing === 'open' ? null : { code: invitationFaults[standing], message: `this invitation is ${standing}` }
}
export const invitationFaults = {
  unknown: 'INVITATION_UNKNOWN',
  revoked: 'INVITATION_REVOKED',
  expired: 'INVITATION_EXPIRED',
  'used up': 'INVITATION_USED_UP',
} as const satisfies Record<Exclude<InvitationStanding, 'open'>, HttpFault['code']>

/** Who was in it knows of it; of a public space and its rooms everybody does. To all others it is not there. */
function shutOut({ space, room }: Rights, role: Role): Refusal {
  if (role === 'removed') return { code: 'NOT_A_MEMBER', message: 'you left this, or an admin removed you' }
  const isPrivate = room !== null && room.kind !== 'public'
  return !isPrivate && space?.visibility === 'public'
    ? { code: 'NOT_A_MEMBER', message: 'join this space first' }
    : hidden
}
const banned: Refusal = { code: 'BANNED', message: 'an admin banned you from this' }
/** The same words for a stream that is not there and for one that the asker may not know of. */
const hidden: Refusal = { code: 'UNKNOWN_STREAM', message: 'there is no such stream, or you may not know of it' }

const needs = (role: GivenRole, type: string) => notAllowed('type', `${type} needs the role of ${role}`)
const notAllowed = (field: string, words: string): Refusal => ({
  code: 'NOT_ALLOWED',
  field,
  message: `${field}: ${words}`,
})
