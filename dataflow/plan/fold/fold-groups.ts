import type { BoundExpression } from '../../bind/bound.ts'
import type { RowDiff } from '../../capture/diff.ts'
import { compareValues } from '../../compare.ts'
import { AskSqlite } from '../../expression/ask-sqlite.ts'
import { truth } from '../../expression/coerce.ts'
import { compileExpression, type Evaluate } from '../../expression/compile.ts'
import { ExactSum } from '../../exact-sum.ts'
import { encodeKey } from '../../key.ts'
import { mayBeMangled, Real, type Value } from '../../value.ts'
import type { Block } from '../partition/block.ts'
import { roundSums, show, stepAggregate, type ExactSums } from './fold-aggregate.ts'
import { Support } from './support.ts'
import { groupLayout, type BareColumns, type FoldPlan, type Input } from './fold-plan.ts'
import { layoutOf, type RowFilter } from '../sources/row-filter.ts'
import type { Occurrence } from '../sources/occurrences.ts'

/**
 * `SELECT keys, aggregates FROM … WHERE … GROUP BY keys`, with no look-up of the group, however large it is.
 *
 * Law: a group's next row is its last one with the rows of FROM that left taken away and those that came added, or 'ask'.
 *
 *   room 7: count 41, sum 90, max 8;  a row of room 7 with n = 5 → n = 9     →   41, 94, 9
 *   the row with the 9 goes                                                  →   what is the max now? SQLite must say
 *   SELECT max(n), author … : a row with n = 12 shows its author             a second with n = 12: whose? SQLite must say
 *
 * What left and came is read off the images where FROM is one table and JavaScript knows the conditions; else SQL says it
 * (moved-rows.ts). State, kept beside what the group shows: count(*), and count(x) and sum(x) where a sum, an average or a
 * total of x is shown; of a sum that is REAL the exact one, of count(DISTINCT x) how often each x is there, for both of which the
 * group's rows are read when it first moves.
 */
export interface FoldGroups {
  /** Calls `move` for every row of FROM that the diff moves; false when SQLite must say. Null: SQL says it. */
  readonly movesOf: ((diff: RowDiff, move: (move: Move) => void) => boolean) | null
  /** The group's values (the block's layout) after the moves; null when it is gone. `last` null: there was none. */
  readonly next: (
    last: readonly Value[] | null,
    moves: readonly Move[],
    read: () => Value[][],
  ) => Value[] | null | 'ask'
  /**
   * After SQLite was asked: `values` are what it said, `read` gives what the plan reads of each row of the group; null: what moved
   * is not known, and so no exact sum is.
   */
  readonly adopt: (
    last: readonly Value[] | null,
    values: readonly Value[] | null,
    read: (() => Value[][]) | null,
  ) => void
  /** These values were read again, with nothing known of what moved. Null: nothing is kept beside them. */
  readonly forget: ((values: readonly Value[]) => void) | null
}

export interface Move {
  /** what the plan reads of it: the group's key comes first */
  readonly row: readonly Value[]
  readonly weight: number
}

/** Null where neither images nor SQL tell what moves. */
export function compileFold(
  block: Block,
  plan: FoldPlan,
  occurrences: readonly Occurrence[],
  filters: readonly RowFilter[],
  parameters: readonly Value[],
): FoldGroups | null {
  const movesOf = compileMoves(block, plan, occurrences, filters, parameters)
  if (!movesOf && !plan.moved) return null
  const { select, keys, layout } = block
  const groups = groupLayout(block, plan, parameters)
  const kept = new Set([...layout.keys, plan.rows, ...[...plan.slots, ...plan.shown, ...plan.carried, ...(plan.bare?.columns ?? [])].map(({ at }) => at)]) // prettier-ignore
  const derived: { at: number; evaluate: Evaluate }[] = []
  const derive = (at: number, expression: BoundExpression) => {
    if (!kept.has(at)) derived.push({ at, evaluate: compileExpression(expression, groups)! })
  }
  select.columns.forEach(({ expression }, i) => derive(i, expression))
  block.orderBy.forEach((term, i) => derive(layout.order[i]!, term.expression))
  const having = select.having ? compileExpression(select.having, groups)! : null
  const steps = plan.slots.map(stepAggregate)
  // 1 and 1.0 are one group: which of them it shows, SQLite must say; NULLs in a PRIMARY KEY are several rows
  const isUnsure = (key: Value) => key instanceof Real || mayBeMangled(key) || (key === null && plan.carried.length > 0)
  const width = layout.columns + layout.extra.length
  const summing = plan.slots.filter(({ name }) => name === 'sum')
  /** by the values of a group */
  const sumsOf = new WeakMap<readonly Value[], ExactSums>()
  const counting = plan.slots.filter(({ name }) => name === 'distinct')
  const supportsOf = new WeakMap<readonly Value[], ReadonlyMap<number, Support>>()
  /** of the group that SQLite was asked for last, where they are as the moves made them */
  let moved: ExactSums | null = null
  let movedSupports: ReadonlyMap<number, Support> | null = null
  const support = (last: readonly Value[] | null, moves: readonly Move[], read: () => Value[][]) => {
    const known = last && supportsOf.get(last)
    if (last) supportsOf.delete(last)
    const supports = known ?? new Map(counting.map(({ at, call }) => [at, new Support(call.arguments[0]!.collation)]))
    const rows = known || !last ? moves : read().map((row) => ({ row, weight: 1 }))
    for (const { at, input } of counting) for (const { row, weight } of rows) supports.get(at)!.add(row[input]!, weight)
    return supports
  }
  return {
    movesOf,
    next(last, rows, read) {
      moved = null
      movedSupports = null
      try {
        // of joined rows, some come and leave in one turn
        const moves = movesOf || rows.length === 1 ? rows : netOf(rows)
        if (moves.length === 0) return last ? [...last] : keys.length === 0 ? 'ask' : null
        // a group that HAVING hides has no last row
        if (!last && having) return 'ask'
        for (const { row } of moves) for (let i = 0; i < keys.length; i++) if (isUnsure(row[i]!)) return 'ask'
        const values: Value[] = last ? [...last] : emptyGroup(width, layout.keys, moves[0]!.row, plan)
        const supports = counting.length > 0 ? support(last, moves, read) : null
        const sums = summing.length === 0 ? noSums : ((last && sumsOf.get(last)) ?? new Map())
        let known = true
        for (const { row, weight } of moves) {
          values[plan.rows] = (values[plan.rows] as number) + weight
          const extreme = plan.bare && values[plan.bare.extreme.at]!
          for (const step of steps) known = step(values, row, weight, sums) && known
          if (plan.bare) known = followExtreme(plan.bare, values, row, weight, extreme!) && known
          if (weight > 0) for (const { at, input } of plan.carried) values[at] = row[input]!
        }
        if (keys.length > 0 && values[plan.rows] === 0) return null
        moved = sums
        movedSupports = supports
        for (const { at } of counting) values[at] = supports!.get(at)!.size
        if (supports) for (const each of last ? [last, values] : [values]) supportsOf.set(each, supports)
        if (!roundSums(summing, values, sums) || !known) return 'ask'
        if (sums.size > 0) sumsOf.set(values, sums)
        for (const each of plan.shown) show(each, values)
        for (const { at, evaluate } of derived) values[at] = evaluate(values)
        return having && truth(having(values)) !== true ? null : values
      } catch (error) {
        if (error instanceof AskSqlite) return 'ask'
        throw error
      }
    },
    adopt(last, values, read) {
      const sums: ExactSums = moved ?? new Map()
      moved = null
      if (last) sumsOf.delete(last)
      if (last) supportsOf.delete(last)
      if (values && movedSupports)
        for (const each of last ? [last, values] : [values]) supportsOf.set(each, movedSupports)
      if (!values || !read || summing.length === 0) return
      for (const { at } of summing) if (!(values[at] instanceof Real)) sums.delete(at)
      const unread = summing.filter(({ at }) => values[at] instanceof Real && !sums.has(at))
      if (unread.length > 0) {
        const rows = read()
        for (const { at, input } of unread) sums.set(at, exactSumOf(rows, input))
      }
      if (sums.size === 0) return
      // where nothing that shows has changed, the last ones stay
      for (const each of last ? [last, values] : [values]) sumsOf.set(each, sums)
    },
    forget:
      summing.length + counting.length === 0
        ? null
        : (values) => {
            sumsOf.delete(values)
            supportsOf.delete(values)
          },
  }
}

const noSums: ExactSums = new Map()

/** After a step from `last`: of rows that have the same extreme, and where none has one, SQLite must say which shows (false). */
function followExtreme(
  { extreme, columns }: BareColumns,
  values: Value[],
  row: readonly Value[],
  weight: number,
  last: Value,
): boolean {
  const best = values[extreme.at]!
  if (best === null) return false
  if (weight < 0) return true
  const value = row[extreme.input]!
  if (best === last) return value === null || compareValues(value, best, extreme.call.arguments[0]!.collation) !== 0
  for (const { at, input } of columns) values[at] = row[input]!
  return true
}

/** Off the images of one table's rows; null when a condition, or what is read of a row, is not known to JavaScript. */
function compileMoves(
  { keys }: Block,
  { inputs }: FoldPlan,
  [occurrence, ...others]: readonly Occurrence[],
  [filter]: readonly RowFilter[],
  parameters: readonly Value[],
): FoldGroups['movesOf'] {
  if (!occurrence || others.length > 0 || !filter!.complete || !keys.every(({ plain }) => plain)) return null
  const layout = layoutOf(occurrence, parameters)
  const read = (input: Input): Evaluate | null => {
    const value = input.expression ? compileExpression(input.expression, layout) : () => 1
    const condition = input.filter ? compileExpression(input.filter, layout) : null
    if (!input.filter || !value) return value
    return condition && ((row) => (truth(condition(row)) === true ? value(row) : null))
  }
  const evaluators = inputs.map(read)
  if (evaluators.includes(null)) return null
  const moved = (row: readonly Value[], weight: number): Move => ({ row: evaluators.map((each) => each!(row)), weight })
  return ({ before, after }, move) => {
    try {
      const left = before && filter!.admits(before) ? moved(before, -1) : null
      const came = after && filter!.admits(after) ? moved(after, 1) : null
      // first what came: an extreme that a greater one follows is not lost
      if (came) move(came)
      if (left) move(left)
      return true
    } catch (error) {
      if (error instanceof AskSqlite) return false
      throw error
    }
  }
}

function exactSumOf(rows: readonly Value[][], input: number): ExactSum | null {
  const sum = new ExactSum()
  return rows.every((row) => row[input] === null || sum.add(row[input]!, 1)) ? sum : null
}

function netOf(moves: readonly Move[]): readonly Move[] {
  const net = new Map<string, { row: readonly Value[]; weight: number }>()
  for (const { row, weight } of moves) {
    // 1 and 1.0 are two rows here
    const content = encodeKey(row) + row.map((value) => (value instanceof Real ? 'r' : '')).join()
    const known = net.get(content)
    if (known) known.weight += weight
    else net.set(content, { row, weight })
  }
  const moved = [...net.values()].filter(({ weight }) => weight !== 0)
  return moved.sort((a, b) => b.weight - a.weight)
}

function emptyGroup(width: number, keyPlaces: readonly number[], key: readonly Value[], plan: FoldPlan): Value[] {
  const values: Value[] = []
  for (let i = 0; i < width; i++) values.push(null)
  keyPlaces.forEach((place, i) => (values[place] = key[i]!))
  values[plan.rows] = 0
  for (const { name, at } of plan.slots) if (name === 'count') values[at] = 0
  return values
}
