import { expect, test } from 'vitest'
import { keyIn } from '../../../schema/events/key.ts'
import { roomMarks } from './room-marks.ts'

const room = (stream: string, id: string, name: string, created_clock: number | bigint) => ({
  stream,
  id,
  name,
  created_clock,
})

test('the room that came later is marked, whatever its id; a room of another space has nothing to do with it', () => {
  const rooms = [
    room('space:a', 'z', 'general', 1),
    room('space:a', 'b', 'Général', 2n),
    room('space:b', 'b', 'general', 9n),
    room('space:a', 'c', 'garden', 3),
  ]
  const marks = [[keyIn('space:a', 'b'), ' (2)']]
  expect([...roomMarks(rooms)]).toEqual(marks)
  expect([...roomMarks(rooms.toReversed())]).toEqual(marks)
})
