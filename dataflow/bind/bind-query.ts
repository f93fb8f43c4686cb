import { foldName } from '../fold-name.ts'
import type { Expr, OneSelect, ResultColumn, Select, SortedColumn, SelectFrom } from 'sqlite3-parser'
import { bindExpression, type Place } from './bind-expression.ts'
import { bindFrom, splitAnd } from './bind-from.ts'
import { bindCompoundOrder, bindGroup, bindOrder, printedGroup, printedOrder } from './bind-order.ts'
import type { Binder } from './binder.ts'
import type {
  Affinity,
  BoundArm,
  BoundExpression,
  BoundOrderTerm,
  BoundQuery,
  BoundResultColumn,
  BoundSelect,
  BoundSubquery,
  CompoundOperator,
  Source,
} from './bound.ts'
import { as, nowhere } from './build-ast.ts'
import { type CteScope, fromItems, goesBy, type Item, leaves, newScope, reference, type Scope } from './scope.ts'
import { assertPlain, spellValues } from './spell-values.ts'
import { subqueriesIn, subqueriesWithin } from './subqueries.ts'
import { Unsupported } from './unsupported.ts'

/** Binds a SELECT: each arm in a scope of its own, then ORDER BY and LIMIT over what the arms offer. */
export function bindQuery(
  binder: Binder,
  unspelled: Select,
  outer: Scope | null,
  text: string,
  ctesAround: CteScope | null,
  /** told of the first arm before the others are bound: they may be a recursion that reads its columns */
  afterFirst?: (first: BoundArm) => void,
): BoundQuery {
  const ast = spellValues(unspelled, ({ span }) => binder.isUnion(text, span.offset))
  const volatileAround = binder.volatile
  binder.volatile = null
  const ctes = ast.with ? declareCtes(ast, text, ctesAround) : ctesAround
  const operators: (CompoundOperator | null)[] = [null]
  const ones: OneSelect[] = [ast.select]
  for (const compound of ast.compounds ?? []) {
    operators.push(
      ({ Union: 'UNION', UnionAll: 'UNION ALL', Except: 'EXCEPT', Intersect: 'INTERSECT' } as const)[compound.operator],
    )
    ones.push(compound.select)
  }
  const scopes = ones.map(() => newScope(outer, text, ctes))
  const single = ones.length === 1 ? (ast.orderBy ?? []) : []
  const bound = ones.map((one, i) => {
    const made = bindArm({ binder, scope: scopes[i]!, windows: windowsOf(one) }, one, operators[i]!, single)
    if (i === 0) afterFirst?.(made.arm)
    return made
  })
  const arms = bound.map(({ arm }) => arm)
  const columns = arms[0]!.columns.map((_, i) => unifyColumn(arms, i))
  const orderBy =
    ones.length === 1 ? bound[0]!.orderBy : (ast.orderBy ?? []).map((term) => bindCompoundOrder(bound, columns, term))
  // LIMIT sees no columns at all
  const constants: Place = { binder, scope: newScope(null, text, ctes), windows: [] }
  const limit = ast.limit ? bindExpression(constants, ast.limit.expr) : null
  const offset = ast.limit?.offset ? bindExpression(constants, ast.limit.offset) : null
  const volatile = binder.volatile
  binder.volatile = volatileAround ?? volatile
  return {
    ast: {
      ...ast,
      with: undefined,
      select: arms[0]!.ast,
      compounds: ast.compounds?.map((compound, i) => ({ ...compound, select: arms[i + 1]!.ast })),
      orderBy: ast.orderBy?.map((term, i) => ({ ...term, expr: printedOrder(orderBy[i]!) })),
      limit: ast.limit && limit ? { ...ast.limit, expr: limit.ast, offset: offset?.ast } : undefined,
    },
    arms,
    columns,
    orderBy,
    limit,
    offset,
    outer: dedupe(scopes.flatMap((scope) => [...scope.outerColumns])),
    sources: sourcesOf(arms, subqueriesWithin([limit, offset])),
    recursive: false,
    volatile,
  }
}

function declareCtes(ast: Select, text: string, around: CteScope | null): CteScope {
  // a definition sees every name of its WITH, later ones too, but not itself unless it is recursive
  const scope: CteScope = {
    outer: around,
    entries: ast.with!.ctes.map((cte) => ({ name: foldName(cte.tblName.text), ast: cte, text, ctes: () => scope })),
  }
  return scope
}

function dedupe<T extends { readonly source: Source; readonly column: number }>(columns: readonly T[]): T[] {
  const seen = new Map(columns.map((column) => [`${column.source.id}.${column.column}`, column]))
  return [...seen.values()]
}

function sourcesOf(arms: readonly BoundArm[], beside: readonly BoundSubquery[]): Source[] {
  const found = new Set<Source>()
  const addQuery = (query: BoundQuery) => query.sources.forEach((source) => found.add(source))
  for (const arm of arms) {
    for (const source of arm.kind === 'select' ? arm.sources : []) {
      found.add(source)
      const { relation } = source
      if ((relation.kind === 'query' || relation.kind === 'recursive') && relation.query) addQuery(relation.query)
    }
    for (const { query } of subqueriesIn(arm)) addQuery(query)
  }
  for (const { query } of beside) addQuery(query)
  return [...found]
}

function windowsOf(one: OneSelect) {
  return one.type === 'SelectFrom' ? (one.windowClause ?? []) : []
}

/** The columns of a compound take names from the first arm, affinity and collation from all (select.c). */
function unifyColumn(arms: readonly BoundArm[], index: number): BoundResultColumn {
  const all = arms.map((arm) => arm.columns[index]!)
  const first = all[0]!
  if (all.length === 1) return first
  const collated = all.find((column) => column.expression.collatedBy !== 'nothing')
  const at = all.findIndex((column) => column.affinity !== 'NONE')
  let affinity: Affinity = at === -1 ? 'NONE' : all[at]!.affinity
  const others = all.filter((_, i) => i !== at)
  const numeric = (each: BoundResultColumn) => mayBeNumber(each.expression)
  const text = (each: BoundResultColumn) => mayBeText(each.expression)
  if (affinity === 'TEXT' && others.some(numeric)) affinity = 'BLOB'
  else if (['NUMERIC', 'INTEGER', 'REAL'].includes(affinity) && others.some(text)) affinity = 'BLOB'
  return { ...first, affinity, collation: collated?.collation ?? 'BINARY' }
}

// sqlite3ExprDataType: what an expression may yield, as far as its shape tells
function mayBeNumber(expression: BoundExpression): boolean {
  if (expression.kind === 'literal') return expression.value !== null && typeof expression.value !== 'string'
  if (expression.affinity !== 'NONE') return expression.affinity !== 'TEXT'
  return !(expression.kind === 'binary' && expression.operator === '||')
}
function mayBeText(expression: BoundExpression): boolean {
  if (expression.kind === 'literal') return typeof expression.value === 'string'
  if (expression.affinity !== 'NONE') return expression.affinity === 'TEXT' || expression.affinity === 'BLOB'
  return !['comparison', 'unary', 'in-list', 'between', 'like'].includes(expression.kind)
}

// -------------------------------------------------------------------------------------------------------- one SELECT

interface BoundOne {
  readonly arm: BoundArm
  readonly place: Place
  readonly orderBy: BoundOrderTerm[]
}

function bindArm(
  place: Place,
  one: OneSelect,
  operator: CompoundOperator | null,
  order: readonly SortedColumn[],
): BoundOne {
  const { scope } = place
  if (one.type === 'SelectValues') {
    const rows = one.values.map((row) => row.values.map((each) => bindExpression(place, each)))
    assertPlain(rows)
    const values = one.values.map((row, i) => ({ ...row, values: rows[i]!.map((each) => each.ast) }))
    const columns = rows[0]!.map((expression, i) => resultColumn(`column${i + 1}`, expression))
    const orderBy = order.map((term) => bindOrder(place, columns, term))
    return { arm: { kind: 'values', operator, ast: { ...one, values }, columns, rows }, place, orderBy }
  }
  const from = one.from ? bindFrom(place, one.from) : null
  const columns = uniqueNames(one.columns.flatMap((column) => bindResultColumn(place, column)))
  scope.aliases = one.columns.flatMap((column, i) => {
    if (column.type !== 'ExprResultColumn' || !column.alias || one.columns.slice(0, i).some(isStar)) return []
    return [{ name: column.alias.name.text, expression: columns[i]!.expression }]
  })
  if (one.columns.some(isStar)) scope.aliases = aliasesAfterStars(one, columns)
  const where = one.whereClause ? splitAnd(bindExpression(place, one.whereClause)) : []
  const groupBy = (one.groupBy ?? []).map((each) => bindGroup(place, columns, each))
  const having = one.having ? bindExpression(place, one.having) : null
  const orderBy = order.map((term) => bindOrder(place, columns, term))
  const ast: SelectFrom = {
    ...one,
    columns: columns.map(({ name, expression }) => ({
      type: 'ExprResultColumn',
      expr: expression.ast,
      alias: as(name),
      span: nowhere,
    })),
    from: from?.ast,
    whereClause: where.length > 0 ? where.map((each) => each.ast).reduce(conjoin) : undefined,
    groupBy: one.groupBy?.map((_, i) => printedGroup(groupBy[i]!, columns)),
    having: having?.ast,
    windowClause: undefined,
  }
  const arm: BoundSelect = {
    kind: 'select',
    operator,
    ast,
    columns,
    distinct: one.distinctness === 'Distinct',
    from: from?.tree ?? null,
    sources: leaves(scope.items),
    where,
    grouped: groupBy.length > 0 || scope.aggregates.size > 0 || having !== null,
    groupBy,
    having,
    aggregates: [...scope.aggregates.values()],
    windows: [...scope.windows.values()],
    orderBy,
  }
  return { arm, place, orderBy }
}

function conjoin(left: Expr, right: Expr): Expr {
  return { type: 'BinaryExpr', left, op: 'And', right, span: nowhere }
}

function isStar(column: ResultColumn): boolean {
  return column.type !== 'ExprResultColumn'
}

// with stars about, the place of a column is only known from its end: match by the bound column's name
function aliasesAfterStars(one: SelectFrom, columns: readonly BoundResultColumn[]): Scope['aliases'] {
  return one.columns.flatMap((column) => {
    if (column.type !== 'ExprResultColumn' || !column.alias) return []
    const { text } = column.alias.name
    const found = columns.filter((each) => foldName(each.name) === foldName(text))
    if (found.length !== 1) throw new Unsupported(`alias ${text} beside a column of that name`)
    return [{ name: text, expression: found[0]!.expression }]
  })
}

function resultColumn(name: string, expression: BoundExpression): BoundResultColumn {
  return { name, expression, affinity: expression.affinity, collation: expression.collation }
}

function bindResultColumn(place: Place, column: ResultColumn): BoundResultColumn[] {
  const { scope } = place
  switch (column.type) {
    case 'StarResultColumn':
      return starColumns(scope.items)
    case 'TableStarResultColumn': {
      const source = leaves(scope.items).find((each) => goesBy(each, column.table.text))
      if (!source) throw new Unsupported(`no table ${column.table.text}`)
      return visible(source)
    }
    case 'ExprResultColumn': {
      const expression = bindExpression(place, column.expr)
      return [resultColumn(column.alias?.name.text ?? implicitName(column.expr, expression, scope.text), expression)]
    }
  }
}

function visible(source: Source): BoundResultColumn[] {
  return source.columns.flatMap(({ name, hidden }, i) => (hidden ? [] : [resultColumn(name, reference(source, i))]))
}

// as selectExpander: columns merged by USING appear once, with the value that the bare name has
function starColumns(items: readonly Item[]): BoundResultColumn[] {
  return items.flatMap((item, i) => {
    const offered = item.source ? visible(item.source) : shown(parenthesised(item.group ?? []))
    return offered.flatMap((column) => {
      const lower = foldName(column.name)
      if (i > 0 && item.using.has(lower)) return []
      const mergedLater = item.leftOfRight && items.slice(i + 1).some((later) => later.using.has(lower))
      return mergedLater ? [mergedIn(items, column.name)] : [column]
    })
  })
}

interface ParenthesisedColumn {
  readonly column: BoundResultColumn
  /** it stands for the columns that USING merges, which `*` leaves out then */
  readonly merges: boolean
  readonly isLeftOut: boolean
}

// inside parentheses the columns that the next term merges come first, before those of the term that has them
function parenthesised(items: readonly Item[]): ParenthesisedColumn[] {
  const all: ParenthesisedColumn[] = []
  const offer = (column: BoundResultColumn, merges: boolean, leaveOut: boolean) => {
    const isThere = all.some((each) => each.merges && foldName(each.column.name) === foldName(column.name))
    all.push({ column, merges, isLeftOut: leaveOut || isThere })
  }
  items.forEach((item, i) => {
    const next = items[i + 1]?.using
    for (const name of next ?? []) offer(mergedIn(items, name), true, false)
    const own = item.source
      ? visible(item.source).map((column) => ({ column, isLeftOut: false }))
      : parenthesised(item.group ?? [])
    for (const { column, isLeftOut } of own) {
      const lower = foldName(column.name)
      offer(column, false, isLeftOut || item.using.has(lower) || next?.has(lower) === true)
    }
  })
  return all
}

function shown(columns: readonly ParenthesisedColumn[]): BoundResultColumn[] {
  return columns.filter(({ isLeftOut }) => !isLeftOut).map(({ column }) => column)
}

function mergedIn(items: readonly Item[], name: string): BoundResultColumn {
  const expression = fromItems(items, name)!
  const own = expression.kind === 'column' ? expression.source.columns[expression.column]!.name : name
  return resultColumn(own, expression)
}

// sqlite3ColumnsFromExprList: the column's own name, else the text as written
function implicitName(ast: Expr, expression: BoundExpression, text: string): string {
  while (ast.type === 'ParenthesizedExpr' && ast.exprs.length === 1) ast = ast.exprs[0]!
  if (expression.kind === 'column' && (ast.type === 'Id' || ast.type === 'QualifiedExpr')) {
    if (expression.column !== -1) return expression.source.columns[expression.column]!.name
    return ast.type === 'Id' ? ast.name : ast.column.text
  }
  if (ast.type === 'Id') return ast.name
  return text.slice(ast.span.offset, ast.span.offset + ast.span.length)
}

// a repeated name gets `:1`, `:2`, …
function uniqueNames(columns: readonly BoundResultColumn[]): BoundResultColumn[] {
  const taken = new Set<string>()
  return columns.map((column) => {
    let { name } = column
    for (let n = 1; taken.has(foldName(name)); n++) name = `${column.name.replace(/:\d+$/, '')}:${n}`
    taken.add(foldName(name))
    return name === column.name ? column : { ...column, name }
  })
}
