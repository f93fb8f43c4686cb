import type { Select, SelectTable } from 'sqlite3-parser'
import { foldName } from '../fold-name.ts'
import type { Place } from './bind-expression.ts'
import type { Affinity, BoundExpression, BoundQuery, Relation, Source, SourceColumn } from './bound.ts'
import { as, nowhere, qualifiedName, select, selectFrom } from './build-ast.ts'
import { plainSelect } from './plain-select.ts'
import { isNumeric } from './comparison.ts'
import { type CteEntry, type CteScope, fromItems } from './scope.ts'
import { derived, leaf, newSource, type Term } from './term.ts'
import { Unsupported } from './unsupported.ts'

/**
 * A common table expression where FROM names it: a plain one is a derived table, a recursive one stays a CTE, inside a derived table.
 *
 *   WITH c AS (SELECT …) … FROM c                      →   FROM (SELECT …) AS c
 *   WITH RECURSIVE c AS (… UNION ALL … c …) … FROM c   →   FROM (WITH RECURSIVE c AS (…) SELECT * FROM c) AS c
 */
export function findCte(ctes: CteScope | null, name: string): CteEntry | null {
  for (let at = ctes; at; at = at.outer) {
    const found = at.entries.find((entry) => entry.name === foldName(name))
    if (found) return found
  }
  return null
}

export function bindCte(place: Place, entry: CteEntry, alias: string, nullSupplied: boolean): Term {
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
  if (!entry.ast.select.compounds?.length) throw new Unsupported('a recursive CTE of one arm')
  let columns: SourceColumn[] = []
  try {
    const body = binder.bindQuery(entry.ast.select, scope.outer, entry.text, ctes, (first) => {
      columns = first.columns.map(({ name, affinity, collation }, i) => {
        return { name: names?.[i] ?? name, affinity, collation, notNull: false, hidden: false }
      })
      entry.self = columns
    })
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
      arms: [plainSelect({ ast: one, columns: all }, inner)],
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
