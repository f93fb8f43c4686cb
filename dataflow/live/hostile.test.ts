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
