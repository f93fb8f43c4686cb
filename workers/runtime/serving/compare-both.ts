import type { SqlValue } from '../../../schema/live.ts'

/**
 * Rows that were kept up to date, and the same query run again. `reordered`: the same rows in another order, which a query without a
 * total order may give. Values count as equal if they are the same to SQLite: their type and their bits.
 */
export type Comparison = 'equal' | 'reordered' | 'different'

export function compareBoth(kept: readonly SqlValue[][], again: readonly SqlValue[][]): Comparison {
  if (kept.length !== again.length) return 'different'
  const [ours, theirs] = [kept.map(exactly), again.map(exactly)]
  if (ours.every((row, place) => row === theirs[place])) return 'equal'
  ours.sort()
  theirs.sort()
  return ours.every((row, place) => row === theirs[place]) ? 'reordered' : 'different'
}

function exactly(row: readonly SqlValue[]): string {
  return JSON.stringify(row.map(tagged))
}

function tagged(value: SqlValue): unknown {
  if (typeof value === 'bigint') return ['bigint', String(value)]
  if (typeof value === 'number')
    return Number.isFinite(value) && !Object.is(value, -0) ? value : ['number', String(value)]
  if (value instanceof Uint8Array) return ['blob', ...value]
  return value
}
