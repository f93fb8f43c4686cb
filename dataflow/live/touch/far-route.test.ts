import init from '@sqlite.org/sqlite-wasm'
import { expect, it } from 'vitest'
import { openLiveDatabase } from '../../index.ts'

const sqlite3 = await init()

const sqls = [
  `SELECT k.room, count(m.id) FROM marks k LEFT JOIN m ON m.room = k.room AND m.ts > k.ts WHERE k.person = ? GROUP BY k.room ORDER BY 1`,
  `SELECT r.m, r.emoji, count(*) FROM r JOIN m ON m.id = r.m WHERE m.room = ? GROUP BY r.m, r.emoji ORDER BY 1, 2`,
  `SELECT m.id, m.ts FROM m WHERE m.room IN (SELECT room FROM marks WHERE person = ?1) AND m.ts > ?1 ORDER BY m.id`,
  `SELECT a.id, b.id FROM m a JOIN m b ON b.room = a.room AND b.ts = a.ts + ?2 WHERE a.room = ?1 ORDER BY 1, 2`,
  `SELECT m.id, (SELECT count(*) FROM r WHERE r.m = m.id) FROM m WHERE m.room = ? ORDER BY 1`,
]

it('changed rows find the queries that they concern through other tables, and no other is visited', () => {
  const live = openLiveDatabase(sqlite3, new sqlite3.oo1.DB(':memory:'))
  live.run(`
    CREATE TABLE m(id INTEGER PRIMARY KEY, room INT, ts INT);
    CREATE TABLE marks(person INT, room INT, ts INT, PRIMARY KEY (person, room)) WITHOUT ROWID;
    CREATE TABLE r(m INT, emoji TEXT, PRIMARY KEY (m, emoji)) WITHOUT ROWID`)
  const queries = sqls.flatMap((sql) =>
    [0, 1, 2, 3, 4, 5, '3', null].map((value) => {
      const parameters = sql.includes('?2') ? [value, 1] : [value]
      return { sql, parameters, live: live.subscribe({ sql, parameters }, () => {}) }
    }),
  )
  let seed = 20261125
  const random = (below: number) => ((seed = (seed * 1103515245 + 12345) & 0x7fffffff) >> 8) % below
  const write = () => {
    const [id, room, ts] = [random(30), random(6), random(10)]
    switch (random(6)) {
      case 0:
        return live.run('DELETE FROM m WHERE id = ?', [id])
      case 1:
        return live.run('UPDATE m SET room = ?, ts = ? WHERE id = ?', [room, ts, id])
      case 2:
        return live.run('REPLACE INTO marks VALUES (?, ?, ?)', [random(6), room, ts])
      case 3:
        return live.run('DELETE FROM marks WHERE person = ? AND room = ?', [random(6), room])
      case 4:
        return live.run('REPLACE INTO r VALUES (?, ?)', [id, ['👍', '🎉'][random(2)]!])
      default:
        return live.run('REPLACE INTO m VALUES (?, ?, ?)', [id, room, ts])
    }
  }
  for (let i = 0; i < 400; i++) {
    live.transaction(() => {
      for (let n = random(3); n >= 0; n--) write()
    })
    for (const { sql, parameters, live: query } of queries) {
      expect(query.rows, `${sql} with ${parameters} after step ${i}`).toEqual(live.all(sql, parameters))
    }
  }
  const [first, second] = queries
  const rowsIn = (query: typeof first) => query!.live.explain().operators.reduce((sum, each) => sum + each.rowsIn, 0)
  live.run('DELETE FROM marks; INSERT INTO marks VALUES (0, 7, 0), (1, 8, 0)')
  const before = [rowsIn(first), rowsIn(second)]
  live.run('INSERT INTO m VALUES (99, 7, 5)')
  expect(rowsIn(first)).toBeGreaterThan(before[0]!)
  expect(rowsIn(second)).toBe(before[1])
  live.close()
})
