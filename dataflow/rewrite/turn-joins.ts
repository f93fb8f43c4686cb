import type { Expr, FromClause, JoinedSelectTable, SelectTable } from 'sqlite3-parser'
import { joinBits } from '../print/print.ts'

/**
 * SQLite reads the left side of RIGHT and FULL JOIN whole, whatever is asked of the right one. Where only rows of the right side
 * are wanted, it is a LEFT JOIN the other way round.
 *
 *   a RIGHT JOIN b ON p                      →   b LEFT JOIN a ON p
 *   a FULL JOIN b ON p WHERE b.id = ?1 …     →   b LEFT JOIN a ON p WHERE b.id = ?1 …
 *
 * Columns are written with their table's name, so that their order does not change.
 */
export function turnJoin(from: FromClause, isWanted: (alias: string) => boolean): FromClause {
  const [first, ...others] = from.joins ?? []
  if (!from.select || !first || !standsAlone(from.select) || !standsAlone(first.table)) return from
  const { left, right } = sidesKept(first)
  if (!right) return from
  const [a, b] = [aliasOf(from.select), aliasOf(first.table)]
  if (left && (a === null || b === null || isWanted(a) || !isWanted(b))) return from
  return { ...from, select: first.table, joins: [{ ...asLeft(first), table: from.select }, ...others] }
}

/** The tables that a condition `column = value` wants to have a row. */
export function wantedBy(conditions: readonly Expr[]): Set<string> {
  return new Set(conditions.flatMap((each) => (each.type === 'QualifiedExpr' ? [each.table.text] : [])))
}

function sidesKept({ operator }: JoinedSelectTable): { left: boolean; right: boolean } {
  const bits = operator.type === 'CommaJoinOperator' ? 0 : (operator.joinType ?? 0)
  const right = (bits & joinBits.right) !== 0
  const outer = (bits & joinBits.outer) !== 0 && (bits & joinBits.left) === 0
  return { left: (bits & joinBits.left) !== 0 || (outer && !right), right: right || outer }
}

function asLeft({ operator, ...join }: JoinedSelectTable): JoinedSelectTable {
  if (operator.type === 'CommaJoinOperator') return { ...join, operator }
  return { ...join, operator: { ...operator, joinType: joinBits.left | joinBits.outer } }
}

/** Not a function, whose arguments may come from its left; nor a join in parentheses. */
function standsAlone(table: SelectTable): boolean {
  return table.type === 'TableSelectTable' || table.type === 'SelectSelectTable'
}

function aliasOf(table: SelectTable): string | null {
  return table.type === 'SubSelectTable' ? null : (table.alias?.name.text ?? null)
}
