import { foldName } from '../fold-name.ts'
import { type Select, traverse, type VariableExpr } from 'sqlite3-parser'
import type { Catalog, CatalogTable } from '../catalog/catalog.ts'
import type { BoundArm, BoundQuery } from './bound.ts'
import type { CteScope, Scope } from './scope.ts'
import { Unsupported } from './unsupported.ts'

/** What one statement's binding shares: the catalog, the parameters, the aliases taken, and the tables found. */
export interface Binder {
  readonly catalog: Catalog
  /** nested SELECTs: subqueries, derived tables, views, CTEs */
  bindQuery(
    select: Select,
    outer: Scope | null,
    text: string,
    ctes: CteScope | null,
    afterFirst?: (first: BoundArm) => void,
  ): BoundQuery
  parameterNumber(parameter: VariableExpr): number
  /** is VALUES here read as a compound of its rows? (spell-values.ts) */
  isUnion(text: string, offset: number): boolean
  /** a fresh source id, and an alias like `wanted` that no other source of the statement has */
  newSource(wanted: string): { readonly id: number; readonly alias: string }
  readonly tables: Set<CatalogTable>
  readonly names: Set<string>
  /** while a view is bound: where its tables are; null: in any schema, temp first */
  home: string | null
  /** why the query that is being bound may answer differently over the same data */
  volatile: string | null
}

/** Views of views of CTEs are inlined; past this many sources the query is re-run. */
const mostSources = 300

/**
 * Numbers the parameters of a statement as SQLite does, in the order of the text: `?` is one more than the highest,
 * `:x` the number it got first.
 */
export function numberParameters(statement: Select) {
  const found: VariableExpr[] = []
  traverse(statement, { nodes: { VariableExpr: (node) => void found.push(node) } })
  const names: (string | null)[] = []
  const numbers = new Map<VariableExpr, number>()
  for (const node of found.sort((a, b) => a.span.offset - b.span.offset)) {
    const known = node.name === '?' ? -1 : names.indexOf(node.name)
    if (/^\?\d+$/.test(node.name)) {
      numbers.set(node, Number(node.name.slice(1)))
      while (names.length < Number(node.name.slice(1))) names.push(null)
    } else numbers.set(node, known === -1 ? names.push(node.name === '?' ? null : node.name) : known + 1)
  }
  return { names, numbers }
}

/** Where the first common table expression of a statement begins. */
export function firstWith(statement: Select): number {
  let first = Infinity
  traverse(statement, { nodes: { CommonTableExpr: ({ span }) => void (first = Math.min(first, span.offset)) } })
  return first
}

export function newAliases() {
  const taken = new Set<string>()
  let id = 0
  return (wanted: string) => {
    if (id >= mostSources) throw new Unsupported(`more than ${mostSources} sources`)
    let alias = wanted
    for (let n = 2; taken.has(foldName(alias)); n++) alias = `${wanted}_${n}`
    taken.add(foldName(alias))
    return { id: id++, alias }
  }
}
