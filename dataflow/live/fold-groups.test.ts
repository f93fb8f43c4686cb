import init from '@sqlite.org/sqlite-wasm'
import { expect, it } from 'vitest'
import { openLiveDatabase } from '../index.ts'

const sqlite3 = await init()

it('groups follow the rows that leave and come, and are what SQLite makes of them', () => {
  const live = openLiveDatabase(sqlite3, new sqlite3.oo1.DB(':memory:'))
  live.run('CREATE TABLE m(id INTEGER PRIMARY KEY, room, n INT)')
  const sqls = [
    'SELECT room, count(*) FROM m GROUP BY room ORDER BY room',
    'SELECT count(*) AS c, room FROM m WHERE n > 3 GROUP BY room ORDER BY c DESC, room LIMIT 3',
    'SELECT room, n, count(*) FROM m GROUP BY room, n ORDER BY 1, 2',
    'SELECT room, sum(n), avg(n), min(n), max(n), count(n), total(n) FROM m GROUP BY room ORDER BY room',
    'SELECT count(*), sum(n), avg(n), max(id) - min(id), count(*) FILTER (WHERE n > 3) FROM m',
    'SELECT coalesce(sum(n), 0) AS s, max(room) FROM m WHERE n <> 2 GROUP BY n HAVING count(*) > 1 ORDER BY s, n',
  ]
  const queries = sqls.map((sql) => live.subscribe({ sql, parameters: [] }, () => {}))
  let seed = 20260101
  const random = (below: number) => ((seed = (seed * 1103515245 + 12345) & 0x7fffffff) >> 8) % below
  const rooms = [1, 2, 1.5, null, 'a', 'A', 2n ** 61n]
  for (let i = 0; i < 400; i++) {
    const [id, room, n] = [random(40), rooms[random(rooms.length)]!, random(8)]
    if (random(4) === 0) live.run('DELETE FROM m WHERE id = ?', [id])
    else if (random(3) === 0) live.run('UPDATE m SET room = ?, n = ? WHERE id BETWEEN ? AND ?', [room, n, id, id + 5])
    else live.run('REPLACE INTO m VALUES (?, ?, ?)', [id, room, n])
    queries.forEach((query, k) => expect(query.rows, `${sqls[k]} after step ${i}`).toEqual(live.all(sqls[k]!)))
  }
})
