import { expect, it } from 'vitest'
import { openLiveDatabase } from '../../index.ts'
import { loadSqlite } from '../../oracle/plain-sqlite.ts'

const sqlite3 = await loadSqlite()
const share = '(SELECT count(*) FROM m JOIN person AS p ON p.id = m.author WHERE p.kind = 1)'

it.each([
  ['its own table', 'SELECT room, count(*) * 100.0 / (SELECT count(*) FROM m) FROM m GROUP BY room', []],
  ['by row', 'SELECT id, id * 100.0 / (SELECT sum(id) FROM m) FROM m', []],
  ['a join of conditions', `SELECT room, count(*) FROM m GROUP BY room HAVING count(*) * 100.0 / ${share} > 40`, [/^SELECT 1 FROM temp\S+ AS m.* JOIN .* LIMIT 1$/]], // prettier-ignore
  [
    'another table',
    `SELECT id FROM room WHERE id * 100 <> ${share}`,
    [/^SELECT 1 FROM temp\S+ AS m.* JOIN .* LIMIT 1$/],
  ],
])('what every row hangs on: %s is asked once, not for each partition', (_, sql, asked) => {
  const live = openLiveDatabase(sqlite3, new sqlite3.oo1.DB(':memory:'))
  live.run(
    `CREATE TABLE room(id INTEGER PRIMARY KEY, name TEXT); CREATE TABLE person(id INTEGER PRIMARY KEY, kind INTEGER);
     CREATE TABLE m(id INTEGER PRIMARY KEY, room INTEGER, author INTEGER);
     INSERT INTO room VALUES (1, 'a'), (2, 'b'), (3, 'c'); INSERT INTO person VALUES (1, 1), (2, 2), (3, 1);
     WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300) INSERT INTO m SELECT i, i % 3 + 1, i % 3 + 1 FROM n`,
  )
  const query = live.subscribe({ sql, parameters: [] }, () => {})
  const sorted = (rows: readonly unknown[][]) => rows.map(String).sort()
  for (const write of [
    'INSERT INTO m VALUES (1000, 2, 1)',
    'INSERT INTO m VALUES (1001, 2, 2)',
    'UPDATE m SET author = 3 WHERE id = 4',
    'UPDATE m SET room = 1 WHERE id = 5',
    'DELETE FROM m WHERE id = 6',
    'UPDATE person SET kind = 1 WHERE id = 2',
    `UPDATE room SET name = 'x' WHERE id = 1`,
  ]) {
    live.run(write)
    expect(sorted(query.rows as unknown[][]), write).toEqual(sorted(live.all(sql)))
  }
  const { mode, operators } = query.explain()
  expect(mode).not.toBe('rerun')
  const sqls = operators.filter(({ kind }) => kind === 'touch').flatMap((each) => each.sql)
  expect(sqls.filter((each) => each.includes('CROSS JOIN main.m AS') && !each.includes('WHERE'))).toEqual([])
  for (const pattern of asked) expect(sqls).toEqual(expect.arrayContaining([expect.stringMatching(pattern)]))
  live.close()
})
