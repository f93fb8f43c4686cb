/* Which tables a query depends on, wherever it reads them, and what names them. */

import { playPinned } from './pinned.ts'

playPinned([
  {
    name: 'a table of which no column is read is a dependency',
    setup:
      'CREATE TABLE t1(a INTEGER, b); CREATE TABLE t2(a INT); INSERT INTO t1 VALUES (1, NULL); INSERT INTO t2 VALUES (NULL), (NULL)',
    query: 'WITH c(x) AS (SELECT NULL FROM t2) SELECT * FROM t2 AS p RIGHT JOIN t1 AS q USING (a)',
    steps: ['UPDATE t2 SET a = 1'],
  },
  {
    name: 'what SQLite writes without a word to the hook is read again after every write',
    setup: `CREATE TABLE a(id INTEGER PRIMARY KEY AUTOINCREMENT, x); CREATE VIRTUAL TABLE f USING fts5(x); CREATE VIRTUAL TABLE v USING fts5vocab('f', 'row')`,
    query: ['SELECT name, seq FROM sqlite_sequence', 'SELECT term, doc FROM v'],
    steps: [`INSERT INTO a(x) VALUES (1)`, `INSERT INTO f VALUES ('red fish')`, `INSERT INTO a(x) VALUES (2)`],
  },
  {
    name: 'tables of which USING alone reads columns are dependencies, those of full text too',
    setup: `
      CREATE TABLE t(id INTEGER PRIMARY KEY, a INTEGER); CREATE VIEW v AS SELECT a FROM t;
      CREATE TABLE w(id INTEGER PRIMARY KEY, a REAL) WITHOUT ROWID; CREATE TABLE u(k INTEGER, a REAL);
      CREATE VIRTUAL TABLE f USING fts5(x, y)`,
    query: [
      'SELECT p.* FROM v AS p FULL JOIN w AS q USING (a) LEFT JOIN u AS r USING (a)',
      'SELECT p.* FROM t AS p, f AS q RIGHT JOIN f AS r USING (x, y)',
    ],
    steps: [
      'INSERT INTO w VALUES (1, 2)',
      `INSERT INTO f(rowid, x, y) VALUES (27, 'red', 'fish')`,
      'INSERT INTO t VALUES (1, 2)',
    ],
  },
  {
    name: 'a table of which no column is read is a dependency also where the statement cannot be bound',
    setup: `CREATE TABLE t1(k INTEGER PRIMARY KEY, a REAL) WITHOUT ROWID; CREATE TABLE t2(id INTEGER PRIMARY KEY, a INT);
      CREATE TABLE t3(a REAL, b); INSERT INTO t1 VALUES (1, 4.75); INSERT INTO t3 VALUES (4.75, 1), (4.75, 2)`,
    query: 'SELECT p0.* FROM t2 AS p0 FULL JOIN t3 AS p1 USING (a) RIGHT JOIN t1 AS p2 USING (a)',
    steps: ['UPDATE t3 SET a = NULL'],
  },
  {
    name: 'an R*Tree: its rows show in a shadow table, by their rowids alone',
    setup: `CREATE VIRTUAL TABLE r USING rtree(id, x0, x1, +label); CREATE TABLE p(id INTEGER PRIMARY KEY, lo, hi);
      INSERT INTO r WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < 120) SELECT i, i, i + 5, 'l' || (i % 7) FROM s;
      INSERT INTO p VALUES (1, 3, 8), (2, 100, 106), (3, 7, 300)`,
    query: [
      `SELECT id FROM r WHERE x0 <= 50 AND x1 >= 40 AND label <> 'l3' ORDER BY id`,
      'SELECT label, count(*), max(x1), min(x0), sum(x1 - x0) FROM r GROUP BY label',
      'SELECT p.id, r.id FROM p JOIN r ON r.x0 >= p.lo AND r.x1 <= p.hi',
      'SELECT p.id, r.id FROM p LEFT JOIN r ON r.id = p.id AND r.x1 < 7',
      'SELECT id FROM p WHERE NOT EXISTS (SELECT 1 FROM r WHERE x0 > lo AND x1 < hi)',
      'SELECT id FROM r ORDER BY x0 DESC, id LIMIT 5',
      'SELECT a.id, b.id FROM r AS a JOIN r AS b ON a.x1 = b.x0 AND a.label = b.label',
    ],
    steps: [
      `INSERT INTO r VALUES (400, 5, 7, 'd')`,
      'UPDATE r SET x0 = 50, x1 = 60 WHERE id = 1',
      `UPDATE r SET label = 'z' WHERE id = 2`,
      'UPDATE r SET id = 900 WHERE id = 4',
      'INSERT INTO p VALUES (900, 0, 4000)',
      'UPDATE r SET x1 = x1 + 1 WHERE id < 50',
      'DELETE FROM r WHERE id % 2 = 0',
      `REPLACE INTO r VALUES (5, 1, 2, 'z')`,
      'DELETE FROM r',
      `INSERT INTO r VALUES (1, 2, 3, 'x')`,
    ],
  },
  {
    name: 'the tables of a view are those of its schema, whatever stands before them elsewhere',
    setup: `CREATE TABLE t(a); INSERT INTO t VALUES ('main'); CREATE VIEW v AS SELECT a FROM t, json_each('[1]') WHERE a IN (SELECT a FROM t);
      CREATE TEMP TABLE t(a); INSERT INTO temp.t VALUES ('temp'); CREATE TEMP VIEW w AS SELECT * FROM t, v`,
    query: ['SELECT * FROM v', 'SELECT * FROM w', 'SELECT * FROM t'],
    steps: [`INSERT INTO main.t VALUES ('new')`, `INSERT INTO t VALUES ('new')`, 'DROP TABLE temp.t'],
  },
  {
    name: 'a full-text table whose content is a view that no longer compiles',
    setup: `CREATE TABLE t(id INTEGER PRIMARY KEY, x); CREATE VIEW v AS SELECT id, no_such_function(x) AS x FROM t;
      CREATE VIRTUAL TABLE f USING fts5(x, content='v', content_rowid='id'); INSERT INTO f(rowid, x) VALUES (1, 'a'), (2, 'b')`,
    query: `SELECT rowid FROM f('a')`,
    steps: [`INSERT INTO f(rowid, x) VALUES (3, 'a')`, `INSERT INTO f(f, rowid, x) VALUES ('delete', 1, 'a')`],
  },
  {
    name: 'a table that is read in ORDER BY alone',
    setup: `CREATE TABLE room(id INTEGER PRIMARY KEY, name); CREATE TABLE msg(id INTEGER PRIMARY KEY, room, ts); CREATE TABLE pin(room);
      INSERT INTO room VALUES (1, 'a'), (2, 'b'), (3, 'c'); INSERT INTO msg VALUES (1, 1, 10), (2, 2, 20), (3, 3, 30);
      CREATE VIEW newest AS SELECT id FROM room AS r ORDER BY (SELECT max(ts) FROM msg WHERE room = r.id) DESC, id LIMIT 1`,
    query: [
      'SELECT id FROM room AS r ORDER BY (SELECT max(ts) FROM msg WHERE room = r.id) DESC, id',
      'SELECT id FROM room AS r ORDER BY (SELECT max(ts) FROM msg WHERE room = r.id) DESC, id LIMIT 1',
      'SELECT name FROM room WHERE id IN (SELECT id FROM room AS r ORDER BY (SELECT max(ts) FROM msg WHERE room = r.id) DESC, id LIMIT 1)',
      'SELECT name FROM room JOIN newest USING (id)',
      'SELECT id FROM room ORDER BY EXISTS (SELECT 1 FROM pin WHERE room = room.id) DESC, CASE WHEN (SELECT count(*) FROM pin) > 1 THEN -id ELSE id END',
      'SELECT room, count(*) FROM msg GROUP BY room ORDER BY (SELECT count(*) FROM pin WHERE pin.room = msg.room) DESC, room',
      'WITH p AS (SELECT max(room) AS m FROM pin) SELECT id FROM room ORDER BY id = (SELECT m FROM p) DESC, id',
      'SELECT (SELECT group_concat(name) FROM (SELECT name FROM room AS r ORDER BY (SELECT max(ts) FROM msg WHERE room = r.id) DESC, id))',
      'SELECT id, row_number() OVER (ORDER BY (SELECT count(*) FROM pin WHERE pin.room = room.id) DESC, id) FROM room ORDER BY id',
    ],
    steps: [
      'INSERT INTO msg VALUES (4, 1, 99)',
      'INSERT INTO pin VALUES (2)',
      'UPDATE msg SET ts = 100 WHERE id = 2',
      'INSERT INTO pin VALUES (3), (3)',
      'DELETE FROM msg WHERE room = 2',
      'DELETE FROM pin',
    ],
  },
  {
    name: 'a table that is read in LIMIT or OFFSET alone, of the query or of one inside it',
    setup: `CREATE TABLE t(id INTEGER PRIMARY KEY, a); CREATE TABLE setting(n); CREATE TABLE other(m);
      INSERT INTO t VALUES (1, 5), (2, 3), (3, 9), (4, 3); INSERT INTO setting VALUES (1); INSERT INTO other VALUES (1)`,
    query: [
      'SELECT id FROM t ORDER BY a, id LIMIT (SELECT n FROM setting)',
      'SELECT id FROM t UNION SELECT 9 ORDER BY 1 LIMIT 2 OFFSET (SELECT n FROM setting)',
      'SELECT id, (SELECT a FROM t AS u WHERE u.a >= t.a ORDER BY a DESC, id LIMIT 1 OFFSET (SELECT n FROM setting)) FROM t',
      'SELECT count(*) FROM (SELECT 1 FROM t LIMIT (SELECT n + m FROM setting, other))',
      'SELECT id FROM t WHERE id IN (SELECT id FROM t ORDER BY a, id LIMIT (SELECT n FROM setting WHERE n > (SELECT min(m) FROM other)))',
      'SELECT EXISTS (SELECT 1 FROM t LIMIT 1 OFFSET (SELECT n FROM setting))',
    ],
    steps: ['UPDATE setting SET n = 3', 'INSERT INTO t VALUES (5, 1)', 'UPDATE other SET m = 0', 'UPDATE setting SET n = 0', 'DELETE FROM setting'], // prettier-ignore
  },
  {
    name: 'a rank beside another condition, moved by documents that no condition lets in',
    setup: `CREATE VIRTUAL TABLE fts USING fts5(title, body); CREATE TABLE messages(id INTEGER PRIMARY KEY, room, body);
      CREATE TRIGGER i AFTER INSERT ON messages BEGIN INSERT INTO fts(rowid, title, body) VALUES (new.id, 'x', new.body); END;
      CREATE TRIGGER d AFTER DELETE ON messages BEGIN DELETE FROM fts WHERE rowid = old.id; END;
      INSERT INTO messages VALUES (1, 1, 'alpha beta'), (2, 1, 'alpha'), (3, 2, 'gamma'), (4, 1, 'alpha beta gamma delta')`,
    query: [
      `SELECT m.id, rank FROM fts JOIN messages AS m ON m.id = fts.rowid WHERE fts MATCH 'alpha' AND m.room = 1`,
      `SELECT m.id, bm25(fts, 3.0, 0.5) FROM fts JOIN messages AS m ON m.id = fts.rowid WHERE fts MATCH 'alpha' AND m.room = 1 ORDER BY rank, m.id LIMIT 2`,
      `SELECT id FROM messages WHERE room = 1 AND id IN (SELECT rowid FROM fts WHERE fts MATCH 'alpha OR gamma' ORDER BY rank, rowid LIMIT 2)`,
      `WITH found AS (SELECT rowid AS id, rank AS r FROM fts WHERE fts MATCH 'alpha') SELECT m.room, min(r) FROM found JOIN messages AS m USING (id) WHERE m.room < 2 GROUP BY m.room`,
      `SELECT rowid, rank FROM fts WHERE fts MATCH 'alpha' AND rowid < 3 ORDER BY rowid`,
    ],
    steps: [
      `INSERT INTO messages VALUES (5, 2, 'alpha delta'), (6, 2, 'x y z')`,
      'DELETE FROM messages WHERE id = 3',
      `UPDATE fts SET body = 'alpha alpha alpha' WHERE rowid = 5`,
      `INSERT INTO fts(rowid, title, body) VALUES (70, 'alpha', 'nothing that a message has')`,
      `INSERT INTO fts(fts, rank) VALUES ('rank', 'bm25(5.0, 1.0)')`,
    ],
  },
  {
    name: 'the words of a full-text table, by a table whose name another’s tables begin with',
    setup: `CREATE VIRTUAL TABLE doc_x USING fts5(body); CREATE VIRTUAL TABLE f USING fts5(body); CREATE VIRTUAL TABLE doc USING fts5vocab('f', 'row');
      INSERT INTO f VALUES ('red fish')`,
    query: [
      'SELECT term, cnt FROM doc ORDER BY term',
      'SELECT count(*) FROM doc WHERE term IN (SELECT body FROM doc_x)',
    ],
    steps: [
      `INSERT INTO f VALUES ('red dog')`,
      `INSERT INTO doc_x VALUES ('dog')`,
      `DELETE FROM f WHERE body LIKE '%fish'`,
    ],
  },
])
