import { describe, expect, test } from 'vitest'
import { parseSearch } from './search-text.ts'

describe('parseSearch', () => {
  test.each([
    ['colou', '"colou"*'],
    ['dark mode', '"dark" AND "mode"*'],
    ['"dark mode"', '"dark mode"'],
    ['dark mode ', '"dark" AND "mode"'],
    ['dark -mode', '"dark" NOT "mode"*'],
    ['a OR b', '"a" AND "OR" AND "b"*'],
    ['"unclosed phrase', '"unclosed phrase"'],
    ['don"t', '"don""t"*'],
  ])('%s → %s', (text, match) => expect(parseSearch(text)?.match).toBe(match))

  test('filters', () => {
    expect(parseSearch('from:"Ann Vale" in:#general has:link has:code tea')).toEqual({
      match: '"tea"*',
      from: 'Ann Vale',
      room: 'general',
      has: ['link', 'code'],
    })
    expect(parseSearch('from:ann')).toMatchObject({ match: null, from: 'ann' })
  })
  test.each(['', '  ', '***', '-', '"', 'has:nothing'])('%j asks nothing', (text) =>
    expect(parseSearch(text)).toBeNull(),
  )
})
