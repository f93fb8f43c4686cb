import { describe, expect, test } from 'vitest'
import { httpStatus } from '../schema/messages/http.ts'
import { refusalOf, refusalWords } from './refusal-words.ts'

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
})
