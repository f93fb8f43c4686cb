import { foldName } from '../fold-name.ts'
import type { Expr, FromClause, JoinedSelectTable, Name, Select, SelectTable } from 'sqlite3-parser'
import { joinBits } from '../print/print.ts'
import type { CatalogTable } from '../catalog/catalog.ts'
import { parse } from '../parse/parse.ts'
import { bindCte, findCte } from './bind-cte.ts'
import { bindExpression, type Place } from './bind-expression.ts'
import type { Binder } from './binder.ts'
import type { BoundExpression, BoundQuery, From, Relation, SourceColumn } from './bound.ts'
import { and, as, nowhere, qualifiedName } from './build-ast.ts'
import { compare } from './comparison.ts'
import { describe } from './describe.ts'
import { fromItems, type Item, leaves, mergedColumn } from './scope.ts'
import { derived, leaf, newSource, type Term } from './term.ts'
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

function columnsOf(table: CatalogTable): SourceColumn[] {
  return table.columns.map(({ name, affinity, collation, notNull, hidden }, i) => ({
    name,
    affinity,
    collation,
    notNull: notNull || i === table.rowidColumn,
    hidden,
  }))
}

function supplyNulls(items: readonly Item[]): Item[] {
  for (const source of leaves(items)) Object.assign(source, { nullSupplied: true })
  return [...items]
}
