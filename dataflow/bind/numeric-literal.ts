import { integer, Real, type Value } from '../value.ts'

/** `12`, `1_000`, `0xff`, `1.5e3` as SQLite reads them: an integer past 64 bits is REAL, hex wraps to 64 bits. */
export function numericLiteral(text: string): Value {
  const digits = text.replaceAll('_', '')
  if (/^0x/i.test(digits)) return integer(BigInt.asIntN(64, BigInt(digits)))
  if (!/^\d+$/.test(digits)) return new Real(Number(digits))
  const value = BigInt(digits)
  return value <= 9223372036854775807n ? integer(value) : new Real(Number(digits))
}
