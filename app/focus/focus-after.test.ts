import { expect, test } from 'vitest'
import { parseRoute } from '../routes.ts'
import { focusAfter, type FocusGoal } from './focus-after.ts'

const write = (where: 'room' | 'thread' | 'page'): FocusGoal => ({ type: 'Write', where })
const message = (id: string): FocusGoal => ({ type: 'Message', message: id })

test.each<[string, string | null, string, FocusGoal]>([
  ['the app opens in a room', null, '/s/a/r', write('room')],
  ['the app opens at a message', null, '/s/a/r#m', message('m')],
  ['the app opens at a thread', null, '/s/a/r?panel=thread&thread=t', write('thread')],
  ['the app opens at a panel', null, '/s/a/r?panel=pins', { type: 'Panel' }],
  ['another room', '/s/a/r', '/s/a/q', write('room')],
  ['another room, and the panel goes', '/s/a/r?panel=pins', '/s/a/q', write('room')],
  ['another space', '/s/a/r', '/s/b/r', write('room')],
  ['another space, before its room is known', '/s/a/r', '/s/b', { type: 'Rooms', left: 'r' }],
  ['back to the list of rooms', '/s/a/r', '/s/a', { type: 'Rooms', left: 'r' }],
  ['a thread is opened', '/s/a/r', '/s/a/r?panel=thread&thread=t', write('thread')],
  ['another thread', '/s/a/r?panel=thread&thread=t', '/s/a/r?panel=thread&thread=u', write('thread')],
  ['a thread of another room', '/s/a/r', '/s/a/q?panel=thread&thread=t', write('thread')],
  ['a thread is chosen in the panel', '/s/a/r?panel=threads', '/s/a/r?panel=thread&thread=t', write('thread')],
  ['a page is opened', '/s/a/r?panel=pages', '/s/a/r/page/p?panel=pages', write('page')],
  ['another page', '/s/a/r/page/p', '/s/a/r/page/q', write('page')],
  ['a page is left', '/s/a/r/page/p', '/s/a/r', write('room')],
  ['a panel is opened beside a page', '/s/a/r/page/p', '/s/a/r/page/p?panel=pages', { type: 'Panel' }],
  ['a panel is closed beside a page', '/s/a/r/page/p?panel=pages', '/s/a/r/page/p', { type: 'Back' }],
  ['a panel is opened', '/s/a/r', '/s/a/r?panel=members', { type: 'Panel' }],
  ['another panel', '/s/a/r?panel=members', '/s/a/r?panel=search', { type: 'Panel' }],
  ['a panel is closed', '/s/a/r?panel=members', '/s/a/r', { type: 'Back' }],
  ['a thread is closed', '/s/a/r?panel=thread&thread=t', '/s/a/r', { type: 'Back' }],
  ['the app opens with the inspector', null, '/s/a/r?inspect', write('room')],
  ['the inspector is opened', '/s/a/r', '/s/a/r?inspect', { type: 'Inspector' }],
  ['another part of the inspector', '/s/a/r?inspect', '/s/a/r?inspect=console', { type: 'Stay' }],
  ['another room beside the inspector', '/s/a/r?inspect', '/s/a/q?inspect', write('room')],
  ['the inspector is closed', '/s/a/r?inspect=graph&of=x', '/s/a/r', { type: 'Back' }],
  ['a search is typed', '/s/a/r?panel=search', '/s/a/r?panel=search&q=tea', { type: 'Stay' }],
  ['a pin is jumped to', '/s/a/r?panel=pins', '/s/a/r?panel=pins#m', message('m')],
  ['a hit in another room is jumped to', '/s/a/r?panel=search', '/s/a/q?panel=search#m', message('m')],
  ['a message in a thread is jumped to', '/s/a/r', '/s/a/r?panel=thread&thread=t#m', message('m')],
  ['the message is let go of', '/s/a/r?panel=pins#m', '/s/a/r?panel=pins', { type: 'Stay' }],
])('%s', (_case, before, now, goal) =>
  expect(focusAfter(before === null ? null : parseRoute(before), parseRoute(now))).toEqual(goal),
)
