import { list, optional, parameter, select, text, type Sql } from '../sql-text.ts'
import type { Parts } from './parts.ts'

/**
 * The best k of each group, by a window in a subquery: over a table or a join, by one column or two, all of them or some, the number
 * compared in every way that ends at a k, and in some that do not.
 *
 *   SELECT * FROM (SELECT s1.a AS g0, s1.id AS x0, row_number() OVER (PARTITION BY s1.a ORDER BY s1.b DESC, s1.id) AS place FROM …)
 *   WHERE place <= 2
 */
export function topOfGroup(parts: Parts): Sql | null {
  const { random } = parts
  const from = parts.from(random.between(0, 1))
  if (!from.key) return null
  const groups = random.many(1, random.chance(0.2) ? 2 : 1, () => random.pick(from.columns).sql)
  const others = [...from.key, ...random.many(1, 3, () => random.pick(from.columns).sql)]
  const order = `${random.pick(from.columns).sql}${random.pick(['', ' DESC', ' NULLS LAST', ' DESC NULLS FIRST'])}`
  const call = random.pick(['row_number', 'row_number', 'row_number', 'row_number', 'rank'])
  const over = `PARTITION BY ${groups.join(', ')} ORDER BY ${order}, ${from.key.join(', ')}`
  const columns = [...groups.map((sql, i) => `${sql} AS g${i}`), ...others.map((sql, i) => `${sql} AS x${i}`)]
  const inner = text`SELECT ${columns.join(', ')}, ${call}() OVER (${over}) AS place FROM ${from.sql}${parts.where(from.columns, 1)}`
  const most = random.weighted<() => Sql>([
    [4, () => String(random.between(0, 4))],
    [1, () => parameter(random.pick([1, 2, 3, 2.5, '2', null, -1]), '?', '')],
    [1, () => random.pick(['2.5', "'2'", '-1', 'NULL', '1 + 1'])],
  ])()
  const wanted = random.weighted<() => Sql>([
    [6, () => text`place ${random.pick(['<=', '<=', '<', '='])} ${most}`],
    [1, () => text`${most} ${random.pick(['>=', '>', '='])} place`],
    [1, () => text`place BETWEEN ${random.pick(['1', '2'])} AND ${most}`],
    [1, () => text`place ${random.pick(['>', 'IS', '<>'])} ${most}`],
    [1, () => text`(place <= ${most} OR x0 IS NULL)`],
  ])()
  const more = random.chance(0.3) ? optional` AND ${random.pick(['x1 IS NOT NULL', 'x0 > 2', 'g0 IS NOT NULL'])}` : ''
  return random.weighted<() => Sql>([
    [4, () => select`SELECT * FROM (${inner}) WHERE ${wanted}${more}`],
    [2, () => select`SELECT x0, x1 FROM (${inner}) WHERE ${wanted}${more}`],
    [1, () => select`SELECT g0, count(*), min(x0) FROM (${inner}) WHERE ${wanted}${more} GROUP BY g0`],
    [1, () => select`SELECT DISTINCT g0, place FROM (${inner}) WHERE ${wanted}${more}`],
    [1, () => text`WITH best AS (${inner}) ${select`SELECT ${list(['g0', 'x0', 'place'])} FROM best WHERE ${wanted}${more} ORDER BY g0, place, x0`}`],
    [1, () => besideAnother(parts, inner, text`${wanted}${more}`)],
  ])() // prettier-ignore
}

function besideAnother(parts: Parts, inner: Sql, where: Sql): Sql {
  const other = parts.from(0)
  const { random } = parts
  const column = random.pick(other.columns).sql
  const join = random.pick(['LEFT JOIN', 'LEFT JOIN', 'JOIN', 'RIGHT JOIN'])
  return select`SELECT best.x0, best.place, ${column} FROM (${inner}) AS best ${join} ${other.sql} ON ${column} = best.${random.pick(['x0', 'x1', 'g0'])} WHERE ${where}`
}
