import type { Expr, Select } from 'sqlite3-parser'
import {
  binary,
  column,
  identifier,
  qualifiedName,
  resultColumn,
  select,
  selectFrom,
  as,
  nowhere,
} from '../bind/build-ast.ts'

/** `alias.column = value` among the conditions of a statement, where a table is in its FROM under that alias. */
export interface Equation {
  readonly schema: string
  readonly table: string
  readonly alias: string
  readonly column: string
}

/** An index as a table of (id, value): the rowid of each row, and what its column holds. */
export interface UsableIndex {
  readonly name: string
  readonly rowidName: string
}

/**
 * Rewrites the conditions of a SELECT, nested ones included, so that a table is found by an index that SQLite does not know of:
 *
 *   … WHERE m.author = a.name   →   … WHERE m.rowid IN (SELECT id FROM live_index_1 AS x WHERE x.value = a.name)
 *
 * Law: the rowids in the index are those of the rows that meet the condition; so the one says what the other does, but for
 * NULL in place of false, which is as good in WHERE and ON.
 */
export function withIndexes(ast: Select, indexOf: (equation: Equation) => UsableIndex | null): Select {
  const tables = tablesIn(ast)
  let count = 0
  const used = new Set<string>()
  const withIndex = (condition: Expr): Expr => {
    if (condition.type === 'BinaryExpr' && condition.op === 'And') {
      return { ...condition, left: withIndex(condition.left), right: withIndex(condition.right) }
    }
    for (const equation of equationsIn(condition, tables)) {
      if (used.has(equation.alias)) continue
      const index = indexOf(equation)
      if (!index) continue
      used.add(equation.alias)
      return lookUp(condition, equation, index, `live_look_up_${++count}`)
    }
    return condition
  }
  return notIndexed(mapConditions(ast, withIndex), used)
}

/**
 * `x IN (SELECT y FROM t …)` reads all of t, however few x there are. Where it must only be true or not, one row is enough:
 *
 *   m.id IN (SELECT s.message FROM star AS s)   →   m.id IN (SELECT s.message FROM star AS s WHERE m.id = s.message)
 *
 * Returns the aliases inside; none where there is nothing of the kind.
 */
export function correlateMemberships(ast: Select): { readonly ast: Select; readonly aliases: readonly string[] } {
  const aliases: string[] = []
  const ofCondition = (condition: Expr): Expr => {
    if (condition.type === 'BinaryExpr' && condition.op === 'And') {
      return { ...condition, left: ofCondition(condition.left), right: ofCondition(condition.right) }
    }
    if (condition.type !== 'InSelectExpr' || condition.not || condition.lhs.type !== 'QualifiedExpr') return condition
    const { select: one, compounds, limit, with: ctes } = condition.rhs
    if (one.type !== 'SelectFrom' || compounds?.length || limit || ctes || one.groupBy || one.having) return condition
    const [member] = one.columns
    if (one.columns.length !== 1 || member?.type !== 'ExprResultColumn' || member.expr.type !== 'QualifiedExpr') return condition // prettier-ignore
    if (aliasesIn(condition.rhs).has(condition.lhs.table.text)) return condition
    aliases.push(member.expr.table.text)
    const meets = binary(condition.lhs, 'Equals', member.expr)
    const whereClause = one.whereClause ? binary(one.whereClause, 'And', meets) : meets
    return { ...condition, rhs: { ...condition.rhs, select: { ...one, whereClause } } }
  }
  const correlated = mapConditions(ast, ofCondition)
  return { ast: correlated, aliases }
}

/** Rewrites every WHERE and ON. */
function mapConditions(ast: Select, map: (condition: Expr) => Expr): Select {
  const visit = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(visit)
    if (typeof node !== 'object' || node === null || node instanceof Uint8Array) return node
    const { type, exprs } = node as { type?: string; exprs?: readonly Expr[] }
    // our own statements put everything in parentheses; the printer will again
    if (type === 'ParenthesizedExpr' && exprs?.length === 1) return visit(exprs[0])
    const copy = Object.fromEntries(Object.entries(node).map(([name, value]) => [name, visit(value)]))
    if (type === 'SelectFrom' && copy['whereClause']) copy['whereClause'] = map(copy['whereClause'] as Expr)
    if (type === 'OnJoinConstraint') copy['expr'] = map(copy['expr'] as Expr)
    return copy
  }
  return visit(ast) as Select
}

/** For the tables that are looked up: SQLite shall make no index of its own, for one run of the statement. */
function notIndexed(ast: Select, aliases: ReadonlySet<string>): Select {
  const visit = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(visit)
    if (typeof node !== 'object' || node === null || node instanceof Uint8Array) return node
    const copy = Object.fromEntries(Object.entries(node).map(([name, value]) => [name, visit(value)]))
    const { type, alias } = node as { type?: string; alias?: { name: { text: string } } }
    if (type === 'TableSelectTable' && alias && aliases.has(alias.name.text)) copy['indexed'] = { type: 'NotIndexedIndexed', span: nowhere } // prettier-ignore
    return copy
  }
  return aliases.size === 0 ? ast : (visit(ast) as Select)
}

/** Every equation that an index could serve. */
export function equationsOf(ast: Select): Equation[] {
  const found: Equation[] = []
  withIndexes(ast, (equation) => {
    found.push(equation)
    return null
  })
  return found
}

/** The tables of every FROM by their aliases; those that several have, or that are the engine's own, are left out. */
function tablesIn(ast: Select): Map<string, { schema: string; table: string }> {
  const tables = new Map<string, { schema: string; table: string } | null>()
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null || node instanceof Uint8Array) return
    const { type, tblName, alias } = node as {
      type?: string
      tblName?: { dbName?: { text: string }; objName: { text: string } }
      alias?: { name: { text: string } }
    }
    if (type === 'TableSelectTable' && tblName?.dbName && alias) {
      const name = alias.name.text
      const isOurs = tblName.dbName.text === 'temp' && tblName.objName.text.startsWith('live_')
      const known = tables.has(name) || isOurs
      tables.set(name, known ? null : { schema: tblName.dbName.text, table: tblName.objName.text })
    }
    Object.values(node).forEach(visit)
  }
  visit(ast)
  return new Map([...tables].flatMap(([name, table]) => (table ? [[name, table] as const] : [])))
}

function equationsIn(condition: Expr, tables: ReturnType<typeof tablesIn>): Equation[] {
  if (condition.type !== 'BinaryExpr' || condition.op !== 'Equals') return []
  return ([[condition.left, condition.right], [condition.right, condition.left]] as const).flatMap(([side, other]) => {
    if (side.type !== 'QualifiedExpr') return []
    const alias = side.table.text
    const table = tables.get(alias)
    const others = aliasesIn(other)
    // a constant singles out no row by itself
    if (!table || others.has(alias) || (others.size === 0 && !hasParameter(other))) return []
    return [{ ...table, alias, column: side.column.text }]
  }) // prettier-ignore
}

function lookUp(condition: Expr, { alias, column: name }: Equation, index: UsableIndex, as1: string): Expr {
  const value = column(as1, 'value')
  const isSide = (side: Expr) => side.type === 'QualifiedExpr' && side.table.text === alias && side.column.text === name
  const inside =
    condition.type !== 'BinaryExpr'
      ? condition
      : isSide(condition.left)
        ? { ...condition, left: value }
        : { ...condition, right: value }
  const table = { type: 'TableSelectTable', tblName: qualifiedName('temp', index.name), alias: as(as1), indexed: undefined, span: nowhere } as const // prettier-ignore
  const from = { type: 'FromClause', select: table, joins: undefined, span: nowhere } as const
  const rhs = select(selectFrom([resultColumn(identifier('id'))], from, inside))
  return { type: 'InSelectExpr', lhs: column(alias, index.rowidName), not: false, rhs, span: nowhere }
}

function aliasesIn(ast: Expr | Select): Set<string> {
  const found = new Set<string>()
  walk(ast, (node) => {
    if (node.type === 'QualifiedExpr') found.add((node as { table: { text: string } }).table.text)
  })
  return found
}

function hasParameter(ast: Expr): boolean {
  let found = false
  walk(ast, ({ type }) => (found ||= type === 'VariableExpr'))
  return found
}

function walk(node: unknown, visit: (node: { type?: string }) => void): void {
  if (typeof node !== 'object' || node === null || node instanceof Uint8Array) return
  visit(node as { type?: string })
  for (const each of Object.values(node)) walk(each, visit)
}
