import type { Expr } from 'sqlite3-parser'
import type { BoundAggregate, BoundColumn, BoundExpression, BoundSelect, Source } from '../../bind/bound.ts'
import { compileExpression, type Layout } from '../../expression/compile.ts'
import { printExpression } from '../../print/print.ts'
import type { Block } from '../partition/block.ts'
import type { PartitionKey } from '../partition/partition-keys.ts'
import { determinedSources } from '../partition/determined-sources.ts'
import { isFoldable, isSumming, type Shown, type Slot } from './fold-aggregate.ts'
import { planMovedRows, type MovedRows } from './moved-rows.ts'
import type { Occurrence } from '../sources/occurrences.ts'

/**
 * Where a block of groups that can be folded (fold-groups.ts) keeps what; made once for the SQL text.
 *
 *   SELECT r.name, avg(m.n) FROM r JOIN m ON … GROUP BY r.id      read of a joined row: r.id, m.n, r.name
 *   values: r.name (carried) · avg (shown) · r.id (the key) · count(m.n) · sum(m.n) · count(*)
 */
export interface FoldPlan {
  /** the place of count(*) */
  readonly rows: number
  /** what is read of each row that left or came: the keys come first */
  readonly inputs: readonly Input[]
  /** what is moved row by row, each once however often it is shown */
  readonly slots: readonly Slot[]
  readonly shown: readonly Shown[]
  /** columns that the key determines where it has no NULL: every row of the group has the same */
  readonly carried: readonly { readonly at: number; readonly input: number }[]
  /** columns of the row that has the one min or max; null: none are shown */
  readonly bare: BareColumns | null
  /** by the text of an aggregate call, of a carried or bare column */
  readonly placeOf: ReadonlyMap<string, number>
  /** SQL that names the rows of FROM that left and came; null: only their images can be taken */
  readonly moved: MovedRows | null
}

/** Beside the only min() or max() of a SELECT, SQLite shows the columns of a row that has it. */
export interface BareColumns {
  readonly extreme: Slot
  readonly columns: readonly { readonly at: number; readonly input: number }[]
}

export interface Input {
  readonly expression: BoundExpression | null
  /** where it is not true, NULL is read */
  readonly filter: BoundExpression | null
}

/** The block with the state of its groups added to what it reads; null when its groups cannot be folded. */
export function planFold(block: Block, occurrences: readonly Occurrence[]): { block: Block; plan: FoldPlan } | null {
  const { select, kind, keys, layout, distinctAfter } = block
  if (kind !== 'groups' || distinctAfter || select.windows.length > 0) return null
  if (occurrences.length !== select.sources.length || occurrences.some(({ path }) => path.length !== 1)) return null
  if (!keys.every(({ collation }) => collation === 'BINARY')) return null
  const moved = planMovedRows(select)
  if (!moved) return null
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
  const inputs: Input[] = keys.map(({ expression }) => ({ expression, filter: null }))
  const slots = new Map<number, Slot>()
  const shown: Shown[] = []
  const placeOf = new Map<string, number>()
  for (const call of select.aggregates) {
    if (!isFoldable(call) || !isPlain(call)) return null
    const at = place(call.ast)
    placeOf.set(printExpression(call.ast), at)
    const input = call.star && !call.filter ? -1 : inputs.push({ expression: call.arguments[0] ?? null, filter: call.filter }) - 1 // prettier-ignore
    if (!isSumming(call.name)) {
      slots.set(at, { call, name: call.distinct ? 'distinct' : (call.name as Slot['name']), at, n: -1, input })
      continue
    }
    const [n, sum] = [place(renamed(call.ast, 'count')), place(renamed(call.ast, 'sum'))]
    slots.set(n, { call, name: 'count', at: n, n: -1, input })
    slots.set(sum, { call, name: 'sum', at: sum, n, input })
    if (at !== sum) shown.push({ name: call.name, at, n, sum }) // SUM(x) has a place of its own too
  }
  const rows = place(countAll)
  slots.delete(rows)
  const carried = new Map<number, FoldPlan['carried'][number]>()
  const determined = determinedByKeys(select, keys)
  const carry = (column: BoundColumn): number => {
    const at = place(column.ast)
    if (!carried.has(at)) carried.set(at, { at, input: inputs.push({ expression: column, filter: null }) - 1 })
    placeOf.set(printExpression(column.ast), at)
    return at
  }
  const extremes = [...slots.values()].filter(({ name }) => name === 'min' || name === 'max')
  const [extreme] = extremes.length === 1 && !extremes[0]!.call.filter ? extremes : []
  const bare = new Map<number, FoldPlan['carried'][number]>()
  const keepBare = (column: BoundColumn): number => {
    const at = place(column.ast)
    if (!bare.has(at)) bare.set(at, { at, input: inputs.push({ expression: column, filter: null }) - 1 })
    placeOf.set(printExpression(column.ast), at)
    return at
  }
  const groups = groupLayout(block, { placeOf }, [], (column) =>
    determined.has(column.source) ? carry(column) : extreme ? keepBare(column) : null,
  )
  const expressions = [...select.columns, ...block.orderBy].map(({ expression }) => expression)
  for (const each of [...expressions, ...(select.having ? [select.having] : [])]) {
    if (!isKept(each, block, placeOf) && !compileExpression(each, groups)) return null
  }
  return {
    block: { ...block, layout: { ...layout, extra } },
    plan: { rows, inputs, slots: [...slots.values()], shown, carried: [...carried.values()], bare: extreme && bare.size > 0 ? { extreme, columns: [...bare.values()] } : null, placeOf, moved }, // prettier-ignore
  }
}

/** Its value is kept as it is, and needs no computing. */
function isKept({ ast }: BoundExpression, { keys }: Block, placeOf: ReadonlyMap<string, number>): boolean {
  const text = printExpression(ast)
  return placeOf.has(text) || keys.some((key) => printExpression(key.ast) === text)
}

/** Where expressions over a group find their operands. */
export function groupLayout(
  { keys, layout }: Block,
  { placeOf }: Pick<FoldPlan, 'placeOf'>,
  parameters: Layout['parameters'],
  otherwise: (column: BoundColumn) => number | null = () => null,
): Layout {
  const texts = keys.map(({ ast }) => printExpression(ast))
  return {
    parameters,
    slotOf: (column) => {
      const text = printExpression(column.ast)
      const key = texts.indexOf(text)
      return key < 0 ? (placeOf.get(text) ?? otherwise(column)) : layout.keys[key]!
    },
    slotOfAggregate: (call) => placeOf.get(printExpression(call.ast))!,
  }
}

const span = { offset: 0, length: 0, line: 1, col: 0 }
const countAll: Expr = { type: 'FunctionCallStarExpr', name: { type: 'Id', name: 'count', span }, filterOver: undefined, span } // prettier-ignore

function renamed(ast: Expr, name: string): Expr {
  return { ...ast, name: { type: 'Id', name, span } } as Expr
}

function isPlain({ arguments: args, filter }: BoundAggregate): boolean {
  return ![...args, ...(filter ? [filter] : [])].some(({ subquery }) => subquery)
}

/** Sources of which all rows of a group whose key has no NULL have the same row. */
function determinedByKeys(select: BoundSelect, keys: readonly PartitionKey[]): Set<Source> {
  const determined = new Set<Source>()
  for (const source of select.sources) {
    const own = keys.filter(({ plain }) => plain?.source === source)
    if (source.nullSupplied || !namesRow(source, own)) continue
    determined.add(source)
    determinedSources(select, own).forEach((each) => determined.add(each))
  }
  return determined
}

function namesRow({ relation, columns }: Source, keys: readonly PartitionKey[]): boolean {
  if (relation.kind !== 'table') return false
  const { table } = relation
  const has = (column: number) => keys.some(({ plain }) => plain!.column === column)
  if (!table.withoutRowid && (has(columns.length) || has(table.rowidColumn))) return true
  return table.primaryKey.length > 0 && table.primaryKey.every(has)
}
