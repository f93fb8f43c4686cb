/* What one turn says: its windows, its errors, its transaction, its groups. */

import { playPinned } from './pinned.ts'

playPinned([
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
    name: 'DISTINCT in any arm of a UNION ALL is that arm’s own',
    setup: 'CREATE TABLE t(a, b); INSERT INTO t VALUES (1, 1), (2, 2), (3, 2)',
    query: [
      'SELECT a FROM t UNION ALL SELECT DISTINCT count(*) FROM t GROUP BY a',
      'SELECT DISTINCT count(*) FROM t GROUP BY a UNION ALL SELECT a FROM t UNION ALL SELECT DISTINCT rank() OVER (ORDER BY b) FROM t',
    ],
    steps: ['INSERT INTO t VALUES (3, 3)', 'DELETE FROM t WHERE a = 1', 'UPDATE t SET a = 7'],
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
    name: 'an error that is over is told of, though the rows are as they were',
    setup: `CREATE TABLE t(id INTEGER PRIMARY KEY, a); INSERT INTO t VALUES (1, '{}')`,
    query: `SELECT json_extract(a, '$.x') FROM t WHERE id < 3`,
    steps: [`INSERT INTO t VALUES (2, '{bad')`, `DELETE FROM t WHERE id = 2`],
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
    name: 'DISTINCT over a subquery, grouped again',
    setup: 'CREATE TABLE t(a); INSERT INTO t VALUES (1), (2)',
    query: 'SELECT x, count(*) FROM (SELECT DISTINCT (SELECT max(a) FROM t) AS x, NULL FROM t) GROUP BY x',
    steps: ['INSERT INTO t VALUES (3)', 'DELETE FROM t WHERE a > 1'],
  },
])
