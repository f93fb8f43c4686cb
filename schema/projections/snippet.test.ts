import { expect, test } from 'vitest'
import { excerptOf, snippetLength, snippetOf } from './snippet.ts'

test.each([
  ['a', 1],
  ['🎉', 2],
  ['👨‍👩‍👧', 8],
  ['e\u0301', 2],
  ['🇩🇪', 4],
  ['👍🏽', 4],
  ['กำ', 2],
])('a snippet ends before or behind %s, never in it', (character, units) => {
  for (let before = snippetLength - units; before <= snippetLength; before++) {
    const body = `${'x'.repeat(before)}${character}yz`
    const whole = before + units <= snippetLength
    const expected = whole ? body.slice(0, snippetLength) : 'x'.repeat(before)
    expect(snippetOf(body), `behind ${before}`).toBe(expected)
  }
})

test('an excerpt is one line', () => {
  expect(excerptOf('short **as it is**')).toBeNull()
  expect(excerptOf('two\n  lines')).toBe('two lines')
  expect(excerptOf(`${'x'.repeat(138)}👨‍👩‍👧 more`)).toBe(`${'x'.repeat(138)}…`)
})
