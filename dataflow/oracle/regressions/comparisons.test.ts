/* What two values are compared by: affinity and collation, of arms, keys, CTEs and VALUES. */

import { playPinned } from './pinned.ts'

playPinned([
  {
    name: 'a group that is told apart outside, by a column that folds case inside',
    setup: `CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT COLLATE NOCASE); INSERT INTO t VALUES (1, 'Ab')`,
    query: 'SELECT x FROM (SELECT NULL AS x FROM t UNION ALL SELECT a FROM t) GROUP BY x',
    steps: [`UPDATE t SET a = 'ab'`, `INSERT INTO t VALUES (2, 'AB')`],
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
    name: 'VALUES beside a collated column: whose collation wins depends on a WITH elsewhere',
    setup: `CREATE TABLE t(a TEXT COLLATE RTRIM, b TEXT); INSERT INTO t VALUES ('b ', 'x'), ('b', 'x'), ('c', 'y')`,
    query: [
      `WITH c(x) AS (VALUES ('b'), ('c ') UNION SELECT a FROM t) SELECT x FROM c`,
      `SELECT count(*) FROM (VALUES ('b'), ('c ') UNION SELECT a FROM t)`,
    ],
    steps: [`INSERT INTO t VALUES ('c', 'z')`, `DELETE FROM t WHERE b = 'x'`],
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
    name: 'VALUES of several rows is compared as where the query has it: behind a WITH, before one, in a view, as any arm, in IN',
    setup: `CREATE TABLE t(id INTEGER PRIMARY KEY, n INTEGER, c TEXT, x TEXT COLLATE NOCASE); INSERT INTO t VALUES (1, 1, '1', 'A'), (2, 2, '5', 'b');
      CREATE VIEW v AS VALUES (5), (1) UNION ALL SELECT n FROM t; CREATE VIEW w(y) AS VALUES ('a'), ('B') UNION SELECT x FROM t;
      CREATE VIEW u(z) AS VALUES (CAST(1 AS TEXT)), (5), (9); CREATE VIRTUAL TABLE f USING fts5(title);
      CREATE VIEW g AS SELECT f.title FROM f LEFT JOIN t ON f.title = t.id`,
    query: [
      'WITH d(x) AS (VALUES (5), (1) UNION ALL SELECT n FROM t) SELECT t.id, d.x FROM t LEFT JOIN d ON t.c = d.x',
      'WITH d(x) AS NOT MATERIALIZED (VALUES (5), (1) UNION ALL SELECT DISTINCT a.n FROM t AS a FULL JOIN t AS b ON a.c = b.c LEFT JOIN g ON b.x = g.title) SELECT t.id, d.x FROM t LEFT JOIN d ON t.c = d.x',
      'SELECT t.id, d.column1 FROM t LEFT JOIN (VALUES (5), (1) UNION ALL SELECT n FROM t) AS d ON t.c = d.column1',
      'SELECT t.id, d.n FROM t LEFT JOIN (SELECT n FROM (WITH q AS (SELECT 1) SELECT n FROM t, q) UNION ALL VALUES (5), (1)) AS d ON t.c = d.n',
      'WITH q AS (SELECT 1) SELECT t.id, d.n FROM t LEFT JOIN (SELECT n FROM t UNION ALL VALUES (5), (1)) AS d ON t.c = d.n',
      'SELECT t.id, v.column1 FROM t LEFT JOIN v ON t.c = v.column1',
      'SELECT t.id, y FROM t JOIN w ON t.x = w.y',
      'SELECT t.id, z FROM t LEFT JOIN u ON t.n = u.z',
      'SELECT t.id, d.column1 FROM (VALUES (CAST(1 AS TEXT)), (5)) AS d LEFT JOIN t ON t.n = d.column1',
      'WITH d(y) AS (VALUES (CAST(1 AS TEXT)), (5)) SELECT t.id, y FROM d LEFT JOIN t ON t.n = d.y',
      'SELECT id FROM t WHERE c IN (VALUES (1), (5) UNION ALL SELECT n FROM t)',
      'SELECT id FROM t WHERE c IN (VALUES (n), (id), (5))',
      'VALUES (1), (2) UNION SELECT n FROM t EXCEPT VALUES (2), (3)',
    ],
    steps: [
      `INSERT INTO t VALUES (3, 3, 1, 'a')`,
      'UPDATE t SET n = n + 1',
      `UPDATE t SET c = '05' WHERE id = 1`,
      `UPDATE t SET c = 5, x = 'B' WHERE id = 1`,
      'DELETE FROM t WHERE id = 2',
    ],
  },
])
