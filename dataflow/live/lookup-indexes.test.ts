import { expect, it } from 'vitest'
import { openLiveDatabase } from '../index.ts'
import { loadSqlite } from '../oracle/plain-sqlite.ts'

const sqlite3 = await loadSqlite()

const rows = 600
const setup = `
  CREATE TABLE message(id INTEGER PRIMARY KEY, author TEXT, at);
  CREATE TABLE person(id INTEGER PRIMARY KEY, nick TEXT COLLATE NOCASE, name);
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})
    INSERT INTO message SELECT i, 'N' || (i % 200), i FROM n;
  INSERT INTO person SELECT id, 'n' || (id * 7 % 240), 'name ' || id FROM message WHERE id <= 450`

const steps = [
  `INSERT INTO message VALUES (9001, 'n7', 1), (9002, NULL, 2)`,
  `UPDATE person SET nick = 'n8' WHERE id = 1`,
  `UPDATE person SET nick = CAST(x'ff41' AS TEXT) WHERE id = 2`,
  `UPDATE message SET author = CAST(x'fe41' AS TEXT) WHERE id = 5; UPDATE message SET author = CAST(x'ff41' AS TEXT) WHERE id = 6`,
  `UPDATE person SET nick = NULL, id = 8000 WHERE id = 3`,
  `DELETE FROM person WHERE id BETWEEN 10 AND 20; INSERT INTO person VALUES (10, 'N9', 'again')`,
  `UPDATE message SET at = at + 1 WHERE id < 50`,
  `UPDATE message SET author = author || '' WHERE id < 500`,
  `DELETE FROM message WHERE id = 77`,
  `ALTER TABLE message RENAME COLUMN at TO sent`,
  `UPDATE person SET nick = 'n1' WHERE id = 21`,
]

it.each([
  `SELECT m.id, p.name FROM message AS m JOIN person AS p ON p.nick = m.author`,
  `SELECT m.id, p.name FROM message AS m LEFT JOIN person AS p ON p.nick = m.author`,
  `SELECT p.id, (SELECT max(id) FROM message WHERE author = p.nick) FROM person AS p`,
  `SELECT author, sum(DISTINCT id % 3) FROM message GROUP BY author`,
  `SELECT id FROM person WHERE nick IN (SELECT author FROM message)`,
  `SELECT id FROM person WHERE nick NOT IN (SELECT author FROM message WHERE author IS NOT NULL)`,
  `SELECT id FROM message AS m WHERE NOT EXISTS (SELECT 1 FROM person WHERE nick = m.author)`,
])('a look-up that SQLite has no index for has ours: %s', (sql) => {
  const live = openLiveDatabase(sqlite3, new sqlite3.oo1.DB(':memory:'))
  live.run(setup)
  const query = live.subscribe({ sql, parameters: [] }, () => {})
  const sorted = (all: readonly (readonly unknown[])[]) => all.map((row) => JSON.stringify(row)).sort()
  for (const [i, step] of steps.entries()) {
    live.run(step)
    expect([step, sorted(query.rows)]).toEqual([step, sorted(live.all(sql))])
    if (i !== 1 || sql.includes('NOT IN')) continue
    expect(query.explain().operators.filter(({ kind }) => kind === 'index')).not.toEqual([])
  }
  query.unsubscribe()
  live.close()
})

it('an index of SQLite’s is used where there is one, and a small table is just read', () => {
  const live = openLiveDatabase(sqlite3, new sqlite3.oo1.DB(':memory:'))
  live.run(
    `${setup}; CREATE INDEX person_by_nick ON person(nick); CREATE TABLE few(author TEXT); INSERT INTO few VALUES ('n1')`,
  )
  const query = live.subscribe({ sql: 'SELECT m.id, p.name FROM message AS m JOIN person AS p ON p.nick = m.author COLLATE NOCASE JOIN few ON few.author = m.author', parameters: [] }, () => {}) // prettier-ignore
  live.run(`INSERT INTO message VALUES (9003, 'n77', 1)`)
  expect(query.explain().operators.filter(({ kind }) => kind === 'index')).toEqual([])
})
