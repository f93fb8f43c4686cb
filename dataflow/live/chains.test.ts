/* Queries that stand on one another in long chains: the time to subscribe grows with the length, and never doubles with a link. */

import { expect, it } from 'vitest'
import { openLiveDatabase } from '../index.ts'
import { loadSqlite } from '../oracle/plain-sqlite.ts'

const sqlite3 = await loadSqlite()
const length = 80
const end = `SELECT id, a FROM c${length - 1} ORDER BY id LIMIT 5`

const links: Record<string, { readonly start?: string; readonly link: (before: string, own: string) => string }> = {
  'readers of the one before': { link: (c) => `SELECT id, a FROM ${c}` },
  'conditions on the one before': { link: (c) => `SELECT id, a FROM ${c} WHERE a > -1` },
  'groups of groups': { link: (c) => `SELECT id, max(a) AS a FROM ${c} GROUP BY id` },
  constants: { start: 'SELECT 1 AS id, 2 AS a', link: (c) => `SELECT id, a + 1 AS a FROM ${c}` },
  'recursions, each of the one before': {
    link: (c, own) => `SELECT id, a FROM ${c} UNION SELECT id + 100, a FROM ${own} WHERE id < 3`,
  },
  'derived tables in derived tables': { link: (c) => `SELECT id, a FROM (SELECT id, a FROM (SELECT * FROM ${c}))` },
  'members of the one before': { link: (c) => `SELECT id, a FROM t WHERE id IN (SELECT id FROM ${c})` },
}

it.each(Object.entries(links))('a chain of %s', (_, { start = 'SELECT id, a FROM t', link }) => {
  const tables = Array.from({ length: length - 1 }, (_, i) => `, c${i + 1}(id, a) AS (${link(`c${i}`, `c${i + 1}`)})`)
  follow('', `WITH RECURSIVE c0(id, a) AS (${start})${tables.join('')} ${end}`)
})

it('a chain of views', () => {
  const views = Array.from({ length: length - 1 }, (_, i) => `CREATE VIEW c${i + 1} AS SELECT id, a FROM c${i}`)
  follow(`CREATE VIEW c0 AS SELECT id, a FROM t; ${views.join(';')}`, end)
})

it('a chain in which each reads the one before twice, as far as SQLite itself takes it', () => {
  const tables = Array.from({ length: 6 }, (_, i) => `, c${i + 1}(id, a) AS (SELECT id, a FROM c${i} UNION SELECT id, -a FROM c${i})`) // prettier-ignore
  follow('', `WITH c0(id, a) AS (SELECT id, a FROM t)${tables.join('')} SELECT * FROM c6 ORDER BY id, a LIMIT 7`)
})

it('a column that doubles with every link', () => {
  const tables = Array.from({ length: 14 }, (_, i) => `, c${i + 1}(id, a) AS (SELECT id, a + a FROM c${i})`)
  follow('', `WITH c0(id, a) AS (SELECT id, a FROM t)${tables.join('')} SELECT * FROM c14 WHERE a > 3 ORDER BY id`)
})

it('expressions and subqueries as deep as SQLite allows', () => {
  const sum = (n: number) => `${'('.repeat(n)}a${' + 1)'.repeat(n)}`
  follow('', `SELECT id, ${sum(240)} FROM t WHERE ${sum(240)} > 0 ORDER BY id`)
  const nested = Array.from({ length: 20 }).reduce<string>((inner) => `(SELECT max(a) + ${inner} FROM t AS u WHERE u.id = t.id)`, '1') // prettier-ignore
  follow('', `SELECT id, ${nested} FROM t ORDER BY id`)
})

function follow(setup: string, sql: string): void {
  const live = openLiveDatabase(sqlite3, new sqlite3.oo1.DB(':memory:'))
  live.run(`CREATE TABLE t(id INTEGER PRIMARY KEY, a); INSERT INTO t VALUES (1, 2), (2, 3), (5, 8); ${setup}`)
  const before = process.cpuUsage()
  const query = live.subscribe({ sql, parameters: [] }, () => {})
  for (const step of [
    'UPDATE t SET a = a + 1 WHERE id = 2',
    'INSERT INTO t VALUES (4, 9)',
    'DELETE FROM t WHERE id = 1',
  ]) {
    live.run(step)
    expect([step, query.rows]).toEqual([step, live.all(sql)])
  }
  const { user, system } = process.cpuUsage(before)
  // doubling, it would take longer than anybody waits
  expect((user + system) / 1000).toBeLessThan(4000)
  live.close()
}
