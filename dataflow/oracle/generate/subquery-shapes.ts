/* Subqueries: row values, deep correlation, comparison with an aggregate. */

import { expression, list, select, text, type Sql } from '../sql-text.ts'
import { leaf, randomCondition, randomExpression, type ScopeColumn } from './expression.ts'
import { like, type Parts } from './parts.ts'
import { quoteName } from './schema.ts'

export function rowValueMembership(parts: Parts): Sql {
  const { random } = parts
  const outer = parts.from(1)
  const inner = parts.from(0)
  const [a, b] = [random.pick(outer.columns), random.pick(outer.columns)]
  const [x, y] = [like(random, a, inner.columns), like(random, b, inner.columns)]
  const correlated = random.chance(0.3)
    ? text` WHERE ${random.pick(inner.columns).sql} ${random.pick(['=', '<', 'IS'])} ${random.pick(outer.columns).sql}`
    : parts.where(inner.columns, 1)
  const not = random.pick(['', '', 'NOT '])
  const columns = list([...(outer.key ?? []), a.sql, b.sql])
  return select`SELECT ${columns} FROM ${outer.sql} WHERE (${a.sql}, ${b.sql}) ${not}IN (SELECT ${x.sql}, ${y.sql} FROM ${inner.sql}${correlated})` // prettier-ignore
}

export function memberOfTable(parts: Parts): Sql | null {
  const { random, schema } = parts
  const narrow = schema.tables.filter(({ columns }) => columns.length === 1)
  if (narrow.length === 0) return null
  const from = parts.from(1)
  const column = random.pick(from.columns).sql
  return select`SELECT ${column} FROM ${from.sql} WHERE ${column} ${random.pick(['', 'NOT '])}IN ${quoteName(random.pick(narrow).name)}`
}

export function deepCorrelation(parts: Parts): Sql {
  const { random } = parts
  const [outer, middle, inner] = [parts.from(0), parts.from(0), parts.from(0)]
  const [a, b, c] = [random.pick(outer.columns), random.pick(middle.columns), random.pick(inner.columns)]
  const tie = (left: ScopeColumn, others: readonly ScopeColumn[]) => {
    return text`${like(random, left, others).sql} ${random.pick(['=', '=', 'IS', '<='])} ${left.sql}`
  }
  const deepest = text`SELECT count(*) FROM ${inner.sql} WHERE ${tie(a, inner.columns)} AND ${tie(b, inner.columns)}`
  const columns = list([...(outer.key ?? []), a.sql])
  return random.pick([
    () => select`SELECT ${columns}, (SELECT max((${deepest})) FROM ${middle.sql} WHERE ${tie(a, middle.columns)}) FROM ${outer.sql}`,
    () => select`SELECT ${columns} FROM ${outer.sql} WHERE EXISTS (SELECT 1 FROM ${middle.sql} WHERE (${deepest}) > 0)`,
    () => select`SELECT ${columns} FROM ${outer.sql} WHERE ${a.sql} ${random.pick(['', 'NOT '])}IN (SELECT ${b.sql} FROM ${middle.sql} WHERE ${c.sql.startsWith('(') ? '1' : text`EXISTS (${deepest})`})`,
    () => select`SELECT ${columns}, CASE WHEN (${text`SELECT count(*) FROM ${inner.sql} WHERE ${tie(a, inner.columns)}`}) > 1 THEN (SELECT min(${b.sql}) FROM ${middle.sql}) END FROM ${outer.sql}`,
  ])() // prettier-ignore
}

export function comparedWithAggregate(parts: Parts): Sql {
  const { random } = parts
  const [outer, inner] = [parts.from(1), parts.from(0)]
  const a = random.pick(outer.columns)
  const b = like(random, a, inner.columns)
  const call = random.pick(['max', 'min', 'count'])
  const link = random.chance(0.5)
    ? text` WHERE ${random.pick(inner.columns).sql} = ${random.pick(outer.columns).sql}`
    : parts.where(inner.columns, 1)
  const value = leaf(random, { columns: outer.columns }, 'int')
  return select`SELECT ${list([...(outer.key ?? []), a.sql, randomExpression(random, { columns: outer.columns }, 'text', 1)])} FROM ${outer.sql} WHERE ${a.sql} ${random.pick(['=', '>', '<', 'IS NOT'])} (SELECT ${call}(${b.sql}) FROM ${inner.sql}${link}) ${random.pick(['AND', 'OR'])} ${random.chance(0.5) ? randomCondition(random, { columns: outer.columns }, 1) : expression`${value} > 2`}` // prettier-ignore
}
