/*
 * A schema that changes in the middle of a transaction. SQLite then reads it anew, and the names of all tables move in memory: where
 * the allocator puts them decides whether a pointer that was one table's is now another's. So: many small worlds, each from its seed.
 */

import { expect, it } from 'vitest'
import { openLiveDatabase } from '../index.ts'
import { loadSqlite } from '../oracle/plain-sqlite.ts'
import { caseSeed, Random } from '../oracle/random.ts'

const sqlite3 = await loadSqlite()
const tables = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']

const changes = [
  'ALTER TABLE log ADD COLUMN z',
  'ALTER TABLE log RENAME COLUMN v TO w',
  'ALTER TABLE log DROP COLUMN v',
  'ALTER TABLE log RENAME TO logged',
  'DROP TABLE log',
  'DROP TABLE log; CREATE TABLE log(x)',
  'CREATE TABLE new(x)',
  'CREATE TEMP TABLE new(x); ALTER TABLE new RENAME TO newer',
  'CREATE INDEX i ON log(v)',
  'CREATE VIEW w AS SELECT * FROM log',
  'CREATE TRIGGER r AFTER INSERT ON log BEGIN SELECT 1; END',
  'CREATE VIRTUAL TABLE words USING fts5(x)',
  `ATTACH ':memory:' AS aux; CREATE TABLE aux.a(id INTEGER PRIMARY KEY, v); ALTER TABLE aux.a ADD COLUMN more`,
  'SAVEPOINT s; ALTER TABLE log ADD COLUMN y; ROLLBACK TO s; RELEASE s',
  'SAVEPOINT s; ALTER TABLE log RENAME TO gone; CREATE TABLE log(x); ROLLBACK TO s',
  'SAVEPOINT s; DROP TABLE log; ROLLBACK TO s; DROP TABLE log',
  'REINDEX',
  'ANALYZE',
]

it.each(changes)('every write is its own table’s, before and after %s', (change) => {
  for (let index = 0; index < 12; index++) {
    const seed = caseSeed(20261130, index)
    const random = new Random(seed)
    const live = openLiveDatabase(sqlite3, new sqlite3.oo1.DB(':memory:'))
    for (const table of [...random.sample(tables, tables.length), 'log']) {
      live.run(`CREATE TABLE ${table}(id INTEGER PRIMARY KEY, v); INSERT INTO ${table} VALUES (1, 0)`)
    }
    const queries = tables.map((table) => live.subscribe({ sql: `SELECT * FROM ${table}`, parameters: [] }, () => {}))
    let next = 0
    const write = (most: number) => {
      for (let left = random.between(1, most); left > 0; left--) {
        live.run(`UPDATE ${random.pick(tables)} SET v = ?`, [++next])
      }
    }
    const writeAll = () =>
      random.sample(tables, tables.length).forEach((table) => live.run(`UPDATE ${table} SET v = ?`, [++next]))
    writeAll()
    live.run('BEGIN')
    if (random.chance(0.6)) write(3)
    live.run(change)
    write(8)
    live.run(`CREATE TABLE later(x)`)
    for (let left = random.between(1, 5); left > 0; left--) {
      live.run(`ALTER TABLE later ADD COLUMN ${'x'.repeat(random.between(2, 30))}${left} DEFAULT 'some text'`)
      write(4)
    }
    live.run('COMMIT')
    write(2)
    const answers = tables.map((table) => live.all(`SELECT * FROM ${table}`))
    expect({ seed, rows: queries.map(({ rows }) => rows) }).toEqual({ seed, rows: answers })
    live.close()
  }
})
