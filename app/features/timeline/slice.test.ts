import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { atEnd, initialItems, moveSlice, resolveSlice, sliceAround } from './slice.ts'

const keysOf = (count: number, from = 0) => Array.from({ length: count }, (_, at) => `k${at + from}`)
const indexOf = (keys: string[]) => new Map(keys.map((key, at) => [key, at]))

describe('slice', () => {
  test('at the end it follows what arrives', () => {
    const keys = keysOf(100)
    expect(resolveSlice(atEnd, indexOf(keys), 100)).toEqual([100 - initialItems, 100])
    expect(resolveSlice(atEnd, indexOf(keysOf(101)), 101)).toEqual([101 - initialItems, 101])
  })
  test('it names its ends by key: older items before it do not move it', () => {
    const slice = sliceAround(keysOf(100), 50)
    const older = [...keysOf(60, 1000), ...keysOf(100)]
    const [from, to] = resolveSlice(slice, indexOf(older), older.length)
    expect(older.slice(from, to)).toEqual(keysOf(100).slice(50 - initialItems / 2, 50 + initialItems / 2))
  })
  test('a deleted end falls back to a screen beside the other', () => {
    const keys = keysOf(100)
    expect(resolveSlice({ first: 'gone', last: 'k60' }, indexOf(keys), 100)).toEqual([61 - initialItems, 61])
    expect(resolveSlice({ first: 'k60', last: 'gone' }, indexOf(keys), 100)).toEqual([60, 60 + initialItems])
  })
  test('it moves on near an edge and drops what is far away', () => {
    const limits = { near: 300, far: 700 }
    const idle = { above: 400, below: 400, spareAbove: 0, spareBelow: 0 }
    expect(moveSlice([20, 60], 100, idle, limits)).toEqual([20, 60])
    expect(moveSlice([20, 60], 100, { ...idle, above: 100, below: 900, spareBelow: 7 }, limits)).toEqual([8, 53])
    expect(moveSlice([5, 60], 100, { ...idle, above: 0 }, limits)).toEqual([0, 60])
    expect(moveSlice([20, 95], 100, { ...idle, below: 0 }, limits)).toEqual([20, 100])
  })
  test('a slice always lies within the items and is never empty', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200 }),
        fc.nat(250),
        fc.nat(250),
        fc.array(
          fc.record({ above: fc.nat(2000), below: fc.nat(2000), spareAbove: fc.nat(60), spareBelow: fc.nat(60) }),
          {
            maxLength: 20,
          },
        ),
        (count, first, last, moves) => {
          const keys = keysOf(count)
          let range = resolveSlice({ first: `k${first}`, last: `k${last}` }, indexOf(keys), count)
          for (const margins of moves) {
            range = moveSlice(range, count, margins, { near: 300, far: 700 })
            expect(range[0]).toBeGreaterThanOrEqual(0)
            expect(range[1]).toBeLessThanOrEqual(count)
            expect(range[0]).toBeLessThan(range[1])
          }
        },
      ),
      { seed: 4711 },
    )
  })
})
