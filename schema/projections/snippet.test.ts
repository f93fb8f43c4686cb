import { expect, test } from 'vitest'
import { restOf, snippetLength, snippetOf } from './snippet.ts'

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
    expect(snippetOf(body) + restOf(body), 'nothing is lost between them').toBe(body)
  }
})

test('a text that is not longer than a snippet has no rest', () => {
  expect(restOf('x'.repeat(snippetLength))).toBeNull()
})
