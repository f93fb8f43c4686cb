import type { Affinity, BoundExpression, Comparison } from './bound.ts'
import { Unsupported } from './unsupported.ts'

/**
 * What SQLite does to two operands before it compares them (datatype3, 4.2; expr.c sqlite3CompareAffinity and
 * sqlite3BinaryCompareCollSeq):
 *   - both sides have an affinity: NUMERIC if one is numeric, else nothing;
 *   - one side has: that one, so `text_column = 5` compares with '5';
 *   - collation: an explicit COLLATE, the left one first; else the left column's; else the right one's.
 */
export function compare(left: BoundExpression, right: BoundExpression): Comparison {
  return { applied: applied(left.affinity, right.affinity), comparedBy: comparedBy(left, right) }
}

/** `operand IN (list)`: the list's own affinities do not count. */
export function compareInList(operand: BoundExpression, list: readonly BoundExpression[]): Comparison {
  for (const each of [operand, ...list]) refuseMerged(each)
  const [only] = list
  // a list of one constant is an equation
  const isEquation = list.length === 1 && only && only.sources.size === 0 && !only.subquery
  return {
    applied: applied(operand.affinity, 'NONE'),
    comparedBy: isEquation ? comparedBy(operand, only) : operand.collation,
  }
}

function applied(left: Affinity, right: Affinity): Comparison['applied'] {
  if (left !== 'NONE' && right !== 'NONE') return isNumeric(left) || isNumeric(right) ? 'NUMERIC' : 'NONE'
  const affinity = left === 'NONE' ? right : left
  return isNumeric(affinity) ? 'NUMERIC' : affinity === 'TEXT' ? 'TEXT' : 'NONE'
}

export function isNumeric(affinity: Affinity): boolean {
  return affinity === 'NUMERIC' || affinity === 'INTEGER' || affinity === 'REAL'
}

function comparedBy(left: BoundExpression, right: BoundExpression): string {
  refuseMerged(left)
  refuseMerged(right)
  if (left.collatedBy === 'operator') return left.collation
  if (right.collatedBy === 'operator') return right.collation
  return left.collatedBy === 'column' ? left.collation : right.collation
}

const merged = new WeakSet<BoundExpression>()

/**
 * A column merged by USING over a FULL JOIN is `coalesce(a.x, b.x)` with the affinity and collation of `a.x`. Printed as
 * a call it would lose them, which a comparison could see.
 */
export function markMerged(expression: BoundExpression): BoundExpression {
  if (expression.collation !== 'BINARY' || !['NONE', 'BLOB'].includes(expression.affinity)) merged.add(expression)
  return expression
}

function refuseMerged(expression: BoundExpression): void {
  if (merged.has(expression)) throw new Unsupported('a comparison with a column merged by FULL JOIN … USING')
}
