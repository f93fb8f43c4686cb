import { expect, test } from 'vitest'
import { directRoomId, privateRoomId, roomStream } from '../../../schema/events/streams.ts'
import { beginDirect, createPrivateRoom } from './private-room-events.ts'
import { sortOut } from './private-rooms.ts'

const me = { person_id: 'me', name: 'Me' }
const [ann, bob] = [
  { person_id: 'ann', name: 'Ann' },
  { person_id: 'bob', name: 'Bob' },
]
const row = (id: string, name: string, space_id = 'S') => ({
  id,
  stream: roomStream(id),
  space_id,
  name,
  topic: null,
  kind: 'room',
  parent_room: null,
  parent_message: null,
  archived: 0,
  created_clock: 1,
})

test('direct messages are called as whom they are with, in that order; rooms as they are', () => {
  const pair = directRoomId('S', ['me', 'bob'])
  const group = directRoomId('S', ['me', 'ann', 'bob'])
  const rooms = [row(pair, 'Me, Bob'), row(group, 'Me, Ann, Bob'), row(privateRoomId('S', 'R'), 'Plans')]
  const people = [
    { stream: roomStream(group), ...ann! },
    { stream: roomStream(pair), ...bob! },
    { stream: roomStream(group), ...bob! },
  ]
  const found = sortOut([...rooms, row(privateRoomId('T', 'R'), 'Elsewhere', 'T')], people, 'S')
  expect(found.rooms.map(({ name }) => name)).toEqual(['Plans'])
  expect(found.directs.map(({ name }) => name)).toEqual(['Ann, Bob', 'Bob'])
  expect(sortOut(rooms, [], null).directs.map(({ name }) => name)).toEqual(['Me, Ann, Bob', 'Me, Bob'])
})

test('whoever begins a direct message finds the same one; a private room is made anew each time', () => {
  expect(beginDirect('S', me, [ann!]).room).toBe(beginDirect('S', ann!, [me]).room)
  const plans = { name: 'Plans', topic: '' }
  expect(createPrivateRoom('S', me, [], plans).room).not.toBe(createPrivateRoom('S', me, [], plans).room)
})
