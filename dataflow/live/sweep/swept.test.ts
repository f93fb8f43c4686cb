import { expect, it } from 'vitest'
import type { SqlValue } from '../../../schema/live.ts'
import { applyChanges } from '../../../schema/live/row-changes.ts'
import { openLiveDatabase } from '../../index.ts'
import { loadSqlite } from '../../oracle/plain-sqlite.ts'
import { Random } from '../../oracle/random.ts'

const sqlite3 = await loadSqlite()

const tables = `
  CREATE TABLE m(id INTEGER PRIMARY KEY, room INTEGER, ts INTEGER, n INTEGER, name TEXT);
  CREATE INDEX m_ts ON m(ts, id); CREATE INDEX m_n ON m(n, id);
  CREATE TABLE room(id INTEGER PRIMARY KEY, name TEXT);
  INSERT INTO room VALUES (0, 'a'), (1, 'b'), (2, 'c')`

function open(sql: string, parameters: readonly SqlValue[] = []) {
  const live = openLiveDatabase(sqlite3, new sqlite3.oo1.DB(':memory:'))
  live.run(tables)
  live.run(`WITH RECURSIVE i(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM i WHERE i < 30)
    INSERT INTO m SELECT i * 10, i % 3, i * 7 % 11, i * 5 % 13, char(97 + i % 4) FROM i`)
  const deltas: number[] = []
  const keys: string[] = []
  const rows: SqlValue[][] = []
  const query = live.subscribe({ sql, parameters: [...parameters] }, ({ changes }) => {
    deltas.push(changes.length)
    applyChanges(keys, rows, changes)
  })
  query.rows.forEach((row, i) => (rows.push([...row]), keys.push(query.keys[i]!)))
  return { live, query, keys, rows, deltas }
}

const shapes = [
  'SELECT id, n, dense_rank() OVER (ORDER BY n DESC) AS place FROM m ORDER BY place, id LIMIT 8',
  'SELECT id, n, rank() OVER (ORDER BY n) AS place, count(*) OVER (ORDER BY n), sum(n) OVER (ORDER BY n) FROM m ORDER BY n, id',
  'SELECT * FROM (SELECT id, n, rank() OVER (ORDER BY n DESC) AS place FROM m) WHERE place <= 5 ORDER BY place, id',
  'SELECT id, place FROM (SELECT id, dense_rank() OVER (ORDER BY n) AS place FROM m WHERE room < 2) WHERE 4 > place ORDER BY place, id',
  'SELECT id, ts, sum(n) OVER w AS total, count(name) OVER w, avg(n) OVER w, row_number() OVER w FROM m WINDOW w AS (ORDER BY ts, id) ORDER BY ts DESC, id DESC LIMIT 6',
  'SELECT id, ts, sum(n) OVER w, lag(n) OVER w, lead(n, 2) OVER w FROM m WINDOW w AS (ORDER BY ts, id) ORDER BY ts DESC, id DESC',
  'SELECT id, ts, sum(n) OVER (ORDER BY ts, id) AS total FROM m ORDER BY ts, id',
  'SELECT id, ntile(4) OVER w, percent_rank() OVER w, cume_dist() OVER w, first_value(n) OVER w FROM m WINDOW w AS (ORDER BY n DESC, id) ORDER BY n DESC, id',
  'SELECT id, ts - lag(ts, 1) OVER w AS gap, max(n) OVER w, min(name) OVER w FROM m WINDOW w AS (ORDER BY ts, id) ORDER BY ts, id',
  'SELECT m.id, r.name, sum(n) OVER (ORDER BY ts, m.id) FROM m JOIN room AS r ON r.id = m.room WHERE n > 2 ORDER BY ts, m.id',
  'SELECT id, n * 100.0 / (SELECT sum(n) FROM m) FROM m ORDER BY id',
  'SELECT room, count(*) * 100.0 / (SELECT count(*) FROM m) AS share, (SELECT max(n) FROM m) - max(n) FROM m GROUP BY room ORDER BY room',
  'SELECT room, sum(n), sum(sum(n)) OVER (), count(*) OVER () FROM m GROUP BY room ORDER BY room',
  'SELECT room, sum(n), sum(sum(n)) OVER (ORDER BY room) FROM m GROUP BY room ORDER BY room',
  'SELECT name, count(*), rank() OVER (ORDER BY count(*) DESC) FROM m GROUP BY name ORDER BY 3, 1',
  'SELECT id, n, count(*) OVER () AS total, max(n) FILTER (WHERE room = 1) OVER () FROM m WHERE n > 1 ORDER BY ts, id LIMIT 5 OFFSET 3',
  'SELECT id, n FROM m WHERE n > (SELECT avg(n) FROM m) ORDER BY n DESC, id',
  'SELECT id, n, room FROM m WHERE room < 3 AND (SELECT avg(ts) FROM m) >= ts AND n > 1 ORDER BY ts, id LIMIT 9',
  'SELECT n FROM m ORDER BY n, id LIMIT 1 OFFSET (SELECT count(*) / 2 FROM m)',
  'SELECT id, n FROM m WHERE room = 1 ORDER BY n DESC, id LIMIT 3 OFFSET (SELECT count(*) FROM room)',
  'SELECT id, n - (SELECT avg(n) FROM m WHERE room = ?1) FROM m WHERE room = ?1 AND n < ?2 ORDER BY id',
] // prettier-ignore

function write(random: Random, live: ReturnType<typeof open>['live']): void {
  const id = random.between(1, 320)
  const value = () => (random.chance(0.1) ? null : random.between(0, 14))
  random.weighted<() => void>([
    [5, () => live.run('INSERT OR IGNORE INTO m VALUES (?, ?, ?, ?, ?)', [id, random.between(0, 3), value(), value(), random.pick(['a', 'B', 'c'])])],
    [4, () => live.run('DELETE FROM m WHERE id = (SELECT id FROM m WHERE id >= ? ORDER BY id LIMIT 1)', [id])],
    [4, () => live.run('UPDATE m SET n = ? WHERE id = (SELECT id FROM m WHERE id >= ? ORDER BY id LIMIT 1)', [value(), id])],
    [3, () => live.run('UPDATE m SET ts = ?, room = ? WHERE id = (SELECT id FROM m WHERE id >= ? ORDER BY id LIMIT 1)', [value(), random.between(0, 3), id])],
    [2, () => live.run('UPDATE m SET n = n + 1 WHERE id % 4 = ?', [id % 4])],
    [1, () => live.run('DELETE FROM m WHERE room = ?', [id % 3])],
    [1, () => live.run('UPDATE m SET name = ? WHERE id > ?', [random.pick(['x', 'y']), id])],
    [1, () => live.run('INSERT OR IGNORE INTO m SELECT id + 1, room, ts, n, name FROM m WHERE id < 60')],
  ])() // prettier-ignore
}

it.each(shapes)('follows random writes: %s', (sql) => {
  const parameters = sql.includes('?2') ? [1, 11] : []
  for (const seed of [1]) {
    const { live, query, keys, rows } = open(sql, parameters)
    expect(query.explain().operators.map(({ kind }) => kind)).toContain('sweep')
    const random = new Random(seed)
    for (let i = 0; i < 50; i++) {
      write(random, live)
      const expected = live.all(sql, parameters)
      expect(query.rows, `seed ${seed}, write ${i}`).toEqual(expected)
      expect(rows, `deltas of seed ${seed}, write ${i}`).toEqual(expected)
      expect(keys).toEqual(query.keys)
    }
    expect(query.explain().operators.map(({ kind }) => kind)).toContain('sweep')
    live.close()
  }
})

it('is maintained otherwise from the first sum on whose last bit depends on the order, and says the same', () => {
  const sql = 'SELECT id, sum(n) OVER (ORDER BY ts, id), n - (SELECT avg(n) FROM m) FROM m ORDER BY ts, id'
  const { live, query, rows } = open(sql)
  const kinds = () => query.explain().operators.map(({ kind }) => kind)
  expect(kinds()).toContain('sweep')
  live.run('UPDATE m SET n = 0.1 WHERE id = 100')
  expect(kinds()).not.toContain('sweep')
  expect(query.rows).toEqual(live.all(sql))
  live.run('INSERT INTO m VALUES (5, 1, 3, 0.2, NULL)')
  expect(query.rows).toEqual(live.all(sql))
  expect(rows).toEqual(live.all(sql))
})

it('makes anew what a row that changed its place leads to, and no more', () => {
  const { live, deltas } = open('SELECT id, n, dense_rank() OVER (ORDER BY n) FROM m ORDER BY n, id')
  // a fourth place of 7 rows moves nobody; a value of its own moves all behind it
  live.run('INSERT INTO m VALUES (1000, 0, 0, 7, NULL)')
  expect(deltas).toEqual([1])
  live.run('DELETE FROM m WHERE id = 1000')
  live.run('UPDATE m SET name = 7')
  expect(deltas).toEqual([1, 1])
})
