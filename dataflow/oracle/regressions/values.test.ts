/* What a value is: numbers, text, NULL, and what functions and aggregates make of them. */

import { playPinned } from './pinned.ts'

playPinned([
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
    name: 'NULL in the list of NOT IN keeps every row out',
    setup: 'CREATE TABLE t(a INTEGER, b NUMERIC)',
    query: 'SELECT NULL FROM t WHERE (1 NOT IN (round(b, 1), NULL)) ORDER BY rowid',
    steps: ['INSERT INTO t VALUES (NULL, 0.1)'],
  },
  {
    name: 'the sign of a literal belongs to it: -0.0 is not 0 - 0.0',
    setup: 'CREATE TABLE t(a)',
    query: 'SELECT -0.0, - 0.0 + 0, -(0.0), - -0.0, -0 FROM t',
    steps: ['INSERT INTO t VALUES (1)'],
  },
  {
    name: 'UNION ALL hands on 0.0 and -0.0 as they are',
    setup: 'CREATE TABLE t(a REAL)',
    query: 'SELECT a FROM t UNION ALL SELECT NULL FROM t',
    steps: ['INSERT INTO t VALUES (0.0), (-1e-300 * 1e-300), (0.0)', 'DELETE FROM t WHERE rowid = 1'],
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
    name: 'abs(-0.0) is -0.0, and so is that of a text that spells it',
    setup: 'CREATE TABLE t(id INTEGER PRIMARY KEY, a)',
    query: 'SELECT abs(a), abs(-a), CAST(a AS REAL), round(a), a * 1.0, a + 0.0 FROM t ORDER BY id',
    steps: [`INSERT INTO t VALUES (1, -0.0), (2, 0.0), (3, '-0'), (4, '-0.0'), (5, -2.5), (6, x'2d30')`],
  },
  {
    name: 'substr() from far before the text',
    setup: 'CREATE TABLE t(id INTEGER PRIMARY KEY, i INTEGER)',
    query: 'SELECT substr(1, i - 0.5) FROM t',
    steps: ['INSERT INTO t VALUES (1, -2147483647), (2, -999999999), (3, -1000000001)'],
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
])
