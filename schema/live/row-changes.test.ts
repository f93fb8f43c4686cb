import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { applyChanges, diffRows } from './row-changes.ts'

const list = fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 1 })), {
  selector: ([key]) => key,
  maxLength: 20,
})
const keyed = (pairs: [number, number][]) => ({ keys: pairs.map(([k]) => `${k}`), rows: pairs.map(([, v]) => [v]) })

it('applied in sequence, the changes turn the old list into the new', () => {
  fc.assert(
    fc.property(list, list, (before, after) => {
      const [from, to] = [keyed(before), keyed(after)]
      const keys = [...from.keys]
      const rows = [...from.rows]
      const changes = diffRows(from, to)
      applyChanges(keys, rows, changes)
      expect(keys).toEqual(to.keys)
      expect(rows).toEqual(to.rows)
      for (const change of changes) {
        if (change.op !== 'delete') expect(to.keys).toContain(change.key)
      }
    }),
    { numRuns: 5000, seed: 7 },
  )
})

it('moves one row when one row moved', () => {
  const from = keyed([[1, 0], [2, 0], [3, 0], [4, 0]]) // prettier-ignore
  expect(diffRows(from, keyed([[2, 0], [3, 0], [4, 0], [1, 0]]))).toEqual([{ op: 'move', from: 0, index: 3, key: '1', row: [0] }]) // prettier-ignore
  expect(diffRows(from, keyed([[4, 0], [1, 0], [2, 0], [3, 0]]))).toEqual([{ op: 'move', from: 3, index: 0, key: '4', row: [0] }]) // prettier-ignore
})
