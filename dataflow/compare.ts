import { collate } from './key.ts'
import { Real, type Value } from './value.ts'

/**
 * SQLite's order of values: NULL, then numbers (INTEGER and REAL by exact value), then text by collation, then blobs.
 * BINARY compares UTF-8 bytes, which is the order of code points, not of UTF-16 units: '\uFFFF' < '🙂'.
 */
export function compareValues(a: Value, b: Value, collation = 'BINARY'): number {
  if (a === b) return 0
  const [rankA, rankB] = [rank(a), rank(b)]
  if (rankA !== rankB) return rankA - rankB
  switch (rankA) {
    case 0:
      return 0
    case 1:
      return compareNumbers(a as number | bigint | Real, b as number | bigint | Real)
    case 2:
      return compareTexts(collate(a as string, collation), collate(b as string, collation))
    default:
      return compareBytes(a as Uint8Array, b as Uint8Array)
  }
}

function rank(value: Value): 0 | 1 | 2 | 3 {
  if (value === null) return 0
  if (typeof value === 'string') return 2
  return value instanceof Uint8Array ? 3 : 1
}

function compareNumbers(a: number | bigint | Real, b: number | bigint | Real): number {
  // JavaScript compares number with bigint exactly
  const left = a instanceof Real ? a.value : a
  const right = b instanceof Real ? b.value : b
  return left < right ? -1 : left > right ? 1 : 0
}

function compareTexts(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    let x = a.charCodeAt(i)
    let y = b.charCodeAt(i)
    if (x === y) continue
    // lift surrogates above the rest of the basic plane
    if (x >= 0xd800 && x <= 0xdfff) x += 0x10000
    if (y >= 0xd800 && y <= 0xdfff) y += 0x10000
    return x - y
  }
  return a.length - b.length
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!
  return a.length - b.length
}
