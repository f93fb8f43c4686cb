import { describe, expect, test } from 'vitest'
import { httpStatus } from '../schema/messages/http.ts'
import { failureWords, refusalOf, refusalWords, wordsOf } from './refusal-words.ts'

describe('what a person is told of a refusal', () => {
  test.each(Object.keys(httpStatus))('%s is said in sentences, without its code', (code) => {
    const words = refusalOf(code)
    expect(words).toBe(refusalWords[code as keyof typeof refusalWords])
    expect(words).toMatch(/^[A-Z].*\.$/)
    expect(words).not.toMatch(/[A-Z]{3}|_/)
  })

  test.each(['NEWER_THAN_THIS_PAGE', 'toString', '', null, undefined])(
    '%s, which nobody knows, is said too',
    (code) => {
      expect(refusalOf(code)).toBe('The server did not take this.')
    },
  )

  test.each(Object.entries(failureWords))(
    '%s of this device is said in sentences, or in its own words',
    (code, words) => {
      const said = wordsOf(Object.assign(new Error('no such table: rooms'), { code }))
      expect(said).toBe(words ?? 'no such table: rooms')
      if (words !== null) expect(words).toMatch(/^[A-Z].*\.$/)
    },
  )

  test.each([
    new Error('It is too long.'),
    'It is too long.',
    Object.assign(new Error('It is too long.'), { code: 20 }),
  ])('what has no code of ours keeps its own words', (error) => expect(wordsOf(error)).toBe('It is too long.'))
})
