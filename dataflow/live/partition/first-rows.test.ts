import init from '@sqlite.org/sqlite-wasm'
import { expect, it } from 'vitest'
import { openLiveDatabase, type SqlValue } from '../../index.ts'
import type { TraceEvent } from '../../operator.ts'

const sqlite3 = await init()

function open() {
  const live = openLiveDatabase(sqlite3, new sqlite3.oo1.DB(':memory:'))
  live.run(`
    CREATE TABLE m(id INTEGER PRIMARY KEY, room, author INT, ts, folded TEXT COLLATE NOCASE);
    CREATE INDEX m_by_room ON m(room, ts);
    CREATE TABLE author(id INTEGER PRIMARY KEY, name TEXT)`)
  return live
}
const number = (over = 'PARTITION BY room ORDER BY ts DESC, id') => `row_number() OVER (${over}) AS n`

const read: readonly (readonly [string, SqlValue[]?])[] = [
  [`SELECT id, room, n FROM (SELECT id, room, ${number()} FROM m) WHERE n <= 3`],
  [`SELECT * FROM (SELECT *, ${number()} FROM m WHERE author > 1) WHERE n < 3 ORDER BY id`],
  [
    `SELECT id FROM (SELECT id, room, ${number('PARTITION BY room ORDER BY ts NULLS LAST, id DESC')} FROM m) WHERE n = 1`,
  ],
  [`WITH top AS (SELECT id, room, ts, ${number()} FROM m) SELECT id, ts FROM top WHERE n BETWEEN 2 AND 3 AND ts > 2`],
  [`SELECT id, room FROM (SELECT id, room, ${number()} FROM m) WHERE ?1 >= n`, [2]],
  [`SELECT id, room FROM (SELECT id, room, ${number()} FROM m) WHERE n <= ?1`, [2.5]],
  [`SELECT id, room FROM (SELECT id, room, ${number()} FROM m) WHERE n <= ?1`, ['2']],
  [`SELECT id, room FROM (SELECT id, room, ${number()} FROM m) WHERE n <= ?1`, [null]],
  [`SELECT id, room FROM (SELECT id, room, ${number()} FROM m) WHERE n <= ?1`, [-1]],
  [`SELECT room, count(*), sum(id) FROM (SELECT id, room, ${number()} FROM m) WHERE n <= 2 GROUP BY room`],
  [
    `SELECT d.id, a.name FROM (SELECT id, room, author, ${number()} FROM m) AS d LEFT JOIN author AS a ON a.id = d.author WHERE n <= 2`,
  ],
  [
    `SELECT mid, name FROM (SELECT m.id AS mid, room, name, ${number('PARTITION BY room ORDER BY ts, m.id')} FROM m JOIN author ON author.id = m.author) WHERE n <= 2`,
  ],
  [
    `SELECT id, n FROM (SELECT id, room, author, ${number('PARTITION BY room, author ORDER BY id DESC')} FROM m) WHERE n <= 1`,
  ],
]
const readWhole: readonly string[] = [
  `SELECT id, r FROM (SELECT id, room, rank() OVER (PARTITION BY room ORDER BY ts) AS r FROM m) WHERE r <= 2`,
  `SELECT id, n FROM (SELECT id, room, ${number()} FROM m) WHERE n >= 2`,
  `SELECT id, n FROM (SELECT id, room, ${number()} FROM m) WHERE n <= 2 OR id = 3`,
  `SELECT id, n FROM (SELECT id, room, ${number('PARTITION BY room, author ORDER BY id')} FROM m) WHERE n <= 2`,
  `SELECT id, n FROM (SELECT id, folded, ${number('PARTITION BY folded ORDER BY id')} FROM m) WHERE n <= 2`,
  `SELECT id, n FROM (SELECT id, room, ${number('PARTITION BY room ORDER BY 1, id')} FROM m) WHERE n <= 100`,
  `SELECT id, n FROM (SELECT id, room, ${number()}, count(*) OVER (PARTITION BY room) FROM m) WHERE n <= 2`,
]

it('the first rows of each group follow their rows, and are what SQLite makes of them', () => {
  const live = open()
  const all = [...read, ...readWhole.map((sql) => [sql] as const)]
  const queries = all.map(([sql, parameters = []]) => live.subscribe({ sql, parameters }, () => {}))
  let seed = 20260107
  const random = (below: number) => ((seed = (seed * 1103515245 + 12345) & 0x7fffffff) >> 8) % below
  const rooms = [1, 1.5, null, 'a', 'A', 2n ** 61n]
  const times = [0, 1, 2, 3, 4.5, 'x', null]
  for (let i = 0; i < 300; i++) {
    const values = [
      random(40),
      rooms[random(rooms.length)]!,
      random(4),
      times[random(times.length)]!,
      'aAbB'[random(4)]!,
    ]
    if (random(4) === 0) live.run('DELETE FROM m WHERE id = ?', [values[0]!])
    else if (random(20) === 0) live.run('REPLACE INTO author VALUES (?, ?)', [random(4), `name ${i}`])
    else if (random(5) === 0)
      live.run('UPDATE m SET room = ?2, ts = ?4 WHERE id BETWEEN ?1 AND ?1 + ?3', values.slice(0, 4))
    else live.run('REPLACE INTO m VALUES (?, ?, ?, ?, ?)', values)
    queries.forEach((query, k) => {
      const [sql, parameters = []] = all[k]!
      const isOrdered = /ORDER BY [^()]*$/.test(sql)
      const sorted = (rows: readonly SqlValue[][]) => {
        const lines = rows.map((row) => row.map(String).join('|'))
        return isOrdered ? lines : lines.sort()
      }
      expect(query.error, sql).toBeNull()
      expect(sorted(query.rows), `${sql} after step ${i}`).toEqual(sorted(live.all(sql, parameters)))
    })
  }
  live.close()
})

it('explain and trace tell which groups are read as far as they are wanted, and how far', () => {
  const live = open()
  const operatorsOf = (sql: string, parameters: SqlValue[] = []) =>
    live.subscribe({ sql, parameters }, () => {}).explain().operators.map(({ kind, label }) => `${kind} ${label}`) // prettier-ignore
  for (const [sql, parameters] of read) expect(operatorsOf(sql, parameters).join(), sql).toContain(' first ')
  for (const sql of readWhole) expect(operatorsOf(sql).join(), sql).not.toContain('first ')

  const query = live.subscribe({ sql: read[0]![0], parameters: [] }, () => {})
  const events: TraceEvent[] = []
  query.trace((event) => events.push(event))
  live.run('INSERT INTO m(id, room, ts) VALUES (1, 7, 100)')
  expect(events.find(({ kind }) => kind === 'first')?.entries).toHaveLength(1)
  const { sql } = query.explain().operators.find(({ kind }) => kind === 'first')!
  const plan = live.all(`EXPLAIN QUERY PLAN ${sql[0]}`).map((row) => String(row[3]))
  expect(plan.join('\n')).toMatch(/INDEX m_by_room .room=/)
  live.close()
})
