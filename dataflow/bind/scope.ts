import { foldName } from '../fold-name.ts'
import type { CommonTableExpr, Expr } from 'sqlite3-parser'
import type { BoundAggregate, BoundColumn, BoundExpression, BoundWindowCall, Source } from './bound.ts'
import { call, column as columnAst } from './build-ast.ts'
import { markMerged } from './comparison.ts'
import { describe } from './describe.ts'
import { Unsupported } from './unsupported.ts'

/** The names that an expression can see, and what binding it has found on the way. One for each SELECT. */
export interface Scope {
  readonly outer: Scope | null
  /** text that the AST's spans point into */
  readonly text: string
  readonly ctes: CteScope | null
  /** what FROM offers, in order */
  items: readonly Item[]
  /** result columns by alias; seen by WHERE, GROUP BY, HAVING and ORDER BY where no column has that name */
  aliases: readonly { readonly name: string; readonly expression: BoundExpression }[]
  /** columns of enclosing queries that were referred to */
  readonly outerColumns: Set<BoundColumn>
  readonly aggregates: Map<string, BoundAggregate>
  readonly windows: Map<string, BoundWindowCall>
}

/** Common table expressions in reach, innermost first. */
export interface CteScope {
  readonly outer: CteScope | null
  readonly entries: readonly CteEntry[]
}
export interface CteEntry {
  readonly name: string
  readonly ast: CommonTableExpr
  readonly text: string
  /** the CTEs that its definition sees */
  readonly ctes: () => CteScope | null
  /** how often it was named so far */
  uses?: number
  /** while it is being bound: the columns of its first arm */
  self?: Source['columns'] | null
}

/** A term of FROM: a source, or a parenthesised join whose sources stay visible. */
export interface Item {
  readonly source: Source | null
  readonly group: readonly Item[] | null
  /** of a group, in lower case */
  readonly name?: string | null | undefined
  /** columns merged with those on its left, in lower case */
  readonly using: ReadonlySet<string>
  readonly left: boolean
  readonly right: boolean
  /** a RIGHT or FULL JOIN follows */
  readonly leftOfRight: boolean
}

export function newScope(outer: Scope | null, text: string, ctes: CteScope | null): Scope {
  return {
    outer,
    text,
    ctes,
    items: [],
    aliases: [],
    outerColumns: new Set(),
    aggregates: new Map(),
    windows: new Map(),
  }
}

/** SQLite's order: columns of this FROM, its rowid, result aliases; then the same in each enclosing query. */
export function lookUp(scope: Scope, name: string): BoundExpression | null {
  const passed: Scope[] = []
  for (let at: Scope | null = scope; at; at = at.outer) {
    const found = fromItems(at.items, name) ?? rowid(at, name) ?? alias(at, name)
    if (found) return notePassage(passed, found)
    passed.push(at)
  }
  return null
}

export function lookUpQualified(
  scope: Scope,
  schema: string | undefined,
  table: string,
  name: string,
): BoundExpression {
  const passed: Scope[] = []
  for (let at: Scope | null = scope; at; at = at.outer) {
    const sources = leaves(at.items).filter((source) => goesBy(source, table, schema))
    for (const source of sources) {
      const found = columnOf(source, name)
      if (found) return notePassage(passed, found)
    }
    for (const source of sources) {
      if (isRowid(source, name)) return notePassage(passed, reference(source, -1))
    }
    for (const group of schema === undefined ? groupsNamed(at.items, foldName(table)) : []) {
      const found = fromItems(group, name)
      if (found) return notePassage(passed, found)
    }
    passed.push(at)
  }
  throw new Unsupported(`no column ${table}.${name}`)
}

// what a nested query reads from beyond itself
function notePassage(passed: readonly Scope[], found: BoundExpression): BoundExpression {
  if (passed.length > 0 && found.kind !== 'column' && found.sources.size > 0) {
    throw new Unsupported('an outer alias or merged column inside a subquery')
  }
  if (found.kind === 'column') for (const scope of passed) scope.outerColumns.add(found)
  return found
}

export function leaves(items: readonly Item[]): Source[] {
  return items.flatMap((item) => (item.source ? [item.source] : leaves(item.group ?? [])))
}

/** `(a JOIN b) AS name` */
function groupsNamed(items: readonly Item[], name: string): (readonly Item[])[] {
  return items.flatMap((item) => {
    if (!item.group) return []
    return [...(item.name === name ? [item.group] : []), ...groupsNamed(item.group, name)]
  })
}

const namesOf = new WeakMap<Source, { readonly name: string; readonly schema: string | null }>()

/** The name that the query uses for a source, which may differ from its printed alias. */
export function nameSource(source: Source, name: string, schema: string | null): void {
  namesOf.set(source, {
    name: foldName(name),
    schema: schema === undefined || schema === null ? null : foldName(schema),
  })
}

export function goesBy(source: Source, table: string, schema?: string): boolean {
  const names = namesOf.get(source)
  if (names?.name !== foldName(table)) return false
  return schema === undefined || names.schema === foldName(schema)
}

/** As sqlite3's lookupName: USING columns are one column; over a FULL JOIN it is a coalesce(). */
export function fromItems(items: readonly Item[], name: string): BoundExpression | null {
  let match: BoundExpression | null = null
  let full: BoundExpression[] = []
  for (const item of items) {
    const found = item.source ? columnOf(item.source, name) : fromItems(item.group ?? [], name)
    if (!found) continue
    if (match) {
      if (!item.using.has(foldName(name))) throw new Unsupported(`ambiguous column ${name}`)
      if (!item.right) continue
      if (item.left) full.push(match)
      else full = []
    }
    match = found
  }
  return match && full.length > 0 ? mergedColumn([...full, match]) : match
}

/** `coalesce(a.x, b.x)` that compares as `a.x` */
export function mergedColumn(columns: readonly BoundExpression[]): BoundExpression {
  const ast = call(
    'coalesce',
    columns.map((each) => each.ast),
  )
  const [first] = columns
  const common = { ...describe(ast, columns), affinity: first!.affinity, collation: first!.collation }
  return markMerged({ ...common, collatedBy: first!.collatedBy, kind: 'call', name: 'coalesce', arguments: columns })
}

function columnOf(source: Source, name: string): BoundColumn | null {
  const index = source.columns.findIndex((column) => foldName(column.name) === foldName(name))
  return index === -1 ? null : reference(source, index)
}

function isRowid(source: Source, name: string): boolean {
  const { relation } = source
  return /^(rowid|_rowid_|oid)$/i.test(name) && relation.kind === 'table' && !relation.table.withoutRowid
}

function rowid(scope: Scope, name: string): BoundColumn | null {
  const candidates = leaves(scope.items).filter((source) => isRowid(source, name))
  return candidates.length === 1 ? reference(candidates[0]!, -1) : null
}

function alias(scope: Scope, name: string): BoundExpression | null {
  return scope.aliases.find((each) => foldName(each.name) === foldName(name))?.expression ?? null
}

/** A column by its index; -1 is the rowid. */
export function reference(source: Source, index: number): BoundColumn {
  const { relation } = source
  const table = relation.kind === 'table' ? relation.table : null
  // the rowid's alias is the rowid: one column, one name
  const column = index === -1 && table ? table.rowidColumn : index
  if (column === -1) {
    if (!table?.rowidName) throw new Unsupported('a rowid whose every name is taken by a column')
    const ast: Expr = columnAst(source.alias, table.rowidName)
    const common = { ...describe(ast, []), sources: new Set([source]), notNull: !source.nullSupplied }
    return { ...common, kind: 'column', source, column: -1, affinity: 'INTEGER' }
  }
  const { name, affinity, collation, notNull } = source.columns[column]!
  return {
    ...describe(columnAst(source.alias, name), []),
    kind: 'column',
    source,
    column,
    affinity,
    collation,
    // the rowid has no collation, by whichever name
    collatedBy: column === table?.rowidColumn ? 'nothing' : 'column',
    sources: new Set([source]),
    notNull: notNull && !source.nullSupplied,
  }
}
