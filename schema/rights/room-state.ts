import type { EventOf } from '../events/event.ts'
import { readDirectRoomId, roomStream, spaceOfStream, spaceStream } from '../events/streams.ts'
import { Layer, type Registry } from './registry.ts'
import { foldRooms, type Room, type StructureEvent } from './space-state.ts'

/**
 * A private room or a direct message as far as rights rest on it: a fold of the events of its own stream, in the server's
 * order. Its stream says of which space it is, its first `room.create` what it is, for ever. Who is in a direct message is settled by its id.
 */
export interface RoomState {
  readonly id: string
  readonly stream: string
  /** the stream of its space: whoever is not in that is not in this */
  readonly space: string
  readonly kind: 'private' | 'direct'
  readonly maker: string
  name: string
  readonly members: Registry<RoomMember>
  /** its threads, and itself */
  readonly rooms: Registry<Room>
}
export interface RoomMember {
  /** '': called as in the space */
  readonly name: string
  readonly active: boolean
}

/** Takes one event in; changes `room` in place and returns it (a new one for its `room.create`). */
export function foldRoom(room: RoomState | null, event: StructureEvent): RoomState | null {
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
