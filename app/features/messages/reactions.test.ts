import { describe, expect, test } from 'vitest'
import { readReactions } from './reactions.ts'

describe('readReactions', () => {
  test('counts, and knows mine', () => {
    expect(readReactions('{"👍":["a","me"],"🎉":["b"],"x":[]}', 'me')).toEqual([
      { emoji: '👍', count: 2, mine: true, people: ['a', 'me'] },
      { emoji: '🎉', count: 1, mine: false, people: ['b'] },
    ])
  })
  test.each(['', '{}', 'null', '{', '[]', '{"x":3}'])('%j is none', (json) =>
    expect(readReactions(json, 'me')).toEqual([]),
  )
})
