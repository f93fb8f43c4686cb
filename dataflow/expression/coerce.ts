import type { ColumnAffinity } from '../catalog/catalog.ts'
import { integer, Real, real, type Value } from '../value.ts'
import { AskSqlite } from './ask-sqlite.ts'

/** SQLite's conversions between the storage classes (vdbemem.c), each without loss where SQLite's has none. */

export type Numeric = number | bigint | Real

const MIN = -9223372036854775808n
const MAX = 9223372036854775807n
const numberPrefix = /^[ \t\n\v\f\r]*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)/
const wholeNumber = /^[ \t\n\v\f\r]*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[ \t\n\v\f\r]*$/
const integerPrefix = /^[ \t\n\v\f\r]*([+-]?\d+)/

/** What an operator of arithmetic makes of an operand: `'12abc'` is 12, `'1e3'` is 1000.0, `'abc'` is 0. */
export function toNumeric(value: Exclude<Value, null>): Numeric {
  if (typeof value === 'number' || typeof value === 'bigint' || value instanceof Real) return value
  return numericPrefix(typeof value === 'string' ? value : decode(value))
}

export function numericPrefix(text: string): Numeric {
  const digits = numberPrefix.exec(text)?.[1]
  return digits === undefined ? 0 : parseNumber(digits)
}

function parseNumber(digits: string): Numeric {
  if (!/^[+-]?\d+$/.test(digits)) return new Real(Number(digits))
  if (digits.length < 16) return Number(digits) + 0
  const value = BigInt(digits.replace('+', ''))
  return value >= MIN && value <= MAX ? integer(value) : new Real(Number(digits))
}

/** The number that a text spells from end to end, null if it does not. */
export function spelledNumber(text: string): Numeric | null {
  // SQLite reads it up to the NUL
  if (text.includes('\0')) throw new AskSqlite('text with NUL as a number')
  return wholeNumber.test(text) ? parseNumber(text.trim()) : null
}

/** sqlite3VdbeRealValue */
export function toDouble(value: Exclude<Value, null>): number {
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value)
  if (value instanceof Real) return value.value
  // '-0' is -0.0, though as an integer it is 0
  return Number(numberPrefix.exec(typeof value === 'string' ? value : decode(value))?.[1] ?? 0)
}

/** sqlite3VdbeIntValue: what bit operators, `%` and integer arguments see. Clamped to 64 bits. */
export function toInteger(value: Exclude<Value, null>): number | bigint {
  if (typeof value === 'number' || typeof value === 'bigint') return value
  if (value instanceof Real) return truncate(value.value)
  const digits = integerPrefix.exec(typeof value === 'string' ? value : decode(value))?.[1]
  if (digits === undefined) return 0
  if (digits.length < 16) return Number(digits) + 0
  return integer(clamp(BigInt(digits.replace('+', ''))))
}

function truncate(value: number): number | bigint {
  const whole = Math.trunc(value) + 0
  if (Number.isSafeInteger(whole)) return whole
  if (whole <= -9223372036854775808) return MIN
  return whole >= 9223372036854775808 ? MAX : BigInt(whole)
}

function clamp(value: bigint): bigint {
  return value < MIN ? MIN : value > MAX ? MAX : value
}

/** Is it true? NULL is neither. */
export function truth(value: Value): boolean | null {
  if (value === null) return null
  return typeof value === 'number' ? value !== 0 : toDouble(value) !== 0
}

export function fromBoolean(value: boolean | null): Value {
  return value === null ? null : value ? 1 : 0
}

export function toText(value: Exclude<Value, null>): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  return value instanceof Real ? realToText(value.value) : decode(value)
}

/**
 * SQLite prints 17 digits, and fewer when they end in 000 or 999 (`0.1`, but `0.33333333333333332`); its 17th digit is
 * not always the nearest. Up to 13 digits there is no doubt.
 */
export function realToText(value: number): string {
  if (value === 0) return '0.0'
  if (value === Infinity || value === -Infinity) return value > 0 ? 'Inf' : '-Inf'
  if (Math.abs(value) < 2.2250738585072014e-308) throw new AskSqlite('a subnormal REAL as text')
  const [mantissa, exponentText] = value.toExponential().split('e') as [string, string]
  const digits = mantissa.replace(/[-.]/g, '')
  if (digits.length > 13) throw new AskSqlite('a REAL of more than 13 digits as text')
  const exponent = Number(exponentText)
  const sign = value < 0 ? '-' : ''
  if (exponent < -4 || exponent > 16) {
    const size = String(Math.abs(exponent)).padStart(2, '0')
    return `${sign}${digits[0]}.${digits.slice(1) || '0'}e${exponent < 0 ? '-' : '+'}${size}`
  }
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`
  const padded = digits.padEnd(exponent + 1, '0')
  return `${sign}${padded.slice(0, exponent + 1)}.${padded.slice(exponent + 1) || '0'}`
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const encoder = new TextEncoder()

/** Bytes as text. */
export function decode(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch {
    throw new AskSqlite('bytes that are no UTF-8 as text')
  }
}

export function encode(text: string): Uint8Array {
  return encoder.encode(text)
}

/** Text of which SQLite's C functions see every character: they stop at NUL. */
export function textWithoutNul(value: Exclude<Value, null>): string {
  const text = toText(value)
  if (text.includes('\0')) throw new AskSqlite('text with NUL')
  return text
}

/** CAST. */
export function cast(value: Value, to: ColumnAffinity): Value {
  if (value === null) return null
  switch (to) {
    case 'TEXT':
      return toText(value)
    case 'BLOB':
      return value instanceof Uint8Array ? value : encode(toText(value))
    case 'INTEGER':
      return toInteger(value)
    case 'REAL':
      return real(toDouble(value))
    case 'NUMERIC': {
      if (typeof value === 'number' || typeof value === 'bigint' || value instanceof Real) return value
      const numeric = toNumeric(value)
      if (!(numeric instanceof Real)) return numeric
      // a text that spells an integer, however it does, becomes one
      const whole = numeric.value
      return Number.isInteger(whole) && Math.abs(whole) < 2251799813685248 ? whole + 0 : askWhole(numeric)
    }
  }
}

function askWhole(value: Real): Real {
  if (Number.isInteger(value.value) && Math.abs(value.value) < 9223372036854775808) {
    throw new AskSqlite('a large REAL in text as NUMERIC')
  }
  return value
}
