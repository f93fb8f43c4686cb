import { Real, type Value } from './value.ts'

/**
 * Exact keys: two lists of values have the same key if and only if SQLite calls them equal (IS, under the collations
 * given). No hashing, so nothing is ever lost to a collision.
 *
 *   encodeKey([1, 'a:b'])      = 'i1,t3:a:b,'
 *   encodeKey([new Real(1)])   = 'i1,'           1 = 1.0
 *   encodeKey([new Real(0.5)]) = 'r0.5,'
 *   encodeKey(['Ä', 'Ab'], ['BINARY', 'NOCASE']) = 't1:Ä,t2:ab,'     NOCASE folds ASCII only
 */
export function encodeKey(values: readonly Value[], collations?: readonly string[]): string {
  let key = ''
  for (let i = 0; i < values.length; i++) key += encodeValue(values[i]!, collations?.[i]) + ','
  return key
}

/** An exact key inside the engine: the number itself for one safe integer, so that most keys cost nothing to make. */
export type KeyId = string | number

export function keyId(values: readonly Value[], collations?: readonly string[]): KeyId {
  return values.length === 1 ? keyIdOf(values[0]!, collations?.[0]) : encodeKey(values, collations)
}

/** Of one value. */
export function keyIdOf(value: Value, collation?: string): KeyId {
  if (typeof value === 'number') return value === 0 ? 0 : value
  if (value instanceof Real && Number.isSafeInteger(value.value)) return value.value === 0 ? 0 : value.value
  return encodeValue(value, collation) + ','
}

export function encodeValue(value: Value, collation = 'BINARY'): string {
  if (value === null || value === undefined) return 'n'
  switch (typeof value) {
    case 'number':
      return 'i' + (value === 0 ? '0' : value)
    case 'bigint':
      return 'i' + value
    case 'string': {
      const folded = collate(value, collation)
      return 't' + folded.length + ':' + folded
    }
  }
  if (value instanceof Real) return encodeReal(value.value)
  let hex = 'b'
  for (const byte of value) hex += byte < 16 ? '0' + byte.toString(16) : byte.toString(16)
  return hex
}

/** The representative of all texts that `collation` calls equal. */
export function collate(text: string, collation: string): string {
  switch (collation) {
    case 'NOCASE':
      return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
    case 'RTRIM':
      return text.replace(/ +$/, '')
    default:
      return text
  }
}

/** Only these compare as `collate` says; a query that compares by another cannot use keys. */
export function isKnownCollation(collation: string): boolean {
  return collation === 'BINARY' || collation === 'NOCASE' || collation === 'RTRIM'
}

function encodeReal(value: number): string {
  if (Number.isInteger(value) && value >= -9223372036854775808 && value < 9223372036854775808) {
    return 'i' + (Number.isSafeInteger(value) ? (value === 0 ? '0' : value) : BigInt(value))
  }
  return 'r' + value
}
