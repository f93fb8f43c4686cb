import init from '@sqlite.org/sqlite-wasm'
import { beforeEach, expect, it } from 'vitest'
import { openLiveDatabase } from '../index.ts'
import type { LiveDatabase, LiveQuery, SqlValue } from '../types.ts'

const sqlite3 = await init()
let live: LiveDatabase
beforeEach(() => {
  live = openLiveDatabase(sqlite3, new sqlite3.oo1.DB(':memory:'))
  live.run('CREATE TABLE t(id INTEGER PRIMARY KEY, a, b)')
})

function watch(sql: string, parameters: SqlValue[] = []): LiveQuery {
  return live.subscribe({ sql, parameters }, () => {})
}
function expectCurrent(query: LiveQuery, sql: string, parameters: SqlValue[] = []): void {
  expect(query.error).toBe(null)
  expect(query.rows).toEqual(live.all(sql, parameters))
}

it('takes SQL of a megabyte', () => {
  const sql = `SELECT id, a FROM t WHERE a <> '${'x'.repeat(1_000_000)}' ORDER BY id`
  const query = watch(sql)
  live.run('INSERT INTO t VALUES (1, 1, 1)')
  expectCurrent(query, sql)
})

it('takes expressions of 500 terms and 500 arms', () => {
  const sum = `SELECT id, ${Array.from({ length: 500 }, (_, i) => `a + ${i}`).join(' + ')} FROM t ORDER BY id`
  const or = `SELECT id FROM t WHERE ${Array.from({ length: 500 }, (_, i) => `a = ${i}`).join(' OR ')} ORDER BY id`
  const union = Array.from({ length: 500 }, (_, i) => `SELECT ${i}, a FROM t`).join(' UNION ALL ') + ' ORDER BY 1, 2'
  const queries = [sum, or, union].map((sql) => [watch(sql), sql] as const)
  live.run('INSERT INTO t VALUES (1, 1, 1), (2, 700, 2)')
  live.run('DELETE FROM t WHERE id = 1')
  for (const [query, sql] of queries) expectCurrent(query, sql)
})

it('takes 64 tables in a join', () => {
  const from = Array.from({ length: 64 }, (_, i) => `t AS t${i}`).join(', ')
  const where = Array.from({ length: 63 }, (_, i) => `t${i}.id = t${i + 1}.id`).join(' AND ')
  const sql = `SELECT t0.id, t63.a FROM ${from} WHERE ${where} ORDER BY 1`
  const query = watch(sql)
  live.run('INSERT INTO t VALUES (1, 1, 1), (2, 2, 2)')
  live.run('UPDATE t SET a = 5 WHERE id = 2')
  live.run('DELETE FROM t WHERE id = 1')
  expectCurrent(query, sql)
})

it('keeps values at the edges', () => {
  const values: SqlValue[] = [2n ** 63n - 1n, -(2n ** 63n), 9007199254740993n, Infinity, -Infinity, 1e308, 5e-324, '🙂\0end', '\0', '\uFFFD', new Uint8Array([0, 255, 0]), new Uint8Array(0), '', null, -0] // prettier-ignore
  const queries = [
    'SELECT id, a FROM t ORDER BY id',
    'SELECT a, count(*) FROM t GROUP BY a ORDER BY a',
    'SELECT DISTINCT a FROM t ORDER BY a DESC',
    'SELECT a, id FROM t ORDER BY a, id LIMIT 5',
    'SELECT x.id, y.id FROM t x JOIN t y ON x.a = y.a ORDER BY 1, 2',
    'SELECT max(a), min(a), count(a) FROM t',
  ].map((sql) => [watch(sql), sql] as const)
  values.forEach((value, i) => {
    live.run('INSERT INTO t VALUES (?, ?, 0)', [i, value])
    for (const [query, sql] of queries) expectCurrent(query, sql)
  })
  expect(queries[0]![0].rows.map(([, a]) => a)).toEqual(values)
  values.forEach((_, i) => {
    live.run('DELETE FROM t WHERE id = ?', [i])
    for (const [query, sql] of queries) expectCurrent(query, sql)
  })
  live.run('INSERT INTO t VALUES (9223372036854775807, 1, 1), (-9223372036854775808, 2, 2)')
  for (const [query, sql] of queries) expectCurrent(query, sql)
})

it('lives with text that is not UTF-8', () => {
  const sql = 'SELECT b, count(*) FROM t GROUP BY b'
  const query = watch(sql)
  live.run(`INSERT INTO t VALUES (1, 1, CAST(x'ff' AS TEXT)), (2, 1, CAST(x'fe' AS TEXT))`)
  live.run(`INSERT INTO t VALUES (3, 1, CAST(x'ff' AS TEXT))`)
  expectCurrent(query, sql)
  live.run('DELETE FROM t')
  expectCurrent(query, sql)
})

it('lets listeners subscribe, unsubscribe and throw', () => {
  const seen: string[] = []
  let inner: LiveQuery | null = null
  const first = live.subscribe({ sql: 'SELECT id FROM t', parameters: [] }, () => {
    seen.push('first')
    first.unsubscribe()
    inner ??= live.subscribe({ sql: 'SELECT id, a FROM t', parameters: [] }, () => seen.push('inner'))
  })
  const error = console.error
  console.error = () => {}
  const second = live.subscribe({ sql: 'SELECT id FROM t', parameters: [] }, () => {
    throw new Error('on purpose')
  })
  live.subscribe({ sql: 'SELECT id FROM t', parameters: [] }, () => seen.push('third'))
  try {
    live.run('INSERT INTO t VALUES (1, 1, 1)')
    live.run('INSERT INTO t VALUES (2, 2, 2)')
  } finally {
    console.error = error
  }
  expect(seen).toEqual(['first', 'third', 'third', 'inner'])
  expect(inner!.rows.length).toBe(2)
  expect(second.rows.length).toBe(2)
})

it('sees through savepoints rolled back at any depth, and statements that failed half-way', () => {
  const sql = 'SELECT id, a FROM t ORDER BY id'
  const query = watch(sql)
  live.transaction(() => {
    live.run('INSERT INTO t VALUES (1, 1, 1)')
    live.run(
      'SAVEPOINT x; UPDATE t SET a = 2; SAVEPOINT y; DELETE FROM t; ROLLBACK TO y; INSERT INTO t VALUES (5, 5, 5)',
    )
    live.run('ROLLBACK TO x; RELEASE x')
    expect(() => live.run('INSERT INTO t VALUES (7, 7, 7), (1, 1, 1)')).toThrow('UNIQUE')
    expect(() => live.transaction(() => {
      live.run('DELETE FROM t')
      throw new Error('inner')
    })).toThrow('inner') // prettier-ignore
  })
  expectCurrent(query, sql)
  expect(query.rows).toEqual([[1, 1]])
})

it('reads attached databases', () => {
  live.run(`ATTACH ':memory:' AS other; CREATE TABLE other.u(id INTEGER PRIMARY KEY, x)`)
  const sql = 'SELECT u.id, t.a FROM other.u LEFT JOIN t ON t.id = u.x ORDER BY 1'
  const query = watch(sql)
  live.run('INSERT INTO other.u VALUES (1, 10), (2, 20)')
  live.run('INSERT INTO t VALUES (20, 5, 5)')
  expectCurrent(query, sql)
  const errors: string[] = []
  live.subscribe({ sql: 'SELECT * FROM other.u', parameters: [] }, () => {}, (error) => errors.push(error.message)) // prettier-ignore
  query.unsubscribe()
  live.run('DETACH other')
  expect(errors).toEqual(['no such table: other.u'])
})

it('re-reads after VACUUM has renumbered rowids, and after REPLACE and DELETE of everything', () => {
  live.run('CREATE TABLE r(x UNIQUE); INSERT INTO r VALUES (1), (2), (3); DELETE FROM r WHERE x = 1')
  const sql = 'SELECT x FROM r ORDER BY x'
  const query = watch(sql)
  live.run('VACUUM')
  live.run('UPDATE r SET x = 20 WHERE x = 2')
  expectCurrent(query, sql)
  live.run('REPLACE INTO r VALUES (3), (4)')
  expectCurrent(query, sql)
  live.run('DELETE FROM r')
  expectCurrent(query, sql)
})

it('closes twice, and says so afterwards', () => {
  watch('SELECT * FROM t')
  live.close()
  live.close()
  expect(() => live.run('SELECT 1')).toThrow('closed')
  expect(() => watch('SELECT 1')).toThrow('closed')
})

it('guards: a turn that rewrites the whole table costs about what running again does', () => {
  live.run(
    'WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 20000) INSERT INTO t SELECT i, i % 100, i FROM c',
  )
  const sqls = [
    'SELECT id, a FROM t WHERE b >= 0',
    'SELECT a, count(*), sum(b) FROM t GROUP BY a',
    'SELECT id FROM t ORDER BY b DESC LIMIT 50',
  ]
  const queries = sqls.map((sql) => [watch(sql), sql] as const)
  live.run('UPDATE t SET b = b + 1, a = (a + 1) % 100')
  for (const [query, sql] of queries)
    expect(new Set(query.rows.map(String))).toEqual(new Set(live.all(sql).map(String)))
  live.run('DELETE FROM t WHERE id > 10')
  for (const [query, sql] of queries)
    expect(new Set(query.rows.map(String))).toEqual(new Set(live.all(sql).map(String)))
})

it('takes a thousand result columns', () => {
  const sql = `SELECT ${Array.from({ length: 1000 }, (_, i) => `a + ${i} AS c${i}`).join(', ')} FROM t ORDER BY id`
  const query = watch(sql)
  live.run('INSERT INTO t VALUES (1, 1, 1), (2, NULL, 2)')
  live.run('UPDATE t SET a = 7 WHERE id = 2')
  expectCurrent(query, sql)
  expect(query.columns.length).toBe(1000)
})

it('reads names quoted in every way, keywords as names, and comments anywhere', () => {
  live.run('CREATE TABLE "select"("from" INTEGER PRIMARY KEY, [order by], `window`, "we""ird", é)')
  const sqls = [
    'SELECT "from", [order by], `window`, "we""ird", é FROM "SELECT" ORDER BY "from"',
    'select/**/"from"--x\n,/* ; */window as filter from main.[select] as "group" where "group".window>0 order by 1;',
    'SELECT over, count(*) AS window FROM (SELECT window AS over FROM "select") AS filter GROUP BY over ORDER BY over',
    ' ; SELECT "from" AS "a b", [order by] AS \'c\' FROM "select" ORDER BY "a b" DESC /* not closed',
  ]
  const queries = sqls.map((sql) => [watch(sql), sql] as const)
  live.run('INSERT INTO "select" VALUES (1, 2, 3, 4, 5), (2, 3, 3, NULL, 6)')
  live.run('UPDATE "select" SET window = 4, é = 1 WHERE "from" = 2')
  live.run('ALTER TABLE "select" ADD COLUMN "join"')
  live.run('DELETE FROM "select" WHERE "from" = 1')
  for (const [query, sql] of queries) expectCurrent(query, sql)
})

it('numbers parameters as SQLite does: gaps, names, the same one twice', () => {
  const queries = [
    ['SELECT id FROM t WHERE a = ?3 AND b < ?1 OR id = ?5 ORDER BY id', [9, 'unused', 1, 'unused', 3]],
    ['SELECT id, :x, $y, @z, ?, :x FROM t WHERE a IN (:x, $y) ORDER BY id', [1, 2, 'z', 'plain']],
    ['SELECT id, ? FROM t WHERE a = ? ORDER BY id LIMIT ? OFFSET ?', ['first', 1, 2, 0]],
    ['SELECT id, ?2 FROM t WHERE a = ?1 ORDER BY id', [1]],
  ] as [string, SqlValue[]][]
  const watched = queries.map(([sql, parameters]) => [watch(sql, parameters), sql, parameters] as const)
  live.run('INSERT INTO t VALUES (1, 1, 1), (2, 2, 2), (3, 1, 10)')
  live.run('UPDATE t SET a = 3 - a WHERE id < 3')
  for (const [query, sql, parameters] of watched) expectCurrent(query, sql, parameters)
  expect(() => watch('SELECT ? FROM t', [1, 2])).toThrow('out of range')
})

it('follows changes of thousands of rows, rolled back ones too, whatever the query', () => {
  const rows = (count: number, select: string) =>
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count}) ${select}`
  live.run(`CREATE TABLE w(k TEXT PRIMARY KEY, t_id) WITHOUT ROWID; CREATE INDEX wt ON w(t_id)`)
  live.run(rows(2500, `INSERT INTO t SELECT i, i % 10, 'b' || i % 7 FROM n`))
  live.run(rows(300, `INSERT INTO w SELECT 'k' || i, i % 50 FROM n`))
  const sqls = [
    'SELECT id, a FROM t WHERE a = 3 ORDER BY id',
    'SELECT id FROM t ORDER BY a DESC, id LIMIT 20 OFFSET 3',
    'SELECT a, count(*), min(b), max(id) FROM t GROUP BY a ORDER BY a',
    'SELECT DISTINCT a, b FROM t ORDER BY 1, 2',
    'SELECT t.id, count(w.k) FROM t LEFT JOIN w ON w.t_id = t.id WHERE t.id < 90 GROUP BY t.id ORDER BY 1',
    'SELECT id FROM t WHERE id < 70 AND id NOT IN (SELECT t_id FROM w) ORDER BY id',
    'SELECT n, count(*) FROM (SELECT a, count(*) AS n FROM t GROUP BY a) GROUP BY n ORDER BY n',
    'SELECT k, rank() OVER (PARTITION BY t_id ORDER BY k) FROM w ORDER BY k LIMIT 30',
    'SELECT id FROM t WHERE id < 60 EXCEPT SELECT t_id FROM w ORDER BY 1',
  ]
  const queries = sqls.map((sql) => [watch(sql), sql] as const)
  for (const step of [
    'UPDATE t SET a = a + 1',
    'BEGIN; UPDATE t SET a = 0; SAVEPOINT s; DELETE FROM t; ROLLBACK TO s; COMMIT',
    'BEGIN; DELETE FROM t; DELETE FROM w; ROLLBACK',
    'DELETE FROM t WHERE id % 2',
    rows(5000, `INSERT OR REPLACE INTO t SELECT i, i % 12, 'c' || i % 5 FROM n`),
    rows(2500, `INSERT OR REPLACE INTO w SELECT 'k' || i, i % 60 FROM n`),
    `INSERT INTO t VALUES (6000, 3, 'x'); UPDATE t SET a = 5 WHERE id IN (1, 2, 3)`,
    'DELETE FROM w; DELETE FROM t WHERE id > 4',
    `INSERT INTO t VALUES (50, 3, 'x')`,
  ]) {
    live.run(step)
    for (const [query, sql] of queries) expectCurrent(query, sql)
  }
})

it('a recursion that only LIMIT ends is asked with its LIMIT', () => {
  const numbers = 'WITH RECURSIVE i(x) AS (VALUES(1) UNION ALL SELECT x + 1 FROM i)'
  const fromTable = 'WITH RECURSIVE i(x) AS (SELECT id FROM t UNION ALL SELECT x + 1 FROM i)'
  const sqls = [
    `${numbers} SELECT x FROM i LIMIT 3`,
    `${numbers} SELECT x FROM (SELECT x FROM i) LIMIT 2`,
    `${fromTable} SELECT x FROM i LIMIT 2`,
  ]
  live.run('INSERT INTO t(id) VALUES (7)')
  const queries = sqls.map((sql) => [watch(sql), sql] as const)
  for (const step of ['INSERT INTO t(id) VALUES (3)', 'DELETE FROM t WHERE id = 7']) {
    live.run(step)
    for (const [query, sql] of queries) expectCurrent(query, sql)
  }
})
