import type { Expr } from 'sqlite3-parser'
import type { BoundExpression, BoundQuery } from './bound.ts'
import { nowhere, qualifiedName, select, selectFrom } from './build-ast.ts'
import { compare } from './comparison.ts'
import { describe } from './describe.ts'

export function bindSubquery(
  ast: Expr,
  form: 'scalar' | 'exists' | 'in',
  query: BoundQuery,
  operand: BoundExpression | null,
  not: boolean,
): BoundExpression {
  const operands: BoundExpression[] = [...(operand ? [operand] : []), ...query.outer]
  const [first] = query.columns
  const simple = query.columns.length === 1 && operand?.kind !== 'row'
  const comparison = form === 'in' && simple && operand ? compare(operand, first!.expression) : null
  return {
    ...describe(ast, operands),
    affinity: form === 'scalar' ? first!.expression.affinity : 'NONE',
    collation: 'BINARY',
    collatedBy: 'nothing',
    subquery: true,
    deterministic: query.volatile === null,
    notNull: form === 'exists',
    kind: 'subquery',
    form,
    not,
    operand,
    comparison,
    query,
  }
}

/** `x IN table` is `x IN (SELECT * FROM table)`. */
export function asInSelect(expr: Extract<Expr, { type: 'InTableExpr' }>): Expr {
  const tblName = qualifiedName(expr.rhs.dbName?.text, expr.rhs.objName.text)
  const common = { tblName, alias: undefined, span: nowhere }
  const table = expr.args
    ? ({ ...common, type: 'TableCallSelectTable', args: expr.args } as const)
    : ({ ...common, type: 'TableSelectTable', indexed: undefined } as const)
  const from = { type: 'FromClause', select: table, joins: undefined, span: nowhere } as const
  const rhs = select(selectFrom([{ type: 'StarResultColumn', span: nowhere }], from))
  return { type: 'InSelectExpr', lhs: expr.lhs, not: expr.not, rhs, span: expr.span }
}
