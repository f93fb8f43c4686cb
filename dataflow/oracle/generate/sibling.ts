import type { Random } from '../random.ts'
import type { Sql } from '../sql-text.ts'

/**
 * A query that differs from another in its constants alone: the engine plans the two as one, and routes rows between them.
 * What was one constant twice stays so: `group_concat(f(1) ORDER BY f(1))` would else have no single answer.
 */
export function sibling(random: Random, sql: Sql): Sql {
  const known = new Map<number, number>()
  const other = (constant: number) => {
    const value = known.get(constant) ?? random.between(0, 5)
    known.set(constant, value)
    return value
  }
  return withConstants(other, sql)
}

function withConstants(other: (constant: number) => number, sql: Sql): Sql {
  if (typeof sql === 'string') return sql
  if (sql.parameter) {
    const { value } = sql.parameter
    if (typeof value !== 'number') return sql
    return { ...sql, parameter: { ...sql.parameter, value: other(value) } }
  }
  const [only] = sql.parts
  if (sql.sort === 'expression' && sql.parts.length === 1 && typeof only === 'string' && /^\d$/.test(only)) {
    return { ...sql, parts: [String(other(Number(only)))] }
  }
  return { ...sql, parts: sql.parts.map((part) => withConstants(other, part)) }
}
