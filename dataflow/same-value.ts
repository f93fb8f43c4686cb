import { Real, type Value } from './value.ts'

/** The same type and the same bits: 1 and 1.0 differ. */
export function sameValue(a: Value, b: Value): boolean {
  if (Object.is(a, b)) return true
  if (a instanceof Real) return b instanceof Real && Object.is(a.value, b.value)
  if (a instanceof Uint8Array) return b instanceof Uint8Array && a.length === b.length && a.every((x, i) => x === b[i])
  return false
}

/** Of rows of one width. */
export function sameValues(a: readonly Value[], b: readonly Value[]): boolean {
  for (let i = 0; i < a.length; i++) if (!sameValue(a[i]!, b[i]!)) return false
  return true
}
