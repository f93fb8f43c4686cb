import { expect, test } from 'vitest'
import { rankRooms } from './rank-rooms.ts'

const rooms = ['agenda-gen', 'garden', 'general', 'design'].map((name) => ({ stream: 's', id: name, name }))
const names = (typed: string, unread: string[] = []) =>
  rankRooms(rooms, new Map(unread.map((id) => [`s\n${id}`, 1])), typed).map((room) => room.name)

test('a beginning, then a word, then letters in order', () =>
  expect(names('gen')).toEqual(['general', 'agenda-gen', 'garden']))
test('nothing typed: the unread first', () => expect(names('', ['garden'])[0]).toBe('garden'))
test('no match, no rooms', () => expect(names('xyz')).toEqual([]))
