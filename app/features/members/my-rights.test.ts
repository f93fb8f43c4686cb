import { expect, test } from 'vitest'
import { directRoomId, privateRoomId } from '../../../schema/events/streams.ts'
import { givenRoles } from '../../../schema/rights/roles.ts'
import { mayWriteIn } from '../spaces/may-write.ts'
import type { SpaceRow } from '../spaces/spaces-query.ts'
import { mayInRoom, mayInSpace } from './my-rights.ts'

const spaceOf = (role: string, stream = 'space:S'): SpaceRow => ({
  id: 'S',
  stream,
  name: 'S',
  visibility: 'public',
  me: 'me',
  my_name: 'Me',
  role,
  muted_until: 0,
  mute_reason: null,
  muted_by: null,
})
const rooms = ['general', privateRoomId('S', 'R'), directRoomId('S', ['me', 'you'])]

test('who is muted is offered nothing until it is over', () => {
  const space = { ...spaceOf('admin'), muted_until: Date.now() + 60_000 }
  const over = { ...space, muted_until: Date.now() - 1 }
  expect([mayWriteIn(space), mayWriteIn(over)]).toEqual([false, true])
  for (const type of ['message.create', 'reaction.add', 'pin.add']) {
    expect([mayInRoom(space, 'general', { append: type }), mayInRoom(over, 'general', { append: type })]).toEqual([
      false,
      true,
    ])
  }
  expect(mayInSpace(space, { append: 'invite.create' })).toBe(false)
})

test.each([...givenRoles, 'of a newer build'])('what the first screen offers a %s is what they may do', (role) => {
  const space = spaceOf(role)
  expect(mayInSpace(space, { append: 'room.create' })).toBe(mayWriteIn(space))
  for (const room of rooms) {
    for (const type of ['message.create', 'message.edit', 'pin.add']) {
      expect(mayInRoom(space, room, { append: type }), `${type} in ${room}`).toBe(mayWriteIn(space))
    }
    expect(mayInRoom(space, room, { append: 'reaction.add' })).toBe(true)
  }
})

test('what lives on this device alone is its person’s, whatever the role', () => {
  for (const role of givenRoles) {
    const demo = spaceOf(role, 'local:demo-S')
    expect([mayInSpace(demo, { append: 'room.create' }), mayWriteIn(demo)]).toEqual([true, true])
  }
})

test('the maker of a private room takes people out of it; another member does not; an admin does', () => {
  const takeOut = { append: 'room.member', entity: 'you', payload: { name: 'You', active: false } }
  const asked = (role: string, maker: string) => mayInRoom(spaceOf(role), rooms[1]!, takeOut, { maker })
  expect([asked('member', 'me'), asked('member', 'you'), asked('admin', 'you')]).toEqual([true, false, true])
  expect(mayInRoom(spaceOf('owner'), rooms[2]!, takeOut)).toBe(false)
})
