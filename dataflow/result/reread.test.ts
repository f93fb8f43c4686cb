import { array, assert, boolean, integer, property, tuple, uniqueArray } from 'fast-check'
import { expect, it } from 'vitest'
import type { RowChange, SqlValue } from '../../schema/live.ts'
import { applyChanges, diffRows } from '../../schema/live/row-changes.ts'
import type { EntryNames } from './entry.ts'
import { ReadRows } from './read-rows.ts'
import { RereadInOrder } from './reread-in-order.ts'
import { RereadInPlace } from './reread-in-place.ts'

const seed = Number(process.env['PROPERTY_SEED'] ?? Date.now() % 1_000_000)
const names: EntryNames = { prefix: '', keys: [0], collations: ['BINARY'], ids: [], partition: { places: [0], collations: ['BINARY'] } } // prettier-ignore
const nothing = new ReadRows([], [], names, [])

/** id, value; REAL where it is odd */
function read(old: ReadRows, rows: readonly (readonly [number, number])[], isOrdered: boolean) {
  const reread = isOrdered ? new RereadInOrder(old) : new RereadInPlace(old)
  for (const [id, value] of rows) reread.take([id, value], value % 2 === 1 ? 2 : 0)
  return reread.end()
}

const result = uniqueArray(tuple(integer({ min: 0, max: 12 }), integer({ min: 0, max: 3 })), { selector: ([id]) => id }) // prettier-ignore
const byOp = (changes: readonly RowChange[]) => changes.map(({ op, key }) => `${op} ${key}`).sort()

it('tells the steps from what was read before, and keeps the rows that are as they were', () => {
  assert(
    property(result, array(result, { maxLength: 4 }), boolean(), (first, later, isOrdered) => {
      let { rows: old } = read(nothing, first, true)
      for (const next of later) {
        const { rows, changes } = read(old, next, isOrdered)
        const [keys, values] = [[...old.keys], [...old.rows]]
        const steps = changes()
        applyChanges(keys, values, steps)
        expect(values).toEqual(rows.rows)
        expect(keys).toEqual(rows.keys)
        const sorted = (list: readonly (readonly SqlValue[])[]) => list.map(String).sort()
        expect(isOrdered ? values : sorted(values)).toEqual(isOrdered ? next : sorted(next))
        expect(byOp(steps)).toEqual(byOp(diffRows(old, rows)))
        const was = new Map(old.rows.map((row) => [String(row), row]))
        for (const row of rows.rows) if (was.has(String(row))) expect(row).toBe(was.get(String(row)))
        const realOf = new Map(next.map(([id, value]) => [id, value % 2 === 1 ? 2 : 0]))
        expect(rows.reals).toEqual(rows.rows.map(([id]) => realOf.get(id as number)))
        const entries = rows.entries()
        expect(entries.map(({ key, row }) => [key, row])).toEqual(rows.rows.map((row, i) => [rows.keyOf(i), row]))
        old = ReadRows.of(entries, names)
        expect(old.reals).toEqual(rows.reals)
      }
    }),
    { seed, numRuns: 400 },
  )
})

it('keeps the places of rows without an order; a new one stands behind the one that it was read behind', () => {
  const { rows: old } = read(nothing, [[1, 0], [2, 0], [3, 0], [4, 0]], true) // prettier-ignore
  const { rows, changes } = read(old, [[8, 0], [4, 0], [3, 2], [9, 0], [1, 0]], false) // prettier-ignore
  expect(rows.rows).toEqual([[8, 0], [1, 0], [3, 2], [4, 0], [9, 0]]) // prettier-ignore
  expect(byOp(changes())).toEqual(byOp(diffRows(old, rows)))
})

it('finds what stands behind many rows that went together, by its name', () => {
  const many = Array.from({ length: 2000 }, (_, id): [number, number] => [id, 0])
  const { rows: old } = read(nothing, many, true)
  const left = many.filter(([id]) => id < 300 || id >= 700)
  for (const isOrdered of [true, false]) {
    const { rows } = read(new ReadRows(old.rows, old.reals, names, old.rows.map(() => null)), left, isOrdered) // prettier-ignore
    expect(rows.rows).toEqual(left)
    // the few that were looked for by key before the gap was passed
    expect(rows.known.filter((key) => key !== null).length).toBeLessThan(20)
  }
})
