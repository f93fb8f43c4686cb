/** A query that differs from another in its constants alone: the engine plans the two as one, and routes rows between them. */
import type { Random } from '../random.ts'
import type { Sql } from '../sql-text.ts'

export function sibling(random: Random, sql: Sql): Sql {
  if (typeof sql === 'string') return sql
  if (sql.parameter) {
    const { value } = sql.parameter
    if (typeof value !== 'number') return sql
    return { ...sql, parameter: { ...sql.parameter, value: random.between(0, 5) } }
  }
  const [only] = sql.parts
  if (sql.sort === 'expression' && sql.parts.length === 1 && typeof only === 'string' && /^\d$/.test(only)) {
    return { ...sql, parts: [String(random.between(0, 5))] }
  }
  return { ...sql, parts: sql.parts.map((part) => sibling(random, part)) }
}
