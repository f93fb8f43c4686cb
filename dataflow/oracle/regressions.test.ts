/** What the random oracle once found, pinned by behaviour. Each: tables, a live query, and steps after which it must equal SQLite. */
import { expect, it } from 'vitest'
import { loadSqlite } from './plain-sqlite.ts'
import { playCase } from './run-case.ts'

const sqlite3 = await loadSqlite()

interface Pinned {
  readonly name: string
  readonly setup: string
  readonly query: string | readonly string[]
  readonly steps: readonly string[]
}

const pinned: readonly Pinned[] = [
  {
    name: 'a condition that only SQLite can decide does not let a row in unasked',
    setup: 'CREATE TABLE t(id INTEGER PRIMARY KEY, a REAL)',
    query: 'SELECT * FROM t WHERE (NULL <= round(a, 1)) ORDER BY id',
    steps: ['REPLACE INTO t VALUES (24, 0.5)'],
  },
  {
    name: 'text with NUL as a condition is a number up to the NUL',
    setup: 'CREATE TABLE t(id INTEGER PRIMARY KEY, a)',
    query: `SELECT NULL FROM t WHERE ('a'||char(0)||'b') ORDER BY id`,
    steps: ['INSERT INTO t VALUES (29, NULL)'],
  },
  {
    name: 'a group that is told apart outside, by a column that folds case inside',
    setup: `CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT COLLATE NOCASE); INSERT INTO t VALUES (1, 'Ab')`,
    query: 'SELECT x FROM (SELECT NULL AS x FROM t UNION ALL SELECT a FROM t) GROUP BY x',
    steps: [`UPDATE t SET a = 'ab'`, `INSERT INTO t VALUES (2, 'AB')`],
  },
  {
    name: 'a sum of both infinities is NULL, and stays so when a NULL comes',
    setup: 'CREATE TABLE t(id INTEGER PRIMARY KEY, a); INSERT INTO t(a) VALUES (9e999), (-9e999)',
    query: 'SELECT total(a), sum(a), avg(a), count(a) FROM t',
    steps: [
      'INSERT INTO t(a) VALUES (NULL)',
      'INSERT INTO t(a) VALUES (1)',
      'DELETE FROM t WHERE a > 1',
      'DELETE FROM t',
    ],
  },
  {
    name: 'an aggregate is the same in any case',
    setup: 'CREATE TABLE t(id INTEGER PRIMARY KEY, a INTEGER); INSERT INTO t(a) VALUES (1), (20), (300)',
    query: 'SELECT SUM(a), sum(a), Sum(a) + SUM(a), AVG(a), TOTAL(a), COUNT(a), COUNT(*), MIN(a), MAX(a) FROM t',
    steps: ['DELETE FROM t WHERE a = 20', 'INSERT INTO t(a) VALUES (4000)', 'UPDATE t SET a = a + 1', 'DELETE FROM t'],
  },
  {
    name: 'a condition on a compound is met by the first arm’s collation in every arm',
    setup: `CREATE TABLE t(a, b COLLATE NOCASE); CREATE TABLE u(c, d); INSERT INTO u VALUES (1, 'bbb')`,
    query: [
      `SELECT * FROM (SELECT a, b FROM t UNION ALL SELECT c, d FROM u) WHERE b = 'BbB'`,
      `SELECT * FROM (SELECT c AS x, d AS y FROM u UNION ALL SELECT a, b FROM t) WHERE y <> 'BbB'`,
      `SELECT * FROM (SELECT * FROM (SELECT a, b FROM t UNION ALL SELECT c, d FROM u) WHERE a > 0) WHERE b = 'BbB'`,
      `SELECT * FROM (SELECT a, b FROM t UNION ALL SELECT c, d FROM u) WHERE b IN ('BbB', 'c')`,
    ],
    steps: [
      `INSERT INTO u VALUES (2, 'BBB')`,
      `INSERT INTO t VALUES (3, 'bbb')`,
      'DELETE FROM u WHERE c = 1',
      `UPDATE t SET b = 'C'`,
    ],
  },
  {
    name: 'what a set shows may be the value of another arm',
    setup: `CREATE TABLE t(a COLLATE NOCASE); CREATE TABLE u(b COLLATE NOCASE); INSERT INTO t VALUES ('ABC'); INSERT INTO u VALUES ('abc')`,
    query: `SELECT * FROM (SELECT a FROM t INTERSECT SELECT b FROM u) WHERE a || '' = 'ABC'`,
    steps: ['DELETE FROM u', `INSERT INTO u VALUES ('Abc')`],
  },
  {
    name: 'NULL in the list of NOT IN keeps every row out',
    setup: 'CREATE TABLE t(a INTEGER, b NUMERIC)',
    query: 'SELECT NULL FROM t WHERE (1 NOT IN (round(b, 1), NULL)) ORDER BY rowid',
    steps: ['INSERT INTO t VALUES (NULL, 0.1)'],
  },
  {
    name: 'a table of which no column is read is a dependency',
    setup:
      'CREATE TABLE t1(a INTEGER, b); CREATE TABLE t2(a INT); INSERT INTO t1 VALUES (1, NULL); INSERT INTO t2 VALUES (NULL), (NULL)',
    query: 'WITH c(x) AS (SELECT NULL FROM t2) SELECT * FROM t2 AS p RIGHT JOIN t1 AS q USING (a)',
    steps: ['UPDATE t2 SET a = 1'],
  },
  {
    name: 'a live query whose table was renamed away ends once, and closes once',
    setup: 'CREATE TABLE t1(a NUMERIC, b INTEGER)',
    query: 'SELECT q.b, count(*) FROM t1 AS p LEFT JOIN t1 AS q ON NULL GROUP BY 1',
    steps: ['ALTER TABLE t1 RENAME TO t2', 'INSERT INTO t2 VALUES (1, 1)'],
  },
  {
    name: 'the sign of a literal belongs to it: -0.0 is not 0 - 0.0',
    setup: 'CREATE TABLE t(a)',
    query: 'SELECT -0.0, - 0.0 + 0, -(0.0), - -0.0, -0 FROM t',
    steps: ['INSERT INTO t VALUES (1)'],
  },
  {
    name: 'a row behind the limit that cannot be computed is none of its business',
    setup: `CREATE TABLE t(id INTEGER PRIMARY KEY, a, b); INSERT INTO t VALUES (1, 1, 1), (2, 2, 2), (3, 3, 3), (4, 4, x'ff00')`,
    query: 'SELECT id, json_array(NULL, b) FROM t ORDER BY id LIMIT 3',
    steps: [
      `INSERT INTO t VALUES (5, 5, x'ff00')`,
      `DELETE FROM t WHERE id = 1`,
      `UPDATE t SET b = 4 WHERE id = 4`,
      `UPDATE t SET a = 9 WHERE id = 5`,
      `INSERT INTO t VALUES (1, 1, 1)`,
    ],
  },
  {
    name: 'two queries to which different rows of one turn are routed each see their own',
    setup: `CREATE TABLE a(id INTEGER PRIMARY KEY, x); CREATE TABLE b(id INTEGER PRIMARY KEY, r); INSERT INTO a VALUES (1, 1), (2, 2)`,
    query: [1, 2].map((r) => `SELECT a.id, b.id FROM a, b WHERE b.r = ${r} AND a.x > 0`),
    steps: [`INSERT INTO b VALUES (1, 1), (2, 2)`],
  },
  {
    name: 'UNION ALL hands on 0.0 and -0.0 as they are',
    setup: 'CREATE TABLE t(a REAL)',
    query: 'SELECT a FROM t UNION ALL SELECT NULL FROM t',
    steps: ['INSERT INTO t VALUES (0.0), (-1e-300 * 1e-300), (0.0)', 'DELETE FROM t WHERE rowid = 1'],
  },
  {
    name: 'DISTINCT in any arm of a UNION ALL is that arm’s own',
    setup: 'CREATE TABLE t(a, b); INSERT INTO t VALUES (1, 1), (2, 2), (3, 2)',
    query: [
      'SELECT a FROM t UNION ALL SELECT DISTINCT count(*) FROM t GROUP BY a',
      'SELECT DISTINCT count(*) FROM t GROUP BY a UNION ALL SELECT a FROM t UNION ALL SELECT DISTINCT rank() OVER (ORDER BY b) FROM t',
    ],
    steps: ['INSERT INTO t VALUES (3, 3)', 'DELETE FROM t WHERE a = 1', 'UPDATE t SET a = 7'],
  },
  {
    name: 'VALUES beside a collated column: whose collation wins depends on a WITH elsewhere',
    setup: `CREATE TABLE t(a TEXT COLLATE RTRIM, b TEXT); INSERT INTO t VALUES ('b ', 'x'), ('b', 'x'), ('c', 'y')`,
    query: [
      `WITH c(x) AS (VALUES ('b'), ('c ') UNION SELECT a FROM t) SELECT x FROM c`,
      `SELECT count(*) FROM (VALUES ('b'), ('c ') UNION SELECT a FROM t)`,
    ],
    steps: [`INSERT INTO t VALUES ('c', 'z')`, `DELETE FROM t WHERE b = 'x'`],
  },
  {
    name: 'what SQLite writes without a word to the hook is read again after every write',
    setup: `CREATE TABLE a(id INTEGER PRIMARY KEY AUTOINCREMENT, x); CREATE VIRTUAL TABLE f USING fts5(x); CREATE VIRTUAL TABLE v USING fts5vocab('f', 'row')`,
    query: ['SELECT name, seq FROM sqlite_sequence', 'SELECT term, doc FROM v'],
    steps: [`INSERT INTO a(x) VALUES (1)`, `INSERT INTO f VALUES ('red fish')`, `INSERT INTO a(x) VALUES (2)`],
  },
  {
    name: 'a primary key that is no UTF-8 is not looked up',
    setup: 'CREATE TABLE t(id TEXT PRIMARY KEY, a) WITHOUT ROWID',
    query: ['SELECT count(*), max(a) FROM t', 'SELECT p.a FROM t AS p RIGHT JOIN t AS q USING (id)'],
    steps: [
      `INSERT INTO t VALUES (CAST(x'ff' AS TEXT), 1)`,
      `INSERT INTO t VALUES (CAST(x'fe' AS TEXT), 2)`,
      `UPDATE t SET a = 3`,
    ],
  },
  {
    name: 'a primary key compares by its own collation, not by its column’s',
    setup: `
      CREATE TABLE n(a INTEGER, b TEXT, c, PRIMARY KEY (b COLLATE NOCASE DESC, a)) WITHOUT ROWID; INSERT INTO n VALUES (1, 'Ab', 1);
      CREATE TABLE m(b TEXT COLLATE NOCASE, c, PRIMARY KEY (b COLLATE BINARY)) WITHOUT ROWID; INSERT INTO m VALUES ('x', 1), ('X', 2)`,
    query: ['SELECT c FROM n', 'SELECT b, c FROM m', 'SELECT n.c, m.c FROM n LEFT JOIN m ON n.b = m.b'],
    steps: [
      `REPLACE INTO n VALUES (1, 'aB', 2)`,
      `UPDATE m SET c = 3 WHERE c = 2`,
      `UPDATE n SET b = 'x'`,
      `DELETE FROM m WHERE c = 1`,
      `UPDATE n SET b = 'X'`,
    ],
  },
  {
    name: 'text that is no UTF-8 is neither sorted nor compared here',
    setup: `CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT); INSERT INTO t VALUES (1, CAST(x'ff' AS TEXT))`,
    query: [
      'SELECT id FROM t ORDER BY a DESC',
      `SELECT count(*) FROM t WHERE a > '🙂'`,
      `SELECT id FROM t WHERE a <> '�'`,
    ],
    steps: [
      `INSERT INTO t VALUES (2, '🙂')`,
      `INSERT INTO t VALUES (3, CAST(x'fe' AS TEXT))`,
      `UPDATE t SET a = 'x' WHERE id = 1`,
    ],
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
    name: 'names are without case in ASCII alone',
    setup: `CREATE TABLE t("É", "é", k, "\u212A"); CREATE TABLE "T\u00C9"(x); INSERT INTO t VALUES (1, 2, 3, 4)`,
    query: [
      'SELECT é, É, K, \u212A FROM t WHERE é > É',
      'SELECT * FROM t AS a JOIN t AS b USING (é)',
      'SELECT x FROM tÉ',
    ],
    steps: ['INSERT INTO t VALUES (5, 6, 7, 8), (6, 5, 8, 7)', 'INSERT INTO tÉ VALUES (1)', 'UPDATE t SET é = 2'],
  },
  {
    name: 'a window that runs dry is told of in one step: no row leaves and comes again',
    setup: `
      CREATE TABLE t(k INTEGER PRIMARY KEY, a); INSERT INTO t VALUES (1, 0), (2, 0), (3, 0), (4, 0);
      CREATE TABLE u(id INTEGER PRIMARY KEY); INSERT INTO u VALUES (2), (15), (4), (7), (5), (19)`,
    query: 'SELECT t.a FROM t, u ORDER BY t.k DESC, u.id DESC LIMIT 3',
    steps: ['UPDATE t SET a = 1', 'DELETE FROM t WHERE k = 4', 'UPDATE t SET k = 9 - k'],
  },
  {
    name: 'char() of half a surrogate pair is no text of JavaScript',
    setup: 'CREATE TABLE t(id INTEGER PRIMARY KEY, a)',
    query: ['SELECT char(65, a) FROM t', 'SELECT id FROM t ORDER BY char(a) DESC'],
    steps: [
      'INSERT INTO t VALUES (1, 55296), (2, 57343), (3, -1), (4, 1114112)',
      'UPDATE t SET a = 56000 WHERE id = 3',
    ],
  },
  {
    name: 'text with NUL is compared with a number up to the NUL',
    setup: 'CREATE TABLE t(id INTEGER PRIMARY KEY, r REAL, x)',
    query: `SELECT id, r = x, r IN (x, 7), sign('12' || char(0)) FROM t`,
    steps: [`INSERT INTO t VALUES (1, -1.0, '-1.0' || char(0) || '1'), (2, 5, '5')`],
  },
  {
    name: 'a CTE that SQLite materializes is compared by the affinity of the whole, not of each arm',
    setup: `CREATE TABLE t(id INTEGER PRIMARY KEY, c TEXT); INSERT INTO t VALUES (1, '1')`,
    query: [
      'WITH w AS MATERIALIZED (SELECT 1 AS x UNION ALL SELECT c FROM t) SELECT DISTINCT x FROM w WHERE 1 < x',
      'WITH w AS (SELECT 1 AS x UNION ALL SELECT c FROM t) SELECT a.x FROM w AS a, w AS b WHERE 1 < a.x',
      'WITH w AS (SELECT 1 AS x UNION ALL SELECT c FROM t) SELECT DISTINCT x FROM w WHERE 1 < x',
      `WITH w AS NOT MATERIALIZED (SELECT id AS x FROM t UNION SELECT c FROM t) SELECT a.x FROM w AS a, w AS b WHERE a.x <> '1'`,
      `WITH w AS (SELECT id AS x FROM t UNION ALL VALUES (1), ('2')) SELECT x FROM w WHERE x <= '1' UNION SELECT x FROM w WHERE 0`,
      `WITH v AS (SELECT 1 AS x UNION ALL SELECT c FROM t), w AS MATERIALIZED (SELECT x FROM v) SELECT x FROM w WHERE 1 < x`,
    ],
    steps: [`INSERT INTO t VALUES (2, '2')`, 'DELETE FROM t WHERE id = 1'],
  },
  {
    name: 'abs(-0.0) is -0.0, and so is that of a text that spells it',
    setup: 'CREATE TABLE t(id INTEGER PRIMARY KEY, a)',
    query: 'SELECT abs(a), abs(-a), CAST(a AS REAL), round(a), a * 1.0, a + 0.0 FROM t ORDER BY id',
    steps: [`INSERT INTO t VALUES (1, -0.0), (2, 0.0), (3, '-0'), (4, '-0.0'), (5, -2.5), (6, x'2d30')`],
  },
  {
    name: 'an error that is over is told of, though the rows are as they were',
    setup: `CREATE TABLE t(id INTEGER PRIMARY KEY, a); INSERT INTO t VALUES (1, '{}')`,
    query: `SELECT json_extract(a, '$.x') FROM t WHERE id < 3`,
    steps: [`INSERT INTO t VALUES (2, '{bad')`, `DELETE FROM t WHERE id = 2`],
  },
  {
    name: 'a table of which no column is read is a dependency also where the statement cannot be bound',
    setup: `CREATE TABLE t1(k INTEGER PRIMARY KEY, a REAL) WITHOUT ROWID; CREATE TABLE t2(id INTEGER PRIMARY KEY, a INT);
      CREATE TABLE t3(a REAL, b); INSERT INTO t1 VALUES (1, 4.75); INSERT INTO t3 VALUES (4.75, 1), (4.75, 2)`,
    query: 'SELECT p0.* FROM t2 AS p0 FULL JOIN t3 AS p1 USING (a) RIGHT JOIN t1 AS p2 USING (a)',
    steps: ['UPDATE t3 SET a = NULL'],
  },
  {
    name: 'what a turn keeps is not rolled back by the transaction that opens after it in the same call',
    setup: `CREATE TABLE t(id INTEGER PRIMARY KEY, a); INSERT INTO t VALUES (1, 1), (2, 1), (3, 2)`,
    query: 'SELECT n, count(*) FROM (SELECT a, count(*) AS n FROM t GROUP BY a) GROUP BY n',
    steps: [
      'INSERT INTO t VALUES (4, 1); SAVEPOINT s; DELETE FROM t; ROLLBACK TO s; RELEASE s',
      'DELETE FROM t WHERE id = 4',
    ],
  },
  {
    name: 'a compound in FROM folds its rows by one collation, and is compared by that of its first arm',
    setup: `CREATE TABLE t(b TEXT COLLATE NOCASE); INSERT INTO t VALUES ('aB')`,
    query: 'SELECT x FROM (SELECT NULL AS x FROM t WHERE 0 UNION SELECT b FROM t)',
    steps: [`INSERT INTO t VALUES ('Ab')`, `DELETE FROM t WHERE b = 'aB' COLLATE BINARY`],
  },
  {
    name: 'a group over a compound that folds case',
    setup: `CREATE TABLE t(b TEXT COLLATE NOCASE); INSERT INTO t VALUES ('aB')`,
    query: 'SELECT x, count(*) FROM (SELECT NULL AS x FROM t WHERE 0 UNION SELECT b FROM t) GROUP BY x',
    steps: [`INSERT INTO t VALUES ('Ab')`, `DELETE FROM t WHERE b = 'aB' COLLATE BINARY`],
  },
  {
    name: 'a join by a key WITHOUT ROWID under another collation, of which an automatic index loses rows',
    setup: `CREATE TABLE u(x TEXT COLLATE NOCASE); CREATE INDEX i ON u(coalesce(x, 0)) WHERE x IS NOT NULL; INSERT INTO u VALUES ('a');
      CREATE TABLE t(n INTEGER, k TEXT, a, PRIMARY KEY (n, k)) WITHOUT ROWID; INSERT INTO t VALUES (2, 'A', NULL), (2, 'a', NULL)`,
    query: [
      'SELECT NULL FROM u RIGHT JOIN t ON u.x = t.k JOIN t AS s ON u.x = s.k WHERE s.k = t.k',
      'SELECT t.k FROM u JOIN (SELECT k FROM t) AS t ON u.x = t.k',
      'SELECT t.k FROM u LEFT JOIN t ON (u.x, 1) = (t.k, 1)',
    ],
    steps: [`INSERT INTO t VALUES (3, 'a')`, `UPDATE u SET x = 'A'`, `DELETE FROM t WHERE k = 'A'`],
  },
  {
    name: 'DISTINCT over a subquery, grouped again',
    setup: 'CREATE TABLE t(a); INSERT INTO t VALUES (1), (2)',
    query: 'SELECT x, count(*) FROM (SELECT DISTINCT (SELECT max(a) FROM t) AS x, NULL FROM t) GROUP BY x',
    steps: ['INSERT INTO t VALUES (3)', 'DELETE FROM t WHERE a > 1'],
  },
  {
    name: 'substr() from far before the text',
    setup: 'CREATE TABLE t(id INTEGER PRIMARY KEY, i INTEGER)',
    query: 'SELECT substr(1, i - 0.5) FROM t',
    steps: ['INSERT INTO t VALUES (1, -2147483647), (2, -999999999), (3, -1000000001)'],
  },
  {
    name: 'a join in parentheses with a name of its own: its tables keep theirs, what USING merges comes first',
    setup: `CREATE TABLE a(y, x); CREATE TABLE b(z, x); CREATE TABLE c(w, x);
      INSERT INTO a VALUES (2, 1), (4, 3); INSERT INTO b VALUES (10, 1), (6, 5); INSERT INTO c VALUES (1, 1), (2, 3)`,
    query: [
      'SELECT * FROM (a JOIN b USING (x)) AS s',
      'SELECT s.x, a.x, s.y, z FROM c LEFT JOIN (a JOIN b USING (x)) AS s ON c.x = s.x',
      'SELECT * FROM c LEFT JOIN (a LEFT JOIN b USING (x)) AS s USING (x)',
      'SELECT * FROM (a FULL JOIN b USING (x)), (SELECT w FROM c)',
      'SELECT * FROM (a JOIN b USING (x) JOIN c USING (x))',
      'SELECT * FROM (SELECT w FROM c) JOIN (a RIGHT JOIN b USING (x)) AS s ON w = s.x',
      'SELECT * FROM (SELECT w FROM c), (a FULL JOIN b USING (x))',
      'SELECT * FROM (SELECT w AS v FROM c) LEFT JOIN (a JOIN b USING (x) JOIN c USING (x)) ON w = v',
      'SELECT * FROM (a RIGHT JOIN b USING (x)) LEFT JOIN c USING (x)',
    ],
    steps: ['INSERT INTO b VALUES (3, 3)', 'INSERT INTO a VALUES (5, 5)', 'UPDATE c SET x = 5', 'DELETE FROM a'],
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
    name: 'sqlite_schema changes with every change of the schema, and with no other',
    setup: `CREATE TABLE t(a); CREATE TABLE n(name); INSERT INTO n VALUES ('t'), ('u'); ATTACH ':memory:' AS aux; CREATE TABLE aux.x(a)`,
    query: [
      'SELECT name, type FROM sqlite_master ORDER BY name',
      'SELECT n.name, m.type FROM n LEFT JOIN main.sqlite_schema AS m ON m.name = n.name',
      'SELECT tbl_name, count(*) FROM sqlite_schema GROUP BY tbl_name',
      'SELECT name FROM n WHERE name NOT IN (SELECT name FROM sqlite_master)',
      'SELECT name FROM aux.sqlite_schema',
      'SELECT name FROM aux.sqlite_master',
    ],
    steps: [
      'CREATE TABLE u(x INTEGER PRIMARY KEY AUTOINCREMENT, y UNIQUE)',
      `INSERT INTO n VALUES ('v')`,
      'CREATE VIEW v AS SELECT * FROM t',
      'ALTER TABLE t RENAME TO w',
      'CREATE INDEX i ON w(a)',
      'CREATE TABLE aux.y(a)',
      'CREATE TEMP TABLE z(a)',
      'ALTER TABLE aux.x RENAME TO w',
      'ANALYZE',
      'VACUUM',
      'PRAGMA writable_schema = ON',
      `UPDATE sqlite_schema SET sql = sql || ' ' WHERE name = 'v'`,
      'DROP TABLE u',
    ],
  },
  {
    name: 'LIKE after PRAGMA case_sensitive_like',
    setup: `CREATE TABLE t(a); INSERT INTO t VALUES ('abc'), ('ABC'), ('x')`,
    query: [`SELECT a FROM t WHERE a LIKE 'A%'`, `SELECT a LIKE 'abc', count(*) FROM t GROUP BY 1`],
    steps: [
      'PRAGMA case_sensitive_like = ON',
      `INSERT INTO t VALUES ('Abd'), ('abd')`,
      'PRAGMA case_sensitive_like = OFF',
      `INSERT INTO t VALUES ('abE')`,
    ],
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
  {
    name: 'a table that is given a name which hides one of another schema',
    setup: `CREATE TABLE b(id INTEGER PRIMARY KEY, v); INSERT INTO b VALUES (1, 'main'); CREATE TEMP TABLE x(id INTEGER PRIMARY KEY, v);
      INSERT INTO x VALUES (1, 'temp'); ATTACH ':memory:' AS aux; CREATE TABLE aux.c(id INTEGER PRIMARY KEY, v); INSERT INTO aux.c VALUES (1, 'aux');
      CREATE TABLE d(id INTEGER PRIMARY KEY, v); INSERT INTO d VALUES (1, 'd'); CREATE TEMP VIEW w AS SELECT v FROM b`,
    query: ['SELECT * FROM b', 'SELECT * FROM c', 'SELECT * FROM w'],
    steps: [
      'ALTER TABLE temp.x RENAME TO b',
      `UPDATE temp.b SET v = 'new'; UPDATE main.b SET v = 'newer'`,
      'ALTER TABLE d RENAME TO c',
      'BEGIN; ALTER TABLE temp.b RENAME TO y; ALTER TABLE main.c RENAME TO e; ROLLBACK',
      `BEGIN; ALTER TABLE temp.b RENAME TO y; UPDATE b SET v = 'seen'; UPDATE aux.c SET v = 'a2'; COMMIT`,
    ],
  },
]

it.each(pinned)('$name', ({ setup, query, steps }) => {
  const { failure } = playCase(sqlite3, {
    seed: 0,
    setup: [setup],
    queries: [query].flat(),
    steps: steps.map((statement) => ({ how: 'run', statements: [statement] })),
  })
  expect(failure).toBeNull()
})
