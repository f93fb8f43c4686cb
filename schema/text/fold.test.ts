import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { fold, foldWithOrigin } from './fold.ts'

test.each([
  ['Émile', 'emile'],
  ['E\u0301mile', 'emile'],
  ['STRASSE', 'straße'],
  ['Łódź', 'lodz'],
  ['ｆｕｌｌ', 'full'],
  ['ﬁne', 'fine'],
  ['don’t', "don't"],
  ['❤️', '❤'],
  ['שָׁלוֹם', 'שלום'],
  ['한국', '한국'.normalize('NFD')],
])('%s is %s', (one, other) => expect(fold(one)).toBe(fold(other)))

test.each([
  ['กา', 'กี'],
  ['が', 'か'],
])('%s is not %s', (one, other) => expect(fold(one)).not.toBe(fold(other)))

test('what is found in the folded text is marked where it stands', () => {
  const text = 'un RE\u0301SUME\u0301 de Straße'
  const { text: folded, origin } = foldWithOrigin(text)
  const mark = (word: string) => text.slice(origin[folded.indexOf(word)], origin[folded.indexOf(word) + word.length])
  expect(mark('resume')).toBe('RE\u0301SUME\u0301')
  expect(mark('strasse')).toBe('Straße')
})

test('origins are in order, within the text, and one for each character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (text) => {
      const { text: folded, origin } = foldWithOrigin(text)
      expect(origin).toHaveLength(folded.length + 1)
      expect([...origin].sort((one, other) => one - other)).toEqual(origin)
      expect(origin.at(-1)).toBe(text.length)
    }),
    { numRuns: 500, ...(process.env['SEED'] ? { seed: Number(process.env['SEED']) } : {}) },
  )
})
