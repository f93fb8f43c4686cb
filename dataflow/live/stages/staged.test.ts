import sqlite3InitModule from '@sqlite.org/sqlite-wasm'
import { expect, test } from 'vitest'
import type { SqlValue } from '../../../schema/live.ts'
import { openLiveDatabase } from '../../index.ts'
import { applyChanges } from '../../../schema/live/row-changes.ts'

const sqlite3 = await sqlite3InitModule()

// TPC-H 13 in small: how many customers have how many orders
const distribution = `
  SELECT orders, count(*) AS customers
  FROM (SELECT c.id, count(o.id) AS orders FROM c LEFT JOIN o ON o.c = c.id AND o.note <> 'void' GROUP BY c.id)
  GROUP BY orders ORDER BY customers DESC, orders DESC`

function open() {
  const db = new sqlite3.oo1.DB()
  const live = openLiveDatabase(sqlite3, db)
  live.run(`CREATE TABLE c(id INTEGER PRIMARY KEY, name); CREATE TABLE o(id INTEGER PRIMARY KEY, c, note)`)
  live.run(`
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60) INSERT INTO c SELECT i, 'name' || i FROM n;
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
      INSERT INTO o SELECT i, i * 7 % 61, CASE i % 5 WHEN 0 THEN 'void' ELSE 'paid' END FROM n`)
  return live
}

test.each([
  distribution,
  // kept in kept: how common is each count of counts
  `SELECT customers, count(*) FROM (${distribution.replace(/ORDER BY.*/s, '')}) GROUP BY customers ORDER BY 1`,
  // one side kept, joined with a table that changes too
  `SELECT c.name, k.orders FROM c JOIN (SELECT c AS id, count(*) AS orders, sum(c) AS total FROM o GROUP BY c) AS k ON k.orders = c.id ORDER BY 1, 2, k.id`,
])('an aggregate of an aggregate follows its tables: %s', (sql) => {
  const live = open()
  const keys: string[] = []
  const rows: SqlValue[][] = []
  const query = live.subscribe({ sql, parameters: [] }, ({ changes }) => applyChanges(keys, rows, changes))
  const { mode, operators } = query.explain()
  expect(mode).not.toBe('rerun')
  if (sql.includes('customers')) expect(operators.map(({ kind }) => kind)).toContain('keep')
  query.rows.forEach((row, i) => {
    rows.push([...row])
    keys.push(query.keys[i]!)
  })
  for (const step of [
    `INSERT INTO o VALUES (1000, 7, 'paid')`,
    `UPDATE o SET note = 'void' WHERE id = 1000`,
    `UPDATE o SET c = 8 WHERE c = 9`,
    `DELETE FROM c WHERE id = 8; INSERT INTO c VALUES (61, 'late'), (62, NULL)`,
    `REPLACE INTO o SELECT id, 1, NULL FROM o WHERE id < 4`,
    `DELETE FROM o WHERE id % 3 = 0`,
    `DELETE FROM o`,
    `INSERT INTO o SELECT id, id, 'paid' FROM c`,
  ]) {
    live.run(step)
    expect(query.rows).toEqual(live.all(sql))
    expect(rows).toEqual(query.rows)
  }
  query.unsubscribe()
  expect(live.all(`SELECT name FROM sqlite_temp_schema WHERE name LIKE 'live_kept%'`)).toEqual([])
  live.close()
})
