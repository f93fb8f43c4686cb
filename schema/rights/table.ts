import { assertNever } from '../assert.ts'
import type { Place as Kind } from '../events/define.ts'
import { definitionOf, eventTypes } from '../events/event-types.ts'
import type { Invitation } from './invitations.ts'
import { may, streamActions, type Action } from './may.ts'
import { noRights, type Rights } from './rights.ts'
import { roles, type Role } from './roles.ts'
import { openPublicRoom } from './room-state.ts'
import { inGoodStanding, type Member, type Room, type SpaceState } from './space-state.ts'

/**
 * What `may` answers, as the table of docs/rights.md: role × action × kind of stream.
 * `npm run rights` writes it anew; a test sees that it is fresh.
 */
export type Cell = 'yes' | 'own' | '–'
export const places = ['public space', 'space by invitation', 'public room', 'private room', 'direct message'] as const
export type Place = (typeof places)[number]

/** One of each role, each with a room or thread of their own, and others to do things to. */
export function cellOf(place: Place, action: string, role: Role): Cell {
  const rights = sample(place)
  const stream = rights.room?.stream ?? rights.space!.stream
  const asked = (own: boolean) => may(rights, role, actionOf(action, role, own), stream)
  return asked(false) ? 'yes' : asked(true) ? 'own' : '–'
}

export function rowsOf(place: Place): readonly string[] {
  return [
    ...streamActions,
    ...eventTypes.filter((type) => definitionOf(type).streams.some((each) => goesInto(each, place))),
  ]
}

function goesInto(kind: Kind, place: Place): boolean {
  switch (place) {
    case 'public space':
    case 'space by invitation':
      return kind === 'space'
    case 'public room':
      return kind === 'room'
    case 'private room':
    case 'direct message':
      return kind === 'room' || kind === 'private'
    default:
      return assertNever(place)
  }
}

export function rightsTables(): string {
  return places
    .map((place) => {
      const head = `| in a ${place} | ${roles.join(' | ')} |\n|---|${roles.map(() => '---|').join('')}`
      const lines = rowsOf(place).map((action) => {
        const cells = roles.map((role) => cellOf(place, action, role))
        return `| ${definitionOf(action) ? `\`${action}\`` : action} | ${cells.join(' | ')} |`
      })
      return `${head}\n${lines.join('\n')}\n`
    })
    .join('\n')
}

function actionOf(action: string, actor: string, own: boolean): Action {
  if (!definitionOf(action)) return action as Action
  const whose = own ? actor : 'another'
  const { names, by } = definitionOf(action)!
  const entity =
    action.startsWith('member.') || action.endsWith('.member') || by === 'selfOrAdmin' ? whose : `of ${whose}`
  const payload = action === 'room.member' && !own ? { active: false } : undefined
  return {
    append: action,
    now: 0,
    entity: names.length === 0 || action === 'invite.create' ? undefined : entity,
    payload,
    authorOf: (message) => message.slice(3),
  }
}

function sample(place: Place): Rights {
  const member = (role: Member['role'], active = true): Member => ({ name: '', role, active, ...inGoodStanding })
  const members = new Map([
    ['owner', member('owner')],
    ['another owner', member('owner')],
    ['admin', member('admin')],
    ['member', member('member')],
    ['guest', member('guest')],
    ['another', member('member')],
    ['removed', member('member', false)],
  ])
  const visibility = place === 'space by invitation' ? ('invite' as const) : ('public' as const)
  const space: SpaceState = {
    id: 'S',
    stream: 'space:S',
    founder: 'owner',
    name: '',
    visibility,
    members,
    rooms: madeBy(members, 'room'),
    invitations: new Map([...members.keys()].map((maker) => [`of ${maker}`, invitationOf(maker)])),
  }
  if (place === 'public room') {
    return { space, room: { ...openPublicRoom('room:public.S.R'), rooms: madeBy(members, 'thread') } }
  }
  if (place === 'public space' || place === 'space by invitation') return { ...noRights, space }
  const room = {
    id: 'private.S.R',
    stream: 'room:private.S.R',
    space: space.stream,
    kind: place === 'direct message' ? ('direct' as const) : ('private' as const),
    maker: 'another',
    name: '',
    members: new Map([...members].map(([person, { active }]) => [person, { name: '', active }])),
    rooms: madeBy(members, 'thread'),
  }
  return { space, room }
}

const invitationOf = (maker: string): Invitation => {
  return { maker, role: 'member', hash: '', expiresAt: 1, uses: 1, used: 0, revoked: false }
}

function madeBy(members: ReadonlyMap<string, Member>, kind: Room['kind']): Map<string, Room> {
  const made = (maker: string): Room => ({ kind, maker, name: '', parentRoom: 'r', parentMessage: 'm' })
  return new Map([...members.keys()].map((person) => [`of ${person}`, made(person)]))
}
