import { expect, test } from 'vitest'
import { insertMention, mentionAt } from './mention-at.ts'

test.each([
  ['@', { start: 0, name: '' }],
  ['hi @an', { start: 3, name: 'an' }],
  ['(@Ann V', { start: 1, name: 'Ann V' }],
  ['a@b', null],
  ['@an vale x', null],
  ['hello', null],
])('mentionAt(%j)', (text, expected) => expect(mentionAt(text, text.length)).toEqual(expected))

test('a chosen name replaces what was typed of it', () => {
  const text = 'hi @an, ok'
  const at = mentionAt(text, 6)!
  expect(insertMention(text, at, 'Ann Vale')).toEqual({ text: 'hi @**Ann Vale** , ok', caret: 17 })
})
