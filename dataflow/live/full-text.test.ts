import { expect, it } from 'vitest'
import { openLiveDatabase } from '../index.ts'
import { loadSqlite } from '../oracle/plain-sqlite.ts'

const sqlite3 = await loadSqlite()

const message = `
  CREATE TABLE message(id INTEGER PRIMARY KEY, room, sent, text);
  CREATE TRIGGER message_in AFTER INSERT ON message BEGIN INSERT INTO found(rowid, text) VALUES (new.id, new.text); END;
  CREATE TRIGGER message_out AFTER DELETE ON message BEGIN INSERT INTO found(found, rowid, text) VALUES ('delete', old.id, old.text); END;
  CREATE TRIGGER message_edit AFTER UPDATE OF id, text ON message BEGIN
    INSERT INTO found(found, rowid, text) VALUES ('delete', old.id, old.text);
    INSERT INTO found(rowid, text) VALUES (new.id, new.text);
  END;`
const rows = `INSERT INTO message VALUES (1, 7, 1, 'red fish'), (2, 7, 2, 'blue fish'), (3, 8, 3, 'one red dog'), (4, 8, 4, 'no')`
const external = `CREATE VIRTUAL TABLE found USING fts5(text, content='message', content_rowid='id'); ${message} ${rows}`

const steps = [
  `INSERT INTO message VALUES (5, 7, 5, 'a red cat')`,
  // as many words as before: the index keeps the same size for it
  `UPDATE message SET text = 'dim fish' WHERE id = 1`,
  `UPDATE message SET text = 'red fish, red dog, red cat' WHERE id = 4`,
  `UPDATE message SET id = 40 WHERE id = 4`,
  `UPDATE message SET sent = 9 - sent`,
  `DELETE FROM message WHERE id = 3; INSERT INTO message VALUES (3, 7, 0, 'RED')`,
  `INSERT INTO found(found) VALUES ('optimize')`,
  `INSERT INTO found(found) VALUES ('rebuild')`,
  `INSERT INTO found(found, rank) VALUES ('rank', 'bm25(2.0)')`,
  `DELETE FROM message WHERE room = 7`,
]

function follow(setup: string, sql: string, mode: string, steps: readonly string[]) {
  const live = openLiveDatabase(sqlite3, new sqlite3.oo1.DB(':memory:'))
  live.run(setup)
  const query = live.subscribe({ sql, parameters: [] }, () => {})
  expect(query.explain()).toMatchObject({ mode })
  for (const step of steps) {
    live.run(step)
    expect([step, query.rows]).toEqual([step, live.all(sql)])
    expect(query.error).toBe(null)
  }
  return query
}

it.each([
  `SELECT rowid, text, snippet(found, 0, '[', ']', '…', 3) FROM found WHERE found MATCH 'red' ORDER BY rowid`,
  `SELECT rowid, highlight(found, 0, '<', '>') FROM found('red') ORDER BY rowid DESC LIMIT 2`,
  `SELECT m.id, m.sent, highlight(f, 0, '<', '>') FROM found AS f JOIN message AS m ON m.id = f.rowid
    WHERE f.found MATCH 'red' ORDER BY m.sent DESC, m.id LIMIT 3`
    .replaceAll('f.found MATCH', 'found MATCH')
    .replaceAll('highlight(f,', 'highlight(found,'),
  `SELECT id, text FROM message WHERE id IN (SELECT rowid FROM found WHERE text MATCH 'red OR dim') ORDER BY id`,
])('follows the changed documents: %s', (sql) => {
  follow(external, sql, 'incremental', steps)
})

it.each([
  `SELECT rowid, rank FROM found WHERE found MATCH 'red' ORDER BY rank, rowid`,
  `SELECT rowid FROM found WHERE found MATCH 'red' ORDER BY bm25(found), rowid LIMIT 2`,
  `SELECT room, count(*) FROM message JOIN found ON found.rowid = id WHERE found MATCH 'red' GROUP BY room ORDER BY 1`,
])('reads ranks and groups by parts that are known: %s', (sql) => {
  follow(external, sql, 'partitioned', steps)
})

it.each([
  [`fts5(title, text)`, 'incremental'],
  [`fts5(title, text, columnsize=0)`, 'incremental'],
  [`fts5(title, text, content='', contentless_delete=1)`, 'incremental'],
  [`fts5(title, text, content='', columnsize=0)`, 'rerun'],
])('finds the changes of %s', (using, mode) => {
  const changes = [
    `INSERT INTO doc(rowid, title, text) VALUES (3, 'red', 'dog')`,
    ...(using.includes(`content=''`) && !using.includes('delete')
      ? []
      : [`REPLACE INTO doc(rowid, title, text) VALUES (1, 'dim', 'fish')`, `DELETE FROM doc WHERE rowid = 3`]),
    ...(using.includes('content') ? [] : [`UPDATE doc SET rowid = 9 WHERE rowid = 2`, `DELETE FROM doc`]),
  ]
  const setup = `CREATE VIRTUAL TABLE doc USING ${using};
    INSERT INTO doc(rowid, title, text) VALUES (1, 'red', 'fish'), (2, 'blue', 'red')`
  follow(setup, `SELECT rowid FROM doc WHERE doc MATCH 'red' ORDER BY rowid`, mode, changes)
  follow(setup, `SELECT count(*) FROM doc WHERE title MATCH 'red'`, mode === 'rerun' ? mode : 'partitioned', changes)
})

it('looks at the changed document alone', () => {
  const query = follow(external, `SELECT rowid FROM found WHERE found MATCH 'red' ORDER BY rowid`, 'incremental', [
    `UPDATE message SET text = 'red' WHERE id = 2`,
  ])
  expect(query.explain().operators.find(({ kind }) => kind === 'touch')!.rowsOut).toBe(1)
})
