import type { Comparison, ComparisonOperator } from '../bind/bound.ts'
import { compareValues } from '../compare.ts'
import { isKnownCollation } from '../key.ts'
import type { Value } from '../value.ts'
import { spelledNumber, toText } from './coerce.ts'

/** Below, at or above zero, as SQLite orders two values that are not NULL. */
export type Compare = (a: Exclude<Value, null>, b: Exclude<Value, null>) => number

/** Null when the collation is an application's own. */
export function compileCompare({ applied, comparedBy }: Comparison): Compare | null {
  if (!isKnownCollation(comparedBy)) return null
  switch (applied) {
    case 'NUMERIC':
      return (a, b) => {
        if (typeof a === 'number' && typeof b === 'number') return a - b
        return compareValues(asNumber(a), asNumber(b), comparedBy)
      }
    case 'TEXT':
      return (a, b) => {
        if (typeof a !== 'string' && typeof b !== 'string') return compareValues(a, b)
        return compareValues(asText(a), asText(b), comparedBy)
      }
    case 'NONE':
      return (a, b) => compareValues(a, b, comparedBy)
  }
}

function asNumber(value: Exclude<Value, null>): Exclude<Value, null> {
  return typeof value === 'string' ? (spelledNumber(value) ?? value) : value
}

function asText(value: Exclude<Value, null>): Exclude<Value, null> {
  return value instanceof Uint8Array ? value : toText(value)
}

export function compileComparison(operator: ComparisonOperator, comparison: Comparison) {
  const compare = compileCompare(comparison)
  if (!compare) return null
  const holds = {
    '=': (order: number) => order === 0,
    '<>': (order: number) => order !== 0,
    '<': (order: number) => order < 0,
    '<=': (order: number) => order <= 0,
    '>': (order: number) => order > 0,
    '>=': (order: number) => order >= 0,
    IS: (order: number) => order === 0,
    'IS NOT': (order: number) => order !== 0,
  }[operator]
  if (operator === 'IS' || operator === 'IS NOT') {
    const [same, other] = operator === 'IS' ? [1, 0] : [0, 1]
    return (a: Value, b: Value): Value => {
      if (a === null || b === null) return a === b ? same : other
      return holds(compare(a, b)) ? 1 : 0
    }
  }
  return (a: Value, b: Value): Value => (a === null || b === null ? null : holds(compare(a, b)) ? 1 : 0)
}
