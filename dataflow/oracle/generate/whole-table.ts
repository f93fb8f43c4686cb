import { select, text, type Sql } from '../sql-text.ts'
import type { Parts } from './parts.ts'
import { quoteName } from './schema.ts'

/**
 * What looks at a whole table for each row, or for the first few: places, running totals, shares, quantiles, neighbours, islands, medians,
 * paths. A write moves all of it or next to nothing, and the cheaper of following and running again differs from turn to turn.
 *
 *   SELECT id, a, dense_rank() OVER (ORDER BY a DESC) AS place FROM t ORDER BY place, id LIMIT 5
 */
export function overWholeTable({ random, schema }: Parts): Sql | null {
  const tables = schema.tables.filter(
    ({ kind, key, columns }) => kind === 'table' && key.length > 0 && columns.some(({ type }) => type === 'int'),
  )
  if (tables.length === 0) return null
  const table = random.pick(tables)
  const from = quoteName(table.name)
  const name = (column: string) => (column === 'rowid' ? column : quoteName(column))
  const keys = table.key.map(name)
  const key = keys.join(', ')
  const numbers = table.columns.filter(({ type }) => type === 'int').map((each) => name(each.name))
  const [value, other] = [random.pick(numbers), random.pick(numbers)]
  const group = name(random.pick(table.columns).name)
  const few = random.pick(['1', '3', '5', '20'])
  const rank = random.pick(['rank()', 'dense_rank()', 'cume_dist()', 'percent_rank()'])
  const direction = random.pick(['', ' DESC'])
  const limit = random.chance(0.6) ? ` LIMIT ${few}` : ''
  const qualified = (alias: string) => keys.map((each) => `${alias}.${each}`).join(', ')
  const any = name(random.pick(table.columns).name)
  const along = () =>
    random.pick([
      'row_number() OVER w',
      `${value} - lag(${value}) OVER w`,
      `lead(${any}, 2) OVER w`,
      `sum(${value}) OVER w`,
      `avg(${other}) FILTER (WHERE ${value} > 2) OVER w`,
      `total(${value}) OVER w * 2`,
      `count(${any}) OVER w`,
      `min(${any}) OVER w`,
      `first_value(${any}) OVER w`,
      `CASE WHEN ntile(3) OVER w = 1 THEN ${value} ELSE cume_dist() OVER w END`,
    ])
  return random.pick([
    () => select`SELECT ${key}, ${value}, ${rank} OVER (ORDER BY ${value}${direction}) AS place FROM ${from} ORDER BY place, ${key}${limit}`,
    () => select`SELECT ${key}, ${value}, sum(${value}) OVER (ORDER BY ${other}, ${key}) AS total FROM ${from} ORDER BY ${other} DESC, ${keys.map((each) => `${each} DESC`).join(', ')}${limit}`,
    () => select`SELECT ${key}, ${value} * 100.0 / (SELECT sum(${value}) FROM ${from}) FROM ${from}`,
    () => select`SELECT ${group}, count(*) * 100.0 / (SELECT count(*) FROM ${from}) FROM ${from} GROUP BY ${group}`,
    () => select`SELECT ${key}, ntile(4) OVER w, percent_rank() OVER w FROM ${from} WINDOW w AS (ORDER BY ${value}${direction}, ${key})`,
    () => select`SELECT ${group}, min(${value}), max(${value}), count(*) FROM (SELECT ${group}, ${value}, ${value} - row_number() OVER (PARTITION BY ${group} ORDER BY ${value}, ${key}) AS island FROM ${from}) GROUP BY ${group}, island`,
    () => select`SELECT ${key}, ${value}, lag(${value}) OVER w, lead(${value}) OVER w FROM ${from} WINDOW w AS (ORDER BY ${value}, ${key})${random.chance(0.4) ? ` ORDER BY ${key}` : ''}`,
    () => select`SELECT ${key}, ${value} FROM ${from} WHERE ${value} > (SELECT avg(${value}) FROM ${from})${random.chance(0.4) ? ` ORDER BY ${value}, ${key}${limit}` : ''}`,
    () => select`SELECT ${key}, ${group} FROM ${from} WHERE (${group}, ${value}) IN (SELECT ${group}, max(${value}) FROM ${from} GROUP BY ${group})`,
    () => select`SELECT ${value} FROM ${from} ORDER BY ${value}, ${key} LIMIT 1 OFFSET (SELECT count(*) / 2 FROM ${from})`,
    () => select`SELECT ${qualified('p')}, p.${value}, 1 + (SELECT count(*) FROM ${from} AS q WHERE q.${value} > p.${value}) FROM ${from} AS p${random.chance(0.5) ? ` WHERE p.${other} < 9` : ''}`,
    () => select`SELECT ${group}, sum(${value}), sum(sum(${value})) OVER () FROM ${from} GROUP BY ${group}`,
    () => select`SELECT count(DISTINCT ${group}), count(DISTINCT ${value}) FROM ${from}`,
    () => select`SELECT * FROM (SELECT ${key}, ${value}, ${random.pick(['rank()', 'dense_rank()', 'row_number()'])} OVER (ORDER BY ${value}${direction}${random.pick(['', `, ${key}`])}) AS place FROM ${from}) WHERE place <= ${few} ORDER BY place, ${key}`,
    () => select`SELECT ${key}, ${along()}, ${along()} FROM ${from}${random.pick(['', ` WHERE ${other} < 9`])} WINDOW w AS (ORDER BY ${group}${direction}, ${key}) ORDER BY ${group}${direction}, ${key}${random.pick(['', limit])}`,
    () => select`SELECT ${key}, sum(${any}) OVER w, ${along()} FROM ${from} WINDOW w AS (ORDER BY ${value}, ${key}) ORDER BY ${value} DESC, ${keys.map((each) => `${each} DESC`).join(', ')}`,
    () => select`SELECT ${key}, ${rank} OVER w, count(*) OVER w, max(${any}) OVER w, sum(${other}) OVER w FROM ${from} WINDOW w AS (ORDER BY ${value}${direction}) ORDER BY ${value}${direction}, ${key}`,
    () => select`SELECT ${key}, count(*) OVER () AS total, sum(${any}) OVER () FROM ${from}${random.pick(['', ` WHERE ${value} IS NOT NULL`])} ORDER BY ${group}, ${key}${limit}`,
    () => select`SELECT ${group}, count(*), sum(count(*)) OVER (ORDER BY ${group}), rank() OVER (ORDER BY ${group}) FROM ${from} GROUP BY ${group} ORDER BY ${group}`,
    () => select`SELECT ${key}, ${any} / (SELECT max(${any}) FROM ${from}), (SELECT count(${group}) FROM ${from}) - ${value} FROM ${from}${random.pick(['', ` WHERE ${other} > 2`])} ORDER BY ${value}, ${key}${limit}`,
    () => text`WITH RECURSIVE walk(id, path, depth) AS (SELECT ${value}, '/' || ${value}, 0 FROM ${from} WHERE ${other} IS NULL OR ${other} < 3 UNION ALL SELECT t.${value}, walk.path || '/' || t.${value}, depth + 1 FROM walk JOIN ${from} AS t ON t.${other} = walk.id WHERE depth < 3) ${select`SELECT id, path, depth FROM walk ORDER BY path, id, depth`}`,
    () => text`WITH RECURSIVE near(id, steps) AS (SELECT 1, 0 UNION SELECT t.${other}, steps + 1 FROM near JOIN ${from} AS t ON t.${value} = near.id WHERE steps < 3) ${select`SELECT id, min(steps) FROM near GROUP BY id`}`,
  ])() // prettier-ignore
}
