import type { BoundColumn, BoundExpression, BoundQuery } from '../../bind/bound.ts'
import { compare } from '../../bind/comparison.ts'

/**
 * Where no index serves a join, SQLite makes one for the run. Over a WITHOUT ROWID table its entries are told apart by the primary
 * key alone, with the compared column collated as the comparison says: of rows whose keys differ only by what that collation calls
 * equal, all but one are lost. Whether it makes one is a matter of its plan, so such a query is asked as it is written.
 *
 *   t(k PRIMARY KEY) WITHOUT ROWID holds 'a' and 'A', u(x COLLATE NOCASE) holds 'a'
 *   … u JOIN t ON u.x = t.k        one row
 *   … u JOIN t ON u.x = +t.k       two
 */
export function mayLoseRows(query: BoundQuery): boolean {
  const seen = new Set<object>()
  const visit = (value: unknown): boolean => {
    if (typeof value !== 'object' || value === null || seen.has(value)) return false
    seen.add(value)
    if (equations(value as BoundExpression).some(([a, b]) => looksUpByAnother(a, b))) return true
    if (value instanceof Map || value instanceof Set) return [...value].some(visit)
    return Object.entries(value).some(([name, each]) => name !== 'ast' && visit(each))
  }
  return visit(query)
}

function equations(expression: BoundExpression): (readonly [BoundExpression, BoundExpression])[] {
  if (expression.kind !== 'comparison' || !['=', 'IS'].includes(expression.operator)) return []
  const { left, right } = expression
  if (left.kind !== 'row' || right.kind !== 'row') return [[left, right]]
  return left.items.flatMap((item, i) => (right.items[i] ? [[item, right.items[i]] as const] : []))
}

function looksUpByAnother(left: BoundExpression, right: BoundExpression): boolean {
  const { comparedBy } = compare(left, right)
  return comparedBy !== 'BINARY' && [left, right].some((side) => isKeyCollatedOtherwise(side, comparedBy))
}

function isKeyCollatedOtherwise(expression: BoundExpression, comparedBy: string): boolean {
  if (expression.kind === 'collate') return isKeyCollatedOtherwise(expression.operand, comparedBy)
  if (expression.kind !== 'column') return false
  return storedColumns(expression).some(({ source, column }) => {
    if (source.relation.kind !== 'table') return false
    const { withoutRowid, primaryKey, keyCollations } = source.relation.table
    const at = withoutRowid ? primaryKey.indexOf(column) : -1
    return at >= 0 && keyCollations[at] !== comparedBy
  })
}

/** The columns of tables that a column of a derived table hands on. */
function storedColumns(read: BoundColumn): BoundColumn[] {
  const { relation } = read.source
  if (relation.kind !== 'query') return [read]
  return relation.query.arms.flatMap(({ columns }) => {
    const inside = columns[read.column]?.expression
    return inside?.kind === 'column' ? storedColumns(inside) : []
  })
}
