import { describe, expect, test } from 'vitest'
import { deviceBounds } from '../device-bounds.ts'
import { eventOf, inOrder, readPage, readResults, readTail, received, unreadable } from './received.ts'

const stream = 'space:s1'
const event = {
  id: '01HF0000000000000000000001',
  type: 'message.create',
  stream,
  actor: 'ann',
  clock: '1',
  at: 1,
  room: 'r1',
  deps: [],
  payload: { text: 'hi' },
}
const item = (seq: unknown, fields: object = {}) => ({ seq, receivedAt: 5, event: { ...event, ...fields } })
const page = (items: unknown, more: object = {}) => ({ items, head: '9', total: 9, behind: 0, upToDate: true, ...more })
const places = (inputs: readonly unknown[], after: string | null) =>
  inOrder(inputs, after).map(({ seq, fault }) => (fault ? `${seq}!` : seq))

describe('a page', () => {
  test('has its items in order, behind where it begins; what names no place stands at the end and moves nothing', () => {
    expect(places([item('3'), item('5'), item(7), item('1'), null, item('4')], '2')).toEqual([
      '3',
      '4',
      '5',
      '5!',
      '5!',
    ])
    expect(places([item(''), item('\u0000'), item({})], '2')).toEqual(['2!', '2!', '2!'])
    expect(places([item(1)], null)).toEqual([])
  })

  test.each([
    ['nothing', null],
    ['a text', 'page'],
    ['items that are null', page(null)],
    ['a head that is a number', page([], { head: 5 })],
    ['a negative count', page([], { behind: -1 })],
    ['a word for yes', page([], { upToDate: 'yes' })],
  ])('is none when it is or has %s', (_what, input) => expect(readPage(input)).toBeNull())

  test('names nobody by what is no text', () => {
    expect(readPage(page([], { names: { ann: 'Ann', bob: 5, __proto__: 'x' } }))?.names).toEqual({ ann: 'Ann' })
  })
})

describe('an item', () => {
  const deep = JSON.parse('['.repeat(1500) + ']'.repeat(1500)) as unknown
  test.each([
    ['is no object', null, 'the event: must be an object'],
    ['names no place', item(5), 'seq: must be a place in the stream'],
    ['names no time', { ...item('1'), receivedAt: '5' }, 'receivedAt: must be a time'],
    ['has no event', { seq: '1', receivedAt: 5 }, 'the event: must be JSON'],
    ['is nested too deep', item('1', { payload: deep }), 'payload'],
    ['is too long', item('1', { payload: { text: 'x'.repeat(70_000) } }), 'the event: is too long'],
  ])('that %s keeps its beginning and its fault', (_what, input, message) => {
    const found = received(input)
    expect(found.fault?.message).toContain(message)
    expect(String(found.event).length).toBeLessThanOrEqual(deviceBounds.setAsideLength)
    expect(structuredClone(found)).toEqual(found)
    expect(received(found), 'read again, out of a queue').toEqual(found)
  })

  test('that is well made has an event that counts only in its own stream and time', () => {
    expect(eventOf(received(item('1')), stream)).toMatchObject({ known: event })
    expect(eventOf(received(item('1', { type: 'poll.create' })), stream)).toMatchObject({ known: null })
    expect(eventOf(received(item('1')), 'space:s2')).toMatchObject({ fault: { field: 'stream' } })
    expect(eventOf(received(item('1', { clock: String(2n ** 60n) })), stream)).toMatchObject({
      fault: { code: 'CLOCK_AHEAD' },
    })
  })
})

describe('a message of the live connection', () => {
  test.each([
    null,
    5,
    [],
    {},
    { type: 'items' },
    { type: 'items', stream, head: 5, after: null },
    { type: 'joined', stream },
  ])('%j is none', (input) => expect(readTail(input)).toBeNull())
  test('is mere news when its items do not end where it says', () => {
    const message = { type: 'items', stream, after: '1', head: '3' }
    expect(readTail({ ...message, items: [item('2'), item('3')] })).toMatchObject({
      items: [{ seq: '2' }, { seq: '3' }],
    })
    for (const items of [null, [], [item('2')], [item('2'), item('4')], {}]) {
      expect(readTail({ ...message, items })).toEqual({ ...message, items: null })
    }
  })
  test('passes over heads that are none', () => {
    const heads = [null, { stream: 5 }, { stream, head: '1', total: 1 }, { stream: 'x', head: 1, total: 1 }]
    expect(readTail({ type: 'heads', actor: 'me', heads })).toEqual({
      type: 'heads',
      actor: 'me',
      heads: [heads[2]],
      gone: [],
    })
  })
})

test('an answer to an append says what became of each event, or nothing', () => {
  const result = { id: 'a', seq: '1', receivedAt: 5, duplicate: false }
  expect(readResults({ results: [result] }, ['a'])).toEqual([result])
  for (const input of [null, {}, { results: [] }, { results: [{ ...result, seq: 5 }] }, { results: [null, result] }]) {
    expect(readResults(input, ['a'])).toBeNull()
  }
})

test('the place of an event that nobody can read is found in the text', () => {
  expect(unreadable('{"items":[{"seq":"5","receivedAt":1,"event":{"id":', '4')).toMatchObject({ seq: '5', fault: {} })
  expect(unreadable('{"items":[{"seq":"5","event":{', '5')).toBeNull()
  expect(unreadable('<html>502</html>', null)).toBeNull()
})
