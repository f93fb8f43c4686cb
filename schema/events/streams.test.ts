import { describe, expect, test } from 'vitest'
import { isId } from './bounds.ts'
import {
  directRoomId,
  hasOwnStream,
  maxDirectPeople,
  privateRoomId,
  readDirectRoomId,
  roomStream,
  spaceOfStream,
  streamOfRoom,
} from './streams.ts'

const ulid = '01M8PNKHTEM9PJET7G1G2J75YP'

describe('rooms with a stream of their own', () => {
  test('the same people make the same direct message, in any order and however often named', () => {
    const one = directRoomId('S', ['bob', 'ada'])
    expect(one).toBe('direct.S.ada.bob')
    expect(directRoomId('S', ['ada', 'bob', 'ada'])).toBe(one)
    expect(directRoomId('T', ['ada', 'bob'])).not.toBe(one)
    expect(readDirectRoomId(one)).toEqual({ space: 'S', people: ['ada', 'bob'] })
  })

  test.each([
    'direct.S.bob.ada',
    'direct.S.ada.ada',
    'direct.S.ada',
    'direct.S.ada.',
    'direct..ada.bob',
    'direct.S.a.b.c.d.e.f.g',
    'direct',
    'private.S.R',
    'general',
  ])('%s is no direct message', (id) => {
    expect(readDirectRoomId(id)).toBeNull()
  })

  test('as many people as may be in one fit into an id, and its stream too', () => {
    const id = directRoomId(
      ulid,
      Array.from({ length: maxDirectPeople }, (_, n) => ulid.slice(0, -1) + n),
    )
    expect(isId(roomStream(id))).toBe(true)
    expect(readDirectRoomId(id)?.people).toHaveLength(maxDirectPeople)
  })

  test('a room’s id says in which stream it is, and a stream’s name of which space it is', () => {
    expect(streamOfRoom('S', 'general')).toBe('space:S')
    expect(streamOfRoom('demo-S', 'general')).toBe('local:demo-S')
    for (const id of [privateRoomId('S', 'R'), directRoomId('S', ['ada', 'bob'])]) {
      expect(hasOwnStream(id)).toBe(true)
      expect(streamOfRoom('S', id)).toBe(`room:${id}`)
      expect(spaceOfStream(`room:${id}`)).toBe('S')
    }
    const others = ['space:S', 'local:demo-S', 'person:ada', 'room:general', 'nonsense'].map(spaceOfStream)
    expect(others).toEqual(['S', 'demo-S', null, null, null])
  })
})
