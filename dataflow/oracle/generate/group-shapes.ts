/* Groups: of joins, of groups, ordered by what they count, and with bare columns. */

import { expression, list, optional, select, text, type Sql } from '../sql-text.ts'
import { randomCondition, type ScopeColumn } from './expression.ts'
import { like, type Parts } from './parts.ts'
import { quoteName } from './schema.ts'

export function windowOverGroups(parts: Parts): Sql {
  const { random } = parts
  const from = parts.from(1)
  const key = random.pick(from.columns).sql
  const direction = random.pick(['', ' DESC'])
  const call = random.pick([
    `sum(count(*)) OVER (ORDER BY ${key}${direction})`,
    `rank() OVER (ORDER BY count(*) DESC)`,
    `count(*) * 1.0 / sum(count(*)) OVER ()`,
    `max(count(*)) OVER (PARTITION BY count(*) % 2)`,
    `lag(count(*)) OVER (ORDER BY ${key})`,
  ])
  const having = random.chance(0.2) ? optional` HAVING count(*) > 1` : ''
  return select`SELECT ${key}, count(*), ${call} FROM ${from.sql}${parts.where(from.columns, 1)} GROUP BY ${key}${having}${random.chance(0.4) ? text` ORDER BY ${key}${direction}${parts.limit()}` : ''}` // prettier-ignore
}

export function bestGroups(parts: Parts): Sql {
  const { random } = parts
  const from = parts.from(1)
  const key = random.pick(from.columns).sql
  const aggregate = parts.aggregate(from.columns)
  const alias = random.pick(['n', '"a b"', 'value', '[count]'])
  const more = random.chance(0.3) ? text`, ${parts.aggregate(from.columns)}` : ''
  return select`SELECT ${key}, ${aggregate} AS ${alias}${more} FROM ${from.sql}${parts.where(from.columns, 1)} GROUP BY ${key} ORDER BY ${random.pick([alias, '2'])}${random.pick([' DESC', ''])}, ${key}${parts.limit()}` // prettier-ignore
}

/** Of tables joined by an equation, so that most groups have rows; the columns of the one whose key groups stand bare. */
export function groupsOfJoin(parts: Parts): Sql | null {
  const { random, schema } = parts
  const tables = schema.tables.filter(({ kind, key }) => kind === 'table' && key.length > 0)
  if (tables.length === 0) return null
  const sources = random.many(1, 3, (i) => {
    const table = random.pick(tables)
    const name = (column: string) => `g${i}.${column === 'rowid' ? column : quoteName(column)}`
    const columns = table.columns.map((c) => ({ sql: name(c.name), type: c.type, collation: c.collation }))
    return { sql: `${quoteName(table.name)} AS g${i}`, columns, key: table.key.map(name) }
  })
  const [first, ...others] = sources as [(typeof sources)[0], ...typeof sources]
  let from: Sql = first.sql
  const columns: ScopeColumn[] = [...first.columns]
  for (const { sql, columns: own } of others) {
    const a = random.pick(columns)
    const more = random.chance(0.3)
      ? optional` AND ${randomCondition(random, { columns: [...columns, ...own] }, 1)}`
      : ''
    const kind = random.pick(['JOIN', 'JOIN', 'LEFT JOIN'])
    from = text`${from} ${kind} ${sql} ON ${a.sql} = ${like(random, a, own).sql}${more}`
    columns.push(...own)
  }
  const byRow = random.chance(0.5)
  const keys = byRow ? [...first.key] : random.many(0, 2, () => random.pick(columns).sql)
  const bare = byRow && random.chance(0.6) ? [random.pick(first.columns).sql] : []
  const number = () => random.pick([...columns.filter(({ type }) => type === 'int' || type === 'real'), ...columns.slice(0, 1)]) // prettier-ignore
  const calls = random.many(1, 3, () =>
    random.pick<() => Sql>([
      () => 'count(*)',
      () => `count(${random.pick(columns).sql})`,
      () => `${random.pick(['sum', 'sum', 'avg', 'total'])}(${number().sql})`,
      () => `${random.pick(['min', 'max'])}(${random.pick(columns).sql})`,
      () => expression`count(*) FILTER (WHERE ${randomCondition(random, { columns }, 1)})`,
    ])(),
  )
  const group = keys.length > 0 ? ` GROUP BY ${keys.join(', ')}` : ''
  const having = keys.length > 0 && random.chance(0.1) ? ' HAVING count(*) > 1' : ''
  return select`SELECT ${list([...keys, ...bare, ...calls])} FROM ${from}${parts.where(columns, 0)}${group}${having}`
}

export function havingAlone(parts: Parts): Sql {
  const from = parts.from(1)
  const having = expression`${parts.aggregate(from.columns)} ${parts.random.pick(['>', '<=', 'IS NOT', '='])} ${parts.random.pick(['2', 'NULL', '0'])}`
  return select`SELECT ${parts.aggregate(from.columns)} FROM ${from.sql}${parts.where(from.columns, 1)} HAVING ${having}`
}

export function aggregateOfAggregate(parts: Parts): Sql {
  const { random } = parts
  const from = parts.from(1)
  const [key, other] = [random.pick(from.columns).sql, random.pick(from.columns).sql]
  const inner = text`SELECT ${key} AS x, count(*) AS n, count(${other}) AS m FROM ${from.sql}${parts.where(from.columns, 1)} GROUP BY ${key}`
  return random.pick([
    () => select`SELECT n, count(*) FROM (${inner}) GROUP BY n`,
    () => select`SELECT max(n), min(m), sum(n) FROM (${inner})`,
    () => select`SELECT x FROM (${inner}) WHERE n = (SELECT max(n) FROM (${inner}))`,
    () => select`SELECT DISTINCT n, m FROM (${inner})`,
    () => select`SELECT a.x, b.n FROM (${inner}) AS a JOIN (${inner}) AS b ON a.n = b.m`,
    () => select`SELECT n, x, row_number() OVER (PARTITION BY n ORDER BY x) FROM (${inner})`,
    () => select`SELECT avg(n) FROM (${inner}) WHERE x IS NOT NULL HAVING count(*) > 1`,
  ])()
}

/** The one case in which a bare column has one answer: beside the only max() or min(), where one row alone has it; or it is what is sought. */
export function bareBesideExtreme(parts: Parts): Sql | null {
  const { random, schema } = parts
  const tables = schema.tables.filter(({ key, kind }) => key.length === 1 && kind === 'table')
  if (tables.length === 0) return null
  const table = random.pick(tables)
  const name = (column: string) => `b0.${column === 'rowid' ? column : quoteName(column)}`
  const columns = table.columns.map((c) => ({ sql: name(c.name), type: c.type, collation: c.collation }))
  const column = () => random.pick(columns).sql
  const isOfKey = random.chance(0.8)
  const sought = isOfKey ? name(table.key[0]!) : column()
  const extreme = `${random.pick(['max', 'min'])}(${sought})`
  // of several rows that have the extreme, SQLite takes any
  const bare = () => (isOfKey ? column() : sought)
  const isGrouped = random.chance(0.7)
  const group = isGrouped ? column() : bare()
  const more = random.chance(0.4) ? [random.pick(['count(*)', `sum(${column()})`, `length(${bare()})`])] : []
  const other = random.pick(tables)
  const join = random.chance(0.2) ? text` JOIN ${quoteName(other.name)} AS b1 ON b1.${other.key[0] === 'rowid' ? 'rowid' : quoteName(other.key[0]!)} = ${column()}` : '' // prettier-ignore
  const groups = isGrouped ? text` GROUP BY ${group}` : ''
  return select`SELECT ${list([group, extreme, bare(), bare(), ...more])} FROM ${quoteName(table.name)} AS b0${join}${parts.where(columns, 0)}${groups}`
}
