import { afterEach, expect, it } from 'vitest'
import { openLiveDatabase } from '../index.ts'
import { loadSqlite } from '../oracle/plain-sqlite.ts'
import { CheaperToRerun, kindOfTurn, patience, TurnGuard } from './turn-guard.ts'

const sqlite3 = await loadSqlite()
const usual = { ...patience }
afterEach(() => void Object.assign(patience, usual))

/** One turn that spends so many milliseconds if it is tried; says what became of it. */
function turn(guard: TurnGuard, kind: number, milliseconds: number): 'followed' | 'stopped' | 'run again' {
  guard.begin()
  if (guard.isWary && guard.isDear(kind)) return 'run again'
  guard.enter(kind)
  try {
    for (let spent = 0; spent < milliseconds; spent += milliseconds / 10) guard.spend(milliseconds / 10)
  } catch (error) {
    if (!(error instanceof CheaperToRerun)) throw error
    return 'stopped'
  }
  guard.succeed()
  return 'followed'
}

it('tries dear turns more and more seldom, and cheap ones of another kind always', () => {
  const guard = new TurnGuard()
  guard.rerunMs = 10
  const [dear, cheap] = [kindOfTurn(0, 1, 1), kindOfTurn(0, 2, 1)]
  for (let i = 0; i < 10; i++) expect(turn(guard, cheap, 1)).toBe('followed')
  const seen = Array.from({ length: 100 }, () => {
    expect(turn(guard, cheap, 1)).toBe('followed')
    return turn(guard, dear, 30)
  })
  const tried = seen.flatMap((each, i) => (each === 'run again' ? [] : [i]))
  expect(tried).toEqual([0, 5, 14, 31, 64])
  expect(guard.reruns).toBe(100)
})

it('follows again what has become cheap', () => {
  const guard = new TurnGuard()
  guard.rerunMs = 10
  for (let i = 0; i < 40; i++) turn(guard, 1, 30)
  const later = Array.from({ length: 100 }, () => turn(guard, 1, 1))
  expect(later.slice(-20)).toEqual(later.slice(-20).map(() => 'followed'))
})

it('stops the first turn, too, when all partitions would take long; one pause of the machine says nothing', () => {
  const read = (milliseconds: readonly number[]) => {
    const guard = new TurnGuard()
    guard.rerunMs = 1
    guard.begin()
    guard.expect(200)
    return milliseconds.findIndex((each) => {
      try {
        guard.spendOnPartition(each)
        return false
      } catch {
        return true
      }
    })
  }
  expect(read([0.5, 0.3, 0.3, 0.4, 0.3, 0.3])).toBe(3)
  expect(read([90, 0.02, 0.02, 0.02, 0.02, 0.02])).toBe(-1)
})

it('tells turns apart by what changed and roughly by how much', () => {
  expect(kindOfTurn(0, 1, 1)).toBe(kindOfTurn(0, 1, 3))
  expect(kindOfTurn(0, 1, 1)).not.toBe(kindOfTurn(0, 1, 4))
  expect(kindOfTurn(0, 1, 1)).not.toBe(kindOfTurn(0, 2, 1))
  expect(kindOfTurn(0, 1, 1)).not.toBe(kindOfTurn(1, 1, 1))
})

it.each([
  'SELECT id, a * 100.0 / (SELECT sum(a) FROM t) FROM t',
  'SELECT a % 7, count(*) * 100.0 / (SELECT count(*) FROM t) FROM t GROUP BY a % 7',
  'SELECT id, dense_rank() OVER (ORDER BY a DESC) AS place FROM t ORDER BY place, id LIMIT 10',
  'SELECT id, sum(a) OVER (ORDER BY id) FROM t ORDER BY id DESC LIMIT 5 OFFSET 2',
  'SELECT id, lag(a) OVER (ORDER BY a, id) FROM t',
  'SELECT id FROM t WHERE a > (SELECT avg(a) FROM t) ORDER BY a, id',
  'SELECT DISTINCT a FROM t WHERE a > (SELECT avg(a) FROM t)',
  'SELECT n, count(*) FROM (SELECT a % 7 AS m, count(*) AS n FROM t GROUP BY a % 7) GROUP BY n',
  'SELECT id, a FROM t WHERE a > (SELECT avg(a) FROM t) UNION ALL SELECT a, id FROM t WHERE id < 9',
])('answers, and names its rows, the same whether turns are followed or run again: %s', (sql) => {
  const live = openLiveDatabase(sqlite3, new sqlite3.oo1.DB(':memory:'))
  live.run('CREATE TABLE t(id INTEGER PRIMARY KEY, a INTEGER)')
  live.run('WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 120) INSERT INTO t SELECT i, i * 7919 % 101 FROM n') // prettier-ignore
  const query = live.subscribe({ sql, parameters: [] }, () => {})
  const isOrdered = /ORDER BY [^()]*$/.test(sql)
  const shown = (rows: readonly unknown[][]) => (isOrdered ? rows.map(String) : rows.map(String).sort())
  const namesOf = () => new Map(query.rows.map((row, i) => [String(row), query.keys[i]!]))
  for (let i = 0; i < 60; i++) {
    Object.assign(
      patience,
      i % 3 === 0 ? { share: 0, untimed: 0, first: 0, few: 0, many: 0 } : { ...usual, share: 1e9 },
    )
    const before = namesOf()
    if (i % 4 < 2) live.run('REPLACE INTO t VALUES (?, ?)', [((i * 37) % 130) + 1, (i * 7) % 101])
    else if (i % 4 === 2) live.run('UPDATE t SET a = a + 1 WHERE id % 50 = ?', [i % 50])
    else live.run('DELETE FROM t WHERE id = ?', [((i * 53) % 130) + 1])
    expect(shown(query.rows as unknown[][]), `after write ${i}`).toEqual(shown(live.all(sql)))
    if (sql.startsWith('SELECT id')) {
      for (const [row, key] of namesOf()) if (before.has(row)) expect(key).toBe(before.get(row))
    }
  }
  live.close()
})

it.each([
  'SELECT 1, x FROM (SELECT p.id AS x FROM t AS p, t AS q LEFT JOIN t AS r ON q.a = r.a WHERE p.b NOT IN (SELECT b FROM t)) WHERE x = x',
  'SELECT p.id, q.id FROM t AS p, t AS q LEFT JOIN t AS r ON q.a + 0 = r.b WHERE p.b < 0 AND r.id IS NOT NULL',
  'SELECT p.a % 3, count(*) FROM t AS p JOIN t AS q ON p.b <> q.b WHERE p.b + q.b < 0 AND p.id < 9 GROUP BY 1',
  'SELECT n, count(*) FROM (SELECT p.a AS k, count(*) AS n FROM t AS p, t AS q WHERE p.b + q.b < 0 AND p.id < 9 GROUP BY p.a) GROUP BY n',
  'SELECT count(*) FROM (SELECT p.id FROM t AS p, t AS q, t AS r WHERE p.b < 0 AND p.a <> q.a AND q.a <> r.a LIMIT 5)',
  'WITH RECURSIVE w(x) AS (SELECT p.id FROM t AS p, t AS q WHERE p.id < 3 AND p.b <> q.b UNION SELECT x + 1 FROM w WHERE x < 9) SELECT * FROM w',
])('stops a look-up in its midst, from the first turn on: %s', (sql) => {
  // of SQLite's programs; running again takes some 30 thousand to 3 million
  let millionSteps = 0
  const isToStop = () => millionSteps++ > 200
  const live = openLiveDatabase(sqlite3, new sqlite3.oo1.DB(':memory:'), { isToStop })
  live.run('CREATE TABLE t(id INTEGER PRIMARY KEY, a INTEGER, b INTEGER)')
  live.run('WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) INSERT INTO t SELECT i, i * 7919 % 101, i % 13 FROM n') // prettier-ignore
  const stepsOf = (work: () => void) => {
    millionSteps = 0
    work()
    return millionSteps
  }
  const again = stepsOf(() => live.all(sql))
  const query = live.subscribe({ sql, parameters: [] }, () => {})
  for (const write of [
    'INSERT INTO t VALUES (9000, 5, 5)',
    'UPDATE t SET b = b + 1 WHERE id < 40',
    'DELETE FROM t WHERE id = 2',
  ]) {
    expect(
      stepsOf(() => live.run(write)),
      write,
    ).toBeLessThanOrEqual(1.5 * again + 2)
    expect(query.rows.map(String).sort()).toEqual(live.all(sql).map(String).sort())
  }
  live.close()
})

it.each([
  'SELECT id, a, b FROM t WHERE a < -9 INTERSECT SELECT p.id, q.a, r.b FROM t AS p, t AS q, t AS r WHERE r.id < 3 ORDER BY 1, 2, 3',
  'SELECT id, a FROM t WHERE a < -9 EXCEPT SELECT p.id, q.a FROM t AS p, t AS q ORDER BY 1, 2 LIMIT 3',
  'SELECT id FROM t UNION ALL SELECT p.id FROM t AS p, t AS q LIMIT 5',
  'SELECT p.id FROM t AS p, t AS q UNION ALL SELECT id FROM t LIMIT 2 OFFSET 1',
  'SELECT p.id, count(*) FROM t AS p, t AS q GROUP BY p.id ORDER BY p.id LIMIT 3',
  'SELECT p.id, max(q.a) FROM t AS p, t AS q WHERE q.id > p.id GROUP BY p.id ORDER BY p.id DESC LIMIT 2 OFFSET 1',
  'SELECT p.a, q.a, count(*) FROM t AS p, t AS q GROUP BY 1, 2 ORDER BY 3 DESC LIMIT 0',
])('subscribes at SQLite’s speed where SQLite need not read what is counted: %s', (sql) => {
  let millionSteps = 0
  const isToStop = () => millionSteps++ > 200
  const live = openLiveDatabase(sqlite3, new sqlite3.oo1.DB(':memory:'), { isToStop })
  live.run('CREATE TABLE t(id INTEGER PRIMARY KEY, a INTEGER, b INTEGER)')
  live.run('WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) INSERT INTO t SELECT i, i * 7919 % 101, i % 13 FROM n') // prettier-ignore
  millionSteps = 0
  const query = live.subscribe({ sql, parameters: [] }, () => {})
  expect(millionSteps).toBeLessThanOrEqual(4)
  expect(query.error).toBeNull()
  for (const write of [
    'INSERT INTO t VALUES (9000, -5, 5)',
    'UPDATE t SET a = -1 WHERE id < 4',
    'DELETE FROM t WHERE id = 2',
  ]) {
    live.run(write)
    expect(query.rows.map(String).sort(), write).toEqual(live.all(sql).map(String).sort())
  }
  live.close()
})
