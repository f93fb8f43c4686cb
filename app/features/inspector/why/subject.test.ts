import { expect, test } from 'vitest'
import { parseSubject, printSubject, rowWords, type Subject } from './subject.ts'

const subjects: Subject[] = [
  { kind: 'event', event: { stream: 'space:s"1', id: '01A' } },
  { kind: 'row', row: { table: 'timeline_items', stream: 'local:d', id: '01A' } },
  { kind: 'row', row: { table: 'reactions', stream: 'space:s', id: '01A', of: '["ann","👍 &#"]' } },
]

test.each(subjects)('%o survives the address', (subject) => {
  const search = new URLSearchParams({ of: printSubject(subject) })
  expect(parseSubject(new URLSearchParams(search.toString()).get('of'))).toEqual(subject)
})

test.each([null, '', 'x', '[]', '["event"]', '["outbox","s","i"]', '["toString","s","i"]', '{"a":1}', '["event",1,2]'])(
  '%s asks about nothing',
  (text) => expect(parseSubject(text)).toBeNull(),
)

test('a reaction is told by who reacted with what', () => {
  const row = { table: 'reactions', stream: 's', id: '01ABCDEFGHIJKLMNOPQRSTUVWX', of: '["ann","👍"]' } as const
  expect(rowWords(row)).toBe('reaction 👍 of ann on message …STUVWX')
})
