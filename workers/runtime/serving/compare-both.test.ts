import { expect, test } from 'vitest'
import type { SqlValue } from '../../../schema/live.ts'
import { compareBoth } from './compare-both.ts'

const blob = (...bytes: number[]) => new Uint8Array(bytes)

const cases: readonly (readonly [readonly SqlValue[][], readonly SqlValue[][], string])[] = [
  [[[1, 'a']], [[1, 'a']], 'equal'],
  [[], [], 'equal'],
  [[[1], [2]], [[2], [1]], 'reordered'],
  [[[1], [1], [2]], [[1], [2], [2]], 'different'],
  [[[1]], [['1']], 'different'],
  [[[null]], [['null']], 'different'],
  [[[2n ** 60n]], [[2n ** 60n + 1n]], 'different'],
  [[[blob(1, 2)]], [[blob(1, 2)]], 'equal'],
  [[[blob(1, 2)]], [[blob(1, 3)]], 'different'],
  [[[Infinity]], [[null]], 'different'],
  [[['a', 'b']], [['a,b']], 'different'],
  [[[1]], [[1], [1]], 'different'],
]

test('rows are equal by type and bits, in their order or in another', () => {
  for (const [kept, again, expected] of cases) expect(compareBoth(kept, again)).toBe(expected)
})
