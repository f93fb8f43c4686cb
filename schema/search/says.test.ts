import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { foldMarks } from '../text/fold.ts'
import { hasAll } from './marks.ts'
import { says as holds } from './says.ts'

const says = (text: string, ...phrases: string[]) => {
  const begins = (phrase: string) => phrase.endsWith('*')
  const parts = phrases.map((phrase) => ({ words: phrase.replace('*', '').split(' '), begins: begins(phrase) }))
  const folded = foldMarks(text)
  // the quick way and the thorough one agree
  expect(holds(text, JSON.stringify(parts))).toBe(hasAll(folded, parts))
  return hasAll(folded, parts)
}

test.each([
  ['Of the people, by the people', ['of the'], true],
  ['often the', ['of the'], false],
  ['of other', ['of the'], false],
  ['of then', ['of the'], false],
  ['of then', ['of the*'], true],
  ['of — “the” end', ['of the'], true],
  ['of 👍 the', ['of the'], false],
  ['of ofé the', ['of the'], false],
  ['snake_case', ['snake case'], true],
  ['don’t', ['don t'], true],
  ['the of, of the', ['the of', 'of the'], true],
  ['the of', ['the of', 'of the'], false],
  ['北京市', ['北京 京市'], true],
  ['京市北京', ['北京 京市'], false],
  ['ＯＦ ｔｈｅ', ['of the'], true],
])('%j says %j: %s', (text, phrases, expected) => expect(says(text, ...phrases)).toBe(expected))

test('the quick way and the thorough one agree about every text', () => {
  const word = fc.constantFrom('a', 'b', 'ab', 'é', '1', 'x'.repeat(63), 'x'.repeat(70), '上', 'ß')
  const gap = fc.constantFrom(' ', '-', '_', '.', ', ', '👍', '\u0301', '', '\u00ad')
  const text = fc.array(fc.tuple(word, gap)).map((pieces) => pieces.flat().join(''))
  fc.assert(
    fc.property(text, fc.array(word, { minLength: 2, maxLength: 3 }), fc.boolean(), (text, words, begins) => {
      says(text, words.join(' ') + (begins ? '*' : ''))
    }),
    { numRuns: 1000, ...(process.env['SEED'] && { seed: Number(process.env['SEED']) }) },
  )
})
