import { foldName } from '../fold-name.ts'
import type { Expr, FromClause, JoinedSelectTable, Name, Select, SelectTable } from 'sqlite3-parser'
import { joinBits } from '../print/print.ts'
import type { CatalogTable } from '../catalog/catalog.ts'
import { parse } from '../parse/parse.ts'
import { bindExpression, type Place } from './bind-expression.ts'
import type { Binder } from './binder.ts'
import type { Affinity, BoundExpression, BoundQuery, From, Relation, Source, SourceColumn } from './bound.ts'
import { and, as, nowhere, qualifiedName, select, selectFrom } from './build-ast.ts'
import { compare, isNumeric } from './comparison.ts'
import { describe } from './describe.ts'
import { type CteEntry, type CteScope, fromItems, type Item, leaves, mergedColumn, nameSource } from './scope.ts'
import { Unsupported } from './unsupported.ts'

/** FROM, bound: the join tree, the AST to print it, and what its names resolve to (put into `place.scope`). */
export interface BoundFrom {
  readonly tree: From
  readonly ast: FromClause
}

export function bindFrom(place: Place, from: FromClause): BoundFrom {
  const bound = bindTerms(place, from)
  place.scope.items = bound.items
  // ON sees every source of the FROM clause, those on its right too where no outer join forbids it
  for (const bindOn of bound.later) bindOn()
  return { tree: bound.tree(), ast: bound.ast() }
}

interface Terms {
  readonly items: Item[]
  /** binding of ON, which must wait until all names are known */
  readonly later: (() => void)[]
  tree(): From
  ast(): FromClause
}

function bindTerms(place: Place, from: FromClause): Terms {
  if (!from.select) throw new Unsupported('an empty FROM')
  const joins = (from.joins ?? []).map((join) => ({ join, ...kindOf(join) }))
  const later: (() => void)[] = []
  const terms = [from.select, ...joins.map(({ join }) => join.table)].map((table, i) => {
    const nullSupplied = (i > 0 && joins[i - 1]!.left) || joins.slice(i).some(({ right }) => right)
    return bindTable(place, table, nullSupplied, later)
  })
  const items: Item[] = []
  const conditions: BoundExpression[][] = []
  terms.forEach((term, i) => {
    const { left = false, right = false, join, natural = false } = joins[i - 1] ?? {}
    const leftOfRight = joins.slice(i).some((each) => each.right)
    const using = natural ? commonColumns(items, term) : (usingColumns(join) ?? [])
    const offered = {
      source: term.source,
      group: term.group,
      name: term.name,
      using: new Set(using.map((each) => foldName(each))),
    }
    const on: BoundExpression[] = using.map((column) => equation(items, term, column, items[0]!.leftOfRight))
    if (i > 0) conditions.push(on)
    // parentheses that FROM begins with mean nothing, unless they have a name
    if (i === 0 && term.group && !term.name) {
      items.push(...term.group.map((item) => ({ ...item, leftOfRight: item.leftOfRight || leftOfRight })))
    } else items.push({ ...offered, left, right, leftOfRight })
    const constraint = join?.constraint
    if (constraint?.type === 'OnJoinConstraint') {
      later.push(() => on.push(...splitAnd(bindExpression(place, constraint.expr))))
    }
  })
  return {
    items,
    later,
    tree: () =>
      joins.reduce<From>(
        (left, { kind }, i) => ({ kind: 'join', join: kind, left, right: terms[i + 1]!.tree(), on: conditions[i]! }),
        terms[0]!.tree(),
      ),
    ast: () => ({
      ...from,
      select: terms[0]!.ast(),
      joins: joins.map(({ join, natural }, i) => ({
        ...join,
        operator: natural ? withoutNatural(join) : join.operator,
        table: terms[i + 1]!.ast(),
        constraint: onConstraint(conditions[i]!.map((each) => each.ast)),
      })),
    }),
  }
}

function onConstraint(conditions: readonly Expr[]): JoinedSelectTable['constraint'] {
  const expr = and(conditions)
  return expr && { type: 'OnJoinConstraint', expr, span: nowhere }
}

function withoutNatural(join: JoinedSelectTable): JoinedSelectTable['operator'] {
  const { operator } = join
  if (operator.type === 'CommaJoinOperator') return operator
  return { ...operator, joinType: (operator.joinType ?? 0) & ~joinBits.natural }
}

function kindOf({ operator }: JoinedSelectTable) {
  const bits = operator.type === 'CommaJoinOperator' ? 0 : (operator.joinType ?? 0)
  const full = (bits & joinBits.outer) !== 0 && (bits & (joinBits.left | joinBits.right)) === 0
  const left = (bits & joinBits.left) !== 0 || full
  const right = (bits & joinBits.right) !== 0 || full
  const kind = left && right ? 'full' : left ? 'left' : right ? 'right' : 'inner'
  return { left, right, kind, natural: (bits & joinBits.natural) !== 0 } as const
}

function usingColumns(join: JoinedSelectTable | undefined): string[] | null {
  const { constraint } = join ?? {}
  return constraint?.type === 'UsingJoinConstraint' ? constraint.columns.map((column: Name) => column.text) : null
}

function commonColumns(items: readonly Item[], term: Term): string[] {
  return visibleColumns(term).filter((name) => items.some((item) => hasColumn(item, name)))
}

function visibleColumns(term: Pick<Item, 'source' | 'group'>): string[] {
  if (term.source) return term.source.columns.filter((column) => !column.hidden).map((column) => column.name)
  return [...new Set((term.group ?? []).flatMap(visibleColumns))]
}

function hasColumn(item: Pick<Item, 'source' | 'group'>, name: string): boolean {
  return visibleColumns(item).some((column) => foldName(column) === foldName(name))
}

// as sqlite3ProcessJoin: the leftmost column of that name, or with a RIGHT JOIN about, the first that is not NULL
function equation(items: readonly Item[], term: Term, name: string, rightJoins: boolean): BoundExpression {
  const matches = items.flatMap((item) => fromItems([item], name) ?? [])
  const left = rightJoins && matches.length > 1 ? mergedColumn(matches) : matches[0]
  const right = fromItems([{ ...term, using: new Set(), left: false, right: false, leftOfRight: false }], name)
  if (!left || !right) throw new Unsupported(`USING (${name})`)
  if (left.kind !== 'column' && (left.affinity !== right.affinity || left.collation !== right.collation)) {
    throw new Unsupported('USING over columns of several types')
  }
  const comparison = left.kind === 'column' ? compare(left, right) : compare(right, right)
  const ast: Expr = { type: 'BinaryExpr', left: left.ast, op: 'Equals', right: right.ast, span: nowhere }
  return { ...describe(ast, [left, right]), kind: 'comparison', operator: '=', left, right, ...comparison }
}

export function splitAnd(condition: BoundExpression): BoundExpression[] {
  if (condition.kind !== 'binary' || condition.operator !== 'AND') return [condition]
  return [...splitAnd(condition.left), ...splitAnd(condition.right)]
}

// -------------------------------------------------------------------------------------------------- one term of FROM

interface Term {
  readonly source: Source | null
  readonly group: readonly Item[] | null
  readonly name?: string | null | undefined
  tree(): From
  ast(): SelectTable
}

function bindTable(place: Place, table: SelectTable, nullSupplied: boolean, later: (() => void)[]): Term {
  const { binder, scope } = place
  switch (table.type) {
    case 'SubSelectTable': {
      const { from, alias } = table
      // (t) and (t) AS x are t and t AS x
      if (from.select && !from.joins?.length) {
        return bindTable(place, alias ? { ...from.select, alias } : from.select, nullSupplied, later)
      }
      const bound = bindTerms(place, from)
      later.push(...bound.later)
      const group = nullSupplied ? supplyNulls(bound.items) : bound.items
      // its tables are seen by their own names, whether it has one itself or not
      const ast = (): SelectTable => ({ ...table, from: bound.ast(), alias: undefined })
      return { source: null, group, name: alias && foldName(alias.name.text), tree: bound.tree, ast }
    }
    case 'SelectSelectTable': {
      const query = binder.bindQuery(table.select, scope.outer, scope.text, scope.ctes)
      return derived(place, query, table.alias?.name.text ?? null, null, null, nullSupplied)
    }
    case 'TableCallSelectTable': {
      const entry = binder.catalog.find(
        table.tblName.objName.text,
        table.tblName.dbName?.text ?? binder.home ?? undefined,
      )
      if (entry?.kind !== 'table') throw new Unsupported(`no table ${table.tblName.objName.text}`)
      const name = table.alias?.name.text ?? table.tblName.objName.text
      const args: BoundExpression[] = []
      const isFunction = isTableFunction(entry)
      const relation: Relation = isFunction
        ? { kind: 'function', name: foldName(entry.name), arguments: args }
        : { kind: 'table', table: entry, arguments: args }
      if (!isFunction) {
        binder.tables.add(entry)
        binder.names.add(foldName(entry.name))
      }
      const source = newSource(binder, name, null, relation, columnsOf(entry), nullSupplied)
      later.push(() => {
        args.push(...(table.args ?? []).map((each) => bindExpression(place, each)))
        if (!isFunction && args.some((each) => each.subquery)) throw new Unsupported('a subquery as an argument')
      })
      const ast = (): SelectTable => ({ ...table, args: args.map((each) => each.ast), alias: as(source.alias) })
      return leaf(source, ast)
    }
    case 'TableSelectTable': {
      const wanted = table.tblName.objName.text
      const schema = table.tblName.dbName?.text
      const alias = table.alias?.name.text ?? null
      const cte = schema === undefined ? findCte(scope.ctes, wanted) : null
      if (cte) return bindCte(place, cte, alias ?? wanted, nullSupplied)
      const entry = binder.catalog.find(wanted, schema ?? binder.home ?? undefined)
      if (!entry) throw new Unsupported(`no table ${wanted}`)
      binder.names.add(foldName(entry.name))
      if (entry.kind === 'view') {
        const parsed = parse(entry.sql)
        if (parsed?.statement.type !== 'CreateViewStmt') throw new Unsupported(`view ${entry.name} cannot be read`)
        const query = bindView(binder, entry.schema, parsed.statement.select, parsed.text)
        return derived(place, query, alias ?? wanted, entry.name, entry.columns, nullSupplied)
      }
      binder.tables.add(entry)
      const isFunction = entry.virtual !== null && entry.schema === 'main' && isTableFunction(entry)
      const relation: Relation = isFunction
        ? { kind: 'function', name: foldName(entry.name), arguments: [] }
        : { kind: 'table', table: entry }
      const source = newSource(binder, alias ?? wanted, entry.schema, relation, columnsOf(entry), nullSupplied)
      const tblName = isFunction ? qualifiedName(undefined, entry.name) : qualifiedName(entry.schema, entry.name)
      return leaf(source, () => ({ ...table, tblName, alias: as(source.alias) }))
    }
  }
}

/** A view sees neither the query around it nor its CTEs, and of the tables, unless it is temporary, those of its schema. */
function bindView(binder: Binder, schema: string, ast: Select, text: string): BoundQuery {
  const around = binder.home
  binder.home = schema === 'temp' ? null : schema
  try {
    return binder.bindQuery(ast, null, text, null)
  } finally {
    binder.home = around
  }
}

function isTableFunction(table: CatalogTable): boolean {
  return table.virtual === foldName(table.name)
}

function leaf(source: Source, ast: () => SelectTable): Term {
  return { source, group: null, tree: () => ({ kind: 'source', source }), ast }
}

function newSource(
  binder: Binder,
  name: string,
  schema: string | null,
  relation: Relation,
  columns: readonly SourceColumn[],
  nullSupplied: boolean,
): Source {
  const source = { ...binder.newSource(name), relation, columns, nullSupplied }
  nameSource(source, name, schema)
  return source
}

function columnsOf(table: CatalogTable): SourceColumn[] {
  return table.columns.map(({ name, affinity, collation, notNull, hidden }, i) => ({
    name,
    affinity,
    collation,
    notNull: notNull || i === table.rowidColumn,
    hidden,
  }))
}

function derived(
  place: Place,
  query: BoundQuery,
  alias: string | null,
  label: string | null,
  names: readonly string[] | null,
  nullSupplied: boolean,
): Term {
  const columns = query.columns.map((column, i): SourceColumn => ({
    name: names?.[i] ?? column.name,
    affinity: column.affinity,
    // its rows are told apart by the collation of all arms, but from outside the first arm's counts (sqlite3SubqueryColumnTypes)
    collation: query.arms[0]!.columns[i]!.collation,
    notNull: column.expression.notNull && query.arms.length === 1,
    hidden: false,
  }))
  const source = newSource(
    place.binder,
    alias ?? 'subquery',
    null,
    { kind: 'query', query, label },
    columns,
    nullSupplied,
  )
  for (const column of query.outer) place.scope.outerColumns.add(column)
  const inner = named(
    query,
    columns.map((column) => column.name),
  )
  return leaf(source, () => ({ type: 'SelectSelectTable', select: inner, alias: as(source.alias), span: nowhere }))
}

/** The query with its columns called `names`, as the sources above it know them. */
export function named(query: BoundQuery, names: readonly string[]): Select {
  const { ast } = query
  const one = ast.select
  if (one.type === 'SelectFrom') {
    const columns = one.columns.map((column, i) => ({ ...column, alias: as(names[i]!) }) as typeof column)
    return { ...ast, select: { ...one, columns } }
  }
  // VALUES has no names to change: wrap it
  const table = { type: 'SelectSelectTable', select: ast, alias: as('v'), span: nowhere } as const
  const from = { type: 'FromClause', select: table, joins: undefined, span: nowhere } as const
  const columns = names.map((name, i) => {
    const expr: Expr = { type: 'Id', name: `column${i + 1}`, span: nowhere }
    return { type: 'ExprResultColumn', expr, alias: as(name), span: nowhere } as const
  })
  return select(selectFrom(columns, from))
}

function supplyNulls(items: readonly Item[]): Item[] {
  for (const source of leaves(items)) Object.assign(source, { nullSupplied: true })
  return [...items]
}

// ---------------------------------------------------------------------------------------- common table expressions

function findCte(ctes: CteScope | null, name: string): CteEntry | null {
  for (let at = ctes; at; at = at.outer) {
    const found = at.entries.find((entry) => entry.name === foldName(name))
    if (found) return found
  }
  return null
}

function bindCte(place: Place, entry: CteEntry, alias: string, nullSupplied: boolean): Term {
  const { binder, scope } = place
  if (entry.self) {
    const relation: Relation = { kind: 'recursive', name: entry.name, query: null }
    const source = newSource(binder, alias, null, relation, entry.self, nullSupplied)
    return leaf(source, () => recursiveTable(entry.name, source.alias))
  }
  const names = entry.ast.columns?.map((column) => column.colName.text) ?? null
  const ctes: CteScope = { outer: entry.ctes(), entries: [entry] }
  if (!refersTo(entry.ast.select, entry.name)) {
    const query = binder.bindQuery(entry.ast.select, scope.outer, entry.text, entry.ctes())
    entry.uses = (entry.uses ?? 0) + 1
    // inlined, conditions are pushed into its arms, each compared by the affinity that it has there; not so where SQLite
    // materializes it, or may (NOT MATERIALIZED says no more than that it need not)
    const standsAlone = entry.ast.materialized === 'Yes' || entry.uses > 1
    if (standsAlone && armsDifferInAffinity(query)) throw new Unsupported('a CTE whose arms differ in affinity')
    return derived(place, query, alias, null, names, nullSupplied)
  }
  // (WITH RECURSIVE c(…) AS (…) SELECT * FROM c) AS alias
  const { compounds, ...first } = entry.ast.select
  if (!compounds?.length) throw new Unsupported('a recursive CTE of one arm')
  const seed = binder.bindQuery(
    { ...first, compounds: undefined, orderBy: undefined, limit: undefined },
    scope.outer,
    entry.text,
    entry.ctes(),
  )
  const columns = seed.columns.map((column, i): SourceColumn => {
    const { affinity, collation } = column
    return { name: names?.[i] ?? column.name, affinity, collation, notNull: false, hidden: false }
  })
  entry.self = columns
  try {
    const body = binder.bindQuery(entry.ast.select, scope.outer, entry.text, ctes)
    const relation: Relation = { kind: 'recursive', name: entry.name, query: body }
    const inner = newSource(binder, entry.name, null, relation, columns, false)
    const from = {
      type: 'FromClause',
      select: recursiveTable(entry.name, inner.alias),
      joins: undefined,
      span: nowhere,
    } as const
    const all = wholeSource(inner)
    const one = selectFrom(
      all.map((column) => ({
        type: 'ExprResultColumn',
        expr: column.expression.ast,
        alias: as(column.name),
        span: nowhere,
      })),
      from,
    )
    const cte = {
      ...entry.ast,
      tblName: { type: 'Name', text: entry.name, span: nowhere },
      columns: columns.map(({ name }) => ({
        type: 'IndexedColumn',
        colName: { type: 'Name', text: name, span: nowhere },
        collationName: undefined,
        order: undefined,
        span: nowhere,
      })),
      select: body.ast,
    } as typeof entry.ast
    const ast: Select = { ...select(one), with: { type: 'With', recursive: true, ctes: [cte], span: nowhere } }
    const query: BoundQuery = {
      ast,
      arms: [
        {
          kind: 'select',
          operator: null,
          ast: one,
          columns: all,
          distinct: false,
          from: { kind: 'source', source: inner },
          sources: [inner],
          where: [],
          grouped: false,
          groupBy: [],
          having: null,
          aggregates: [],
          windows: [],
        },
      ],
      columns: all,
      orderBy: [],
      limit: null,
      offset: null,
      outer: body.outer,
      sources: [inner, ...body.sources],
      recursive: true,
      volatile: body.volatile,
    }
    return derived(place, query, alias, null, null, nullSupplied)
  } finally {
    entry.self = null
  }
}

function armsDifferInAffinity({ arms, columns }: BoundQuery): boolean {
  const rows = arms.flatMap((arm) =>
    arm.kind === 'values' ? arm.rows : [arm.columns.map(({ expression }) => expression)],
  )
  const inside = arms.flatMap((arm) => (arm.kind === 'select' ? arm.sources : []))
  return (
    rows.some((row) => row.some((expression, i) => differsInAffinity(expression, columns[i]!.affinity))) ||
    inside.some(({ relation }) => relation.kind === 'query' && armsDifferInAffinity(relation.query))
  )
}

function differsInAffinity(expression: BoundExpression, whole: Affinity): boolean {
  const { affinity } = expression
  if (affinity === whole || (isNumeric(affinity) && isNumeric(whole))) return false
  if (expression.kind !== 'literal') return true
  const { value } = expression
  return value !== null && (typeof value === 'string' ? whole !== 'TEXT' : whole === 'TEXT' || whole === 'BLOB')
}

function wholeSource(source: Source) {
  return source.columns.map(({ name, affinity, collation }, i) => {
    const expression = fromItems(
      [{ source, group: null, using: new Set(), left: false, right: false, leftOfRight: false }],
      name,
    )!
    return { name, expression: { ...expression, column: i } as BoundExpression, affinity, collation }
  })
}

function recursiveTable(cte: string, alias: string): SelectTable {
  const common = { tblName: qualifiedName(undefined, cte), alias: as(alias), indexed: undefined, span: nowhere }
  return { type: 'TableSelectTable', ...common }
}

/** Does a SELECT name `table` in a FROM of its own (nested ones included)? */
function refersTo(ast: object, table: string): boolean {
  const node = ast as { readonly type?: string; readonly tblName?: { objName?: { text: string }; dbName?: unknown } }
  if (
    node.type === 'TableSelectTable' &&
    !node.tblName?.dbName &&
    node.tblName?.objName !== undefined &&
    foldName(node.tblName.objName.text) === table
  ) {
    return true
  }
  return Object.entries(ast).some(
    ([key, value]: [string, unknown]) =>
      key !== 'span' && typeof value === 'object' && value !== null && refersTo(value, table),
  )
}
