import { foldName } from '../fold-name.ts'
import type { Expr, Select, SortedColumn, WindowDef } from 'sqlite3-parser'
import { assertNever } from '../assert-never.ts'
import { bindCall, orderTerm } from './bind-call.ts'
import { bindBetween, bindBinary, bindCase, bindCast, bindLike, bindUnary } from './bind-operators.ts'
import { asInSelect, bindSubquery } from './bind-subquery.ts'
import type { Binder } from './binder.ts'
import type { BoundExpression, BoundOrderTerm } from './bound.ts'
import { number, parameter } from './build-ast.ts'
import { compareInList } from './comparison.ts'
import { describe } from './describe.ts'
import { literal } from './literal.ts'
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
  const inside = (select: Select) => place.binder.bindQuery(select, place.scope, place.scope.text, place.scope.ctes)
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
      return bindUnary(expr, bind(expr.expr))
    case 'IsNullExpr':
    case 'NotNullExpr': {
      const operand = bind(expr.expr)
      const common = { ...describe({ ...expr, expr: operand.ast }, [operand]), notNull: true }
      return { ...common, kind: 'unary', operator: expr.type === 'IsNullExpr' ? 'IS NULL' : 'IS NOT NULL', operand }
    }
    case 'BinaryExpr':
      return bindBinary(place.scope, expr, bind(expr.left), bind(expr.right))
    case 'BetweenExpr':
      return bindBetween(expr, bind)
    case 'LikeExpr':
      return bindLike(expr, bind, place.binder.catalog.likeFoldsCase)
    case 'CaseExpr':
      return bindCase(expr, bind)
    case 'CastExpr':
      return bindCast(expr, bind(expr.expr))
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
      const query = inside(expr.rhs)
      return bindSubquery({ ...expr, lhs: operand.ast, rhs: query.ast }, 'in', query, operand, expr.not)
    }
    case 'InTableExpr':
      return bind(asInSelect(expr))
    case 'ExistsExpr': {
      const query = inside(expr.select)
      return bindSubquery({ ...expr, select: query.ast }, 'exists', query, null, false)
    }
    case 'SubqueryExpr': {
      const query = inside(expr.select)
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

function bindName(place: Place, name: string, ast: Expr): BoundExpression {
  const found = lookUp(place.scope, name)
  if (found) return found
  if (/^(true|false)$/i.test(name)) return literal(ast, foldName(name) === 'true' ? 1 : 0)
  throw new Unsupported(`no column ${name}`)
}

/** A term of ORDER BY that is an expression, not a position. */
export function bindOrderTerm(place: Place, column: SortedColumn): BoundOrderTerm {
  return orderTerm(place, column, bindExpression)
}

/** A result column by its position, as ORDER BY and GROUP BY may name it. */
export function position(index: number): Expr {
  return number(index + 1)
}
