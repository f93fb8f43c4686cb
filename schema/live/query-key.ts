import type { Bounds, SqlValue } from '../live.ts'

/**
 * The identity of a query: its text and its typed parameters. Equal keys name the same live query, in every thread.
 * Law: queries that may answer differently have different keys; so 1, 1n, '1' and x'31' differ.
 */
export function queryKey(query: {
  readonly sql: string
  readonly parameters: readonly unknown[]
  readonly bounds?: Bounds
}): string {
  const { bounds } = query
  let key = bounds ? `b${bounds.rows},${bounds.milliseconds}\u0000` : ''
  for (const value of query.parameters as readonly SqlValue[]) key += `${typedText(value)}\u0000`
  return key + query.sql
}

function typedText(value: SqlValue): string {
  if (value === null) return 'z'
  if (value instanceof Uint8Array) return `x${Array.from(value).join(',')}`
  if (typeof value === 'string') return `s${value.length}:${value}`
  if (Object.is(value, -0)) return 'n-0'
  return `${(typeof value)[0]}${value}`
}
