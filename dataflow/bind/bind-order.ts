import { foldName } from '../fold-name.ts'
import type { Expr, SortedColumn } from 'sqlite3-parser'
import { printExpression } from '../print/print.ts'
import { direction } from './bind-call.ts'
import { bindExpression, position, type Place } from './bind-expression.ts'
import type { BoundArm, BoundExpression, BoundOrderTerm, BoundResultColumn } from './bound.ts'
import { lookUp } from './scope.ts'
import { Unsupported } from './unsupported.ts'

/*
 * GROUP BY and ORDER BY, where a term may be the place of a result column, its name, or an expression.
 *
 *   SELECT a AS x, b FROM t ORDER BY 2, x, a + b      column 1 · column 0 · an expression of its own
 */

function constantPosition(expr: Expr, count: number): number | null {
  while (expr.type === 'ParenthesizedExpr' && expr.exprs.length === 1) expr = expr.exprs[0]!
  if (expr.type === 'CollateExpr') return constantPosition(expr.expr, count)
  if (expr.type === 'UnaryExpr' && expr.op === 'Positive') return constantPosition(expr.expr, count)
  if (expr.type !== 'NumericLiteral' || !/^\d+$/.test(expr.value)) return null
  const index = Number(expr.value) - 1
  return index >= 0 && index < count ? index : null
}

export function bindGroup(place: Place, columns: readonly BoundResultColumn[], expr: Expr): BoundExpression {
  const at = constantPosition(expr, columns.length)
  if (at !== null) return collated(expr, columns[at]!.expression)
  return bindExpression(place, expr)
}

// `1 COLLATE NOCASE` is column 1 compared without case
function collated(expr: Expr, expression: BoundExpression): BoundExpression {
  while (expr.type === 'ParenthesizedExpr' && expr.exprs.length === 1) expr = expr.exprs[0]!
  if (expr.type !== 'CollateExpr') return expression
  const ast: Expr = { ...expr, expr: expression.ast }
  const collation = expr.collation.toUpperCase()
  return { ...expression, kind: 'collate', operand: expression, ast, collation, collatedBy: 'operator' }
}

// a literal would be read as a position
export function printedGroup(expression: BoundExpression, columns: readonly BoundResultColumn[]): Expr {
  if (expression.sources.size > 0 || expression.subquery) return expression.ast
  const at = columns.findIndex((column) => column.expression === expression)
  return at === -1 ? expression.ast : position(at)
}

export function printedOrder(term: BoundOrderTerm): Expr {
  if (term.column === -1) return term.expression.ast
  const { expression } = term
  const ast = position(term.column)
  return expression.kind === 'collate' &&
    expression.ast.type === 'CollateExpr' &&
    expression.ast.expr.type === 'NumericLiteral'
    ? { ...expression.ast, expr: ast }
    : ast
}

/** ORDER BY of a single SELECT: a position, else an alias, else an expression (which may equal a result column). */
export function bindOrder(place: Place, columns: readonly BoundResultColumn[], term: SortedColumn): BoundOrderTerm {
  const bare = stripped(term.expr)
  let at = constantPosition(term.expr, columns.length)
  if (at === null && bare.type === 'Id') at = aliasIndex(place, columns, bare.name)
  const expression = at === null ? bindExpression(place, term.expr) : withCollate(term.expr, columns[at]!.expression)
  if (at === null) {
    const printed = printExpression(expression.ast)
    const same = columns.findIndex((column) => printExpression(column.expression.ast) === printed)
    if (same !== -1) at = same
  }
  return { column: at ?? -1, expression, ...direction(term), collation: expression.collation }
}

function aliasIndex(place: Place, columns: readonly BoundResultColumn[], name: string): number | null {
  const found = place.scope.aliases.find((each) => foldName(each.name) === foldName(name))
  const at = found ? columns.findIndex((column) => column.expression === found.expression) : -1
  return at === -1 ? null : at
}

function stripped(expr: Expr): Expr {
  if (expr.type === 'ParenthesizedExpr' && expr.exprs.length === 1) return stripped(expr.exprs[0]!)
  return expr.type === 'CollateExpr' ? stripped(expr.expr) : expr
}

// the COLLATE of `1 COLLATE NOCASE` stays on the position when it is printed
function withCollate(expr: Expr, expression: BoundExpression): BoundExpression {
  while (expr.type === 'ParenthesizedExpr' && expr.exprs.length === 1) expr = expr.exprs[0]!
  if (expr.type !== 'CollateExpr') return expression
  const ast: Expr = { ...expr, expr: position(0) }
  const collation = expr.collation.toUpperCase()
  return { ...expression, kind: 'collate', operand: expression, ast, collation, collatedBy: 'operator' }
}

/** ORDER BY of a compound: a position, an alias of any arm, or an expression equal to a column of an arm. */
export function bindCompoundOrder(
  bound: readonly { readonly arm: BoundArm; readonly place: Place }[],
  columns: readonly BoundResultColumn[],
  term: SortedColumn,
): BoundOrderTerm {
  const bare = stripped(term.expr)
  let at = constantPosition(term.expr, columns.length)
  for (const { arm, place } of at === null ? bound : []) {
    if (bare.type === 'Id') at = aliasIndex(place, arm.columns, bare.name)
    if (at === null && (bare.type !== 'Id' || lookUp(place.scope, bare.name))) {
      const printed = printExpression(bindExpression(place, bare).ast)
      const same = arm.columns.findIndex((column) => printExpression(column.expression.ast) === printed)
      if (same !== -1) at = same
    }
    if (at !== null) break
  }
  if (at === null) throw new Unsupported('ORDER BY of a compound that matches no column')
  const column = columns[at]!
  const expression = withCollate(term.expr, column.expression)
  const collation =
    expression.kind === 'collate' && expression !== column.expression ? expression.collation : column.collation
  return { column: at, expression, ...direction(term), collation }
}
