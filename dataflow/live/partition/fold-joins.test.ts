import init from '@sqlite.org/sqlite-wasm'
import { expect, it } from 'vitest'
import { openLiveDatabase } from '../../index.ts'

const sqlite3 = await init()

const tables = `
  CREATE TABLE room(id INTEGER PRIMARY KEY, name TEXT, space INT);
  CREATE TABLE member(person TEXT, space INT, since INT, PRIMARY KEY (person, space)) WITHOUT ROWID;
  CREATE TABLE mark(person TEXT, room INT, n INT, PRIMARY KEY (person, room)) WITHOUT ROWID;
  CREATE TABLE message(id INTEGER PRIMARY KEY, room INT, n INT, reply INT, text TEXT COLLATE NOCASE);
  CREATE INDEX message_room ON message(room)`

/** whose groups never need reading again */
const counting = [
  'SELECT r.id, r.name, count(*) FROM room r JOIN message m ON m.room = r.id GROUP BY r.id',
  'SELECT r.space, count(*) AS c, sum(m.n), avg(m.n) FROM room r, message m WHERE m.room = r.id AND m.n > 2 GROUP BY r.space ORDER BY c DESC, 1 LIMIT 3',
  'SELECT count(*), sum(m.n + r.space), count(m.reply) FILTER (WHERE m.n > 3) FROM message m JOIN room r ON r.id = m.room',
  'SELECT count(*) FROM message WHERE room = 2',
  `SELECT k.person, count(m.id) AS unread FROM mark k LEFT JOIN message m ON m.room = k.room AND m.n > k.n
   GROUP BY k.person ORDER BY k.person`,
  `SELECT r.id, r.name || '!' AS loud, count(*), total(m.n) FROM member p JOIN room r ON r.space = p.space
   LEFT JOIN mark k ON k.person = p.person AND k.room = r.id
   JOIN message m ON m.room = r.id AND m.n > max(p.since, ifnull(k.n, 0)) WHERE p.person IN ('ann', 'bob') GROUP BY r.id ORDER BY r.name, r.id`,
  'SELECT a.room, count(*), count(b.id) FROM message a LEFT JOIN message b ON b.reply = a.id GROUP BY a.room',
  'SELECT a.room, count(*) FROM message a JOIN message b ON b.reply = a.id GROUP BY a.room',
  `SELECT m.n % 3 AS third, count(*), count(k.n) FROM message m LEFT JOIN room r ON r.id = m.room
   LEFT JOIN mark k ON k.room = r.id AND k.person = 'ann' GROUP BY m.n % 3`,
  `SELECT k.n, count(*) FROM room r LEFT JOIN mark k ON k.room = r.id AND k.n > r.space GROUP BY k.n`,
  `SELECT lower(text) AS word, count(*) FROM message WHERE text LIKE 'a%' GROUP BY lower(text)`,
]
const others = [
  'SELECT r.name, max(m.n), min(m.n) FROM room r JOIN message m ON m.room = r.id GROUP BY r.id, r.name',
  'SELECT max(m.id), m.room, count(*) FROM message m JOIN room r ON r.id = m.room GROUP BY m.room, r.id',
  'SELECT r.space FROM room r JOIN message m ON m.room = r.id GROUP BY r.space HAVING count(*) > 2 ORDER BY 1',
]

for (const [name, most] of [
  ['one row', 1],
  ['several tables', 4],
] as const) {
  it(`groups over joins follow the rows that leave and come: turns of ${name}`, () => {
    const live = openLiveDatabase(sqlite3, new sqlite3.oo1.DB(':memory:'))
    live.run(tables)
    const sqls = [...counting, ...others]
    const queries = sqls.map((sql) => live.subscribe({ sql, parameters: [] }, () => {}))
    let seed = 20260102
    const random = (below: number) => ((seed = (seed * 1103515245 + 12345) & 0x7fffffff) >> 8) % below
    const pick = <T>(values: readonly T[]): T => values[random(values.length)]!
    const people = ['ann', 'bob', 'cat']
    const id = () => random(25)
    const room = () => pick([1, 2, 3, 4, 5, null])
    const steps = [
      () => live.run('REPLACE INTO message VALUES (?, ?, ?, ?, ?)', [id(), room(), random(9), pick([id(), null]), pick(['a', 'A', 'b'])]), // prettier-ignore
      () => live.run('DELETE FROM message WHERE id = ?', [id()]),
      () => live.run('UPDATE message SET n = ?, room = ? WHERE id BETWEEN ?3 AND ?3 + 3', [random(9), room(), id()]),
      () => live.run('REPLACE INTO room VALUES (?, ?, ?)', [room(), pick(['x', 'y', null]), random(3)]),
      () => live.run('UPDATE room SET name = ? WHERE id = ?', [pick(['p', 'q']), room()]),
      () => live.run('DELETE FROM room WHERE id = ?', [room()]),
      () => live.run('REPLACE INTO mark VALUES (?, ?, ?)', [pick(people), 1 + random(5), random(9)]),
      () => live.run('DELETE FROM mark WHERE person = ? AND room = ?', [pick(people), 1 + random(5)]),
      () => live.run('REPLACE INTO member VALUES (?, ?, ?)', [pick(people), random(3), random(5)]),
      () => live.run('DELETE FROM member WHERE person = ?', [pick(people)]),
    ]
    for (let i = 0; i < 500; i++) {
      live.transaction(() => {
        for (let n = 1 + random(most); n > 0; n--) pick(steps)()
      })
      queries.forEach((query, k) => {
        const rows = query.rows.map((row) => JSON.stringify(row))
        const expected = live.all(sqls[k]!).map((row) => JSON.stringify(row))
        if (!/ORDER BY/.test(sqls[k]!)) {
          rows.sort()
          expected.sort()
        }
        expect(rows, `${sqls[k]} after step ${i}`).toEqual(expected)
      })
    }
    queries.slice(0, counting.length).forEach((query, k) => {
      const { mode, operators } = query.explain()
      expect(mode).toBe('incremental')
      // no group was ever read again
      expect(
        operators.filter(({ kind }) => kind === 'fold').flatMap(({ sql }) => sql),
        counting[k],
      ).toEqual([])
    })
  })
}

it('follows the rows of a LEFT JOIN that no index of SQLite serves', () => {
  const live = openLiveDatabase(sqlite3, new sqlite3.oo1.DB(':memory:'))
  live.run(`CREATE TABLE a(id INTEGER PRIMARY KEY, g INT, k INT); CREATE TABLE b(id INTEGER PRIMARY KEY, k INT);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) INSERT INTO a SELECT i, i % 20, i FROM n;
    INSERT INTO b SELECT id, id * 2 FROM a`)
  const sql = 'SELECT a.g, count(*), count(b.id) FROM a LEFT JOIN b ON b.k = a.k GROUP BY a.g'
  const query = live.subscribe({ sql, parameters: [] }, () => {})
  for (let i = 0; i < 120; i++) {
    const id = 1 + ((i * 37) % 1500)
    live.run('DELETE FROM b WHERE id = ?', [id])
    if (i % 2 === 0) live.run('INSERT INTO b VALUES (?, ?)', [5000 + i, id * 2 + (i % 3)])
    if (i % 3 === 0) live.run('UPDATE a SET k = ? WHERE id = ?', [id, id + 7])
    const sorted = (rows: readonly unknown[]) => rows.map((row) => JSON.stringify(row)).sort()
    expect(sorted(query.rows), `after step ${i}`).toEqual(sorted(live.all(sql)))
  }
  expect(query.explain().operators.map(({ kind }) => kind)).toContain('index')
})
