import { expect, it } from 'vitest'
import { openLiveDatabase } from '../../index.ts'
import { loadSqlite } from '../../oracle/plain-sqlite.ts'

const sqlite3 = await loadSqlite()

function open(setup: string, sql: string) {
  const live = openLiveDatabase(sqlite3, new sqlite3.oo1.DB(':memory:'))
  live.run(setup)
  const query = live.subscribe({ sql, parameters: [] }, () => {})
  /** how often it was read again */
  const reads = () => query.explain().operators.find(({ kind }) => kind === 'touch')!.rowsOut
  const run = (statement: string) => {
    live.run(statement)
    expect(query.rows).toEqual(live.all(sql))
  }
  return { query, reads, run }
}

it('is not read for rows that its conditions keep out, nor for columns that it does not read', () => {
  const { query, reads, run } = open(
    `CREATE TABLE comment(id INTEGER PRIMARY KEY, thread, parent, score, text);
     INSERT INTO comment VALUES (1, 7, NULL, 1, 'a'), (2, 7, 1, 2, 'b'), (3, 8, NULL, 3, 'c')`,
    `WITH RECURSIVE tree(id, depth) AS (
       SELECT id, 0 FROM comment WHERE thread = 7 AND parent IS NULL
       UNION ALL SELECT c.id, depth + 1 FROM tree JOIN comment AS c ON c.parent = tree.id WHERE c.thread = 7
     ) SELECT id, depth, (SELECT max(score) FROM comment WHERE thread = 7) FROM tree ORDER BY depth, id`,
  )
  expect(query.explain()).toMatchObject({
    mode: 'partitioned',
    reason: expect.stringContaining('read again as a whole'),
  })
  run(`INSERT INTO comment VALUES (4, 8, 3, 9, 'd')`)
  run(`UPDATE comment SET text = text || '!'`)
  run(`UPDATE comment SET score = 100 WHERE thread = 8`)
  expect(reads()).toBe(0)
  run(`INSERT INTO comment VALUES (5, 7, 2, 0, 'e')`)
  expect(reads()).toBe(1)
  run(`UPDATE comment SET thread = 8 WHERE id = 5`)
  run(`DELETE FROM comment WHERE id = 2`)
  expect(reads()).toBe(3)
})

it.each([
  'VALUES ((SELECT max(x) FROM n)) UNION ALL SELECT a FROM t',
  'SELECT a FROM t ORDER BY 1 LIMIT (SELECT max(x) + 1 FROM n)',
  'SELECT a FROM t ORDER BY 1 LIMIT 2 OFFSET (SELECT max(x) - 1 FROM n)',
  'SELECT v.column1, a FROM (VALUES ((SELECT max(x) FROM n)), (7)) AS v, t ORDER BY 1, 2',
])('sees tables that only LIMIT or VALUES read: %s', (sql) => {
  const { query, run } = open(
    'CREATE TABLE t(a); CREATE TABLE n(x); INSERT INTO t VALUES (1), (2), (3); INSERT INTO n VALUES (1)',
    sql,
  )
  run('UPDATE n SET x = 2')
  run('DELETE FROM t WHERE a = 1')
  run('INSERT INTO n VALUES (0), (5)')
  expect(query.explain().mode).not.toBe('rerun')
})
