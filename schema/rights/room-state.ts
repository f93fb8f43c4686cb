import type { EventOf } from '../events/event.ts'
import {
  homeStream,
  publicRoomOf,
  readDirectRoomId,
  roomStream,
  spaceOfStream,
  spaceStream,
} from '../events/streams.ts'
import { Layer, type Registry } from './registry.ts'
import { foldRooms, type Room, type StructureEvent } from './space-state.ts'

/**
 * A room as far as rights rest on its own stream: a fold of that stream's events, in the server's order. The stream's name says
 * of which space it is. A private room is what its first `room.create` says, for ever; who is in a direct message is settled by
 * its id. Of a public room its space's stream says all, but for its threads.
 */
export interface RoomState {
  readonly id: string
  readonly stream: string
  /** the stream of its space: whoever is not in that is not in this */
  readonly space: string
  readonly kind: 'public' | 'private' | 'direct'
  readonly maker: string
  name: string
  /** of a public room nobody: who is in the space is in it */
  readonly members: Registry<RoomMember>
  /** its threads; of a private room itself too */
  readonly rooms: Registry<Room>
}
export interface RoomMember {
  /** '': called as in the space */
  readonly name: string
  readonly active: boolean
}

/** Takes one event in; changes `room` in place and returns it (a new one for its `room.create`). */
export function foldRoom(room: RoomState | null, event: StructureEvent): RoomState | null {
  if (publicRoomOf(event.stream)) return foldPublicRoom(room ?? openPublicRoom(event.stream), event)
  if (!room) return event.type === 'room.create' ? makeRoom(event) : null
  switch (event.type) {
    case 'room.member': {
      const { name, active } = event.payload
      room.members.set(event.entity!, { name, active })
      return room
    }
    case 'room.create':
    case 'room.update':
    case 'room.archive':
      foldRooms(room.rooms, event)
      room.name = room.rooms.get(room.id)?.name ?? room.name
      return room
    default: // of a space's stream
      return room
  }
}

/** Of a public room's stream, of which nothing is known yet but its name. */
export function openPublicRoom(stream: string): RoomState {
  const { room: id } = publicRoomOf(stream)!
  const nobody = new Map<string, RoomMember>()
  return {
    id,
    stream,
    space: homeStream(stream),
    kind: 'public',
    maker: '',
    name: '',
    members: nobody,
    rooms: new Map(),
  }
}

function foldPublicRoom(room: RoomState, event: StructureEvent): RoomState {
  const isOfThread = event.type === 'room.create' || event.type === 'room.update' || event.type === 'room.archive'
  if (isOfThread && event.entity !== room.id) foldRooms(room.rooms, event)
  return room
}

function makeRoom(event: EventOf<'room.create'>): RoomState | null {
  const { actor, entity: id, stream, payload } = event
  const { kind, name } = payload
  const space = spaceOfStream(stream)
  if (kind === 'thread' || space === null || id === undefined || roomStream(id) !== stream) return null
  const people = kind === 'direct' ? (readDirectRoomId(id)?.people ?? []) : [actor]
  const members = new Map(people.map((person) => [person, { name: '', active: true }]))
  const own: Room = { kind: 'room', maker: actor, name, parentRoom: undefined, parentMessage: undefined }
  const made = { id, stream, space: spaceStream(space), maker: actor, name, members, rooms: new Map([[id, own]]) }
  return { ...made, kind: kind === 'direct' ? 'direct' : 'private' }
}

/** The same room, which can go on without the one that it comes from. */
export function branchRoom(room: RoomState): RoomState {
  return { ...room, members: new Layer(room.members), rooms: new Layer(room.rooms) }
}
