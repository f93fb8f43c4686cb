import { describe, expect, test } from 'vitest'
import { validateEvent, type AnyEvent } from '../schema/events/event.ts'
import { makeUlid } from '../schema/demo/ulid.ts'
import { seededRandom } from '../schema/demo/random.ts'
import {
  admit,
  branch,
  foldSpace,
  isMember,
  isStructure,
  type SpaceState,
  type StructureEvent,
  type ValidEvent,
} from './space-state.ts'

/** Who may what, cell by cell, and the laws of the fold, without a server. */
const random = seededRandom(1)
const stream = 'space:S'
const people = ['ada', 'bob', 'left', 'removed', 'stranger', 'other'] as const
type Person = (typeof people)[number]

function event(actor: string, type: string, rest: Partial<AnyEvent> = {}): AnyEvent {
  const id = makeUlid(random, Date.now())
  return { id, type, stream, actor, clock: '1', at: 1, deps: [], payload: {}, ...rest }
}
function valid(input: AnyEvent): ValidEvent {
  const result = validateEvent(input)
  if (result.type === 'invalid') throw new Error(result.fault.message)
  return result
}
const join = (who: string, by: string = who) => event(by, 'member.join', { entity: who, payload: { name: who } })

/** Ada founded it; Bob and Other are members; one left, one was removed; there are a room and a thread of Other's. */
function aSpace(visibility: 'public' | 'invite'): SpaceState {
  const history = [
    event('ada', 'space.create', { entity: 'S', payload: { name: 'S', visibility } }),
    ...['bob', 'left', 'removed', 'other'].map((who) => join(who, 'ada')),
    event('left', 'member.leave', { entity: 'left' }),
    event('ada', 'member.leave', { entity: 'removed' }),
    event('ada', 'room.create', { entity: 'room', payload: { name: 'general', kind: 'room' } }),
    event('other', 'room.create', { entity: 'thread', payload: thread }),
  ]
  return history.reduce<SpaceState | null>((space, one) => foldSpace(space, one as StructureEvent), null)!
}
const thread = { name: 'T', kind: 'thread', parentRoom: 'room', parentMessage: 'of other' } as const
const authorOf = (message: string) => (message.startsWith('of ') ? message.slice(3) : null)

const actions: Record<string, (by: Person) => AnyEvent> = {
  'say something': (by) => event(by, 'message.create', { room: 'room', payload: { text: 'x' } }),
  'say it in a room that nobody made': (by) => event(by, 'message.create', { room: 'new', payload: { text: 'x' } }),
  'edit one’s own': (by) => event(by, 'message.edit', { entity: `of ${by}`, payload: { text: 'x' } }),
  'edit another’s': (by) => event(by, 'message.edit', { entity: 'of other', payload: { text: 'x' } }),
  'delete another’s': (by) => event(by, 'message.delete', { entity: 'of other' }),
  'restore another’s': (by) => event(by, 'message.restore', { entity: 'of other' }),
  'delete what is not here': (by) => event(by, 'message.delete', { entity: 'elsewhere' }),
  react: (by) => event(by, 'reaction.add', { entity: 'of other', payload: { emoji: '👍' } }),
  pin: (by) => event(by, 'pin.add', { entity: 'of other' }),
  'write a page': (by) => event(by, 'page.create', { entity: 'page', payload: { title: 'P' } }),
  'make a room': (by) => event(by, 'room.create', { entity: 'another', payload: { name: 'R', kind: 'room' } }),
  'make the room again': (by) => event(by, 'room.create', { entity: 'room', payload: { name: 'R', kind: 'room' } }),
  'make the same thread': (by) => event(by, 'room.create', { entity: 'thread', payload: thread }),
  'rename a room': (by) => event(by, 'room.update', { entity: 'room', payload: { name: 'N' } }),
  'archive a room': (by) => event(by, 'room.archive', { entity: 'room', payload: { archived: true } }),
  'rename another’s thread': (by) => event(by, 'room.update', { entity: 'thread', payload: { name: 'N' } }),
  'rename the space': (by) => event(by, 'space.update', { entity: 'S', payload: { name: 'N' } }),
  'found it again': (by) => event(by, 'space.create', { entity: 'S', payload: { name: 'N', visibility: 'public' } }),
  'join, or join again': (by) => join(by),
  'let another in': (by) => join('new', by),
  'let a removed one in': (by) => join('removed', by),
  'put another out': (by) => event(by, 'member.leave', { entity: 'other' }),
  leave: (by) => event(by, 'member.leave', { entity: by }),
  'give a role': (by) => event(by, 'member.role', { entity: 'other', payload: { role: 'admin' } }),
  'give oneself a role': (by) => event(by, 'member.role', { entity: by, payload: { role: 'admin' } }),
  'give a role to who is not there': (by) => event(by, 'member.role', { entity: 'left', payload: { role: 'admin' } }),
  'write as another': (by) =>
    event(by, 'message.create', { room: 'room', payload: { text: 'x', author: { id: 'o', name: 'O' } } }),
  'send what this build does not know': (by) => event(by, 'future.thing', { payload: { any: 1 } }),
}

// + may, − may not, . is not a member
const table = `
                                    ada bob left removed stranger
say something                       +   +   .    .       .
say it in a room that nobody made   +   +   .    .       .
edit one’s own                      +   +   .    .       .
edit another’s                      +   −   .    .       .
delete another’s                    +   −   .    .       .
restore another’s                   +   −   .    .       .
delete what is not here             +   −   .    .       .
react                               +   +   .    .       .
pin                                 +   +   .    .       .
write a page                        +   +   .    .       .
make a room                         +   +   .    .       .
make the room again                 −   −   .    .       .
make the same thread                +   +   .    .       .
rename a room                       +   −   .    .       .
archive a room                      +   −   .    .       .
rename another’s thread             +   −   .    .       .
rename the space                    +   −   .    .       .
found it again                      −   −   .    .       .
join, or join again                 +   +   +    .       +
let another in                      +   −   .    .       .
let a removed one in                +   −   .    .       .
put another out                     +   −   .    .       .
leave                               −   +   .    .       .
give a role                         +   −   .    .       .
give oneself a role                 +   −   .    .       .
give a role to who is not there     −   −   .    .       .
write as another                    −   −   .    .       .
send what this build does not know  +   +   .    .       .
`
  .split('\n')
  .slice(2, -1)
  .map((line) => [line.slice(0, 36).trim(), line.slice(36).trim().split(/\s+/)] as const)

describe('who may what in a public space', () => {
  test('every action has a row', () => {
    expect(table.map(([action]) => action)).toEqual(Object.keys(actions))
  })

  test.each(table)('%s', (action, cells) => {
    const seen = people.slice(0, 5).map((by) => {
      const refusal = admit(aSpace('public'), valid(actions[action]!(by)), authorOf)
      return refusal === null ? '+' : refusal.code === 'NOT_A_MEMBER' ? '.' : '−'
    })
    expect(seen).toEqual(cells)
  })

  test('by invitation, nobody joins by themselves, not even who was there before', () => {
    for (const by of ['left', 'removed', 'stranger'] as const) {
      expect(admit(aSpace('invite'), valid(join(by)), authorOf)).toMatchObject({ code: 'NOT_A_MEMBER' })
    }
    expect(admit(aSpace('invite'), valid(join('stranger', 'ada')), authorOf)).toBeNull()
  })
})

test('random histories: what is admitted keeps an admin while there are members, and branches change nothing below', () => {
  for (let seed = 0; seed < 300; seed++) {
    const random = seededRandom(seed)
    let space = aSpace(random.pick(['public', 'invite'] as const))
    for (let step = 0; step < 40; step++) {
      const by = random.pick(people)
      const of = random.pick(people)
      const input = random.pick([
        () => join(of, by),
        () => event(by, 'member.leave', { entity: of }),
        () => event(by, 'member.role', { entity: of, payload: { role: random.pick(['admin', 'member']) } }),
        () => actions[random.pick(Object.keys(actions))]!(by),
      ])()
      const checked = valid(input)
      const mayRead = isMember(space, by)
      const refusal = admit(space, checked, authorOf)
      if (!mayRead && refusal === null) expect(input, `seed ${seed}`).toMatchObject({ type: 'member.join', entity: by })
      if (refusal !== null || checked.type !== 'known' || !isStructure(checked.event)) continue
      const before = JSON.stringify([[...space.members], [...space.rooms], space.name])
      const next = foldSpace(branch(space), checked.event)!
      expect(JSON.stringify([[...space.members], [...space.rooms], space.name])).toBe(before)
      space = foldSpace(space, checked.event)!
      expect(new Map(next.members)).toEqual(new Map(space.members))
      expect(new Map(next.rooms)).toEqual(new Map(space.rooms))
      const active = [...space.members].filter(([, member]) => member.active)
      const admins = active.filter(([, member]) => member.role === 'admin')
      expect(admins.length > 0 || active.length === 0, `seed ${seed}, step ${step}: ${input.type}`).toBe(true)
      for (const [, member] of space.members) if (!member.active) expect(member.role).toBe('member')
      if (active.length === 0) break // who joins a space that everybody left finds no admin in it
    }
  }
})
