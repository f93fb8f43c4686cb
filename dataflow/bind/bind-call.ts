import type { Expr, FunctionCallExpr, FunctionCallStarExpr, SortedColumn, Window } from 'sqlite3-parser'
import { foldName } from '../fold-name.ts'
import { printExpression } from '../print/print.ts'
import type { Place } from './bind-expression.ts'
import type { BoundColumn, BoundExpression, BoundOrderTerm } from './bound.ts'
import { nowhere } from './build-ast.ts'
import { describe } from './describe.ts'
import { leaves } from './scope.ts'
import { Unsupported } from './unsupported.ts'

/** Binds what is inside a call. */
type Bind = (place: Place, expr: Expr) => BoundExpression

const currentTime = /^(date|time|datetime|julianday|unixepoch|strftime|timediff)$/

/**
 * A call: of a function of one row, of an aggregate, or over a window. Aggregates and windows are noted in the SELECT's scope, each once.
 *
 *   sum(a) FILTER (WHERE b) OVER w   →   a window call; its PARTITION BY and ORDER BY are those of w, written out
 */
export function bindCall(place: Place, expr: FunctionCallExpr | FunctionCallStarExpr, bind: Bind): BoundExpression {
  const { binder, scope } = place
  const name = foldName(expr.name.name)
  const known = binder.catalog.function(name)
  const star = expr.type === 'FunctionCallStarExpr'
  const args = (star ? [] : (expr.args ?? [])).map((each) => bind(place, each))
  const astArgs = args.map((each) => each.ast)
  const tail = expr.filterOver
  const filter = tail?.filterClause ? bind(place, tail.filterClause) : null
  const over = tail?.overClause
  const operands = filter ? [...args, filter] : args
  if (over) {
    const resolved = resolveWindow(
      place,
      over.type === 'NameOver' ? namedWindow(place, over.name.text) : over.window,
      bind,
    )
    const window: Window = { ...resolved.ast, type: 'Window', base: undefined }
    const filterOver = {
      ...tail,
      filterClause: filter?.ast,
      overClause: { type: 'WindowOver', window, span: nowhere },
    } as const
    const ast: Expr = star ? { ...expr, filterOver } : { ...expr, args: astArgs, filterOver }
    const { partitionBy, orderBy } = resolved
    const all = [...operands, ...partitionBy, ...orderBy.map((term) => term.expression)]
    const common = { ...describe(ast, all), window: true, aggregate: all.some((each) => each.aggregate) }
    const call = { ...common, kind: 'window', name, arguments: args, filter, partitionBy, orderBy } as const
    scope.windows.set(printExpression(ast), call)
    return call
  }
  const isAggregate = known?.kind === 'aggregate' && (!/^(min|max)$/.test(name) || args.length === 1)
  if (isAggregate) {
    const own = expr.type === 'FunctionCallExpr' ? expr.orderBy : undefined
    if (own?.type === 'WithinGroupFunctionCallOrder') throw new Unsupported('WITHIN GROUP')
    const orderBy = (own?.columns ?? []).map((column) => orderTerm(place, column, bind))
    const columns = orderBy.map((term, i) => ({ ...own!.columns[i]!, expr: term.expression.ast }))
    const filterOver = tail && { ...tail, filterClause: filter?.ast }
    const distinct = !star && expr.distinctness === 'Distinct'
    const ordered = own && { ...own, columns }
    const ast: Expr = star ? { ...expr, filterOver } : { ...expr, args: astArgs, orderBy: ordered, filterOver }
    const all = [...operands, ...orderBy.map((term) => term.expression)]
    if (all.some((each) => each.aggregate)) throw new Unsupported('an aggregate of an aggregate')
    const sources = all.flatMap((each) => [...each.sources])
    // max(outer.x) in a subquery aggregates over the enclosing query
    const mine = leaves(scope.items)
    if (sources.length > 0 && !sources.some((source) => mine.includes(source)))
      throw new Unsupported('an aggregate of an enclosing query')
    const common = { ...describe(ast, all), collation: 'BINARY', collatedBy: 'nothing', aggregate: true } as const
    const key = printExpression(ast)
    const call = { ...common, kind: 'aggregate', name, star, distinct, arguments: args, orderBy, filter } as const
    const seen = scope.aggregates.get(key)
    if (!seen) scope.aggregates.set(key, call)
    return seen ?? call
  }
  if (star) throw new Unsupported(`${name}(*)`)
  const timely =
    currentTime.test(name) &&
    (args.length === (name === 'strftime' ? 1 : 0) ||
      args.some((each) => each.kind === 'literal' && /^(now|subsec|subsecond)$/i.test(String(each.value))))
  if (timely) binder.volatile ??= 'the current time'
  // snippet(), bm25() and their like say the same of the same index
  const asksFullText = args[0]?.kind === 'column' && isFullTextColumn(args[0])
  const deterministic = /^(min|max)$/.test(name) || known === null || known.deterministic || asksFullText
  if (!deterministic && !timely) binder.volatile ??= `${name}()`
  const described = describe({ ...(expr as FunctionCallExpr), args: astArgs }, args)
  const common = { ...described, deterministic: described.deterministic && deterministic && !timely }
  return { ...common, kind: 'call', name, arguments: args }
}

function isFullTextColumn({ source, column }: BoundColumn): boolean {
  const { relation } = source
  return (
    relation.kind === 'table' && relation.table.virtual === 'fts5' && relation.table.columns[column]?.hidden === true
  )
}

function namedWindow(place: Place, name: string): Window {
  const found = place.windows.find((each) => foldName(each.name.text) === foldName(name))
  if (!found) throw new Unsupported(`no window ${name}`)
  return found.window
}

// a window on top of a named one takes its PARTITION BY, and its ORDER BY unless it has none
interface ResolvedWindow {
  readonly ast: Window
  readonly partitionBy: readonly BoundExpression[]
  readonly orderBy: readonly BoundOrderTerm[]
}

function resolveWindow(place: Place, window: Window, bind: Bind): ResolvedWindow {
  const base = window.base ? resolveWindow(place, namedWindow(place, window.base.text), bind) : null
  return bindWindow(place, window, base, bind)
}

function bindWindow(place: Place, window: Window, base: ResolvedWindow | null, bind: Bind): ResolvedWindow {
  const partitionBy = base ? base.partitionBy : (window.partitionBy ?? []).map((each) => bind(place, each))
  const own = (window.orderBy ?? []).map((column) => orderTerm(place, column, bind))
  const orderBy = base && base.orderBy.length > 0 ? base.orderBy : own
  const astOrder =
    base && base.orderBy.length > 0
      ? base.ast.orderBy
      : window.orderBy?.map((column, i) => ({ ...column, expr: own[i]!.expression.ast }))
  const frame = window.frameClause && {
    ...window.frameClause,
    start: bindBound(place, window.frameClause.start, bind),
    end: window.frameClause.end && bindBound(place, window.frameClause.end, bind),
  }
  const ast = { ...window, base: undefined, orderBy: astOrder, frameClause: frame }
  return { ast: { ...ast, partitionBy: partitionBy.map((each) => each.ast) }, partitionBy, orderBy }
}

function bindBound(place: Place, bound: NonNullable<Window['frameClause']>['start'], bind: Bind) {
  if (bound.type !== 'FollowingFrameBound' && bound.type !== 'PrecedingFrameBound') return bound
  return { ...bound, expr: bind(place, bound.expr).ast }
}

/** A term of ORDER BY in an aggregate or a window: always an expression, never a position. */
export function orderTerm(place: Place, column: SortedColumn, bind: Bind): BoundOrderTerm {
  const expression = bind(place, column.expr)
  return { column: -1, expression, ...direction(column), collation: expression.collation }
}

export function direction(column: SortedColumn): { descending: boolean; nullsFirst: boolean } {
  const descending = column.order === 'Desc'
  return { descending, nullsFirst: column.nulls ? column.nulls === 'First' : !descending }
}
