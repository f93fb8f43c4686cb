import type { BoundAggregate } from '../../bind/bound.ts'
import { compareValues } from '../../compare.ts'
import { ExactSum } from '../../exact-sum.ts'
import { isKnownCollation } from '../../key.ts'
import { integer, Real, real, type Value } from '../../value.ts'

/**
 * One aggregate's state, moved by one row that left (−1) or came (+1).
 *
 *   count 41, sum 90, max 8;  n = 9 came   →   42, 99, 9
 *   the 9 leaves again                     →   41, 90, and the max? SQLite must say
 *
 * A sum that is REAL has its exact sum beside it (`sums`). Left to SQLite (false): the loss of an extreme, what leaves 64 bits,
 * a REAL sum whose last bit depends on the order, or whose rows have not been read.
 */
export interface Slot {
  readonly call: BoundAggregate
  readonly name: 'count' | 'sum' | 'min' | 'max' | 'distinct'
  /** its place in the group's values */
  readonly at: number
  /** of a sum: the place of the count of what it sums */
  readonly n: number
  /** the place of its argument in a moved row, NULL where the row does not count; −1: every row counts */
  readonly input: number
}

/** avg and total, and a SUM that is written otherwise, made from the slots of their sums and counts. */
export interface Shown {
  readonly name: string
  readonly at: number
  readonly n: number
  readonly sum: number
}

/** Of the sums that are REAL, or were, by their place; null: not to be kept. */
export type ExactSums = Map<number, ExactSum | null>

/** `row` is what is read of a moved row. */
export type StepAggregate = (values: Value[], row: readonly Value[], weight: number, sums: ExactSums) => boolean

export function isFoldable({ name, star, distinct, arguments: args, orderBy, collation }: BoundAggregate): boolean {
  if (orderBy.length > 0) return false
  if (distinct) return name === 'count' && args.length === 1 && isKnownCollation(args[0]!.collation)
  if (star) return name === 'count'
  if (args.length !== 1) return false
  if (name === 'min' || name === 'max') return isKnownCollation(collation) && isKnownCollation(args[0]!.collation)
  return name === 'count' || isSumming(name)
}

export function isSumming(name: string): boolean {
  return name === 'sum' || name === 'total' || name === 'avg'
}

export function stepAggregate({ call, name, at, n, input }: Slot): StepAggregate {
  switch (name) {
    case 'distinct':
      // how often each value is there says it (support.ts)
      return () => true
    case 'count':
      return (values, row, weight) => {
        if (input < 0 || row[input] !== null) values[at] = (values[at] as number) + weight
        return true
      }
    case 'min':
    case 'max': {
      const sign = name === 'max' ? 1 : -1
      const { collation } = call.arguments[0]!
      return (values, row, weight) => {
        const value = row[input]!
        if (value === null) return true
        const best = values[at]!
        if (best === null && weight < 0) return false
        const order = best === null ? 1 : sign * compareValues(value, best, collation)
        if (weight < 0) return order < 0
        if (order === 0 && (value instanceof Real || best instanceof Real || collation !== 'BINARY')) return false
        if (order > 0) values[at] = value
        return true
      }
    }
    case 'sum':
      // its count is the slot before it, moved already
      return (values, row, weight, sums) => {
        const value = row[input]!
        if (value === null) return true
        let exact = sums.get(at)
        if (exact === undefined && value instanceof Real && values[n] === weight) sums.set(at, (exact = new ExactSum()))
        if (exact) {
          if (exact.add(value, weight)) return true
          sums.set(at, null)
          return false
        }
        // of +∞ and −∞: NULL, though there are values
        if (values[at] === null && (values[n] as number) - weight > 0) return false
        const last = values[at] ?? 0
        if ((typeof value !== 'number' && typeof value !== 'bigint') || (typeof last !== 'number' && typeof last !== 'bigint')) return false // prettier-ignore
        const next = addExactly(last, value, weight)
        if (next === null) return false
        values[at] = values[n] === 0 ? null : next
        return true
      }
  }
}

/** Null when it leaves 64 bits. */
function addExactly(a: number | bigint, b: number | bigint, weight: number): number | bigint | null {
  if (typeof a === 'number' && typeof b === 'number') {
    const next = a + weight * b
    if (Number.isSafeInteger(next)) return next === 0 ? 0 : next
  }
  const next = BigInt(a) + BigInt(weight) * BigInt(b)
  return BigInt.asIntN(64, next) === next ? integer(next) : null
}

/** After all moves: what the exact sums are. False when SQLite must say. */
export function roundSums(slots: readonly Slot[], values: Value[], sums: ExactSums): boolean {
  for (const { at, n } of slots) {
    const exact = sums.get(at)
    if (!exact) continue
    values[at] = values[n] === 0 ? null : exact.value
    if (values[n] === 0) sums.delete(at)
    else if (values[at] === null) return false
  }
  return true
}

/** A sum that is NULL of +∞ and −∞ has not moved, or SQLite would have been asked. */
export function show({ name, at, n, sum }: Shown, values: Value[]): void {
  const exact = values[sum]!
  if (exact === null && (values[n] as number) > 0) return
  if (exact instanceof Real) {
    values[at] = name === 'avg' ? real(exact.value / (values[n] as number)) : exact
    return
  }
  if (name === 'total') values[at] = real(Number(exact ?? 0))
  else if (name === 'sum') values[at] = exact
  else values[at] = exact === null ? null : real(Number(exact) / (values[n] as number))
}
