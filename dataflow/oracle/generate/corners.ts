import { list, optional, select, text, type Sql } from '../sql-text.ts'
import type { ScopeColumn } from './expression.ts'
import type { Parts } from './parts.ts'

/**
 * SELECTs that read a table in some corner alone: in ORDER BY, LIMIT, OFFSET, HAVING, FILTER, ON, GROUP BY, VALUES, the order of a window or
 * of an aggregate, the argument of a table-valued function, a CTE that only one of these names. Whoever follows the tables of FROM and of the
 * result columns follows too few.
 *
 *   SELECT r.id FROM r ORDER BY (SELECT max(m.ts) FROM m WHERE m.room = r.id) DESC, r.id LIMIT 3
 */
export function readInCorner(parts: Parts): Sql | null {
  const { random } = parts
  const from = parts.from(random.chance(0.3) ? 1 : 0)
  const { key, columns } = from
  if (!key) return null
  const keys = key.join(', ')
  const column = random.pick(columns)
  const sub = () => subquery(parts, columns)
  const alone = () => subquery(parts, [])
  const few = () => smallNumber(parts)
  const direction = () => random.pick(['', ' DESC', ' DESC', ' NULLS LAST'])
  const where = random.chance(0.4) ? parts.where(columns, 0) : ''
  const total = text` ORDER BY ${column.sql}${direction()}, ${keys}`
  const bySub = () => text` ORDER BY ${term(parts, columns)}${direction()}, ${keys}`
  return random.weighted<() => Sql | null>([
    [4, () => select`SELECT ${list([keys, column.sql])} FROM ${from.sql}${where}${bySub()}${parts.limit()}`],
    [2, () => memberOfOrdered(parts, from.sql, columns, keys)],
    [2, () => scalarOfOrdered(parts, from.sql, columns, keys)],
    [1, () => select`SELECT * FROM (SELECT ${list([keys, text`${column.sql} AS x`])} FROM ${from.sql}${where}${bySub()} LIMIT ${few()})`],
    [1, () => select`SELECT ${list([keys, column.sql])} FROM ${from.sql}${where}${total} LIMIT ${few()} OFFSET ${few()}`],
    [1, () => select`SELECT ${column.sql} FROM ${from.sql} UNION SELECT ${alone()} ORDER BY 1 LIMIT ${few()}`],
    [1, () => select`SELECT DISTINCT ${column.sql} FROM ${from.sql} ORDER BY 1 LIMIT 9 OFFSET ${few()}`],
    [2, () => groupsByCorner(parts, from.sql, column)],
    [1, () => select`SELECT group_concat(${column.sql}, ',' ORDER BY ${sub()}${direction()}, ${keys}) FROM ${from.sql}${where}`],
    [1, () => select`SELECT ${keys}, row_number() OVER (ORDER BY ${sub()}${direction()}, ${keys}) FROM ${from.sql}${where}`],
    [1, () => select`SELECT ${keys}, count(*) FILTER (WHERE ${column.sql} > ${alone()}) OVER (PARTITION BY ${random.pick(columns).sql}) FROM ${from.sql}`],
    [1, () => select`SELECT count(*) FILTER (WHERE ${column.sql} IS NOT ${sub()}), count(*) FROM ${from.sql}`],
    [1, () => joinedByCorner(parts, from.sql, columns, keys)],
    [1, () => select`SELECT * FROM (VALUES (1, ${alone()}), (2, ${few()})) ORDER BY 1`],
    [1, () => text`WITH w(m) AS (SELECT ${few()}) ${select`SELECT ${keys} FROM ${from.sql}${where} ORDER BY ${column.sql} = (SELECT m FROM w), ${keys}${parts.limit()}`}`],
    [1, () => text`WITH w(m) AS (SELECT ${few()}) ${select`SELECT ${keys} FROM ${from.sql} ORDER BY ${keys} LIMIT (SELECT m FROM w)`}`],
    [1, () => select`SELECT key, value FROM json_each((SELECT json_group_array(${column.sql} ORDER BY ${keys}) FROM ${from.sql} WHERE typeof(${column.sql}) <> 'blob'))`],
    [1, () => select`SELECT EXISTS (SELECT 1 FROM ${from.sql} ORDER BY ${sub()} LIMIT 1 OFFSET ${few()})`],
  ])() // prettier-ignore
}

/** One value: an extreme or a count of another table, of this row's or of all. */
function subquery(parts: Parts, outer: readonly ScopeColumn[]): Sql {
  const { random } = parts
  const inner = parts.from(0)
  const call = random.pick(['max', 'min', 'count'])
  const tied = outer.length > 0 && random.chance(0.75)
  const where = tied ? text` WHERE ${tie(parts, inner.columns, outer)}` : random.chance(0.4) ? parts.where(inner.columns, 0) : '' // prettier-ignore
  return text`(SELECT ${call}(${random.pick(inner.columns).sql}) FROM ${inner.sql}${where})`
}

/** 0 to 4, as another table has it. */
function smallNumber(parts: Parts): Sql {
  const inner = parts.from(0)
  return text`(SELECT count(*) % 5 FROM ${inner.sql}${optional`${parts.where(inner.columns, 0)}`})`
}

function term(parts: Parts, columns: readonly ScopeColumn[]): Sql {
  const { random } = parts
  const sub = subquery(parts, columns)
  const column = random.pick(columns).sql
  return random.weighted<Sql>([
    [5, sub],
    [1, text`CASE WHEN ${sub} > 2 THEN ${column} ELSE NULL END`],
    [1, text`coalesce(${sub}, ${column})`],
    [1, text`${column} IN (SELECT ${random.pick(columns).sql} UNION ALL SELECT ${sub})`],
    [1, text`${sub} IS NULL, ${column}`],
  ])
}

function tie({ random }: Parts, inner: readonly ScopeColumn[], outer: readonly ScopeColumn[]): Sql {
  const left = random.pick(inner)
  const fitting = outer.filter(({ type }) => type === left.type)
  return text`${left.sql} ${random.pick(['=', '=', '=', 'IS', '<'])} ${random.pick(fitting.length > 0 ? fitting : outer).sql}`
}

function memberOfOrdered(parts: Parts, from: Sql, columns: readonly ScopeColumn[], keys: string): Sql | null {
  const { random } = parts
  const inner = parts.from(0)
  if (!inner.key) return null
  const member = random.pick(inner.columns)
  const where = random.chance(0.5) ? text` WHERE ${tie(parts, inner.columns, columns)}` : ''
  const column = columns.find(({ type }) => type === member.type) ?? random.pick(columns)
  return select`SELECT ${keys}, ${column.sql} FROM ${from} WHERE ${column.sql} ${random.pick(['', 'NOT '])}IN (SELECT ${member.sql} FROM ${inner.sql}${where} ORDER BY ${term(parts, inner.columns)}${random.pick(['', ' DESC'])}, ${inner.key.join(', ')} LIMIT ${random.pick(['1', '2', smallNumber(parts)])})` // prettier-ignore
}

function scalarOfOrdered(parts: Parts, from: Sql, columns: readonly ScopeColumn[], keys: string): Sql | null {
  const { random } = parts
  const inner = parts.from(0)
  if (!inner.key) return null
  const where = random.chance(0.7) ? text` WHERE ${tie(parts, inner.columns, columns)}` : ''
  const offset = random.chance(0.5) ? text` OFFSET ${smallNumber(parts)}` : ''
  const order = random.chance(0.6) ? text`${term(parts, inner.columns)}, ` : ''
  return select`SELECT ${keys}, (SELECT ${random.pick(inner.columns).sql} FROM ${inner.sql}${where} ORDER BY ${order}${inner.key.join(', ')} LIMIT 1${offset}) FROM ${from}` // prettier-ignore
}

function groupsByCorner(parts: Parts, from: Sql, column: ScopeColumn): Sql {
  const { random } = parts
  const sub = subquery(parts, [column])
  const direction = random.pick(['', ' DESC'])
  return random.pick([
    () => select`SELECT ${column.sql}, count(*) FROM ${from} GROUP BY ${column.sql} ORDER BY ${sub}${direction}, ${column.sql}${parts.limit()}`,
    () => select`SELECT ${column.sql}, count(*) FROM ${from} GROUP BY ${column.sql} HAVING count(*) > ${smallNumber(parts)}`,
    () => select`SELECT ${sub}, count(*) FROM ${from} GROUP BY ${sub}`,
    () => select`SELECT ${column.sql}, sum(${sub} IS NULL) FROM ${from} GROUP BY ${column.sql}`,
  ])() // prettier-ignore
}

function joinedByCorner(parts: Parts, from: Sql, columns: readonly ScopeColumn[], keys: string): Sql {
  const { random } = parts
  const right = parts.from(0)
  const [a, b] = [random.pick(columns), random.pick(right.columns)]
  const kind = random.pick(['JOIN', 'LEFT JOIN', 'LEFT JOIN', 'FULL JOIN'])
  return select`SELECT ${keys}, ${b.sql} FROM ${from} ${kind} ${right.sql} ON ${a.sql} = ${b.sql} AND ${b.sql} ${random.pick(['>', 'IS NOT', '='])} ${subquery(parts, random.chance(0.5) ? columns : [])}` // prettier-ignore
}
