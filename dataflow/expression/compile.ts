import { assertNever } from '../assert-never.ts'
import type { BoundAggregate, BoundColumn, BoundExpression, BoundSubquery, BoundWindowCall } from '../bind/bound.ts'
import type { Value } from '../value.ts'
import { add, bitwise, bitwiseNot, divide, modulo, multiply, negate, subtract } from './arithmetic.ts'
import { cast, fromBoolean, textWithoutNul, toText, truth } from './coerce.ts'
import { compileCompare, compileComparison } from './compare.ts'
import { compileCall, escapeCharacter, type Evaluate } from './functions.ts'
import { glob, like } from './like.ts'

export type { Evaluate } from './functions.ts'

/** Where compiled expressions find their operands. */
export interface Layout {
  /** the place of a column in the rows given, or null if they do not have it */
  readonly slotOf: (column: BoundColumn) => number | null
  /** values of ?1, ?2, … */
  readonly parameters: readonly Value[]
  /** the place of an aggregate's value, where the rows given are groups */
  readonly slotOfAggregate?: (call: BoundAggregate) => number | null
  /** of a window call or a subquery, where somebody else has computed it */
  readonly slotOfOther?: (expression: BoundWindowCall | BoundSubquery) => number | null
}

/**
 * A bound expression as a JavaScript closure with SQLite's exact semantics, or null if it is left to SQLite: subqueries,
 * aggregates, and functions whose last digit or error text is SQLite's own affair.
 * A closure may throw `AskSqlite` for a row.
 */
export function compileExpression(expression: BoundExpression, layout: Layout): Evaluate | null {
  const compile = (each: BoundExpression) => compileExpression(each, layout)
  if (!expression.deterministic) return null
  switch (expression.kind) {
    case 'literal': {
      const { value } = expression
      return () => value
    }
    case 'parameter': {
      // read at each call: a text compiled once serves queries of other parameters
      const { parameters } = layout
      const place = expression.number - 1
      return () => parameters[place] ?? null
    }
    case 'column': {
      const slot = layout.slotOf(expression)
      return slot === null ? null : (row) => row[slot] ?? null
    }
    case 'collate':
      return compile(expression.operand)
    case 'unary': {
      const operand = compile(expression.operand)
      return operand && unary(expression.operator, operand)
    }
    case 'binary': {
      const left = compile(expression.left)
      const right = compile(expression.right)
      return left && right && binary(expression.operator, left, right)
    }
    case 'comparison': {
      const left = compile(expression.left)
      const right = compile(expression.right)
      const compare = compileComparison(expression.operator, expression)
      return left && right && compare && ((row) => compare(left(row), right(row)))
    }
    case 'between': {
      const [operand, low, high] = [compile(expression.operand), compile(expression.low), compile(expression.high)]
      const above = compileComparison('>=', expression.lowComparison)
      const below = compileComparison('<=', expression.highComparison)
      if (!operand || !low || !high || !above || !below) return null
      const { not } = expression
      return (row) => {
        const value = operand(row)
        const inside = and(truth(above(value, low(row))), truth(below(value, high(row))))
        return fromBoolean(not ? negated(inside) : inside)
      }
    }
    case 'in-list': {
      const operand = compile(expression.operand)
      const list = all(expression.list.map(compile))
      const compare = compileCompare(expression)
      if (!operand || !list || !compare || expression.operand.kind === 'row') return null
      const { not } = expression
      if (list.length === 0) return () => (not ? 1 : 0)
      return (row) => {
        const value = operand(row)
        if (value === null) return null
        let found: boolean | null = false
        for (let i = 0; i < list.length && found !== true; i++) {
          const each = list[i]!(row)
          if (each === null) found = null
          else if (compare(value, each) === 0) found = true
        }
        return fromBoolean(not ? negated(found) : found)
      }
    }
    case 'like': {
      const { operator, not } = expression
      if (operator !== 'GLOB' && (operator !== 'LIKE' || !expression.foldsCase)) return null
      const [operand, pattern] = [compile(expression.operand), compile(expression.pattern)]
      const escape = expression.escape ? compile(expression.escape) : () => ''
      if (!operand || !pattern || !escape) return null
      const hasEscape = expression.escape !== null
      return (row) => {
        const [text, shape, by] = [operand(row), pattern(row), escape(row)]
        if (text === null || shape === null || by === null) return null
        const [a, b] = [textWithoutNul(text), textWithoutNul(shape)]
        const matched = operator === 'GLOB' ? glob(b, a) : like(b, a, hasEscape ? escapeCharacter(by) : null)
        return matched !== not ? 1 : 0
      }
    }
    case 'case':
      return compileCase(expression, compile)
    case 'cast': {
      const operand = compile(expression.operand)
      const { to } = expression
      return operand && ((row) => cast(operand(row), to))
    }
    case 'call': {
      const args = all(expression.arguments.map(compile))
      return args && compileCall(expression.name, args, expression.arguments)
    }
    case 'aggregate': {
      const slot = layout.slotOfAggregate?.(expression)
      return slot === undefined || slot === null ? null : (row) => row[slot] ?? null
    }
    case 'window':
    case 'subquery': {
      const slot = layout.slotOfOther?.(expression) ?? null
      return slot === null ? null : (row) => row[slot] ?? null
    }
    case 'row':
      return null
    default:
      return assertNever(expression)
  }
}

/** A condition: is it true (neither false nor NULL) for a row? */
export function compileCondition(
  condition: BoundExpression,
  layout: Layout,
): ((row: readonly Value[]) => boolean) | null {
  const evaluate = compileExpression(condition, layout)
  return evaluate && ((row) => truth(evaluate(row)) === true)
}

function all<T>(items: readonly (T | null)[]): T[] | null {
  return items.includes(null) ? null : (items as T[])
}

function and(a: boolean | null, b: boolean | null): boolean | null {
  if (a === false || b === false) return false
  return a === null || b === null ? null : true
}

function or(a: boolean | null, b: boolean | null): boolean | null {
  if (a === true || b === true) return true
  return a === null || b === null ? null : false
}

function negated(value: boolean | null): boolean | null {
  return value === null ? null : !value
}

function unary(operator: Extract<BoundExpression, { kind: 'unary' }>['operator'], operand: Evaluate): Evaluate {
  switch (operator) {
    case '+':
      return operand
    case '-':
      return (row) => negate(operand(row))
    case '~':
      return (row) => bitwiseNot(operand(row))
    case 'NOT':
      return (row) => fromBoolean(negated(truth(operand(row))))
    case 'IS NULL':
      return (row) => (operand(row) === null ? 1 : 0)
    case 'IS NOT NULL':
      return (row) => (operand(row) === null ? 0 : 1)
    case 'IS TRUE':
      return (row) => (truth(operand(row)) === true ? 1 : 0)
    case 'IS NOT TRUE':
      return (row) => (truth(operand(row)) === true ? 0 : 1)
    case 'IS FALSE':
      return (row) => (truth(operand(row)) === false ? 1 : 0)
    case 'IS NOT FALSE':
      return (row) => (truth(operand(row)) === false ? 0 : 1)
  }
}

function binary(
  operator: Extract<BoundExpression, { kind: 'binary' }>['operator'],
  left: Evaluate,
  right: Evaluate,
): Evaluate | null {
  switch (operator) {
    case '+':
      return (row) => add(left(row), right(row))
    case '-':
      return (row) => subtract(left(row), right(row))
    case '*':
      return (row) => multiply(left(row), right(row))
    case '/':
      return (row) => divide(left(row), right(row))
    case '%':
      return (row) => modulo(left(row), right(row))
    case '&':
    case '|':
    case '<<':
    case '>>':
      return (row) => bitwise(operator, left(row), right(row))
    case '||':
      return (row) => {
        const [a, b] = [left(row), right(row)]
        return a === null || b === null ? null : toText(a) + toText(b)
      }
    case 'AND':
      return (row) => {
        const a = truth(left(row))
        return a === false ? 0 : fromBoolean(and(a, truth(right(row))))
      }
    case 'OR':
      return (row) => {
        const a = truth(left(row))
        return a === true ? 1 : fromBoolean(or(a, truth(right(row))))
      }
    case '->':
    case '->>':
      return null
  }
}

function compileCase(
  { base, branches, otherwise }: Extract<BoundExpression, { kind: 'case' }>,
  compile: (each: BoundExpression) => Evaluate | null,
): Evaluate | null {
  const subject = base ? compile(base) : null
  if (base && !subject) return null
  const fallback = otherwise ? compile(otherwise) : () => null
  if (!fallback) return null
  const compiled = all(
    branches.map((branch) => {
      const when = compile(branch.when)
      const result = compile(branch.result)
      const equals = compileComparison('=', branch.comparison)
      return when && result && equals && { when, result, equals }
    }),
  )
  if (!compiled) return null
  return (row) => {
    const value = subject?.(row) ?? null
    for (const { when, result, equals } of compiled) {
      const holds = subject ? equals(value, when(row)) : when(row)
      if (truth(holds) === true) return result(row)
    }
    return fallback(row)
  }
}
