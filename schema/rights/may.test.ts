import { describe, expect, test } from 'vitest'
import { seededRandom } from '../demo/random.ts'
import { makeUlid } from '../demo/ulid.ts'
import { validateEvent, versionOf, type AnyEvent } from '../events/event.ts'
import { directRoomId, streamOfRoom } from '../events/streams.ts'
import { may, refusalOf } from './may.ts'
import { branchRights, foldRights, noRights, rightsIn, type Rights } from './rights.ts'
import { atLeast, givenRoles } from './roles.ts'
import { isStructure, type StructureEvent } from './space-state.ts'

/** Who may what, cell by cell, and the laws of the fold, without a server. docs/rights.md has it by role and event type. */
const random = seededRandom(1)
const space = 'space:S'
const publicRoom = streamOfRoom('S', 'room')
const room = 'room:private.S.R'
const direct = directRoomId('S', ['ada', 'bob'])
const people = ['ada', 'adm', 'bob', 'gus', 'left', 'removed', 'stranger'] as const
type Person = (typeof people)[number]

function event(actor: string, stream: string, type: string, rest: Partial<AnyEvent> = {}): AnyEvent {
  const id = makeUlid(random, Date.now())
  return { id, type, ...versionOf(type), stream, actor, clock: '1', at: 1, deps: [], payload: {}, ...rest }
}
const join = (who: string, by: string = who) => event(by, space, 'member.join', { entity: who, payload: { name: who } })
const role = (who: string, to: string, by = 'ada') =>
  event(by, space, 'member.role', { entity: who, payload: { role: to } })
const ban = (who: string, by: string, banned = true) =>
  event(by, space, 'member.ban', { entity: who, payload: { banned } })
const mute = (who: string, by: string, until = 10) =>
  event(by, space, 'member.mute', { entity: who, payload: { until } })
const invite = (entity: string, to: string, by: string) =>
  event(by, space, 'invite.create', { entity, payload: { role: to, hash: '0'.repeat(64), expiresAt: 1, uses: 1 } })
const joinBy = (id: string, to: string, by: string) =>
  event(by, space, 'member.join', { entity: by, payload: { name: by, invite: { id, role: to } } })
const inRoom = (who: string, active: boolean, by = 'bob') =>
  event(by, room, 'room.member', { entity: who, payload: { name: who, active } })
const thread = { name: 'T', kind: 'thread', parentRoom: 'room', parentMessage: 'of other' } as const

function fold(rights: Rights, events: readonly AnyEvent[]): Rights {
  return events.reduce((before, one) => foldRights(before, one as StructureEvent), rights)
}
/** Ada founded it; Adm is an admin, Bob and Other are members, Gus a guest; one left, one was removed. */
function aSpace(visibility: 'public' | 'invite'): Rights {
  return fold(noRights, [
    event('ada', space, 'space.create', { entity: 'S', payload: { name: 'S', visibility } }),
    ...['adm', 'bob', 'gus', 'left', 'removed', 'other', 'outside', 'banned'].map((who) => join(who, 'ada')),
    role('adm', 'admin'),
    role('gus', 'guest'),
    event('left', space, 'member.leave', { entity: 'left' }),
    event('ada', space, 'member.leave', { entity: 'removed' }),
    event('ada', space, 'room.create', { entity: 'room', payload: { name: 'general', kind: 'room' } }),
    ban('banned', 'adm'),
    invite('inv', 'member', 'adm'),
    invite('inv unshown', 'member', 'adm'),
  ])
}
/** Its room, in which Other made a thread. */
function aPublicRoom(visibility: 'public' | 'invite' = 'public'): Rights {
  const rights = rightsIn(publicRoom, aSpace(visibility).space, null)
  return fold(rights, [event('other', publicRoom, 'room.create', { entity: 'thread', payload: thread })])
}
/** A private room that Bob made, with everybody in it who is or was in the space, but for `outside`. */
function aRoom(): Rights {
  const made = { ...aSpace('public'), room: null }
  return fold(made, [
    event('bob', room, 'room.create', { entity: 'private.S.R', payload: { name: 'R', kind: 'room' } }),
    ...['ada', 'adm', 'gus', 'left', 'other', 'removed'].map((who) => inRoom(who, true)),
    inRoom('removed', false),
    event('other', room, 'room.create', { entity: 'thread', payload: thread }),
  ])
}
const authorOf = (message: string) => (message.startsWith('of ') ? message.slice(3) : null)

type Actions = Record<string, (by: Person) => AnyEvent>
const inBoth = (stream: string): Actions => ({
  'say something': (by) => event(by, stream, 'message.create', { room: 'room', payload: { text: 'x' } }),
  'edit one’s own': (by) => event(by, stream, 'message.edit', { entity: `of ${by}`, payload: { text: 'x' } }),
  'edit another’s': (by) => event(by, stream, 'message.edit', { entity: 'of other', payload: { text: 'x' } }),
  'delete another’s': (by) => event(by, stream, 'message.delete', { entity: 'of other' }),
  'restore another’s': (by) => event(by, stream, 'message.restore', { entity: 'of other' }),
  'delete what is not here': (by) => event(by, stream, 'message.delete', { entity: 'elsewhere' }),
  react: (by) => event(by, stream, 'reaction.add', { entity: 'of other', payload: { emoji: '👍' } }),
  pin: (by) => event(by, stream, 'pin.add', { entity: 'of other' }),
  'write a page': (by) => event(by, stream, 'page.create', { room: 'room', payload: { title: 'P' } }),
  'make the same thread': (by) => event(by, stream, 'room.create', { entity: 'thread', payload: thread }),
  'rename another’s thread': (by) => event(by, stream, 'room.update', { entity: 'thread', payload: { name: 'N' } }),
  'write as another': (by) =>
    event(by, stream, 'message.create', { room: 'room', payload: { text: 'x', author: { id: 'o', name: 'O' } } }),
  'send what this build does not know': (by) => event(by, stream, 'future.thing', { payload: { any: 1 } }),
})
const inSpace: Actions = {
  ...inBoth(space),
  'make a room': (by) => event(by, space, 'room.create', { entity: 'another', payload: { name: 'R', kind: 'room' } }),
  'make the room again': (by) =>
    event(by, space, 'room.create', { entity: 'room', payload: { name: 'R', kind: 'room' } }),
  'make a room that is called private': (by) =>
    event(by, space, 'room.create', { entity: 'private.S.R', payload: { name: 'R', kind: 'room' } }),
  'rename a room': (by) => event(by, space, 'room.update', { entity: 'room', payload: { name: 'N' } }),
  'archive a room': (by) => event(by, space, 'room.archive', { entity: 'room', payload: { archived: true } }),
  'rename the space': (by) => event(by, space, 'space.update', { entity: 'S', payload: { name: 'N' } }),
  'found it again': (by) =>
    event(by, space, 'space.create', { entity: 'S', payload: { name: 'N', visibility: 'public' } }),
  'join, or join again': (by) => join(by),
  'let another in': (by) => join('new', by),
  'let a removed one in': (by) => join('removed', by),
  'put a member out': (by) => event(by, space, 'member.leave', { entity: 'other' }),
  'put an admin out': (by) => event(by, space, 'member.leave', { entity: 'adm' }),
  'put an owner out': (by) => event(by, space, 'member.leave', { entity: 'ada' }),
  leave: (by) => event(by, space, 'member.leave', { entity: by }),
  'make a member owner': (by) => role('other', 'owner', by),
  'make a member admin': (by) => role('other', 'admin', by),
  'make a member guest': (by) => role('other', 'guest', by),
  'let a banned one in': (by) => join('banned', by),
  'mute a member': (by) => mute('other', by),
  'mute an admin': (by) => mute('adm', by),
  'mute an owner': (by) => mute('ada', by),
  'mute who is not there': (by) => mute('left', by),
  'mute for more than a year': (by) => mute('other', by, 1e12),
  'ban a member': (by) => ban('other', by),
  'ban an admin': (by) => ban('adm', by),
  'ban an owner': (by) => ban('ada', by),
  'ban who left': (by) => ban('left', by),
  'ban who was never here': (by) => ban('new', by),
  'lift a ban': (by) => ban('banned', by, false),
  'invite members': (by) => invite('new', 'member', by),
  'invite admins': (by) => invite('new', 'admin', by),
  'invite under a name that is taken': (by) => invite('inv', 'member', by),
  'take an invitation back': (by) => event(by, space, 'invite.revoke', { entity: 'inv' }),
  'take back what is not there': (by) => event(by, space, 'invite.revoke', { entity: 'none' }),
  'join by an invitation': (by) => joinBy('inv', 'member', by),
  'join by it into another role': (by) => joinBy('inv', 'admin', by),
  'join by it without its secret': (by) => joinBy('inv unshown', 'member', by),
  'make a guest member': (by) => role('gus', 'member', by),
  'make an admin member': (by) => role('adm', 'member', by),
  'make an owner member': (by) => role('ada', 'member', by),
  'make oneself owner': (by) => role(by, 'owner', by),
  'give a role to who is not there': (by) => role('left', 'admin', by),
  'say who is in a room': (by) => event(by, space, 'room.member', { entity: by, payload: { name: by, active: true } }),
  'mark as read here': (by) => event(by, space, 'read.mark', { room: 'room', payload: { stream: space, upTo: '1' } }),
}
const inPublic: Actions = {
  ...inBoth(publicRoom),
  'make the room in it': (by) =>
    event(by, publicRoom, 'room.create', { entity: 'room', payload: { name: 'R', kind: 'room' } }),
  'make another room in it': (by) =>
    event(by, publicRoom, 'room.create', { entity: 'another', payload: { name: 'R', kind: 'room' } }),
  'rename the room in it': (by) => event(by, publicRoom, 'room.update', { entity: 'room', payload: { name: 'N' } }),
  'archive the room in it': (by) =>
    event(by, publicRoom, 'room.archive', { entity: 'room', payload: { archived: true } }),
  'say who is in it': (by) => event(by, publicRoom, 'room.member', { entity: by, payload: { name: by, active: true } }),
  'join the space from it': (by) => event(by, publicRoom, 'member.join', { entity: by, payload: { name: by } }),
  'rename the space from it': (by) => event(by, publicRoom, 'space.update', { entity: 'S', payload: { name: 'N' } }),
}
const inPrivate: Actions = {
  ...inBoth(room),
  'make the room again': (by) =>
    event(by, room, 'room.create', { entity: 'private.S.R', payload: { name: 'R', kind: 'room' } }),
  'make another room in it': (by) =>
    event(by, room, 'room.create', { entity: 'private.S.Q', payload: { name: 'Q', kind: 'room' } }),
  'rename the room': (by) => event(by, room, 'room.update', { entity: 'private.S.R', payload: { name: 'N' } }),
  'archive the room': (by) => event(by, room, 'room.archive', { entity: 'private.S.R', payload: { archived: true } }),
  'add who is in the space': (by) => inRoom('outside', true, by),
  'add who is not': (by) => inRoom('new', true, by),
  'take another out': (by) => inRoom('other', false, by),
  leave: (by) => inRoom(by, false, by),
  'come back by oneself': (by) => inRoom(by, true, by),
  'found a space from it': (by) =>
    event(by, room, 'space.create', { entity: 'private.S.R', payload: { name: 'N', visibility: 'public' } }),
  'rename the space from it': (by) => event(by, room, 'space.update', { entity: 'S', payload: { name: 'N' } }),
}

// + may, − may not, . was in it once, ? is told that there is no such stream
const tables: readonly [string, () => Rights, Actions, string][] = [
  [
    'a public space',
    () => aSpace('public'),
    inSpace,
    `
                                    ada adm bob gus left removed stranger
say something                       −   −   −   −   .    .       .
edit one’s own                      −   −   −   −   .    .       .
edit another’s                      −   −   −   −   .    .       .
delete another’s                    −   −   −   −   .    .       .
restore another’s                   −   −   −   −   .    .       .
delete what is not here             −   −   −   −   .    .       .
react                               −   −   −   −   .    .       .
pin                                 −   −   −   −   .    .       .
write a page                        −   −   −   −   .    .       .
make the same thread                −   −   −   −   .    .       .
rename another’s thread             +   +   −   −   .    .       .
write as another                    −   −   −   −   .    .       .
send what this build does not know  +   +   +   −   .    .       .
make a room                         +   +   +   −   .    .       .
make the room again                 −   −   −   −   .    .       .
make a room that is called private  −   −   −   −   .    .       .
rename a room                       +   +   −   −   .    .       .
archive a room                      +   +   −   −   .    .       .
rename the space                    +   +   −   −   .    .       .
found it again                      −   −   −   −   −    −       −
join, or join again                 +   +   +   +   +    .       +
let another in                      +   +   −   −   .    .       .
let a removed one in                +   +   −   −   .    .       .
put a member out                    +   +   −   −   .    .       .
put an admin out                    +   +   −   −   .    .       .
put an owner out                    −   −   −   −   .    .       .
leave                               −   +   +   +   .    .       .
make a member owner                 +   −   −   −   .    .       .
make a member admin                 +   +   −   −   .    .       .
make a member guest                 +   +   −   −   .    .       .
let a banned one in                 −   −   −   −   .    .       .
mute a member                       +   +   −   −   .    .       .
mute an admin                       +   −   −   −   .    .       .
mute an owner                       −   −   −   −   .    .       .
mute who is not there               −   −   −   −   .    .       .
mute for more than a year           −   −   −   −   .    .       .
ban a member                        +   +   −   −   .    .       .
ban an admin                        +   −   −   −   .    .       .
ban an owner                        −   −   −   −   .    .       .
ban who left                        +   +   −   −   .    .       .
ban who was never here              −   −   −   −   .    .       .
lift a ban                          +   +   −   −   .    .       .
invite members                      +   +   −   −   .    .       .
invite admins                       +   +   −   −   .    .       .
invite under a name that is taken   −   −   −   −   .    .       .
take an invitation back             +   +   −   −   .    .       .
take back what is not there         −   −   −   −   .    .       .
join by an invitation               −   −   −   −   +    +       +
join by it into another role        −   −   −   −   −    −       −
join by it without its secret       −   −   −   −   ?    ?       ?
make a guest member                 +   +   −   −   .    .       .
make an admin member                +   +   −   −   .    .       .
make an owner member                −   −   −   −   .    .       .
make oneself owner                  +   −   −   −   .    .       .
give a role to who is not there     −   −   −   −   .    .       .
say who is in a room                −   −   −   −   .    .       .
mark as read here                   −   −   −   −   .    .       .
`,
  ],
  [
    'a public room',
    aPublicRoom,
    inPublic,
    `
                                    ada adm bob gus left removed stranger
say something                       +   +   +   −   .    .       .
edit one’s own                      +   +   +   −   .    .       .
edit another’s                      +   +   −   −   .    .       .
delete another’s                    +   +   −   −   .    .       .
restore another’s                   +   +   −   −   .    .       .
delete what is not here             +   +   −   −   .    .       .
react                               +   +   +   +   .    .       .
pin                                 +   +   +   −   .    .       .
write a page                        +   +   +   −   .    .       .
make the same thread                +   +   +   −   .    .       .
rename another’s thread             +   +   −   −   .    .       .
write as another                    −   −   −   −   .    .       .
send what this build does not know  +   +   +   −   .    .       .
make the room in it                 −   −   −   −   .    .       .
make another room in it             −   −   −   −   .    .       .
rename the room in it               −   −   −   −   .    .       .
archive the room in it              −   −   −   −   .    .       .
say who is in it                    −   −   −   −   .    .       .
join the space from it              −   −   −   −   .    .       .
rename the space from it            −   −   −   −   .    .       .
`,
  ],
  [
    'a private room of Bob’s',
    aRoom,
    inPrivate,
    `
                                    ada adm bob gus left removed stranger
say something                       +   +   +   −   .    .       ?
edit one’s own                      +   +   +   −   .    .       ?
edit another’s                      +   +   −   −   .    .       ?
delete another’s                    +   +   −   −   .    .       ?
restore another’s                   +   +   −   −   .    .       ?
delete what is not here             +   +   −   −   .    .       ?
react                               +   +   +   +   .    .       ?
pin                                 +   +   +   −   .    .       ?
write a page                        +   +   +   −   .    .       ?
make the same thread                +   +   +   −   .    .       ?
rename another’s thread             +   +   −   −   .    .       ?
write as another                    −   −   −   −   .    .       ?
send what this build does not know  +   +   +   −   .    .       ?
make the room again                 −   −   −   −   .    .       ?
make another room in it             −   −   −   −   .    .       ?
rename the room                     +   +   +   −   .    .       ?
archive the room                    +   +   +   −   .    .       ?
add who is in the space             +   +   +   −   .    .       ?
add who is not                      −   −   −   −   .    .       ?
take another out                    +   +   +   −   .    .       ?
leave                               +   +   +   +   .    .       ?
come back by oneself                +   +   +   +   .    .       ?
found a space from it               −   −   −   −   .    .       ?
rename the space from it            −   −   −   −   .    .       ?
`,
  ],
]

const sign = (code: string | undefined): string =>
  code === undefined ? '+' : code === 'NOT_A_MEMBER' ? '.' : code === 'UNKNOWN_STREAM' ? '?' : '−'

function refusal(rights: Rights, { actor, stream, type: append, entity, payload }: AnyEvent) {
  const invited = (payload as { readonly invite?: { readonly id: string } }).invite?.id ?? ''
  const shown = invited === 'inv' ? invited : null
  return refusalOf(rights, actor, { append, entity, payload, authorOf, now: 0, shown }, stream)
}

describe.each(tables)('who may what in %s', (_place, state, actions, text) => {
  const rows = text
    .split('\n')
    .slice(2, -1)
    .map((line) => [line.slice(0, 36).trim(), line.slice(36).trim().split(/\s+/)] as const)

  test('every action has a row', () => {
    expect(rows.map(([action]) => action)).toEqual(Object.keys(actions))
  })

  const cells = rows.flatMap(([action, signs]) => people.map((by, at) => [by, action, signs[at]!] as const))
  test.each(cells)('%s: %s %s', (by, action, expected) => {
    expect(sign(refusal(state(), actions[action]!(by))?.code)).toBe(expected)
  })
})

describe('what is by invitation, private or direct', () => {
  test('by invitation, nobody joins by themselves, not even who was there before', () => {
    for (const by of ['left', 'removed'] as const) {
      expect(refusal(aSpace('invite'), join(by))).toMatchObject({ code: 'NOT_A_MEMBER' })
    }
    expect(refusal(aSpace('invite'), join('stranger'))).toMatchObject({ code: 'UNKNOWN_STREAM' })
    expect(refusal(aSpace('invite'), join('stranger', 'ada'))).toBeNull()
  })

  test('a stream that is not there and one that nobody may know of get the same answer, word for word', () => {
    const say = (stream: string) => event('stranger', stream, 'message.create', { room: 'r', payload: { text: 'x' } })
    const answers = [
      refusal(noRights, say('space:none')),
      refusal(aSpace('invite'), say(space)),
      refusal(noRights, say('room:none')),
      refusal(aRoom(), say(room)),
      refusalOf(noRights, 'stranger', 'read', 'space:none'),
      refusalOf(aSpace('invite'), 'stranger', 'tail', space),
      refusalOf(aRoom(), 'outside', 'latest', room),
      refusalOf(noRights, 'stranger', 'read', 'person:ada'),
    ]
    for (const answer of answers) expect(answer).toEqual(answers[0])
  })

  test('a public room is there as soon as its space has it, and for nobody before', () => {
    const nowhere = rightsIn(streamOfRoom('S', 'elsewhere'), aSpace('public').space, null)
    const say = (by: string, stream: string) =>
      event(by, stream, 'message.create', { room: 'r', payload: { text: 'x' } })
    expect(refusalOf(nowhere, 'ada', 'read', streamOfRoom('S', 'elsewhere'))).toMatchObject({ code: 'UNKNOWN_STREAM' })
    expect(refusal(nowhere, say('ada', streamOfRoom('S', 'elsewhere')))).toMatchObject({ code: 'UNKNOWN_STREAM' })
    expect(refusal(rightsIn(publicRoom, aSpace('public').space, null), say('ada', publicRoom))).toBeNull()
  })

  test('a public room of a space by invitation is unknown to others', () => {
    expect(refusalOf(aPublicRoom('invite'), 'stranger', 'read', publicRoom)).toMatchObject({ code: 'UNKNOWN_STREAM' })
    expect(refusalOf(aPublicRoom('public'), 'stranger', 'read', publicRoom)).toMatchObject({ code: 'NOT_A_MEMBER' })
  })

  test('who leaves the space, or is put out of it, is out of its public rooms', () => {
    const rights = aPublicRoom()
    expect(may(rights, 'other', 'read', publicRoom)).toBe(true)
    const { space: after } = foldRights(
      aSpace('public'),
      event('ada', space, 'member.leave', { entity: 'other' }) as never,
    )
    expect(may({ ...rights, space: after }, 'other', 'read', publicRoom)).toBe(false)
  })

  test('a space whose id says that it never leaves its device is not founded', () => {
    const made = event('ada', 'space:demo-x', 'space.create', {
      entity: 'demo-x',
      payload: { name: 'S', visibility: 'public' },
    })
    expect(refusal(noRights, made)).toMatchObject({ code: 'MALFORMED_EVENT' })
  })

  test('who leaves the space, or is put out of it, is out of its private rooms', () => {
    const rights = aRoom()
    expect(may(rights, 'other', 'read', room)).toBe(true)
    const after = { ...rights, space: fold(rights, [event('ada', space, 'member.leave', { entity: 'other' })]).space }
    expect(may(after, 'other', 'read', room)).toBe(false)
  })

  const open = (by: string, id: string, payload: object) =>
    event(by, `room:${id}`, 'room.create', { entity: id, payload: { name: 'x', ...payload } })

  test.each<[string, AnyEvent, string]>([
    ['a member makes a private room', open('bob', 'private.S.N', { kind: 'room' }), '+'],
    ['a guest does not', open('gus', 'private.S.N', { kind: 'room' }), '?'],
    ['nor does who left', open('left', 'private.S.N', { kind: 'room' }), '?'],
    ['its id must say that it is private', open('bob', 'N', { kind: 'room' }), '?'],
    ['and of which space it is', open('bob', 'private.T.N', { kind: 'room' }), '?'],
    ['it is no thread', open('bob', 'private.S.N', { kind: 'thread' }), '?'],
    [
      'a message does not make it',
      event('bob', 'room:private.S.N', 'message.create', { room: 'private.S.N', payload: { text: 'x' } }),
      '?',
    ],
    ['a direct message of two', open('bob', direct, { kind: 'direct' }), '+'],
    ['its people are named in order', open('bob', 'direct.S.bob.ada', { kind: 'direct' }), '−'],
    ['and each once', open('bob', 'direct.S.bob.bob', { kind: 'direct' }), '−'],
    ['nobody learns by beginning it whether others have', open('other', direct, { kind: 'direct' }), '?'],
    ['nor with who is not in the space', open('bob', directRoomId('S', ['bob', 'left']), { kind: 'direct' }), '−'],
    ['nor under the name of another space', open('bob', directRoomId('T', ['bob', 'ada']), { kind: 'direct' }), '?'],
    ['nor as a room', open('bob', direct, { kind: 'room' }), '−'],
  ])('%s', (_what, made, expected) => {
    expect(sign(refusal(aSpace('public'), made)?.code)).toBe(expected)
  })

  test('who is in a direct message is settled when it begins', () => {
    const rights = fold(aSpace('public'), [open('bob', direct, { kind: 'direct' })])
    const stream = `room:${direct}`
    const member = (by: string, entity: string, active: boolean) =>
      event(by, stream, 'room.member', { entity, payload: { name: entity, active } })
    expect(may(rights, 'ada', 'read', stream)).toBe(true)
    expect(may(rights, 'adm', 'read', stream)).toBe(false)
    expect(refusal(rights, member('bob', 'ada', true))).toBeNull() // says her name
    expect(refusal(rights, member('bob', 'other', true))).toMatchObject({ code: 'NOT_ALLOWED' })
    expect(refusal(rights, member('bob', 'ada', false))).toMatchObject({ code: 'NOT_ALLOWED' })
    expect(refusal(rights, member('ada', 'ada', false))).toMatchObject({ code: 'NOT_ALLOWED' })
    expect(refusal(rights, open('ada', direct, { kind: 'direct' }))).toBeNull() // both began it offline
  })
})

test('random histories: what is admitted keeps an owner while there are members, and branches change nothing below', () => {
  for (let seed = 0; seed < 300; seed++) {
    const random = seededRandom(seed)
    let rights = aSpace(random.pick(['public', 'invite'] as const))
    for (let step = 0; step < 40; step++) {
      const by = random.pick(people)
      const of = random.pick(people)
      const input = random.pick([
        () => join(of, by),
        () => event(by, space, 'member.leave', { entity: of }),
        () => role(of, random.pick(givenRoles), by),
        () => inSpace[random.pick(Object.keys(inSpace))]!(by),
      ])()
      const checked = validateEvent(input)
      const mayRead = may(rights, by, 'read', space)
      const refused = refusal(rights, input)
      if (!mayRead && refused === null) expect(input, `seed ${seed}`).toMatchObject({ type: 'member.join', entity: by })
      if (refused !== null || checked.type !== 'known' || !isStructure(checked.event)) continue
      const members = () => [...rights.space!.members]
      const before = JSON.stringify([members(), [...rights.space!.rooms], rights.space!.name])
      const next = foldRights(branchRights(rights), checked.event).space!
      expect(JSON.stringify([members(), [...rights.space!.rooms], rights.space!.name])).toBe(before)
      rights = foldRights(rights, checked.event)
      expect(new Map(next.members)).toEqual(new Map(rights.space!.members))
      expect(new Map(next.rooms)).toEqual(new Map(rights.space!.rooms))
      const active = members().filter(([, member]) => member.active)
      const owners = active.filter(([, member]) => member.role === 'owner')
      expect(owners.length > 0 || active.length === 0, `seed ${seed}, step ${step}: ${input.type}`).toBe(true)
      for (const [, member] of members()) if (!member.active) expect(atLeast(member.role, 'admin')).toBe(false)
      if (active.length === 0) break // who joins a space that everybody left finds no owner in it
    }
  }
})

describe('who is muted', () => {
  const muted = fold(aPublicRoom(), [])
  const after = { ...muted, space: fold(aSpace('public'), [mute('bob', 'ada')]).space }
  const asked = (append: string, entity: string, now: number) =>
    refusalOf(after, 'bob', { append, entity, payload: {}, authorOf, now }, publicRoom)?.code

  test('reads, and writes nothing until then, in every room; takes back own words, and may leave', () => {
    expect(may(after, 'bob', 'read', publicRoom)).toBe(true)
    for (const type of ['message.create', 'message.edit', 'reaction.add', 'pin.add', 'page.create', 'future.thing']) {
      expect(asked(type, 'of bob', 9), type).toBe('MUTED')
    }
    expect(['message.delete', 'message.erase', 'reaction.remove'].map((type) => asked(type, 'of bob', 9))).toEqual(
      Array(3).fill(undefined),
    )
    expect(asked('message.create', 'of bob', 10), 'it is over').toBeUndefined()
    const leave = { append: 'member.leave', entity: 'bob', now: 9 }
    expect(may({ ...after, room: null }, 'bob', leave, space)).toBe(true)
    const rename = { append: 'member.join', entity: 'bob', now: 9 }
    expect(refusalOf({ ...after, room: null }, 'bob', rename, space)?.code).toBe('MUTED')
    const opens = { append: 'room.create', entity: 'private.S.R', now: 9 }
    expect(refusalOf({ ...after, room: null }, 'bob', opens, room)?.code).toBe('MUTED')
  })

  test('an admin too: they cannot let themselves write again', () => {
    const { space: muting } = fold(aSpace('public'), [mute('adm', 'ada')])
    const rights = { space: muting, room: null }
    for (const entity of ['adm', 'bob']) {
      const attempt = { append: 'member.mute', entity, payload: { until: 0 }, now: 9 }
      expect(refusalOf(rights, 'adm', attempt, space)?.code).toBe('MUTED')
    }
  })
})

describe('who is banned', () => {
  test('comes back by no way: not by themselves, not by an admin, not by an invitation, until it is lifted', () => {
    const rights = aSpace('public')
    const comes = (by: string, payload: object, now = 0) =>
      refusalOf(rights, by, { append: 'member.join', entity: 'banned', payload, now, shown: 'inv' }, space)?.code
    expect(comes('banned', { name: 'B' })).toBe('BANNED')
    expect(comes('banned', { name: 'B', invite: { id: 'inv', role: 'member' } })).toBe('BANNED')
    expect(comes('ada', { name: 'B' })).toBe('NOT_ALLOWED')
    fold(rights, [ban('banned', 'ada', false)])
    expect(comes('banned', { name: 'B' }), 'removed, as before').toBe('NOT_A_MEMBER')
    expect(comes('banned', { name: 'B', invite: { id: 'inv', role: 'member' } })).toBeUndefined()
    expect(may(rights, 'banned', 'read', space)).toBe(false)
  })
})
