import { list, select, text, type Sql } from '../sql-text.ts'
import type { Parts } from './parts.ts'

/**
 * Chains of CTEs, each reading the one before, as query builders and dbt write them: every link is looked at once for each that reads it,
 * or the time to subscribe doubles with every link.
 *
 *   WITH c0 AS (…), c1 AS (SELECT x, y FROM c0), … c19 AS (SELECT x, y FROM c18) SELECT x, y FROM c19 ORDER BY x, y LIMIT 5
 */
export function chainOfTables(parts: Parts): Sql {
  const { random } = parts
  const length = random.weighted([
    [4, random.between(2, 6)],
    [2, random.between(7, 15)],
    [1, random.between(16, 34)],
  ])
  const start = random.chance(0.15) ? 'SELECT 1 AS x, 2 AS y' : text`SELECT * FROM (${parts.core(['int', 'int'])})`
  // few kinds in one chain: what is slow is most often many of the same
  const kinds = random.many(1, 3, () => random.pick(links))
  const hint = random.weighted<string>([
    [6, ''],
    [1, ' MATERIALIZED'],
    [1, ' NOT MATERIALIZED'],
  ])
  let doubles = 0
  const tables = [text`c0(x, y) AS${hint} (${start})`]
  for (let i = 1; i < length; i++) {
    const { body, doubles: isDouble = false } = random.pick(kinds)
    if (isDouble) doubles++
    tables.push(text`c${String(i)}(x, y) AS${hint} (${doubles > 3 ? plain(i - 1) : body(i - 1, i)})`)
  }
  const last = `c${length - 1}`
  const end = random.pick([
    () => select`SELECT x, y FROM ${last}`,
    () => select`SELECT x, y FROM ${last} ORDER BY x, y LIMIT 5`,
    () => select`SELECT DISTINCT x FROM ${last} ORDER BY x LIMIT 3 OFFSET 1`,
    () => select`SELECT count(*), max(x) FROM ${last}`,
    () => select`SELECT x, count(*) FROM ${last} GROUP BY x`,
    () => select`SELECT a.x, b.y FROM ${last} AS a JOIN c0 AS b ON a.x = b.x`,
    () => select`SELECT max(x) FROM (SELECT x FROM ${last} ORDER BY x, y LIMIT 4)`,
    () => select`SELECT x FROM c0 WHERE x IN (SELECT x FROM ${last})`,
  ])() // prettier-ignore
  return text`WITH RECURSIVE ${list(tables)} ${end}`
}

interface Link {
  readonly body: (before: number, own: number) => string
  /** it reads the one before twice */
  readonly doubles?: true
}

const plain = (i: number) => `SELECT x, y FROM c${i}`

const links: readonly Link[] = [
  { body: plain },
  { body: plain },
  { body: (i) => `SELECT * FROM c${i}` },
  { body: (i) => `SELECT y, x FROM c${i}` },
  { body: (i) => `SELECT x + 1, y FROM c${i}` },
  { body: (i) => `SELECT abs(x), y FROM c${i}` },
  { body: (i) => `SELECT x, y FROM c${i} WHERE x IS NOT NULL` },
  { body: (i) => `SELECT DISTINCT x, y FROM c${i}` },
  { body: (i) => `SELECT x, max(y) FROM c${i} GROUP BY x` },
  { body: (i) => `SELECT x, y FROM c${i} UNION SELECT 1, 2` },
  { body: (i) => `SELECT x, y FROM (SELECT x, y FROM c${i}) AS d WHERE y IS NOT 3` },
  { body: (i) => `SELECT x, y FROM c${i} WHERE x >= (SELECT min(x) FROM c0)` },
  { body: (i, own) => `SELECT x, y FROM c${i} UNION SELECT x + 1, y FROM c${own} WHERE x < 3` },
  { body: (i) => `SELECT a.x, b.y FROM c${i} AS a JOIN c${i} AS b ON a.x = b.x AND a.y = b.y`, doubles: true },
  { body: (i) => `SELECT x, y FROM c${i} UNION SELECT y, x FROM c${i}`, doubles: true },
]
