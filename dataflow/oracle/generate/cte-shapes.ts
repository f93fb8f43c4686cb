/* WITH inside WITH, CTEs that are used twice, recursion over tables. */

import { select, text, type Sql } from '../sql-text.ts'
import type { Parts } from './parts.ts'
import { quoteName } from './schema.ts'

export function withInside(parts: Parts): Sql {
  const { random } = parts
  const inner = parts.core(['int', 'text'])
  const hint = random.pick(['', ' MATERIALIZED', ' NOT MATERIALIZED'])
  const nested = text`WITH n(x, y) AS${hint} (${inner}) SELECT x, count(*) AS z FROM n GROUP BY x`
  return random.pick([
    () => select`SELECT * FROM (${nested})`,
    () => select`SELECT s.z, s.x FROM (${nested}) AS s WHERE s.z > 1`,
    () => select`WITH o AS (${nested}) SELECT a.x, b.z FROM o AS a LEFT JOIN o AS b ON a.z = b.x`,
    () => select`WITH n AS (SELECT 1 AS x), o AS (${nested}) SELECT n.x, o.x, o.z FROM n, o`,
  ])()
}

export function usedTwice(parts: Parts): Sql {
  const { random } = parts
  const hint = random.pick(['', ' MATERIALIZED', ' NOT MATERIALIZED'])
  const body = parts.core(['int', 'text', 'int'])
  const head = text`WITH w(x, y, z) AS${hint} (${body}) `
  return random.pick([
    () => text`${head}${select`SELECT p.x, q.y FROM w AS p JOIN w AS q ON p.x = q.z`}`,
    () => text`${head}${select`SELECT x, y FROM w WHERE x > (SELECT avg(x) FROM w)`}`,
    () => text`${head}${select`SELECT x FROM w WHERE x IN (SELECT z FROM w WHERE y IS NOT NULL)`}`,
    () => text`${head}${select`SELECT x, y FROM w UNION SELECT z, y FROM w`}`,
    () =>
      text`${head}${select`SELECT y, count(*), sum(x) FROM w GROUP BY y HAVING count(*) >= (SELECT min(z) FROM w)`}`,
    () => text`${head}${select`SELECT * FROM w AS p WHERE NOT EXISTS (SELECT 1 FROM w AS q WHERE q.x > p.x)`}`,
    () =>
      text`${head}${select`SELECT (SELECT count(*) FROM w AS q WHERE q.y = p.y) AS n, p.y FROM w AS p ORDER BY n, p.y`}`,
  ])()
}

export function recursiveOverTable({ random, schema }: Parts): Sql | null {
  const tables = schema.tables.filter((t) => t.kind !== 'fts' && t.columns.filter((c) => c.type === 'int').length > 1)
  if (tables.length === 0) return null
  const table = random.pick(tables)
  const integers = table.columns.filter((c) => c.type === 'int').map((c) => quoteName(c.name))
  const [id, parent] = random.sample(integers, 2) as [string, string]
  const other = quoteName(random.pick(table.columns).name)
  const name = quoteName(table.name)
  const start = random.pick([`${id} = 1`, `${parent} IS NULL`, `${id} < 4`, `${id} = ${random.between(1, 9)}`])
  const down = `SELECT ${id}, 0 FROM ${name} WHERE ${start} UNION SELECT t.${id}, depth + 1 FROM tree JOIN ${name} AS t ON t.${parent} = tree.id WHERE depth < ${random.between(2, 5)}` // prettier-ignore
  const head = text`WITH RECURSIVE tree(id, depth) AS (${down}) `
  return random.pick([
    () => text`${head}${select`SELECT id, depth FROM tree ORDER BY depth, id`}`,
    () => text`${head}${select`SELECT count(*), max(depth) FROM tree`}`,
    () => text`${head}${select`SELECT t.${other}, tree.depth FROM tree JOIN ${name} AS t ON t.${id} = tree.id`}`,
    () =>
      text`${head}${select`SELECT ${id} FROM ${name} WHERE ${id} NOT IN (SELECT id FROM tree WHERE id IS NOT NULL)`}`,
    () => text`${head}${select`SELECT depth, count(*) FROM tree GROUP BY depth HAVING count(*) > 1`}`,
    () => text`${head}${select`SELECT a.id, b.id FROM tree AS a JOIN tree AS b ON a.depth = b.depth AND a.id < b.id`}`,
  ])()
}
