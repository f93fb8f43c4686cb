import { describe, expect, test } from 'vitest'
import { isId } from './bounds.ts'
import {
  directRoomId,
  homeStream,
  isPrivateRoom,
  maxDirectPeople,
  privateRoomId,
  publicRoomOf,
  readDirectRoomId,
  roomOfStream,
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
    expect(streamOfRoom('demo-S', 'general')).toBe('local:demo-S')
    for (const id of [privateRoomId('S', 'R'), directRoomId('S', ['ada', 'bob'])]) {
      expect(isPrivateRoom(id)).toBe(true)
      expect(streamOfRoom('S', id)).toBe(`room:${id}`)
      expect(spaceOfStream(`room:${id}`)).toBe('S')
      expect([publicRoomOf(`room:${id}`), roomOfStream(`room:${id}`), homeStream(`room:${id}`)]).toEqual([
        null,
        id,
        `room:${id}`,
      ])
    }
    const others = ['space:S', 'local:demo-S', 'person:ada', 'room:general', 'nonsense'].map(spaceOfStream)
    expect(others).toEqual(['S', 'demo-S', null, null, null])
  })
})

describe('the streams of public rooms', () => {
  const ids = ['S', 'a.b', 'a', 'a.b.c', '%', '%2E', 'a%2Eb', '.', '..', 'public.a', 'ü🙂', ulid]
  const rooms = ['R', 'general', 'b', 'b.c', '.', 'a.b', 'public.S.R', '%2E', ulid]

  test('a space and a room make a name that no other space and room make, and that says of whom it is', () => {
    const names = new Map<string, string>()
    for (const space of ids) {
      for (const room of rooms) {
        const stream = streamOfRoom(space, room)
        const pair = JSON.stringify([space, room])
        expect(names.get(stream), `${pair} and ${names.get(stream)}`).toBeUndefined()
        names.set(stream, pair)
        expect(publicRoomOf(stream)).toEqual({ space, room })
        expect([spaceOfStream(stream), roomOfStream(stream), homeStream(stream)]).toEqual([
          space,
          room,
          `space:${space}`,
        ])
      }
    }
  })

  test.each([
    'room:public.',
    'room:public.S',
    'room:public.S.',
    'room:public..R',
    'room:public.S.private.S.R',
    'room:public.demo-S.R',
  ])('%s is none', (stream) => {
    expect(publicRoomOf(stream)).toBeNull()
    expect(homeStream(stream)).toBe(stream)
  })

  test('private rooms of a space whose id has dots are its own', () => {
    expect(spaceOfStream(streamOfRoom('a.b', privateRoomId('a.b', 'R')))).toBe('a.b')
    expect(readDirectRoomId(directRoomId('a.b', ['ada', 'bob']))?.space).toBe('a.b')
  })
})
