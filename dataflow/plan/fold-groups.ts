import type { Expr } from 'sqlite3-parser'
import type { BoundAggregate, BoundColumn, BoundExpression } from '../bind/bound.ts'
import type { Row, RowDiff } from '../capture/diff.ts'
import { compareValues } from '../compare.ts'
import { AskSqlite } from '../expression/ask-sqlite.ts'
import { truth } from '../expression/coerce.ts'
import { compileExpression, type Evaluate } from '../expression/compile.ts'
import { isKnownCollation } from '../key.ts'
import { printExpression } from '../print/print.ts'
import { integer, mayBeMangled, Real, real, type Value } from '../value.ts'
import type { Block } from './block.ts'
import { layoutOf, type RowFilter } from './row-filter.ts'
import type { Occurrence } from './touch.ts'

/**
 * `SELECT keys, aggregates FROM one table WHERE … GROUP BY keys`: a group's next row is its last one with the rows that left
 * taken away and those that came added. No look-up, however large the group.
 *
 *   room 7: count 41, sum 90, max 8;  a row of room 7 with n = 5 → n = 9     →   41, 94, 9
 *   the row with the 9 goes                                                  →   what is the max now? SQLite must say
 *
 * State, kept beside what the group shows: count(*), and count(x) and sum(x) where a sum, an average or a total of x is shown.
 * Left to SQLite ('ask'): REAL sums (their last bit depends on the order), the loss of an extreme, what leaves 64 bits.
 */
export interface FoldGroups {
  /** Calls `move` for every group that the diff moves, with each row that left (−1) or came (+1). */
  readonly movesOf: (diff: RowDiff, move: (key: readonly Value[], row: Row, weight: 1 | -1) => void) => void
  /** The group's values (the block's layout) after the moves; null when it is gone. `last` null: there was none. */
  readonly next: (last: readonly Value[] | null, moves: readonly Move[]) => Value[] | null | 'ask'
}
export interface Move {
  readonly row: Row
  readonly weight: 1 | -1
}

/** Where a foldable block keeps what, as places in its layout; made once for the SQL text. */
export interface FoldPlan {
  readonly rows: number
  /** what is moved row by row, each once however often it is shown */
  readonly slots: readonly Slot[]
  /** avg and total, and a SUM that is written otherwise, made from the slots of their sums and counts */
  readonly shown: readonly { readonly name: string; readonly at: number; readonly n: number; readonly sum: number }[]
  /** by the text of each aggregate call */
  readonly placeOf: ReadonlyMap<string, number>
}
interface Slot {
  readonly call: BoundAggregate
  readonly name: 'count' | 'sum' | 'min' | 'max'
  readonly at: number
  /** of a sum: the place of the count of what it sums */
  readonly n: number
}

const summing = new Set(['sum', 'total', 'avg'])

/** The block with the state of its groups added to what it reads; null when its groups cannot be folded. */
export function planFold(block: Block, occurrences: readonly Occurrence[]): { block: Block; plan: FoldPlan } | null {
  const { select, kind, keys, layout, distinctAfter } = block
  const [occurrence] = occurrences
  if (kind !== 'groups' || occurrences.length !== 1 || !occurrence || occurrence.path.length !== 1) return null
  if (select.sources.length !== 1 || distinctAfter || select.windows.length > 0) return null
  if (!keys.every(({ plain, collation }) => plain && collation === 'BINARY')) return null
  const extra = [...layout.extra]
  const asts = [...select.columns.map(({ expression }) => expression.ast), ...extra]
  const places = new Map(asts.map((ast, i) => [printExpression(ast), i]))
  const place = (ast: Expr): number => {
    const text = printExpression(ast)
    const known = places.get(text)
    if (known !== undefined) return known
    const at = layout.columns + extra.push(ast) - 1
    places.set(text, at)
    return at
  }
  const slots = new Map<number, Slot>()
  const shown: FoldPlan['shown'][number][] = []
  const placeOf = new Map<string, number>()
  for (const call of select.aggregates) {
    if (!isFoldable(call)) return null
    const at = place(call.ast)
    placeOf.set(printExpression(call.ast), at)
    if (!summing.has(call.name)) {
      slots.set(at, { call, name: call.name as Slot['name'], at, n: -1 })
      continue
    }
    const [n, sum] = [place(renamed(call.ast, 'count')), place(renamed(call.ast, 'sum'))]
    slots.set(n, { call, name: 'count', at: n, n: -1 })
    slots.set(sum, { call, name: 'sum', at: sum, n })
    if (at !== sum) shown.push({ name: call.name, at, n, sum }) // SUM(x) has a place of its own too
  }
  const rows = place(countAll)
  const folding = {
    block: { ...block, layout: { ...layout, extra } },
    plan: { rows, slots: [...slots.values()], shown, placeOf },
  }
  // whatever the parameters are, it compiles or does not
  return compileFold(folding.block, folding.plan, occurrence, anyRow, []) ? folding : null
}

const anyRow: RowFilter = { passes: () => true, admits: () => true, complete: true }

function isFoldable({ name, star, distinct, arguments: args, orderBy, collation }: BoundAggregate): boolean {
  if (distinct || orderBy.length > 0) return false
  if (star) return name === 'count'
  if (args.length !== 1) return false
  if (name === 'min' || name === 'max') return isKnownCollation(collation) && isKnownCollation(args[0]!.collation)
  return name === 'count' || summing.has(name)
}

const span = { offset: 0, length: 0, line: 1, col: 0 }
const countAll: Expr = { type: 'FunctionCallStarExpr', name: { type: 'Id', name: 'count', span }, filterOver: undefined, span } // prettier-ignore

function renamed(ast: Expr, name: string): Expr {
  return { ...ast, name: { type: 'Id', name, span } } as Expr
}

/** Null when an expression of it, or a condition, is not known to JavaScript. */
export function compileFold(
  block: Block,
  plan: FoldPlan,
  occurrence: Occurrence,
  filter: RowFilter,
  parameters: readonly Value[],
): FoldGroups | null {
  if (!filter.complete) return null
  const { select, keys, layout } = block
  const rowLayout = layoutOf(occurrence, parameters)
  const steps = plan.slots
    .filter(({ at }) => at !== plan.rows)
    .map((each) => compileStep(each, (expression) => compileExpression(expression, rowLayout)))
  if (steps.includes(null)) return null

  const texts = keys.map(({ ast }) => printExpression(ast))
  const groupLayout = {
    parameters,
    slotOf: (column: BoundColumn) => {
      const key = texts.indexOf(printExpression(column.ast))
      return key < 0 ? null : layout.keys[key]!
    },
    slotOfAggregate: (call: BoundAggregate) => plan.placeOf.get(printExpression(call.ast))!,
  }
  const kept = new Set([...layout.keys, plan.rows, ...[...plan.slots, ...plan.shown].map(({ at }) => at)])
  const derived: { at: number; evaluate: Evaluate }[] = []
  const derive = (at: number, expression: BoundExpression): boolean => {
    if (kept.has(at)) return true
    const evaluate = compileExpression(expression, groupLayout)
    if (evaluate) derived.push({ at, evaluate })
    return evaluate !== null
  }
  if (!select.columns.every(({ expression }, i) => derive(i, expression))) return null
  if (!block.orderBy.every((term, i) => derive(layout.order[i]!, term.expression))) return null
  const having = select.having ? compileExpression(select.having, groupLayout) : null
  if (select.having && !having) return null
  const width = layout.columns + layout.extra.length

  const keyOf = (row: Row) => keys.map(({ plain }) => row[plain!.column]!)
  return {
    movesOf({ before, after }, move) {
      if (before) move(keyOf(before), before, -1)
      if (after) move(keyOf(after), after, 1)
    },
    next(last, moves) {
      try {
        const key = keyOf(moves[0]!.row)
        // 1 and 1.0 are one group: which of them it shows, SQLite must say; and a group that HAVING hides has no last row
        if (key.some((value) => value instanceof Real || mayBeMangled(value)) || (!last && having)) return 'ask'
        const values: Value[] = last ? [...last] : emptyGroup(width, layout.keys, key, plan)
        for (const { row, weight } of moves) {
          if (!filter.admits(row)) continue
          if (keys.some(({ plain }) => row[plain!.column] instanceof Real)) return 'ask'
          values[plan.rows] = (values[plan.rows] as number) + weight
          for (const step of steps) if (!step!(values, row, weight)) return 'ask'
        }
        if (keys.length > 0 && values[plan.rows] === 0) return null
        for (const each of plan.shown) show(each, values)
        for (const { at, evaluate } of derived) values[at] = evaluate(values)
        return having && truth(having(values)) !== true ? null : values
      } catch (error) {
        if (error instanceof AskSqlite) return 'ask'
        throw error
      }
    },
  }
}

function emptyGroup(width: number, keyPlaces: readonly number[], key: readonly Value[], plan: FoldPlan): Value[] {
  const values: Value[] = []
  for (let i = 0; i < width; i++) values.push(null)
  keyPlaces.forEach((place, i) => (values[place] = key[i]!))
  values[plan.rows] = 0
  for (const { name, at } of plan.slots) if (name === 'count') values[at] = 0
  return values
}

/** Moves one aggregate's state by one row; false when SQLite must say. */
type StepAggregate = (values: Value[], row: Row, weight: 1 | -1) => boolean

function compileStep(
  { call, name, at, n }: Slot,
  compile: (expression: BoundExpression) => Evaluate | null,
): StepAggregate | null {
  const argument = call.star ? null : compile(call.arguments[0]!)
  const condition = call.filter ? compile(call.filter) : null
  if ((!call.star && !argument) || (call.filter && !condition)) return null
  const admits = (row: Row) => !condition || truth(condition(row)) === true
  switch (name) {
    case 'count':
      return (values, row, weight) => {
        if (admits(row) && (!argument || argument(row) !== null)) values[at] = (values[at] as number) + weight
        return true
      }
    case 'min':
    case 'max': {
      const sign = name === 'max' ? 1 : -1
      const { collation } = call.arguments[0]!
      return (values, row, weight) => {
        const value = admits(row) ? argument!(row) : null
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
      return (values, row, weight) => {
        const value = admits(row) ? argument!(row) : null
        if (value === null) return true
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
function addExactly(a: number | bigint, b: number | bigint, weight: 1 | -1): number | bigint | null {
  if (typeof a === 'number' && typeof b === 'number') {
    const next = a + weight * b
    if (Number.isSafeInteger(next)) return next === 0 ? 0 : next
  }
  const next = BigInt(a) + BigInt(weight) * BigInt(b)
  return BigInt.asIntN(64, next) === next ? integer(next) : null
}

/** A sum that is REAL, or NULL of +∞ and −∞, has not moved, or SQLite would have been asked. */
function show({ name, at, n, sum }: FoldPlan['shown'][number], values: Value[]): void {
  const exact = values[sum]!
  if (exact instanceof Real || (exact === null && (values[n] as number) > 0)) return
  if (name === 'total') values[at] = real(Number(exact ?? 0))
  else if (name === 'sum') values[at] = exact
  else values[at] = exact === null ? null : real(Number(exact) / (values[n] as number))
}
