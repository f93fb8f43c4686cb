import { integer, Real, real, type Value } from '../value.ts'
import { type Numeric, toDouble, toInteger, toNumeric } from './coerce.ts'

/**
 * `+ - * / %` and the bit operators. INTEGER with INTEGER stays INTEGER until it leaves 64 bits, then it is REAL:
 * 9223372036854775807 + 1 is 9.2233720368547758e+18, 7 / 2 is 3, 1 / 0 is NULL.
 */
export function add(a: Value, b: Value): Value {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b
    if (Number.isSafeInteger(sum)) return sum
  }
  return arithmetic(
    a,
    b,
    (x, y) => x + y,
    (x, y) => x + y,
  )
}

export function subtract(a: Value, b: Value): Value {
  if (typeof a === 'number' && typeof b === 'number') {
    const difference = a - b
    if (Number.isSafeInteger(difference)) return difference
  }
  return arithmetic(
    a,
    b,
    (x, y) => x - y,
    (x, y) => x - y,
  )
}

export function multiply(a: Value, b: Value): Value {
  if (typeof a === 'number' && typeof b === 'number') {
    const product = a * b
    if (Number.isSafeInteger(product)) return product + 0
  }
  return arithmetic(
    a,
    b,
    (x, y) => x * y,
    (x, y) => x * y,
  )
}

export function divide(a: Value, b: Value): Value {
  if (a === null || b === null) return null
  if (isZero(toNumeric(b))) return null
  return arithmetic(
    a,
    b,
    (p, q) => p / q,
    (p, q) => p / q,
  )
}

/** Both sides as integers; the result is REAL if one of them was. */
export function modulo(a: Value, b: Value): Value {
  if (a === null || b === null) return null
  const [x, y] = [toNumeric(a), toNumeric(b)]
  // of the operands as they are: '1e2' is REAL, yet counts as 1
  const [p, q] = [BigInt(toInteger(a)), BigInt(toInteger(b))]
  if (q === 0n) return null
  const rest = q === -1n ? 0n : p % q
  return x instanceof Real || y instanceof Real ? new Real(Number(rest)) : integer(rest)
}

export function negate(value: Value): Value {
  return value === null ? null : subtract(0, toNumeric(value))
}

export function bitwise(operator: '&' | '|' | '<<' | '>>', a: Value, b: Value): Value {
  if (a === null || b === null) return null
  const [x, y] = [BigInt(toInteger(a)), BigInt(toInteger(b))]
  switch (operator) {
    case '&':
      return integer(x & y)
    case '|':
      return integer(x | y)
    case '<<':
      return integer(shift(x, y))
    case '>>':
      return integer(shift(x, -y))
  }
}

export function bitwiseNot(value: Value): Value {
  return value === null ? null : integer(~BigInt(toInteger(value)))
}

// to the left by `count`, to the right when it is negative
function shift(value: bigint, count: bigint): bigint {
  if (count >= 64n) return 0n
  if (count <= -64n) return value < 0n ? -1n : 0n
  return count >= 0n ? BigInt.asIntN(64, value << count) : value >> -count
}

function arithmetic(
  a: Value,
  b: Value,
  exact: (x: bigint, y: bigint) => bigint,
  approximate: (x: number, y: number) => number,
): Value {
  if (a === null || b === null) return null
  const [x, y] = [toNumeric(a), toNumeric(b)]
  if (!(x instanceof Real) && !(y instanceof Real)) {
    const result = exact(BigInt(x), BigInt(y))
    if (BigInt.asIntN(64, result) === result) return integer(result)
  }
  // of the operands as they are: '-0' is -0.0 here, and 0 among integers
  return real(approximate(toDouble(a), toDouble(b)))
}

function double(value: Numeric): number {
  return value instanceof Real ? value.value : Number(value)
}

function isZero(value: Numeric): boolean {
  return double(value) === 0
}
