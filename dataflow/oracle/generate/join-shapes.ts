/* Joins that a walk over clauses seldom makes: chains of USING, and parentheses. */

import { list, optional, select, text, type Sql } from '../sql-text.ts'
import type { ScopeColumn } from './expression.ts'
import { like, type Parts } from './parts.ts'
import { quoteName, type Table } from './schema.ts'

export function chainOfUsing({ random, schema }: Parts): Sql | null {
  const tables = random.many(3, 3, () => random.pick(schema.tables))
  const [first, ...others] = tables as [Table, ...Table[]]
  const seen = new Set(first.columns.map((c) => c.name))
  let joined = `${quoteName(first.name)} AS p0`
  const merged: string[] = []
  for (const [i, other] of others.entries()) {
    const shared = other.columns.filter((c) => seen.has(c.name))
    const kind = random.pick(['JOIN', 'JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN', ','])
    const name = `${quoteName(other.name)} AS p${i + 1}`
    if (shared.length === 0 || kind === ',') joined += `, ${name}`
    else {
      const using = random.sample(shared, random.between(1, 2)).map((c) => quoteName(c.name))
      merged.push(...using)
      joined += ` ${kind} ${name} USING (${using.join(', ')})`
    }
    for (const column of other.columns) seen.add(column.name)
  }
  const columns = random.pick(['*', 'p0.*', 'p1.*, p2.*', ...merged])
  const where = merged.length > 0 && random.chance(0.4) ? optional` WHERE ${random.pick(merged)} IS NOT NULL` : ''
  return select`SELECT ${columns} FROM ${joined}${where}`
}

export function parenthesisedJoin(parts: Parts): Sql {
  const { random } = parts
  const [a, b, c] = [parts.from(0), parts.from(0), parts.from(0)]
  const tie = (x: readonly ScopeColumn[], y: readonly ScopeColumn[]) => {
    const left = random.pick(x)
    return text`${left.sql} = ${like(random, left, y).sql}`
  }
  const kind = () => random.pick(['JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN', 'CROSS JOIN'])
  const inner = text`(${b.sql} ${kind()} ${c.sql} ON ${tie(b.columns, c.columns)})`
  const columns = random.pick(['*', text`${list([random.pick(a.columns).sql, random.pick(b.columns).sql, random.pick(c.columns).sql])}`]) // prettier-ignore
  return select`SELECT ${columns} FROM ${a.sql} ${kind()} ${inner} ON ${tie(a.columns, [...b.columns, ...c.columns])}${parts.where(a.columns, 1)}` // prettier-ignore
}

/** NATURAL, or USING some of the columns that two tables share. */
export function naturalJoin({ random, schema }: Parts): Sql {
  const [a, b] = [random.pick(schema.tables), random.pick(schema.tables)]
  const shared = a.columns.filter((c) => b.columns.some((other) => other.name === c.name))
  const kind = random.pick(['JOIN', 'LEFT JOIN', 'FULL JOIN', 'RIGHT JOIN'])
  if (shared.length === 0 || random.chance(0.4)) {
    return select`SELECT * FROM ${quoteName(a.name)} AS p NATURAL ${kind} ${quoteName(b.name)} AS q`
  }
  const using = random.sample(shared, random.between(1, 2)).map((c) => quoteName(c.name))
  const columns = random.pick(['*', `${using[0]}, p.*`, `${using[0]}, q.${using[0]}`])
  return select`SELECT ${columns} FROM ${quoteName(a.name)} AS p ${kind} ${quoteName(b.name)} AS q USING (${using.join(', ')})` // prettier-ignore
}
