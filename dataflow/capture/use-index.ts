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
 *   … WHERE m.author = a.name   →   … WHERE m.author = a.name AND m.rowid IN (SELECT id FROM live_index_1 AS x WHERE x.value = a.name)
 *
 * Law: the rowids in the index are those of the rows that meet the condition; so the second says what the first does.
 */
export function useIndexes(ast: Select, indexOf: (equation: Equation) => UsableIndex | null): Select {
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
      return binary(condition, 'And', lookUp(condition, equation, index, `live_look_up_${++count}`))
    }
    return condition
  }
  const visit = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(visit)
    if (typeof node !== 'object' || node === null || node instanceof Uint8Array) return node
    const { type, exprs } = node as { type?: string; exprs?: readonly Expr[] }
    // our own statements put everything in parentheses; the printer will again
    if (type === 'ParenthesizedExpr' && exprs?.length === 1) return visit(exprs[0])
    const copy = Object.fromEntries(Object.entries(node).map(([name, value]) => [name, visit(value)]))
    if (type === 'SelectFrom' && copy['whereClause']) copy['whereClause'] = withIndex(copy['whereClause'] as Expr)
    if (type === 'OnJoinConstraint') copy['expr'] = withIndex(copy['expr'] as Expr)
    return copy
  }
  return visit(ast) as Select
}

/** Every equation that an index could serve. */
export function equationsOf(ast: Select): Equation[] {
  const found: Equation[] = []
  useIndexes(ast, (equation) => {
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

function aliasesIn(ast: Expr): Set<string> {
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
