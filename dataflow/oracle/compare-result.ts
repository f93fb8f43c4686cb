/*
 * When two answers to one query count as equal.
 *
 *   no ORDER BY          the same rows, as often
 *   ORDER BY             the same rows between the same places for every run of rows that tie; so a total order must agree row by row
 *   … LIMIT              the runs cut by the limit may show any of the rows that tie there
 *   LIMIT, no ORDER BY   any rows of the answer without LIMIT, as many
 *
 * Example: ORDER BY a over (1,x) (2,y) (2,z): (1,x) (2,z) (2,y) is equal, (2,y) (1,x) (2,z) is not; with LIMIT 2, (1,x) (2,z) is.
 */

import type { SqlValue } from '../../schema/live.ts'

/** The order that a query asks for, as SQLite's own answers show it. */
export interface OrderEvidence {
  /** Order keys of the expected rows, in their order; null: the query has no ORDER BY. */
  readonly keys: readonly string[] | null
  /** Rows of the answer without LIMIT and OFFSET, with their order keys; null: the query has no LIMIT. */
  readonly unlimited: { readonly rows: readonly SqlValue[][]; readonly keys: readonly string[] | null } | null
}

/** Null when equal; else the difference in a line. `evidence` is asked for only when the plain sequence differs. */
export function compareRows(
  got: readonly (readonly SqlValue[])[],
  expected: readonly (readonly SqlValue[])[],
  evidence: () => OrderEvidence,
): string | null {
  const gotKeys = got.map(encodeRow)
  const expectedKeys = expected.map(encodeRow)
  if (sameSequence(gotKeys, expectedKeys)) return null
  if (gotKeys.length !== expectedKeys.length) return `${gotKeys.length} rows, not ${expectedKeys.length}`
  const { keys, unlimited } = evidence()
  for (const [start, end] of runs(keys, expectedKeys.length)) {
    const atEdge = start === 0 || end === expectedKeys.length
    if (sameMultiset(gotKeys.slice(start, end), expectedKeys.slice(start, end))) continue
    if (!unlimited || !atEdge)
      return differenceOf(gotKeys.slice(start, end), expectedKeys.slice(start, end), keys !== null)
    const candidates = unlimited.rows.filter((_, i) => !keys || unlimited.keys![i] === keys[start]).map(encodeRow)
    if (!isSubMultiset(gotKeys.slice(start, end), candidates)) return 'a row that the limit could not have let in'
  }
  return null
}

export function encodeRow(row: readonly SqlValue[]): string {
  let encoded = ''
  for (const value of row) encoded += encode(value) + ' '
  return encoded
}

export function encode(value: SqlValue | undefined): string {
  if (value === null || value === undefined) return 'NULL'
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value)
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'string') return JSON.stringify(value)
  return `x'${Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join('')}'`
}

/** Runs of equal order keys; one run of everything when there is no order. */
function* runs(keys: readonly string[] | null, length: number): Generator<[start: number, end: number]> {
  let start = 0
  for (let end = 1; end <= length; end++) {
    const goesOn = end < length && (keys === null || keys[end] === keys[start])
    if (goesOn) continue
    yield [start, end]
    start = end
  }
}

function sameSequence(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((key, i) => key === b[i])
}

function sameMultiset(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && isSubMultiset(a, b)
}

function isSubMultiset(part: readonly string[], whole: readonly string[]): boolean {
  const counts = new Map<string, number>()
  for (const key of whole) counts.set(key, (counts.get(key) ?? 0) + 1)
  for (const key of part) {
    const left = counts.get(key) ?? 0
    if (left === 0) return false
    counts.set(key, left - 1)
  }
  return true
}

function differenceOf(got: readonly string[], expected: readonly string[], ordered: boolean): string {
  const extra = got.filter((key) => !expected.includes(key))
  const missing = expected.filter((key) => !got.includes(key))
  if (extra.length + missing.length === 0) return ordered ? 'rows in the wrong order' : 'a row too often or too seldom'
  return `extra ${extra.slice(0, 3).join('; ') || '–'} missing ${missing.slice(0, 3).join('; ') || '–'}`
}
