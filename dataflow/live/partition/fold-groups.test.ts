import init from '@sqlite.org/sqlite-wasm'
import { expect, it } from 'vitest'
import { openLiveDatabase } from '../../index.ts'

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
    'SELECT count(DISTINCT n), count(DISTINCT room) FROM m',
    'SELECT room, count(DISTINCT n % 3) AS c, count(DISTINCT n) FILTER (WHERE n > 2), max(n) FROM m GROUP BY room ORDER BY room',
    'SELECT n, count(DISTINCT room COLLATE NOCASE) AS c FROM m GROUP BY n HAVING c > 1 ORDER BY n',
    'SELECT coalesce(sum(n), 0) AS s, max(room) FROM m WHERE n <> 2 GROUP BY n HAVING count(*) > 1 ORDER BY s, n',
  ]
  const queries = sqls.map((sql) => live.subscribe({ sql, parameters: [] }, () => {}))
  let seed = 20260101
  const random = (below: number) => ((seed = (seed * 1103515245 + 12345) & 0x7fffffff) >> 8) % below
  const rooms = [1, 2, 1.5, null, 'a', 'A', 2n ** 61n]
  for (let i = 0; i < 400; i++) {
    const [id, room, n] = [random(40), rooms[random(rooms.length)]!, random(8)]
    if (random(4) === 0) live.run('DELETE FROM m WHERE id = ?', [id])
    else if (random(9) === 0) live.run('UPDATE m SET n = 7 - n WHERE id > ?', [id])
    else if (random(3) === 0) live.run('UPDATE m SET room = ?, n = ? WHERE id BETWEEN ? AND ?', [room, n, id, id + 5])
    else live.run('REPLACE INTO m VALUES (?, ?, ?)', [id, room, n])
    queries.forEach((query, k) => expect(query.rows, `${sqls[k]} after step ${i}`).toEqual(live.all(sqls[k]!)))
  }
})

it('sums of REAL follow their rows, and are what SQLite sums', () => {
  const live = openLiveDatabase(sqlite3, new sqlite3.oo1.DB(':memory:'))
  live.run(
    'CREATE TABLE sale(id INTEGER PRIMARY KEY, shop INT, price REAL, any); CREATE TABLE shop(id INTEGER PRIMARY KEY, tax)',
  )
  const folded = [
    'SELECT shop, sum(price), avg(price), total(price), count(*) FROM sale WHERE price < 1e9 GROUP BY shop ORDER BY shop',
    'SELECT sum(price * 0.19) FILTER (WHERE price < 1000) FROM sale',
    'SELECT s.id, sum(price * (1 + tax)) FROM shop s JOIN sale ON sale.shop = s.id WHERE price < 1000 GROUP BY s.id ORDER BY s.id',
  ]
  const hard = [
    'SELECT shop, sum(any), avg(any), total(any), SUM(any) FROM sale GROUP BY shop ORDER BY shop',
    'SELECT sum(price), avg(price) FROM sale',
    'SELECT shop, sum(price), min(price) FROM sale GROUP BY shop HAVING sum(price) > 2 ORDER BY shop',
  ]
  const sqls = [...folded, ...hard]
  const queries = sqls.map((sql) => live.subscribe({ sql, parameters: [] }, () => {}))
  let seed = 20260104
  const random = (below: number) => ((seed = (seed * 1103515245 + 12345) & 0x7fffffff) >> 8) % below
  const prices = [() => random(10000) / 100, () => random(1000) / 7, () => 0.1, () => null, () => -5.5, () => 1e300, () => -1e300, () => Infinity] // prettier-ignore
  const anything = [3, 4.5, -3, '7', 'x', 2n ** 62n, null]
  for (let i = 0; i < 600; i++) {
    const price = prices[random(20) > 0 ? random(5) : random(prices.length)]!()
    const any = anything[random(random(8) > 0 ? 3 : 7)]!
    const [id, shop] = [random(160), random(4)]
    if (random(5) === 0) live.run('DELETE FROM sale WHERE id = ?', [id])
    else if (random(40) === 0) live.run('UPDATE sale SET price = price + 0.1 WHERE shop < ?', [1 + shop])
    else if (random(12) === 0) live.run('REPLACE INTO shop VALUES (?, ?)', [shop, random(3) / 10])
    else live.run('REPLACE INTO sale VALUES (?, ?, ?, ?)', [id, shop, price, any])
    queries.forEach((query, k) => expect(query.rows, `${sqls[k]} after step ${i}`).toEqual(live.all(sqls[k]!)))
  }
  live.close()
})

it('the columns beside an only min or max are those of a row that has it', () => {
  const live = openLiveDatabase(sqlite3, new sqlite3.oo1.DB(':memory:'))
  live.run(`
    CREATE TABLE m(id INTEGER PRIMARY KEY, room INT, ts UNIQUE, author INT, body TEXT, loud AS (upper(body)));
    CREATE TABLE author(id INTEGER PRIMARY KEY, name TEXT)`)
  const sqls = [
    'SELECT room, max(ts), author, body FROM m GROUP BY room ORDER BY room',
    'SELECT room, body, min(ts) FROM m WHERE author > 1 GROUP BY room ORDER BY room',
    'SELECT room, max(ts) AS last, count(*), sum(author), length(body) + author FROM m GROUP BY room ORDER BY last DESC, room',
    'SELECT body, id, max(ts) FROM m',
    'SELECT room, max(ts), loud FROM m GROUP BY room HAVING count(*) > 2 ORDER BY room',
    'SELECT room, a.name, body, max(m.ts) FROM m JOIN author AS a ON a.id = m.author WHERE ts IS NOT NULL GROUP BY room ORDER BY room',
    'SELECT a.id, a.name, m.body, min(m.ts) FROM author AS a LEFT JOIN m ON m.author = a.id AND ts IS NOT NULL GROUP BY a.id ORDER BY a.id',
    // where several have it, SQLite takes the first that it reads
    'SELECT room, max(author), id, body FROM m GROUP BY room ORDER BY room',
    'SELECT room, max(ts) FILTER (WHERE author > 1), min(author), room || room FROM m GROUP BY room ORDER BY room',
  ]
  const queries = sqls.map((sql) => live.subscribe({ sql, parameters: [] }, () => {}))
  queries.forEach((query, k) => expect(query.explain().mode, sqls[k]).toBe('incremental'))
  let seed = 20260108
  const random = (below: number) => ((seed = (seed * 1103515245 + 12345) & 0x7fffffff) >> 8) % below
  const times = [
    () => random(90),
    () => random(90) / 4,
    () => `t${random(50)}`,
    () => 2n ** 60n + BigInt(random(9)),
    () => null,
  ]
  for (let i = 0; i < 500; i++) {
    const [id, room, author] = [random(40), random(4), random(5)]
    const ts = times[random(times.length)]!()
    if (random(4) === 0) live.run('DELETE FROM m WHERE id = ?', [id])
    else if (random(12) === 0) live.run('REPLACE INTO author VALUES (?, ?)', [author, `name ${i}`])
    else if (random(5) < 2)
      live.run('UPDATE m SET body = ?, room = ? WHERE id BETWEEN ? AND ?', [`edit ${i}`, room, id, id + 3]) // prettier-ignore
    else live.run('REPLACE INTO m VALUES (?, ?, ?, ?, ?)', [id, room, ts, author, `body ${i}`])
    queries.forEach((query, k) => expect(query.rows, `${sqls[k]} after step ${i}`).toEqual(live.all(sqls[k]!)))
  }
  live.close()
})
