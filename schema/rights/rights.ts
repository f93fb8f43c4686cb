import { publicRoomOf, streamKind } from '../events/streams.ts'
import { branchRoom, foldRoom, openPublicRoom, type RoomState } from './room-state.ts'
import type { Role } from './roles.ts'
import { branchSpace, foldSpace, type SpaceState, type StructureEvent } from './space-state.ts'

/** What the rights in one stream rest on. Of a space's stream the space alone; of a room's the room, and its space. */
export interface Rights {
  /** null: there is no such space */
  readonly space: SpaceState | null
  /** null: there is no such room, or the stream is a space's */
  readonly room: RoomState | null
}
export const noRights: Rights = { space: null, room: null }

/** Of a stream, by what is known of its space and of its own events. There is a public room when its space has it. */
export function rightsIn(stream: string, space: SpaceState | null, room: RoomState | null): Rights {
  const place = publicRoomOf(stream)
  if (!place) return { space, room }
  return { space, room: space?.rooms.get(place.room) ? (room ?? openPublicRoom(stream)) : null }
}

/** A space's role counts in its rooms too; in a private one, for who is in both. */
export function roleOf({ space, room: anyRoom }: Rights, actor: string): Role {
  const room = anyRoom?.kind === 'public' ? null : anyRoom
  const inRoom = room?.members.get(actor)
  if (room && !inRoom) return 'outsider'
  const inSpace = space?.members.get(actor)
  if (!inSpace) return 'outsider'
  return inSpace.active && inRoom?.active !== false ? inSpace.role : 'removed'
}

/** Takes in an event of the stream; what it changes is changed in place. */
export function foldRights(rights: Rights, event: StructureEvent): Rights {
  return streamKind(event.stream) === 'room'
    ? { ...rights, room: foldRoom(rights.room, event) }
    : { ...rights, space: foldSpace(rights.space, event) }
}

/** The same rights, which can go on without those that they come from. Costs nothing. */
export function branchRights({ space, room }: Rights): Rights {
  return room ? { space, room: branchRoom(room) } : { space: space && branchSpace(space), room }
}
