import { describe, expect, test } from 'vitest'
import { parseSqlTest, parseTcl } from './braces.ts'
import { parsePlainSql, parseQuotedSql } from './plain-sql.ts'
import type { SqlRecord } from './record.ts'
import { parseLogicTest } from './sqllogictest.ts'

/** As a person reads them: a question mark before what is asked. */
const shown = (records: readonly SqlRecord[]) => records.map(({ kind, sql }) => (kind === 'query' ? `? ${sql}` : sql))

describe('logic tests', () => {
  test('records, results that are not read, engines, the end', () => {
    const text = `# a comment\nstatement ok\nCREATE TABLE t (a)\n\nskipif sqlite\nstatement ok\nnot ours\n\nonlyif sqlite\nquery I rowsort label-1\nSELECT a\nFROM t\n----\n1\n2\n\nhalt\n\nquery I\nSELECT 2\n`
    expect(shown(parseLogicTest(text))).toEqual(['CREATE TABLE t (a)', '? SELECT a\nFROM t'])
  })

  test('loops within loops, lists, and what is left out', () => {
    const text = `require json\n\nloop i 0 2\n\nforeach type a b\n\nstatement ok\nINSERT INTO \${type} VALUES (\${i})\n\nendloop\n\nendloop\n\nmode skip\n\nquery I\nSELECT 1\n\nmode unskip\n\nquery I nosort\nSELECT 2\n`
    expect(shown(parseLogicTest(text))).toEqual([
      ...['a', 'b'].map((table) => `INSERT INTO ${table} VALUES (0)`),
      ...['a', 'b'].map((table) => `INSERT INTO ${table} VALUES (1)`),
      '? SELECT 2',
    ])
  })

  test('a loop to a million ends', () => {
    expect(parseLogicTest('loop i 0 1000000\n\nstatement ok\nSELECT ${i}\n\nendloop\n').length).toBeLessThan(1000)
  })

  test('what others maintain as a view is a query', () => {
    const text = `statement ok\ncreate materialized view v as select count(*) from t;\n\nquery I\nselect * from v;\n----\n1\n\nstatement ok\ndrop materialized view v;\n`
    expect(shown(parseLogicTest(text))).toEqual([
      'CREATE VIEW v AS select count(*) from t',
      '? select count(*) from t',
      '? select * from v',
      'DROP VIEW v',
    ])
  })
})

test('SQL as psql takes it', () => {
  const text = `\\set x 1\nCREATE TABLE t (i int);\n-- a comment; with a semicolon\nSELECT pgivm.create_immv('v(a)', 'SELECT ''x'' AS a FROM t');\nINSERT INTO t VALUES (1); SELECT * FROM v ORDER BY 1;\nCREATE MATERIALIZED VIEW IF NOT EXISTS w (a) AS SELECT i FROM t WITH NO DATA;`
  expect(shown(parsePlainSql(text))).toEqual([
    'CREATE TABLE t (i int)',
    "CREATE VIEW v(a) AS SELECT 'x' AS a FROM t",
    "? SELECT 'x' AS a FROM t",
    'INSERT INTO t VALUES (1)',
    '? SELECT * FROM v ORDER BY 1',
    'CREATE VIEW w(a) AS SELECT i FROM t',
    '? SELECT i FROM t',
  ])
})

test('SQL in another language’s texts: tables first, prose left out', () => {
  const views = `self.sql = '''CREATE VIEW v AS SELECT max(i) FROM t'''\n'''of no use'''`
  const tables = `String sql = """\n  CREATE TABLE t (i INT);\n  INSERT INTO t VALUES (1);""";`
  expect(shown(parseQuotedSql([views, tables]))).toEqual([
    'CREATE TABLE t (i INT)',
    'CREATE VIEW v AS SELECT max(i) FROM t',
    '? SELECT max(i) FROM t',
    'INSERT INTO t VALUES (1)',
  ])
})

test('TCL: a file’s database, and databases of their own', () => {
  const text = `set testdir x\ndo_execsql_test one-1 {\n  CREATE TABLE t (a);\n  SELECT '{' || a || '}' FROM t;\n} {1}\ndo_execsql_test_on_specific_db {:memory:} two {\n  SELECT 2;\n} {2}\ndo_test three { execsql { SELECT 3 } } {3}\n`
  expect(parseTcl(text).map(shown)).toEqual([["CREATE TABLE t (a)", "? SELECT '{' || a || '}' FROM t", '? SELECT 3'], ['? SELECT 2']]) // prettier-ignore
})

test('.sqltest: each test begins with the setups before it', () => {
  const text = `@database :memory:\nsetup people {\n  CREATE TABLE p (a);\n}\n\n@setup people\ntest one {\n  SELECT a FROM p;\n}\nexpect {\n}\n\ntest two { SELECT 2 }\nexpect { 2 }\n`
  expect(parseSqlTest(text).map(shown)).toEqual([['CREATE TABLE p (a)', '? SELECT a FROM p'], ['? SELECT 2']])
})
