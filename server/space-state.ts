import { assertNever } from '../schema/assert.ts'
import { definitionOf, type EventTypeOf, type PayloadOf } from '../schema/events/event-types.ts'
import type { AnyEvent, EventOf, EventValidation, KnownEvent } from '../schema/events/event.ts'
import { personStream, streamOwner } from '../schema/events/streams.ts'
import type { HttpFault } from '../schema/messages/http.ts'

/**
 * Who may what in a space: a fold of the space's own events, in the order in which the server took them.
 * Law: `admit` is asked with the state after every earlier event, so a right that was taken away is gone for the
 * very next event. Its answer is a pure function of the two. Everything in it is of this one stream: a room or a message
 * of another space is unknown here, whatever it is called.
 */
export interface SpaceState {
  readonly id: string
  readonly stream: string
  readonly founder: string
  name: string
  visibility: 'public' | 'invite'
  readonly members: Registry<Member>
  /** rooms and threads */
  readonly rooms: Registry<Room>
}
/** What SpaceState needs of a Map. What is in it is replaced, never changed. */
export interface Registry<V> extends Iterable<[string, V]> {
  get(key: string): V | undefined
  set(key: string, value: V): unknown
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
  readonly role: 'admin' | 'member'
  readonly active: boolean
  /** taken out by an admin: only an admin brings them back */
  readonly removed: boolean
}

export const importerPrefix = 'import-'
export const isImporter = (actor: string): boolean => actor.startsWith(importerPrefix)

export const isMember = (space: SpaceState | null, actor: string): boolean => space?.members.get(actor)?.active === true

/** An event of the part `structure` (schema/events/define.ts): all that a space's state is folded from. */
export type StructureEvent = { [T in EventTypeOf<'structure'>]: EventOf<T> }[EventTypeOf<'structure'>]
export function isStructure(event: KnownEvent): event is StructureEvent {
  return definitionOf(event.type).part === 'structure'
}

/** Takes one event in; changes `space` in place and returns it (a new one for `space.create`). */
export function foldSpace(space: SpaceState | null, event: StructureEvent): SpaceState | null {
  if (event.type === 'space.create') {
    if (space) return space
    const { name, visibility } = event.payload
    const founder: Member = { name: '', role: 'admin', active: true, removed: false }
    const members = new Map([[event.actor, founder]])
    const { stream, actor } = event
    return { id: streamOwner(stream), stream, founder: actor, name, visibility, members, rooms: new Map() }
  }
  if (!space || event.entity === undefined) return space
  const member = space.members.get(event.entity)
  const room = space.rooms.get(event.entity)
  switch (event.type) {
    case 'space.update':
      space.name = event.payload.name
      break
    case 'member.join': {
      const role = member?.active ? member.role : 'member'
      space.members.set(event.entity, { name: event.payload.name, role, active: true, removed: false })
      break
    }
    case 'member.leave': // a role ends with the membership: who comes back, or is let in again, is a member
      if (member) {
        const removed = event.entity !== event.actor
        space.members.set(event.entity, { ...member, active: false, role: 'member', removed })
      }
      break
    case 'member.role':
      if (member?.active) space.members.set(event.entity, { ...member, role: event.payload.role })
      break
    case 'room.create': {
      const { name, kind, parentRoom, parentMessage } = event.payload
      if (!room) space.rooms.set(event.entity, { kind, maker: event.actor, name, parentRoom, parentMessage })
      break
    }
    case 'room.update':
      if (room && event.payload.name !== undefined) space.rooms.set(event.entity, { ...room, name: event.payload.name })
      break
    case 'room.archive': // hides a room, and locks nothing
      break
    default:
      return assertNever(event)
  }
  return space
}

/** The same space, which can go on without the one that it comes from: what is set here is not there. Costs nothing. */
export function branch(space: SpaceState): SpaceState {
  return { ...space, members: new Layer(space.members), rooms: new Layer(space.rooms) }
}

class Layer<V> implements Registry<V> {
  readonly #below: Registry<V>
  readonly #own = new Map<string, V>()

  constructor(below: Registry<V>) {
    this.#below = below
  }

  get(key: string): V | undefined {
    return this.#own.get(key) ?? this.#below.get(key)
  }
  set(key: string, value: V): void {
    this.#own.set(key, value)
  }
  *[Symbol.iterator](): Iterator<[string, V]> {
    yield* this.#own
    for (const entry of this.#below) if (!this.#own.has(entry[0])) yield entry
  }
}

export type ValidEvent = Exclude<EventValidation, { type: 'invalid' }>
export type Refusal = Pick<HttpFault, 'code' | 'message' | 'field'>

/**
 * Why `event` may not be added to `space` (null: no such space yet); null when it may. `authorOf` names who wrote a
 * message of this stream; null: there is no such message here.
 *
 * What is not asked: whether a message's room exists (a newer build may make rooms by types that this one does not know)
 * or is archived (that hides a room, it does not lock it: what was written offline must not be lost).
 */
export function admit(
  space: SpaceState | null,
  valid: ValidEvent,
  authorOf: (message: string) => string | null,
): Refusal | null {
  const { event } = valid
  const known = valid.type === 'known' ? valid.event : null
  if (!space) {
    if (known?.type !== 'space.create') return { code: 'UNKNOWN_STREAM', message: `there is no ${event.stream}` }
    if (known.entity !== streamOwner(known.stream)) {
      return { code: 'MALFORMED_EVENT', field: 'entity', message: 'entity: must be the space that the stream is of' }
    }
    return mayNameAuthor(event.actor, event) // who creates it is its founder
  }
  const me = space.members.get(event.actor)
  const joins = known?.type === 'member.join' && known.entity === event.actor && !me?.active
  if (joins && me?.removed) return { code: 'NOT_A_MEMBER', message: 'an admin removed you from this space' }
  if (joins && space.visibility !== 'public') return { code: 'NOT_A_MEMBER', message: 'this space is by invitation' }
  if (!joins && !me?.active) return { code: 'NOT_A_MEMBER', message: `${event.actor} is not a member of this space` }
  const refusal = mayNameAuthor(space.founder, event)
  if (refusal || !known) return refusal
  return mayDo(space, known, me?.role === 'admin', authorOf) ?? (isStructure(known) ? keepsInOrder(space, known) : null)
}

/** Only an import, and in the space that it founded itself, writes in the name of others. */
function mayNameAuthor(founder: string, event: AnyEvent): Refusal | null {
  const author = (event.payload as { author?: unknown } | null | undefined)?.author
  if (author === undefined || (isImporter(event.actor) && event.actor === founder)) return null
  const message = 'payload.author: only an import names an author, and in the space that it made'
  return { code: 'NOT_ALLOWED', field: 'payload.author', message }
}

/** Whether a member has the right that the type asks for. */
function mayDo(
  space: SpaceState,
  event: KnownEvent,
  isAdmin: boolean,
  authorOf: (message: string) => string | null,
): Refusal | null {
  const { by } = definitionOf(event.type)
  const entity = event.entity ?? ''
  const needsAdmin = notAllowed('type', `${event.type} needs the role of admin`)
  switch (by) {
    case 'founder':
      return { code: 'NOT_ALLOWED', message: `the space ${space.id} exists already` }
    case 'admin':
      return isAdmin ? null : needsAdmin
    case 'selfOrAdmin':
      return isAdmin || entity === event.actor ? null : needsAdmin
    case 'makerOrAdmin': {
      const room = space.rooms.get(entity)
      return isAdmin || (room?.kind === 'thread' && room.maker === event.actor) ? null : needsAdmin
    }
    case 'authorOrAdmin': {
      if (isAdmin) return null
      const author = authorOf(entity)
      if (author === event.actor) return null
      return notAllowed('entity', author === null ? 'there is no such message here' : "another person's message")
    }
    case 'member':
      return null
    case 'owner':
      return { code: 'MALFORMED_EVENT', field: 'stream', message: `stream: ${event.type} goes into the person's own` }
    default:
      return assertNever(by)
  }
}

/** Whether the space would still be one after an event that its actor has the right to. */
function keepsInOrder(space: SpaceState, event: StructureEvent): Refusal | null {
  const entity = event.entity ?? ''
  switch (event.type) {
    case 'member.leave':
      return mayGiveUp(space, entity)
    case 'member.role':
      if (!space.members.get(entity)?.active) return notAllowed('entity', `${entity} is not a member of this space`)
      return event.payload.role === 'admin' ? null : mayGiveUp(space, entity)
    case 'room.create': {
      const there = space.rooms.get(entity)
      return !there || isSameThread(there, event.payload) ? null : notAllowed('entity', `${entity} exists already`)
    }
    case 'space.create':
    case 'space.update':
    case 'member.join':
    case 'room.update':
    case 'room.archive':
      return null
    default:
      return assertNever(event)
  }
}

/** Two people who are offline may open the same thread on the same message. */
function isSameThread(there: Room, made: PayloadOf<'room.create'>): boolean {
  const samePlace = there.parentRoom === made.parentRoom && there.parentMessage === made.parentMessage
  return there.kind === 'thread' && made.kind === 'thread' && samePlace
}

/** A space with members keeps an admin. */
function mayGiveUp(space: SpaceState, person: string): Refusal | null {
  if (space.members.get(person)?.role !== 'admin') return null
  const others = [...space.members].filter(([id, member]) => id !== person && member.active)
  if (others.length === 0 || others.some(([, member]) => member.role === 'admin')) return null
  return notAllowed('entity', 'the last admin: make another member admin first')
}

const notAllowed = (field: string, words: string): Refusal => ({
  code: 'NOT_ALLOWED',
  field,
  message: `${field}: ${words}`,
})

/** Why `event` may not be added to the person's own stream; null when it may. Nothing but what is theirs goes there. */
export function admitToPerson(stream: string, actor: string, valid: ValidEvent): Refusal | null {
  if (stream !== personStream(actor)) return { code: 'NOT_A_MEMBER', message: 'this stream is another person’s' }
  if (valid.type === 'unknown' || definitionOf(valid.event.type).part === 'personal') return null
  return { code: 'MALFORMED_EVENT', field: 'stream', message: `stream: ${valid.event.type} goes into a space's` }
}
