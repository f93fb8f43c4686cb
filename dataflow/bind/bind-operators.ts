import type { Expr } from 'sqlite3-parser'
import { affinityOfType } from '../catalog/affinity.ts'
import { Real } from '../value.ts'
import type {
  BoundBinary,
  BoundComparison,
  BoundExpression,
  BoundLike,
  BoundLiteral,
  BoundUnary,
  Comparison,
} from './bound.ts'
import { compare } from './comparison.ts'
import { describe } from './describe.ts'
import { literal } from './literal.ts'
import { lookUp, type Scope } from './scope.ts'

/* Operators, once what they stand between is bound; and forms that are written like them: BETWEEN, LIKE, CASE, CAST. */

const unaryOperators = { Negative: '-', Positive: '+', BitwiseNot: '~', Not: 'NOT' } as const

export function bindUnary(
  expr: Extract<Expr, { type: 'UnaryExpr' }>,
  operand: BoundExpression,
): BoundUnary | BoundLiteral {
  const operator = unaryOperators[expr.op]
  if (operator === '-' && operand.kind === 'literal' && operand.ast.type === 'NumericLiteral') {
    // the sign of a literal belongs to it: -9223372036854775808 is an INTEGER, and -0.0 is not 0 - 0.0
    if (operand.ast.value.replaceAll('_', '') === '9223372036854775808') return literal(expr, -9223372036854775808n)
    if (operand.value instanceof Real) return literal(expr, new Real(-operand.value.value))
  }
  const common = { ...describe({ ...expr, expr: operand.ast }, [operand]), notNull: operand.notNull }
  // unary plus hides the affinity, not the collation
  if (operator !== '+') return { ...common, kind: 'unary', operator, operand }
  return { ...common, collation: operand.collation, collatedBy: operand.collatedBy, kind: 'unary', operator, operand }
}

const comparisonOperators = {
  Equals: '=',
  NotEquals: '<>',
  Less: '<',
  LessEquals: '<=',
  Greater: '>',
  GreaterEquals: '>=',
  Is: 'IS',
  IsNot: 'IS NOT',
} as const

const otherOperators = {
  Add: '+',
  Subtract: '-',
  Multiply: '*',
  Divide: '/',
  Modulus: '%',
  BitwiseAnd: '&',
  BitwiseOr: '|',
  LeftShift: '<<',
  RightShift: '>>',
  Concat: '||',
  And: 'AND',
  Or: 'OR',
  ArrowRight: '->',
  ArrowRightShift: '->>',
} as const

export function bindBinary(
  scope: Scope,
  expr: Extract<Expr, { type: 'BinaryExpr' }>,
  left: BoundExpression,
  right: BoundExpression,
): BoundUnary | BoundComparison | BoundBinary {
  const common = describe({ ...expr, left: left.ast, right: right.ast }, [left, right])
  if (expr.op === 'Is' || expr.op === 'IsNot') {
    const truth = truthName(scope, expr.right)
    if (truth) {
      const operator = `${expr.op === 'Is' ? 'IS' : 'IS NOT'} ${truth}` as const
      return { ...describe(common.ast, [left]), notNull: true, kind: 'unary', operator, operand: left }
    }
    if (right.kind === 'literal' && right.value === null) {
      const operator = expr.op === 'Is' ? 'IS NULL' : 'IS NOT NULL'
      return { ...describe(common.ast, [left]), notNull: true, kind: 'unary', operator, operand: left }
    }
  }
  if (expr.op in comparisonOperators) {
    const operator = comparisonOperators[expr.op as keyof typeof comparisonOperators]
    const notNull = operator.startsWith('IS') || (left.notNull && right.notNull)
    return { ...common, notNull, kind: 'comparison', operator, left, right, ...compare(left, right) }
  }
  const operator = otherOperators[expr.op as keyof typeof otherOperators]
  return { ...common, kind: 'binary', operator, left, right }
}

// `x IS TRUE` asks for truth; `x IS (a column called true)` compares
function truthName(scope: Scope, right: Expr): 'TRUE' | 'FALSE' | null {
  while (right.type === 'ParenthesizedExpr' && right.exprs.length === 1) right = right.exprs[0]!
  // SQLite reads `x IN ()` as FALSE, `x NOT IN ()` as TRUE
  if (right.type === 'InListExpr' && !right.rhs?.length) return right.not ? 'TRUE' : 'FALSE'
  if (right.type !== 'Id' || !/^(true|false)$/i.test(right.name) || lookUp(scope, right.name)) return null
  return right.name.toUpperCase() as 'TRUE' | 'FALSE'
}

type Bind = (expr: Expr) => BoundExpression
type ExprOf<T extends Expr['type']> = Extract<Expr, { type: T }>

export function bindBetween(expr: ExprOf<'BetweenExpr'>, bind: Bind): BoundExpression {
  const [operand, low, high] = [bind(expr.lhs), bind(expr.start), bind(expr.end)] as const
  const ast: Expr = { ...expr, lhs: operand.ast, start: low.ast, end: high.ast }
  const lowComparison = compare(operand, low)
  const highComparison = compare(operand, high)
  const common = { ...describe(ast, [operand, low, high]), notNull: operand.notNull && low.notNull && high.notNull }
  return { ...common, kind: 'between', not: expr.not, operand, low, high, lowComparison, highComparison }
}

export function bindLike(expr: ExprOf<'LikeExpr'>, bind: Bind, foldsCase: boolean): BoundExpression {
  const [operand, pattern] = [bind(expr.lhs), bind(expr.rhs)] as const
  const escape = expr.escape ? bind(expr.escape) : null
  const ast: Expr = { ...expr, lhs: operand.ast, rhs: pattern.ast, escape: escape?.ast }
  const common = describe(ast, escape ? [operand, pattern, escape] : [operand, pattern])
  const operator = expr.op.toUpperCase() as BoundLike['operator']
  return { ...common, kind: 'like', operator, foldsCase, not: expr.not, operand, pattern, escape }
}

export function bindCase(expr: ExprOf<'CaseExpr'>, bind: Bind): BoundExpression {
  const base = expr.base ? bind(expr.base) : null
  const branches = expr.whenThenPairs.map((pair) => {
    const when = bind(pair.when)
    const comparison: Comparison = base ? compare(base, when) : { applied: 'NONE', comparedBy: 'BINARY' }
    return { when, comparison, result: bind(pair.then) }
  })
  const otherwise = expr.elseExpr ? bind(expr.elseExpr) : null
  const ast: Expr = {
    ...expr,
    base: base?.ast,
    whenThenPairs: branches.map(({ when, result }, i) => {
      // oxlint-disable-next-line unicorn/no-thenable -- the parser's name for it
      return { ...expr.whenThenPairs[i]!, when: when.ast, then: result.ast }
    }),
    elseExpr: otherwise?.ast,
  }
  const operands = branches.flatMap(({ when, result }) => [when, result])
  if (base) operands.unshift(base)
  if (otherwise) operands.push(otherwise)
  return { ...describe(ast, operands), kind: 'case', base, branches, otherwise }
}

export function bindCast(expr: ExprOf<'CastExpr'>, operand: BoundExpression): BoundExpression {
  // an empty type is NUMERIC in CAST, unlike in a column
  const to = expr.typeName?.name ? affinityOfType(expr.typeName.name) : 'NUMERIC'
  const { collation, collatedBy, notNull } = operand
  const described = describe({ ...expr, expr: operand.ast }, [operand])
  return { ...described, affinity: to, collation, collatedBy, notNull, kind: 'cast', operand, to }
}
