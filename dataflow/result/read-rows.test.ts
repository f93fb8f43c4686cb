import { array, assert, boolean, integer, property, tuple, uniqueArray } from 'fast-check'
import { expect, it } from 'vitest'
import type { SqlValue } from '../../schema/live.ts'
import { applyChanges } from '../../schema/live/row-changes.ts'
import type { EntryNames } from './entry.ts'
import { ReadRows, Reread } from './read-rows.ts'

const seed = Number(process.env['PROPERTY_SEED'] ?? Date.now() % 1_000_000)
const names: EntryNames = { prefix: '', keys: [0], collations: ['BINARY'], ids: [], partition: { places: [0], collations: ['BINARY'] } } // prettier-ignore
const nothing = new ReadRows([], [], names, [])

/** id, value; REAL where it is odd */
function read(old: ReadRows, rows: readonly (readonly [number, number])[], keepsOrder: boolean) {
  const reread = new Reread(old)
  for (const [id, value] of rows) reread.take([id, value], value % 2 === 1 ? 2 : 0)
  return reread.end(keepsOrder)
}

const result = uniqueArray(tuple(integer({ min: 0, max: 12 }), integer({ min: 0, max: 3 })), { selector: ([id]) => id }) // prettier-ignore

it('tells the steps from what was read before, and keeps the rows that are as they were', () => {
  assert(
    property(result, array(result, { maxLength: 4 }), boolean(), (first, later, keepsOrder) => {
      let { rows: old } = read(nothing, first, false)
      for (const next of later) {
        const { rows, changes } = read(old, next, keepsOrder)
        const [keys, values] = [[...old.keys], [...old.rows]]
        applyChanges(keys, values, changes())
        expect(values).toEqual(rows.rows)
        expect(keys).toEqual(rows.keys)
        const sorted = (list: readonly (readonly SqlValue[])[]) => list.map(String).sort()
        expect(keepsOrder ? sorted(values) : values).toEqual(keepsOrder ? sorted(next) : next)
        const was = new Map(old.rows.map((row, i) => [`${row}|${old.reals[i]}`, row]))
        rows.rows.forEach((row, i) => {
          const before = was.get(`${row}|${rows.reals[i]}`)
          if (before) expect(row).toBe(before)
        })
        const entries = rows.entries()
        expect(entries.map(({ key, row }) => [key, row])).toEqual(rows.rows.map((row, i) => [rows.keyOf(i), row]))
        old = ReadRows.of(entries, names)
        expect(old.reals).toEqual(rows.reals)
      }
    }),
    { seed, numRuns: 300 },
  )
})

it('keeps the places of rows without an order; new ones come last', () => {
  const { rows: old } = read(nothing, [[1, 0], [2, 0], [3, 0], [4, 0]], false) // prettier-ignore
  const { rows, changes } = read(old, [[4, 0], [9, 0], [3, 2], [1, 0]], true) // prettier-ignore
  expect(rows.rows).toEqual([[1, 0], [3, 2], [4, 0], [9, 0]]) // prettier-ignore
  expect(changes().map(({ op }) => op).sort()).toEqual(['delete', 'insert', 'update']) // prettier-ignore
})
