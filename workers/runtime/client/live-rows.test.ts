import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RowChange, SqlValue } from '../../../schema/live.ts'
import { LiveRows } from './live-rows.ts'

const snapshot = (rows: SqlValue[][], turn = 1) => ({
  turn,
  columns: ['id', 'text'],
  keys: rows.map((row) => String(row[0])),
  rows,
})
const delta = (...changes: RowChange[]) => ({ turn: 2, changes })

describe('LiveRows', () => {
  test('rows are objects by column name', () => {
    const live = new LiveRows(snapshot([['a', 'one']]))
    expect(live.take()).toEqual([{ id: 'a', text: 'one' }])
  })

  test('a delta changes its rows and leaves the other objects as they are', () => {
    const live = new LiveRows(
      snapshot([
        ['a', '1'],
        ['b', '2'],
        ['c', '3'],
      ]),
    )
    const before = live.take()
    live.change(
      delta(
        { op: 'update', index: 1, key: 'b', row: ['b', 'two'] },
        { op: 'move', from: 0, index: 2, key: 'a', row: ['a', '1'] },
        { op: 'insert', index: 0, key: 'd', row: ['d', '4'] },
      ),
    )
    const after = live.take()
    expect(after.map((row) => row['id'])).toEqual(['d', 'b', 'c', 'a'])
    expect(after[2]).toBe(before[2])
    expect(after[3]).toBe(before[0])
    expect(after[1]).toEqual({ id: 'b', text: 'two' })
  })

  test('a list that was handed out never changes', () => {
    const live = new LiveRows(snapshot([['a', '1']]))
    const before = live.take()
    live.change(delta({ op: 'delete', index: 0, key: 'a' }))
    expect(before).toHaveLength(1)
    expect(live.take()).toHaveLength(0)
  })

  test('an update to equal values keeps the object', () => {
    const live = new LiveRows(snapshot([['a', '1']]))
    const before = live.take()[0]
    live.change(delta({ op: 'update', index: 0, key: 'a', row: ['a', '1'] }))
    expect(live.take()[0]).toBe(before)
  })

  test('a second snapshot (a new leader) keeps the objects of equal rows', () => {
    const live = new LiveRows(
      snapshot([
        ['a', '1'],
        ['b', '2'],
      ]),
    )
    const [a, b] = live.take()
    live.replace(
      snapshot(
        [
          ['b', '2'],
          ['a', 'new'],
        ],
        9,
      ),
    )
    expect(live.take()[0]).toBe(b)
    expect(live.take()[1]).not.toBe(a)
  })

  test('a schema change gives rows their new columns', () => {
    const live = new LiveRows(snapshot([['a', '1']]))
    live.change({
      turn: 2,
      columns: ['id', 'text', 'more'],
      changes: [{ op: 'update', index: 0, key: 'a', row: ['a', '1', 7n] }],
    })
    expect(live.take()).toEqual([{ id: 'a', text: '1', more: 7n }])
  })

  test('any sequence of changes equals the same edits on a plain list', () => {
    const steps = fc.array(fc.record({ op: fc.nat(3), at: fc.nat(1000), to: fc.nat(1000), text: fc.string() }), {
      maxLength: 60,
    })
    fc.assert(
      fc.property(steps, (sequence) => {
        const live = new LiveRows(snapshot([]))
        const model: { id: string; text: string }[] = []
        let next = 0
        for (const step of sequence) {
          const size = model.length
          const index = size === 0 ? 0 : step.at % size
          if (step.op === 0 || size === 0) {
            const row = { id: `k${next++}`, text: step.text }
            const at = step.at % (size + 1)
            model.splice(at, 0, row)
            live.change(delta({ op: 'insert', index: at, key: row.id, row: [row.id, row.text] }))
          } else if (step.op === 1) {
            model[index] = { id: model[index]!.id, text: step.text }
            live.change(delta({ op: 'update', index, key: model[index]!.id, row: [model[index]!.id, step.text] }))
          } else if (step.op === 2) {
            const [row] = model.splice(index, 1)
            const to = step.to % size
            model.splice(to, 0, row!)
            live.change(delta({ op: 'move', from: index, index: to, key: row!.id, row: [row!.id, row!.text] }))
          } else {
            const [row] = model.splice(index, 1)
            live.change(delta({ op: 'delete', index, key: row!.id }))
          }
        }
        expect(live.take()).toEqual(model)
        const told = live.snapshot()
        expect(told.type === 'snapshot' && told.keys).toEqual(model.map((row) => row.id))
      }),
      { seed: 4711 },
    )
  })
})
