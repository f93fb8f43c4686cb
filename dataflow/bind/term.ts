import type { Expr, Select, SelectTable } from 'sqlite3-parser'
import type { Place } from './bind-expression.ts'
import type { Binder } from './binder.ts'
import type { BoundQuery, From, Relation, Source, SourceColumn } from './bound.ts'
import { as, nowhere, select, selectFrom } from './build-ast.ts'
import { type Item, nameSource } from './scope.ts'

/**
 * One term of FROM: a source, or a join in parentheses, with the AST that prints it once everything is bound.
 *
 *   (SELECT a, b FROM t) AS d  →  source "d" with columns a, b;  printed with these very names, whatever they are called inside
 */
export interface Term {
  readonly source: Source | null
  readonly group: readonly Item[] | null
  readonly name?: string | null | undefined
  tree(): From
  ast(): SelectTable
}

export function leaf(source: Source, ast: () => SelectTable): Term {
  return { source, group: null, tree: () => ({ kind: 'source', source }), ast }
}

export function newSource(
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

export function derived(
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
