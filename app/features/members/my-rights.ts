import { may, type Attempt, type StreamAction } from '../../../schema/rights/may.ts'
import { isGivenRole, type GivenRole } from '../../../schema/rights/roles.ts'
import { isPrivateRoom, readDirectRoomId, streamKind, streamOfRoom } from '../../../schema/events/streams.ts'
import { openPublicRoom } from '../../../schema/rights/room-state.ts'
import type { Rights } from '../../../schema/rights/rights.ts'
import { inGoodStanding, type Member } from '../../../schema/rights/space-state.ts'
import type { MemberRow, SpaceRow } from '../spaces/spaces-query.ts'

/*
 * What this device knows of rights, for `may` (schema/rights/may.ts): so that the app offers nothing that the server would
 * refuse. Who may not be asked about is left out.
 */

/** What is asked of now. */
type Action = StreamAction | Omit<Attempt, 'now'>
const asked = (action: Action) => (typeof action === 'string' ? action : { ...action, now: Date.now() })

export function mayInSpace(space: SpaceRow, action: Action, members: readonly MemberRow[] = []): boolean {
  return may(rightsIn(space, members), space.me, asked(action), space.stream)
}

/** In a room of the space, which may be private. `maker`: who made it, as far as that is known. */
export function mayInRoom(
  space: SpaceRow,
  room: string,
  action: Action,
  { maker = '', members = [] }: { readonly maker?: string; readonly members?: readonly MemberRow[] } = {},
): boolean {
  const rights = rightsIn(space, members)
  const stream = streamOfRoom(space.id, room)
  if (streamKind(stream) === 'local') return may(rights, space.me, asked(action), stream)
  if (!isPrivateRoom(room)) return may({ ...rights, room: openPublicRoom(stream) }, space.me, asked(action), stream)
  const inRoom = new Map([space.me, ...members.map((member) => member.person_id)].map((id) => [id, there]))
  const own = { kind: 'room' as const, maker, name: '', parentRoom: undefined, parentMessage: undefined }
  const kind = readDirectRoomId(room) ? ('direct' as const) : ('private' as const)
  const state = {
    id: room,
    stream,
    space: space.stream,
    kind,
    maker,
    name: '',
    members: inRoom,
    rooms: new Map([[room, own]]),
  }
  return may({ ...rights, room: state }, space.me, asked(action), stream)
}

const there = { name: '', active: true }

function rightsIn(space: SpaceRow, rows: readonly MemberRow[]): Rights {
  const members = new Map(rows.map((row) => [row.person_id, memberOf(row.role)]))
  members.set(space.me, memberOf(space.role, space.muted_until))
  const visibility = space.visibility === 'public' ? 'public' : 'invite'
  const { id, stream, name } = space
  return {
    space: { id, stream, founder: '', name, visibility, members, rooms: new Map(), invitations: new Map() },
    room: null,
  }
}

function memberOf(role: string, mutedUntil = 0): Member {
  const known: GivenRole = isGivenRole(role) ? role : 'guest' // one that only a newer build knows gives no rights here
  return { name: '', role: known, active: true, ...inGoodStanding, mutedUntil }
}
