import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { fold, foldMarks, foldWithOrigin, lowerCase } from './fold.ts'

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
  const { text: cased, from, to } = foldWithOrigin(text)
  const folded = lowerCase(cased)
  const mark = (word: string) => {
    const at = folded.indexOf(word)
    return text.slice(from(at), to(at + word.length - 1))
  }
  expect(mark('resume')).toBe('RE\u0301SUME\u0301')
  expect(mark('strasse')).toBe('Straße')
})

test('origins are in order, within the text, and one for each character of the folded text', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.string({ unit: 'grapheme', maxLength: 8 }), oddText)), (texts) => {
      const text = texts.join('')
      const { text: folded, from, to } = foldWithOrigin(text)
      expect(folded).toBe(foldMarks(text))
      let last = 0
      for (let at = 0; at < folded.length; at++) {
        expect(from(at)).toBeLessThan(to(at))
        expect(from(at)).toBeGreaterThanOrEqual(last)
        expect(to(at)).toBeLessThanOrEqual(text.length)
        last = from(at)
      }
    }),
    { numRuns: 500, ...(process.env['SEED'] ? { seed: Number(process.env['SEED']) } : {}) },
  )
})

const oddText = fc.constantFrom(...'й ї e\u0301 ｶﾞ ﾊﾟ 학 ㄱㅏ ﬁ ß İ ً ـ ـَ ١٢ क़ 👍🏽 👨‍👩‍👧 ️ ก็ ម្ល 1️⃣ ﷺ ½ นํา'.split(' '))
