import { foldName } from '../fold-name.ts'
import type { Expr, SortedColumn, WindowDef } from 'sqlite3-parser'
import { assertNever } from '../assert-never.ts'
import { affinityOfType } from '../catalog/affinity.ts'
import { Real, type Value } from '../value.ts'
import { bindCall, orderTerm } from './bind-call.ts'
import type { Binder } from './binder.ts'
import type {
  BoundBinary,
  BoundComparison,
  BoundExpression,
  BoundLike,
  BoundLiteral,
  BoundOrderTerm,
  BoundUnary,
  Comparison,
} from './bound.ts'
import { nowhere, number, parameter, qualifiedName, select, selectFrom } from './build-ast.ts'
import { compare, compareInList } from './comparison.ts'
import { describe } from './describe.ts'
import { numericLiteral } from './numeric-literal.ts'
import { lookUp, lookUpQualified, type Scope } from './scope.ts'
import { Unsupported } from './unsupported.ts'

/** What an expression may refer to beyond its columns. */
export interface Place {
  readonly binder: Binder
  readonly scope: Scope
  /** named windows of the SELECT */
  readonly windows: readonly WindowDef[]
}

export function bindExpression(place: Place, expr: Expr): BoundExpression {
  const bind = (each: Expr) => bindExpression(place, each)
  switch (expr.type) {
    case 'Id':
      return bindName(place, expr.name, expr)
    case 'NameExpr':
      return bindName(place, expr.name.text, expr)
    case 'QualifiedExpr':
      return lookUpQualified(place.scope, expr.schema?.text, expr.table.text, expr.column.text)
    case 'ParenthesizedExpr': {
      if (expr.exprs.length === 1) return bind(expr.exprs[0]!)
      const items = expr.exprs.map(bind)
      const ast: Expr = { ...expr, exprs: items.map((item) => item.ast) }
      return { ...describe(ast, items), kind: 'row', items }
    }
    case 'NumericLiteral':
      return literal(expr, numericLiteral(expr.value))
    case 'StringLiteral':
      return literal(expr, expr.value)
    case 'BlobLiteral':
      return literal(expr, expr.bytes)
    case 'NullLiteral':
      return literal(expr, null)
    case 'KeywordLiteral':
      throw new Unsupported(`literal ${expr.value}`)
    case 'CurrentDateLiteral':
    case 'CurrentTimeLiteral':
    case 'CurrentTimestampLiteral':
      place.binder.volatile ??= 'the current time'
      return { ...describe(expr, []), deterministic: false, kind: 'call', name: expr.type, arguments: [] }
    case 'VariableExpr': {
      const number = place.binder.parameterNumber(expr)
      return { ...describe(parameter(number), []), kind: 'parameter', number }
    }
    case 'UnaryExpr':
      return bindUnary({ Negative: '-', Positive: '+', BitwiseNot: '~', Not: 'NOT' } as const, expr, bind(expr.expr))
    case 'IsNullExpr':
    case 'NotNullExpr': {
      const operand = bind(expr.expr)
      const common = { ...describe({ ...expr, expr: operand.ast }, [operand]), notNull: true }
      return { ...common, kind: 'unary', operator: expr.type === 'IsNullExpr' ? 'IS NULL' : 'IS NOT NULL', operand }
    }
    case 'BinaryExpr':
      return bindBinary(place, expr, bind(expr.left), bind(expr.right))
    case 'BetweenExpr': {
      const [operand, low, high] = [bind(expr.lhs), bind(expr.start), bind(expr.end)] as const
      const ast: Expr = { ...expr, lhs: operand.ast, start: low.ast, end: high.ast }
      const lowComparison = compare(operand, low)
      const highComparison = compare(operand, high)
      const common = { ...describe(ast, [operand, low, high]), notNull: operand.notNull && low.notNull && high.notNull }
      return { ...common, kind: 'between', not: expr.not, operand, low, high, lowComparison, highComparison }
    }
    case 'LikeExpr': {
      const [operand, pattern] = [bind(expr.lhs), bind(expr.rhs)] as const
      const escape = expr.escape ? bind(expr.escape) : null
      const ast: Expr = { ...expr, lhs: operand.ast, rhs: pattern.ast, escape: escape?.ast }
      const common = describe(ast, escape ? [operand, pattern, escape] : [operand, pattern])
      const operator = expr.op.toUpperCase() as BoundLike['operator']
      return {
        ...common,
        kind: 'like',
        operator,
        foldsCase: place.binder.catalog.likeFoldsCase,
        not: expr.not,
        operand,
        pattern,
        escape,
      }
    }
    case 'CaseExpr': {
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
    case 'CastExpr': {
      const operand = bind(expr.expr)
      // an empty type is NUMERIC in CAST, unlike in a column
      const to = expr.typeName?.name ? affinityOfType(expr.typeName.name) : 'NUMERIC'
      const { collation, collatedBy, notNull } = operand
      const common = {
        ...describe({ ...expr, expr: operand.ast }, [operand]),
        affinity: to,
        collation,
        collatedBy,
        notNull,
      }
      return { ...common, kind: 'cast', operand, to }
    }
    case 'CollateExpr': {
      const operand = bind(expr.expr)
      const { affinity, notNull } = operand
      const common = { ...describe({ ...expr, expr: operand.ast }, [operand]), affinity, notNull }
      return { ...common, collation: expr.collation.toUpperCase(), collatedBy: 'operator', kind: 'collate', operand }
    }
    case 'InListExpr': {
      const operand = bind(expr.lhs)
      const list = (expr.rhs ?? []).map(bind)
      const ast: Expr = { ...expr, lhs: operand.ast, rhs: list.map((each) => each.ast) }
      const common = describe(ast, [operand, ...list])
      return { ...common, kind: 'in-list', not: expr.not, operand, list, ...compareInList(operand, list) }
    }
    case 'InSelectExpr': {
      const operand = bind(expr.lhs)
      const query = place.binder.bindQuery(expr.rhs, place.scope, place.scope.text, place.scope.ctes)
      return bindSubquery({ ...expr, lhs: operand.ast, rhs: query.ast }, 'in', query, operand, expr.not)
    }
    case 'InTableExpr': {
      const tblName = qualifiedName(expr.rhs.dbName?.text, expr.rhs.objName.text)
      const common = { tblName, alias: undefined, span: nowhere }
      const table = expr.args
        ? ({ ...common, type: 'TableCallSelectTable', args: expr.args } as const)
        : ({ ...common, type: 'TableSelectTable', indexed: undefined } as const)
      const from = { type: 'FromClause', select: table, joins: undefined, span: nowhere } as const
      const rhs = select(selectFrom([{ type: 'StarResultColumn', span: nowhere }], from))
      return bind({ type: 'InSelectExpr', lhs: expr.lhs, not: expr.not, rhs, span: expr.span })
    }
    case 'ExistsExpr': {
      const query = place.binder.bindQuery(expr.select, place.scope, place.scope.text, place.scope.ctes)
      return bindSubquery({ ...expr, select: query.ast }, 'exists', query, null, false)
    }
    case 'SubqueryExpr': {
      const query = place.binder.bindQuery(expr.select, place.scope, place.scope.text, place.scope.ctes)
      return bindSubquery({ ...expr, select: query.ast }, 'scalar', query, null, false)
    }
    case 'FunctionCallExpr':
    case 'FunctionCallStarExpr':
      return bindCall(place, expr, bindExpression)
    case 'RaiseExpr':
      throw new Unsupported('RAISE')
    default:
      return assertNever(expr)
  }
}

function literal(ast: Expr, value: Value): BoundLiteral {
  return { ...describe(ast, []), notNull: value !== null, kind: 'literal', value }
}

function bindName(place: Place, name: string, ast: Expr): BoundExpression {
  const found = lookUp(place.scope, name)
  if (found) return found
  if (/^(true|false)$/i.test(name)) return literal(ast, foldName(name) === 'true' ? 1 : 0)
  throw new Unsupported(`no column ${name}`)
}

function bindUnary(
  operators: Record<string, BoundUnary['operator']>,
  expr: Extract<Expr, { type: 'UnaryExpr' }>,
  operand: BoundExpression,
): BoundUnary | BoundLiteral {
  const operator = operators[expr.op]!
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

function bindBinary(
  place: Place,
  expr: Extract<Expr, { type: 'BinaryExpr' }>,
  left: BoundExpression,
  right: BoundExpression,
): BoundUnary | BoundComparison | BoundBinary {
  const common = describe({ ...expr, left: left.ast, right: right.ast }, [left, right])
  if (expr.op === 'Is' || expr.op === 'IsNot') {
    const truth = truthName(place, expr.right)
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
function truthName(place: Place, right: Expr): 'TRUE' | 'FALSE' | null {
  while (right.type === 'ParenthesizedExpr' && right.exprs.length === 1) right = right.exprs[0]!
  // SQLite reads `x IN ()` as FALSE, `x NOT IN ()` as TRUE
  if (right.type === 'InListExpr' && !right.rhs?.length) return right.not ? 'TRUE' : 'FALSE'
  if (right.type !== 'Id' || !/^(true|false)$/i.test(right.name) || lookUp(place.scope, right.name)) return null
  return right.name.toUpperCase() as 'TRUE' | 'FALSE'
}

function bindSubquery(
  ast: Expr,
  form: 'scalar' | 'exists' | 'in',
  query: ReturnType<Binder['bindQuery']>,
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

/** A term of ORDER BY that is an expression, not a position. */
export function bindOrderTerm(place: Place, column: SortedColumn): BoundOrderTerm {
  return orderTerm(place, column, bindExpression)
}

/** A result column by its position, as ORDER BY and GROUP BY may name it. */
export function position(index: number): Expr {
  return number(index + 1)
}
