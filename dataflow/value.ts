import type { SqlValue } from '../schema/live.ts'

/**
 * A value as SQLite stores it. JavaScript has one number type where SQLite has two, so inside the engine
 *   INTEGER is a number up to ±(2⁵³−1) and a bigint beyond,
 *   REAL is always a `Real`: 5 and 5.0 differ (`5/2` is 2, `5.0/2` is 2.5, they print differently).
 * Rows leave the engine through `toSqlValue`.
 */
export type Value = null | number | bigint | Real | string | Uint8Array

/** A REAL. NaN never occurs: SQLite turns it into NULL. */
export class Real {
  readonly value: number
  constructor(value: number) {
    this.value = value
  }
}

/** REAL, or NULL for what is not a number. */
export function real(value: number): Real | null {
  return Number.isNaN(value) ? null : new Real(value)
}

/** An INTEGER of 64 bits in its canonical form: bigint only where a number would lose bits. */
export function integer(value: bigint): number | bigint {
  return value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value
}

export function toSqlValue(value: Value): SqlValue {
  return value instanceof Real ? value.value : value
}

/** A parameter as SQLite receives it: safe integers (not −0) and bigints are INTEGER, other numbers REAL. */
export function fromSqlValue(value: SqlValue): Value {
  if (typeof value === 'bigint') return integer(BigInt.asIntN(64, value))
  if (typeof value !== 'number') return value
  return Number.isSafeInteger(value) && !Object.is(value, -0) ? value : real(value)
}

/** Text whose bytes may be no UTF-8: they all decode to U+FFFD, so it cannot be compared or looked up here. */
export function mayBeMangled(value: Value | undefined): boolean {
  return typeof value === 'string' && value.includes('\uFFFD')
}
