import type { Expr, SelectFrom, SortedColumn } from 'sqlite3-parser'
import { bindStatement } from '../../bind/bind-statement.ts'
import type {
  BoundExpression,
  BoundOrderTerm,
  BoundQuery,
  BoundStatement,
  BoundSubquery,
  BoundWindowCall,
} from '../../bind/bound.ts'
import { and, call as callOf, nowhere, number, resultColumn, select as selectOf } from '../../bind/build-ast.ts'
import type { Catalog } from '../../catalog/catalog.ts'
import { isKnownCollation } from '../../key.ts'
import { printExpression, printSelect } from '../../print/print.ts'
import type { Connection } from '../../sqlite/connection.ts'
import { planQuery, type ArmPlan, type QueryPlan } from '../query-plan.ts'
import { Unplannable } from '../unplannable.ts'
import { arrange } from './arrange.ts'
import { scalarsIn, shapeOf, type Shape } from './sweep-shape.ts'
import type { WindowCall } from './window-step.ts'

/**
 * A query whose rows are one partition, or hang on a value of the whole, made along a list that is maintained without them:
 *
 *   SELECT id, sum(n) OVER (ORDER BY ts, id) AS total, n * 100.0 / (SELECT sum(n) FROM t) FROM t ORDER BY ts, id LIMIT 50
 *   list     SELECT id, n, ts FROM t ORDER BY ts, id LIMIT 50        maintained by parts, as any query
 *   value    SELECT sum(n) FROM t                                    the same
 *   row      id · what the row before has + n · n * 100.0 / value    made here
 *
 * Law: row i of the result is a function of row i of the list, of its neighbours there, of what the windows gave for row i − 1, and of the values.
 */
export interface SweepPlan {
  readonly list: QueryPlan
  /** Queries of one row and two columns: the value and its type. */
  readonly scalars: readonly { readonly sql: string; readonly parameterCount: number }[]
  readonly calls: readonly WindowCall[]
  /** where the list has what windows order by; of these, rows that are equal in all are peers */
  readonly order: readonly { readonly place: number; readonly collation: string }[]
  /** no two rows are peers */
  readonly isTotal: boolean
  /** The list goes against the windows' order. */
  readonly backwards: boolean
  /** of each call: the scalar that is its total */
  readonly totals: readonly (number | null)[]
  /** what is shown */
  readonly columns: readonly BoundExpression[]
  /** scalars that rows show */
  readonly inRows: ReadonlySet<number>
  /** Rows [offset, offset + limit) of the list are shown, where a scalar says which. */
  readonly slice: { readonly limit: BoundExpression; readonly offset: BoundExpression } | null
  /** A beginning of the list is shown: the rows for which this is true. */
  readonly until: BoundExpression | null
  /** where a row of [list, calls, scalars] has an expression's value; null: it is to be computed */
  readonly placeOf: (expression: BoundExpression) => number | null
  readonly label: string
}

/** Null: it is none of these, or the ways that there are already do as well. */
export function planSweep(connection: Connection, { query }: BoundStatement, catalog: Catalog): SweepPlan | null {
  const shape = shapeOf(query)
  if (!shape) return null
  try {
    return new Planner(connection, catalog, query, shape).plan()
  } catch (error) {
    if (error instanceof Unplannable) return null
    throw error
  }
}

class Planner {
  readonly #connection: Connection
  readonly #catalog: Catalog
  readonly #query: BoundQuery
  readonly #shape: Shape
  /** what the list shows, by its text */
  readonly #base = new Map<string, { readonly ast: Expr; readonly at: number }>()
  readonly #scalars = new Map<string, SweepPlan['scalars'][number]>()
  readonly #calls: WindowCall[] = []
  readonly #callTexts = new Map<string, number>()
  readonly #totals: (number | null)[] = []
  #backwards = false

  constructor(connection: Connection, catalog: Catalog, query: BoundQuery, shape: Shape) {
    this.#connection = connection
    this.#catalog = catalog
    this.#query = query
    this.#shape = shape
  }

  plan(): SweepPlan {
    const { select, around } = this.#shape
    const ordered = select.windows.filter(({ orderBy }) => orderBy.length > 0)
    const [first] = ordered
    for (const { partitionBy, orderBy } of select.windows) {
      if (partitionBy.length > 0) throw new Unplannable('windows of several partitions')
      if (orderBy.length > 0 && textOfTerms(orderBy) !== textOfTerms(first!.orderBy))
        throw new Unplannable('windows of several orders')
    }
    const windowOrder = this.#shape.threshold ? [this.#shape.threshold.order] : (first?.orderBy ?? [])
    const terms = this.#query.orderBy.map((term) => ({ ...term, expression: this.#inside(term.expression) }))
    const arranged = arrange(terms, windowOrder)
    if (!arranged || !arranged.order.every(({ expression, collation }) => isKnownCollation(collation) && !this.#isMade(expression))) {
      throw new Unplannable('another order than the windows have')
    } // prettier-ignore
    if (around && arranged.order.some(({ expression }) => expression.sources.has(around.source))) {
      throw new Unplannable('an order around windows')
    }
    this.#backwards = arranged.backwards
    const until = this.#shape.threshold?.condition ?? this.#until()
    if (this.#shape.threshold && this.#backwards) throw new Unplannable('the end of a list')
    if (until)
      leavesOf(
        until,
        (leaf) => leaf.kind !== 'window' && (leaf.kind === 'subquery' ? this.#scalarOf(leaf) : this.#baseOf(leaf)),
      )
    const shown = (around?.select ?? select).columns.map(({ expression }) => this.#inside(expression))
    for (const expression of shown) this.#need(expression)
    const inRows = new Set(scalarsIn(shown).map((each) => this.#scalarOf(each)))
    const slice = this.#slice()
    const order = windowOrder.map((term) => {
      return { place: this.#baseOf(term.expression), collation: term.collation }
    })
    for (const each of select.windows) this.#callOf(each)
    if (this.#calls.length === 0 && this.#scalars.size === 0) throw new Unplannable('nothing to make along the list')
    if (this.#base.size === 0) this.#base.set('1', { ast: number(1), at: 0 })
    const list = this.#planList(arranged.order, slice !== null)
    const isTotal =
      windowOrder.length === 0 || this.#shape.threshold !== undefined || tellsApart(list.arms[0]!, windowOrder)
    this.#check(isTotal)
    if (slice && !tellsApart(list.arms[0]!, arranged.order))
      throw new Unplannable('an order that does not tell all rows apart')
    for (const call of this.#calls) if (call.name === 'scalar') inRows.add(call.scalar)
    return {
      list,
      scalars: [...this.#scalars.values()],
      calls: this.#calls,
      order,
      isTotal,
      backwards: this.#backwards,
      totals: this.#totals,
      columns: shown,
      inRows,
      until,
      slice,
      placeOf: (expression) => this.#placeOf(expression),
      label: [...this.#callTexts.keys(), ...[...this.#scalars.keys()].map((text) => `(${text})`)].join(', '),
    }
  }

  /** An expression of what stands around, in terms of what stands inside. */
  #inside(expression: BoundExpression): BoundExpression {
    const { around, select } = this.#shape
    if (expression.kind !== 'column' || expression.source !== around?.source) return expression
    return select.columns[expression.column]!.expression
  }

  /** Is it made here, not by the list? */
  #isMade(expression: BoundExpression): boolean {
    return expression.window || scalarsIn([expression]).length > 0
  }

  #need(expression: BoundExpression): void {
    if (!this.#isMade(expression)) {
      if (expression.subquery && this.#shape.around) throw new Unplannable('a subquery around windows')
      this.#baseOf(expression)
      return
    }
    leavesOf(expression, (leaf) => {
      if (leaf.kind === 'window') this.#callOf(leaf)
      else if (leaf.kind === 'subquery') this.#scalarOf(leaf)
      else this.#computedOf(leaf)
    })
  }

  #placeOf(expression: BoundExpression): number | null {
    const text = printExpression(expression.ast)
    if (expression.kind === 'window') return this.#base.size + this.#callTexts.get(text)!
    if (expression.kind === 'subquery' && scalarsIn([expression]).length > 0) {
      return this.#base.size + this.#calls.length + this.#scalarOf(expression)
    }
    return this.#base.get(text)?.at ?? null
  }

  #baseOf({ ast, sources }: Pick<BoundExpression, 'ast' | 'sources'>): number {
    if (this.#shape.around && [...sources].includes(this.#shape.around.source)) throw new Unplannable('an expression around windows') // prettier-ignore
    const text = printExpression(ast)
    let known = this.#base.get(text)
    if (!known) this.#base.set(text, (known = { ast, at: this.#base.size }))
    return known.at
  }

  /** The same of what is computed with: 5 and 5.0 look alike, yet 5 / 2 and 5.0 / 2 differ, so that the list has to tell when the type changes. */
  #computedOf(value: Pick<BoundExpression, 'ast' | 'sources' | 'affinity'>): number {
    const at = this.#baseOf(value)
    const { ast, affinity, sources } = value
    if (affinity === 'NONE' || affinity === 'BLOB') this.#baseOf({ ast: callOf('typeof', [ast]), sources })
    return at
  }

  /** Which of the scalars it is. */
  #scalarOf(subquery: BoundSubquery): number {
    if (scalarsIn([subquery]).length === 0) throw new Unplannable('a subquery beside windows')
    const { select } = subquery.query.ast
    if (select.type !== 'SelectFrom') throw new Unplannable('VALUES')
    return this.#scalar(subquery.query.columns[0]!.expression.ast, { ...select, columns: [] })
  }

  #scalar(ast: Expr, from: SelectFrom): number {
    const columns = [resultColumn(ast), resultColumn(callOf('typeof', [ast]))]
    const sql = printSelect(selectOf({ ...from, columns }))
    if (!this.#scalars.has(sql)) {
      const { parameterCount } = bindStatement(sql, this.#catalog)
      this.#scalars.set(sql, { sql, parameterCount })
    }
    return [...this.#scalars.keys()].indexOf(sql)
  }

  // ------------------------------------------------------------------------------------------------------------ windows

  #callOf(window: BoundWindowCall): number {
    const text = printExpression(window.ast)
    const known = this.#callTexts.get(text)
    if (known !== undefined) return known
    if (frameOf(window)) throw new Unplannable('a frame')
    const at = window.orderBy.length > 0 ? this.#ordered(window) : this.#overAll(window)
    this.#callTexts.set(text, at)
    return at
  }

  #add(call: WindowCall, total: Expr | null = null): number {
    const scalar = this.#backwards && total ? this.#scalar(total, this.#whole()) : null
    this.#totals.push(scalar)
    return this.#calls.push(call) - 1
  }

  #ordered(window: BoundWindowCall): number {
    const { name, arguments: args } = window
    const [value, second] = args
    const input = () => this.#input(window)
    const aggregate = (name: string, arg: Expr) => callOf(name, [arg])
    switch (name) {
      case 'row_number':
        return this.#add({ name }, countStar)
      case 'rank':
      case 'dense_rank':
      case 'percent_rank':
      case 'cume_dist':
        return this.#add({ name })
      case 'ntile': {
        const parts = value && integerOf(value)
        if (!parts || parts < 1) throw new Unplannable('ntile')
        return this.#add({ name, parts })
      }
      case 'lag':
      case 'lead': {
        const by = second ? integerOf(second) : 1
        if (by === null || by < 0 || by > 100 || args.length > 2) throw new Unplannable(name)
        return this.#add({ name, input: input(), by })
      }
      case 'first_value':
        return this.#add({ name, input: input() })
      case 'min':
      case 'max':
        if (!isKnownCollation(value!.collation)) throw new Unplannable('a custom collation')
        return this.#add({ name, input: input(), collation: value!.collation })
      case 'count':
        return args.length === 0 && !window.filter
          ? this.#add({ name, input: -1 }, countStar)
          : this.#add({ name, input: input() }, aggregate('count', this.#argument(window)))
      case 'sum':
      case 'avg':
      case 'total': {
        const arg = this.#argument(window)
        const n = this.#add({ name: 'count', input: input() }, aggregate('count', arg))
        const sum = this.#add({ name: 'sum', input: input(), n }, aggregate('sum', arg))
        return name === 'sum' ? sum : this.#add({ name, sum, n })
      }
      default:
        throw new Unplannable(`${name}() along a list`)
    }
  }

  #overAll(window: BoundWindowCall): number {
    const { name, filter } = window
    if (!/^(?:count|sum|avg|total|min|max)$/.test(name)) throw new Unplannable(`${name}() over all`)
    if (!this.#shape.select.grouped) {
      const { ast } = window
      if (ast.type !== 'FunctionCallExpr' && ast.type !== 'FunctionCallStarExpr') throw new Unplannable(name)
      const filterOver = filter ? { ...ast.filterOver!, overClause: undefined } : undefined
      return this.#add({ name: 'scalar', scalar: this.#scalar({ ...ast, filterOver }, this.#whole()) })
    }
    if (this.#query.limit) throw new Unplannable('a total of groups under LIMIT')
    if (name === 'count') {
      const input = window.arguments.length === 0 && !filter ? -1 : this.#input(window)
      return this.#add({ name: 'count over all', input })
    }
    if (name === 'sum') return this.#add({ name: 'sum over all', input: this.#input(window) })
    throw new Unplannable(`${name}() over all groups`)
  }

  /** What a call reads of a row, NULL where its FILTER keeps the row out. */
  #argument({ arguments: [value], filter }: BoundWindowCall): Expr {
    const ast = value?.ast ?? number(1)
    return filter ? callOf('iif', [filter.ast, ast, { type: 'NullLiteral', span: nowhere }]) : ast
  }

  #input(window: BoundWindowCall): number {
    if (window.arguments.some(({ subquery }) => subquery)) throw new Unplannable('a subquery in a window')
    const [value] = window.arguments
    return this.#computedOf({ ast: this.#argument(window), sources: window.sources, affinity: (!window.filter && value?.affinity) || 'NONE' }) // prettier-ignore
  }

  /** FROM and WHERE alone. */
  #whole(): SelectFrom {
    const { ast, grouped } = this.#shape.select
    if (ast.type !== 'SelectFrom' || grouped) throw new Unplannable('a total of groups')
    return { ...ast, columns: [], windowClause: undefined }
  }

  #slice(): SweepPlan['slice'] {
    const { limit, offset } = this.#query
    if (!limit || !offset || scalarsIn([offset]).length === 0) return null
    const { select, around, threshold } = this.#shape
    if (select.windows.length > 0 || around || threshold || limit.subquery)
      throw new Unplannable('a subquery in OFFSET')
    leavesOf(offset, (leaf) => leaf.kind === 'subquery' && this.#scalarOf(leaf))
    return { limit, offset }
  }

  #until(): BoundExpression | null {
    const { around } = this.#shape
    if (!around || around.select.where.length === 0) return null
    const [condition] = around.select.where
    if (around.select.where.length > 1 || condition?.kind !== 'comparison') throw new Unplannable('a condition on windows')
    const { operator, left, right } = condition
    const [place, limit] = left.kind === 'column' ? [left, right] : [right, left]
    const grows = place === left ? operator === '<=' || operator === '<' : operator === '>=' || operator === '>'
    const isFixed = limit.sources.size === 0 && !limit.subquery && limit.deterministic
    const call = this.#inside(place)
    if (!grows || !isFixed || call.kind !== 'window' || !/^(?:row_number|rank|dense_rank)$/.test(call.name)) {
      throw new Unplannable('a condition on windows')
    }
    if (this.#backwards) throw new Unplannable('the last rows of a window')
    const inside = place === left ? { ...condition, left: call } : { ...condition, right: call }
    return inside
  } // prettier-ignore

  // --------------------------------------------------------------------------------------------------------------- list

  #planList(order: readonly BoundOrderTerm[], isSliced: boolean): QueryPlan {
    const { select, threshold } = this.#shape
    const { ast } = select
    if (ast.type !== 'SelectFrom') throw new Unplannable('VALUES')
    const others = threshold && select.where.filter((each) => each !== threshold.condition).map(({ ast }) => ast)
    const isThere: Expr[] = threshold
      ? [{ type: 'NotNullExpr', expr: threshold.order.expression.ast, span: nowhere }]
      : []
    const where = others ? and([...others, ...isThere]) : ast.whereClause
    const columns = [...this.#base.values()].map(({ ast }, i) => resultColumn(ast, `live_${i}`))
    const limit = this.#shape.around || isSliced ? undefined : this.#query.ast.limit
    const sorted = order
      .filter(({ expression }) => expression.sources.size > 0 || expression.aggregate)
      .map(sortedColumn)
    const sql = printSelect({
      ...selectOf({ ...ast, columns, whereClause: where, windowClause: undefined }),
      orderBy: sorted.length > 0 ? sorted : undefined,
      limit,
    })
    const list = planQuery(
      this.#connection,
      bindStatement(sql, this.#catalog),
      columns.map((_, i) => `live_${i}`),
    )
    const { block, fold } = list.arms[0]!
    // one partition, read again as a whole, is no better than all of it
    if ((block.keys.length === 0 && !fold) || block.distinctAfter) throw new Unplannable('a list of one partition')
    return list
  }

  #check(isTotal: boolean): void {
    const limited = this.#query.limit !== null
    if (limited && this.#query.offset && this.#shape.select.windows.some(({ orderBy }) => orderBy.length > 0)) {
      throw new Unplannable('windows behind an OFFSET')
    }
    for (const { name } of this.#calls) {
      const byRow = /^(?:row_number|lag|lead|ntile|first_value)$/.test(name)
      if (byRow && !isTotal) throw new Unplannable('an order that does not tell all rows apart')
      const folds = /^(?:count|sum|avg|total|min|max)$/.test(name)
      if (folds && !isTotal && (limited || this.#backwards)) throw new Unplannable('peers behind the LIMIT')
      if (limited && /^(?:percent_rank|cume_dist|ntile|.* over all)$/.test(name)) throw new Unplannable(`${name}() under LIMIT`)
      if (limited && (name === 'lead' || (this.#backwards && name === 'lag'))) throw new Unplannable(`${name}() under LIMIT`)
      if (this.#backwards && !/^(?:row_number|count|sum|avg|total|lag|lead|scalar)$/.test(name)) throw new Unplannable(`${name}() backwards`)
    }
  } // prettier-ignore
}

/** Calls `visit` for what an expression is made of that a list, a window or a subquery gives. */
function leavesOf(expression: BoundExpression, visit: (leaf: BoundExpression & { kind: 'window' | 'subquery' | 'aggregate' | 'column' }) => void): void {
  const seen = new Set<object>()
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null || seen.has(value)) return
    seen.add(value)
    const { kind } = value as { kind?: string }
    if (kind === 'window' || kind === 'subquery' || kind === 'aggregate' || kind === 'column') {
      visit(value as Parameters<typeof visit>[0])
      return
    }
    for (const [name, each] of Object.entries(value)) if (name !== 'ast' && name !== 'sources') walk(each)
  }
  walk(expression)
} // prettier-ignore

/** Do the terms of the windows' order have all that names a row of the list? */
function tellsApart({ block: { keys, kind, layout, select } }: ArmPlan, terms: readonly BoundOrderTerm[]): boolean {
  if (kind !== 'rows' && kind !== 'groups') return false
  if (kind === 'rows' && select.sources.some(({ relation }) => relation.kind !== 'table')) return false
  const known = new Set(terms.map(({ expression }) => printExpression(expression.ast)))
  const named = [
    ...keys.map(({ ast }) => ast),
    ...layout.ids.map((place) => select.columns[place]?.expression.ast ?? layout.extra[place - layout.columns]!),
  ]
  return named.every((ast) => known.has(printExpression(ast)))
}

function sortedColumn({ expression, descending, nullsFirst, collation }: BoundOrderTerm): SortedColumn {
  const { ast } = expression
  return {
    type: 'SortedColumn',
    expr: expression.collation === collation ? ast : { type: 'CollateExpr', expr: ast, collation, span: nowhere },
    order: descending ? 'Desc' : 'Asc',
    nulls: nullsFirst ? 'First' : 'Last',
    span: nowhere,
  }
}

function textOfTerms(terms: readonly BoundOrderTerm[]): string {
  return terms.map(({ expression, descending, nullsFirst, collation }) => [printExpression(expression.ast), descending, nullsFirst, collation].join()).join(';') // prettier-ignore
}

function frameOf({ ast }: BoundWindowCall): boolean {
  if (ast.type !== 'FunctionCallExpr' && ast.type !== 'FunctionCallStarExpr') return true
  const over = ast.filterOver?.overClause
  return over?.type !== 'WindowOver' || over.window.frameClause !== undefined
}

function integerOf(expression: BoundExpression): number | null {
  const { kind } = expression
  return kind === 'literal' && typeof expression.value === 'number' ? expression.value : null
}

const countStar: Expr = callOf('count', [number(1)])
