import type { SqlValue } from '../../schema/live.ts'
import { encodeKey } from '../key.ts'
import { fromSqlValue } from '../value.ts'

/**
 * Keys of result rows: the values of the key columns (all columns when there are none), then an ordinal where several
 * rows share them. Ordinals count up from the first, so the highest leaves first.
 *
 *   rows (x), (y), (x) by content → 't1:x,' 't1:y,' 't1:x,#1'
 */
export function assignKeys(rows: readonly SqlValue[][], keyColumns: readonly number[] | null): string[] {
  const counts = new Map<string, number>()
  return rows.map((row) => {
    const values = keyColumns ? keyColumns.map((column) => row[column]!) : row
    const key = encodeKey(values.map(fromSqlValue))
    const ordinal = counts.get(key) ?? 0
    counts.set(key, ordinal + 1)
    return ordinal === 0 ? key : `${key}#${ordinal}`
  })
}
