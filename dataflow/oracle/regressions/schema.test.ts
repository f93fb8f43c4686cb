/* What names mean, and what a change of the schema does to them. */

import { playPinned } from './pinned.ts'

playPinned([
  {
    name: 'a live query whose table was renamed away ends once, and closes once',
    setup: 'CREATE TABLE t1(a NUMERIC, b INTEGER)',
    query: 'SELECT q.b, count(*) FROM t1 AS p LEFT JOIN t1 AS q ON NULL GROUP BY 1',
    steps: ['ALTER TABLE t1 RENAME TO t2', 'INSERT INTO t2 VALUES (1, 1)'],
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
])
