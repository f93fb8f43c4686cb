import type { Query, SqlValue } from '../live.ts'

/** Equal keys name the same live query: 1 and 1n differ (they bind alike, but a key must never merge what may differ). */
export function queryKey(query: Query): string {
  return JSON.stringify([query.sql, ...query.parameters.map(valueKey)])
}

function valueKey(value: SqlValue): unknown {
  if (typeof value === 'bigint') return { integer: String(value) }
  if (value instanceof Uint8Array) return { blob: Array.from(value) }
  if (typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))) {
    return { number: Object.is(value, -0) ? '-0' : String(value) }
  }
  return value
}
