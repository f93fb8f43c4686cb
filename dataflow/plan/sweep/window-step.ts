import { compareValues } from '../../compare.ts'
import { AskSqlite } from '../../expression/ask-sqlite.ts'
import { integer, Real, real, type Value } from '../../value.ts'

/**
 * Window functions as folds along the window's order: what one gives for a row follows from what it gave for the row before, from the row, and
 * from its place. (`-1` as a place of an input: it has none.)
 *
 *   sum(n) OVER (ORDER BY ts, id)       5, 3, 4   →   5, 8, 12
 *   and backwards, from the total 12    4, 3, 5   →   12, 8, 5
 *   dense_rank() OVER (ORDER BY n)      1, 1, 7   →   1, 1, 2
 */
export type WindowCall =
  | { readonly name: 'row_number' | 'rank' | 'dense_rank' | 'percent_rank' | 'cume_dist' }
  | { readonly name: 'ntile'; readonly parts: number }
  | { readonly name: 'lag' | 'lead'; readonly input: number; readonly by: number }
  | { readonly name: 'first_value'; readonly input: number }
  | { readonly name: 'min' | 'max'; readonly input: number; readonly collation: string }
  | { readonly name: 'count'; readonly input: number }
  /** `n`: which of the calls counts what it sums */
  | { readonly name: 'sum'; readonly input: number; readonly n: number }
  | { readonly name: 'avg' | 'total'; readonly sum: number; readonly n: number }
  /** the sum or count over all rows; the rows of a GROUP BY have no table to ask */
  | { readonly name: 'sum over all' | 'count over all'; readonly input: number }
  /** over all rows, asked of a query of its own */
  | { readonly name: 'scalar'; readonly scalar: number }

/** Rows [start, end) that the window's order does not tell apart. */
export interface Peers {
  readonly start: number
  readonly end: number
}

/** The rows along which windows are computed. */
export interface List {
  readonly length: number
  at(row: number, input: number): Value
  /** of a call: what it gives for the first row, where the list goes backwards */
  total(call: number): Value
  scalar(index: number): Value
}

/** `last`: what the calls gave for the peers before, null for none; `outputs`: what they give, filled from the first call on. */
export type WindowStep = (outputs: Value[], last: readonly Value[] | null, row: number, peers: Peers) => Value

/** Does an output depend on how many rows there are? */
export function isOfAll({ name }: WindowCall): boolean {
  return /^(?:percent_rank|cume_dist|ntile|.* over all)$/.test(name)
}

export function windowStep(call: WindowCall, at: number, list: List, backwards: boolean): WindowStep {
  const sum = (a: Value, b: Value, sign: 1 | -1) => addIntegers(a ?? 0, b ?? 0, sign)
  switch (call.name) {
    case 'row_number':
      if (backwards) return (_, last) => (last ? (last[at] as number) - 1 : list.total(at))
      return (_, __, row) => row + 1
    case 'rank':
      return (_, __, ___, { start }) => start + 1
    case 'dense_rank':
      return (_, last) => (last ? (last[at] as number) + 1 : 1)
    case 'percent_rank':
      return (_, __, ___, { start }) => new Real(list.length > 1 ? start / (list.length - 1) : 0)
    case 'cume_dist':
      return (_, __, ___, { end }) => new Real(end / list.length)
    case 'ntile':
      return (_, __, row) => tileOf(row, list.length, call.parts)
    case 'lag':
    case 'lead': {
      const by = (call.name === 'lag') === backwards ? call.by : -call.by
      return (_, __, row) => (row + by >= 0 && row + by < list.length ? list.at(row + by, call.input) : null)
    }
    case 'first_value':
      return (_, last) => (last ? last[at]! : list.at(0, call.input))
    case 'min':
    case 'max': {
      const sign = call.name === 'max' ? 1 : -1
      return (_, last, __, { start, end }) => {
        let best = last ? last[at]! : null
        for (let i = start; i < end; i++) {
          const value = list.at(i, call.input)
          if (value === null) continue
          const order = best === null ? 1 : sign * compareValues(value, best, call.collation)
          // of 1 and 1.0 it shows the first that SQLite reads
          if (order === 0 && start + 1 < end) throw new AskSqlite()
          if (order > 0) best = value
        }
        return best
      }
    }
    case 'count': {
      const { input } = call
      const counts = (row: number) => input < 0 || list.at(row, input) !== null
      if (backwards) return (_, last, row) => (last ? (last[at] as number) - Number(counts(row - 1)) : list.total(at))
      return (_, last, __, { start, end }) => {
        let count = last ? (last[at] as number) : 0
        for (let i = start; i < end; i++) if (counts(i)) count++
        return count
      }
    }
    case 'sum': {
      const { input, n } = call
      if (backwards) {
        return (outputs, last, row) => {
          const total = last ? sum(last[at]!, list.at(row - 1, input), -1) : sum(list.total(at), 0, 1)
          return outputs[n] === 0 ? null : total
        }
      }
      return (outputs, last, __, { start, end }) => {
        let total = last ? last[at]! : null
        for (let i = start; i < end; i++) total = sum(total, list.at(i, input), 1)
        return outputs[n] === 0 ? null : total
      }
    }
    case 'avg':
      return (outputs) => {
        const total = outputs[call.sum]!
        return total === null ? null : real(Number(total) / (outputs[call.n] as number))
      }
    case 'total':
      return (outputs) => real(Number(outputs[call.sum] ?? 0))
    case 'sum over all':
    case 'count over all':
      return () => list.total(at)
    case 'scalar':
      return () => list.scalar(call.scalar)
  }
}

/** The sum or the count of an input over the whole list. */
export function overAll(name: 'sum over all' | 'count over all', input: number, list: List): Value {
  let count = 0
  let total: Value = 0
  for (let i = 0; i < list.length; i++) {
    const value = input < 0 ? 1 : list.at(i, input)
    if (value === null) continue
    count++
    if (name === 'sum over all') total = addIntegers(total, value, 1)
  }
  return name === 'count over all' ? count : count === 0 ? null : total
}

/** As SQLite deals rows out: the first parts have one more. */
function tileOf(row: number, rows: number, parts: number): number {
  const size = Math.floor(rows / parts)
  if (size === 0) return row + 1
  const large = rows - parts * size
  const inLarge = large * (size + 1)
  return row < inLarge ? 1 + Math.floor(row / (size + 1)) : 1 + large + Math.floor((row - inLarge) / size)
}

/** Of a REAL sum the last bit depends on the order, and text is read as numbers: SQLite must say. */
function addIntegers(a: Value, b: Value, sign: 1 | -1): Value {
  if (typeof a === 'number' && typeof b === 'number') {
    const next = a + sign * b
    if (Number.isSafeInteger(next)) return next === 0 ? 0 : next
  }
  if ((typeof a !== 'number' && typeof a !== 'bigint') || (typeof b !== 'number' && typeof b !== 'bigint')) {
    throw new AskSqlite()
  }
  const next = BigInt(a) + BigInt(sign) * BigInt(b)
  if (BigInt.asIntN(64, next) !== next) throw new AskSqlite()
  return integer(next)
}
