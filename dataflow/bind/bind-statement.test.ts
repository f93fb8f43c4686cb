import sqlite3InitModule from '@sqlite.org/sqlite-wasm'
import { expect, test } from 'vitest'
import { readCatalog } from '../catalog/read-catalog.ts'
import { printExpression, printSelect } from '../print/print.ts'
import { Connection } from '../sqlite/connection.ts'
import { toSqlValue } from '../value.ts'
import { bindStatement } from './bind-statement.ts'
import type { BoundSelect } from './bound.ts'
import { Unsupported } from './unsupported.ts'

const sqlite3 = await sqlite3InitModule()
const db = new sqlite3.oo1.DB()
db.exec(`
  create table t(id integer primary key, a int, b text collate nocase, true text);
  create table u(id integer, a int, c real);
  create table w(k text, a int, primary key(k)) without rowid;
  create view v(x, y) as select a, b || '!' from t where a > 1;
  insert into t values(1, 1, 'one', 'T'), (2, 2, 'Two', null), (3, 2, 'two', 'F'), (4, null, null, 'x');
  insert into u values(1, 2, 0.5), (2, 3, 1.5), (5, null, 2.0), (1, 1, null);
  insert into w values('p', 1), ('q', 2), ('r', 9);
`)
const connection = new Connection(sqlite3, db)
const catalog = () =>
  readCatalog((sql, parameters) => connection.rows(sql, parameters).map((row) => row.map(toSqlValue)))
const bind = (sql: string) => bindStatement(sql, catalog())

test.each([
  // names
  'select a as b, b from t order by b',
  'select b as a from t where a = 1',
  'select -id as a, count(*) from t group by a having a is not null',
  'select rowid, _rowid_, id from t where oid > 1',
  'select u.rowid, * from u',
  'select t.true, "true", true, b is true, 1 is true from t',
  'select T.A, main.t.b from T',
  'select x.a from t as x, (select a from t) as t where t.a = x.a',
  'select a c, (select max(c) from u where u.a = t.a) from t order by c desc, 2',
  // joins
  'select * from t natural join u',
  'select * from t join u using (a) join w using (a)',
  'select a, t.a, u.a from t left join u using (a)',
  'select a, * from t right join u using (a) order by 1, 2, 3, 4',
  'select a, t.id, u.id from t full join u using (a) order by 2, 3',
  'select * from t left join (u join w using (a)) on t.a = w.a',
  'select * from (t join u on t.id = u.id) join w on w.a = t.a',
  'select * from t, (u) as q, (select k from w) where q.a = t.a',
  'select * from t cross join u on t.id < u.id where t.b = u.c or k in (select k from w) and 0'.replace('k in', 'c in'),
  // nested
  'with c(p, q) as (select id, a from t), d as (select * from c where q > 1) select * from d join c using (p)',
  'with recursive n(i) as (select 1 union all select i + 1 from n where i < 5) select i, a from n left join t on t.id = i',
  'select * from v where y like "%!" or x = 2'.replace(/"/g, "'"),
  'select v.x, (select count(*) from v) from v as v group by x',
  'select * from (values (1, 2), (3, 4)) where column1 > 1',
  'with d(x) as (values (1), (2) union all select a from u) select t.id, x from t join d on t.b = x or t.true || t.a = x',
  'select t.id, column1 from t join (values (1), (2) union all select a from u) on t.true || t.a = column1 or t.b > column1',
  'select t.id from t where b in (with d as (select 1) select * from d union all values (1), (2))',
  'select (select b from t where t.a = u.a limit 1) from u',
  'select * from t where exists (select 1 from u where u.a = t.a and exists (select 1 from w where w.a = t.a))',
  'select * from t where a in w.a'.replace('in w.a', 'in (select a from w)'),
  'select * from t where (a, id) in (select a, id from u)',
  "select key, value from t, json_each(json_array(t.a, t.b)) where value = 'Two'",
  // grouping, order, compounds
  'select a, b, count(*) from t group by 1, 2 order by 3 desc, b collate binary',
  'select 5, a from t group by 1, 2',
  'select distinct b from t order by b',
  'select id from t union select a from u order by 1 desc limit 3 offset 1',
  'select id as n from t union all select a from u order by n',
  'select b from t union select k from w order by b collate nocase',
  'select sum(a) over w, rank() over (w range unbounded preceding) from t window w as (order by b)',
  'select group_concat(b order by id desc) filter (where a = 2), max(b) from t',
  'select a, avg(c) from t natural left join u group by a having count(*) > 0 order by avg(c)',
  "select b between 'a' and 'two', b in ('ONE'), case b when 'TWO' then 1 end, 1 in (), cast(a as text) from t",
  "select -9223372036854775808, 0x10, 1_000, x'ab'",
])('printed as bound, it answers the same: %s', (sql) => {
  const printed = printSelect(bind(sql).query.ast)
  expect(connection.rows(printed)).toEqual(connection.rows(sql))
  // bound again, it still does
  expect(connection.rows(printSelect(bind(printed).query.ast))).toEqual(connection.rows(sql))
})

const columnOf = (sql: string) => bind(sql).query.columns[0]!

test.each([
  ['select id from t', 'INTEGER', 'BINARY'],
  ['select b from t', 'TEXT', 'NOCASE'],
  ['select +b from t', 'NONE', 'NOCASE'],
  ["select b || '' from t", 'NONE', 'BINARY'],
  ['select cast(b as real) from t', 'REAL', 'NOCASE'],
  ['select b collate rtrim from t', 'TEXT', 'RTRIM'],
  ['select (select b from t)', 'TEXT', 'BINARY'],
  ['select y from v', 'NONE', 'BINARY'],
  ['select id from t union select k from w', 'BLOB', 'BINARY'],
  // the rowid has no collation: the second arm's counts
  ['select id from t union select b from t', 'BLOB', 'NOCASE'],
])('%s has affinity %s and collation %s', (sql, affinity, collation) => {
  expect(columnOf(sql)).toMatchObject({ affinity, collation })
})

test.each([
  ['a = c', 'NUMERIC', 'BINARY'],
  ["b = 'x'", 'TEXT', 'NOCASE'],
  ["'x' = b", 'TEXT', 'NOCASE'],
  ['a = b', 'NUMERIC', 'BINARY'],
  ["b = 'x' collate binary", 'TEXT', 'BINARY'],
  ['+a = 1', 'NONE', 'BINARY'],
])('in %s SQLite applies %s and compares by %s', (condition, applied, comparedBy) => {
  const arm = bind(`select 1 from (select a, b, c from (select t.a, t.b, u.c from t, u)) where ${condition}`).query
  expect((arm.arms[0] as BoundSelect).where[0]).toMatchObject({ applied, comparedBy })
})

test('parameters are numbered as SQLite numbers them, and keep their number where a CTE is used twice', () => {
  const { query, parameterCount, parameterNames } = bind(
    'with c as (select ? as x, :n as y) select * from c, c as d where c.x = ?7 and d.y = :n and ? > 1',
  )
  expect([parameterCount, parameterNames]).toEqual([8, [null, ':n', null, null, null, null, null, null]])
  expect(printSelect(query.ast).match(/\?\d/g)).toEqual(['?1', '?2', '?1', '?2', '?7', '?2', '?8'])
})

test('a subquery tells which columns of the queries around it it reads', () => {
  const arm = bind('select (select count(*) from u where u.a = t.a and u.id in (select t.id from w)) from t').query
    .arms[0]
  const [{ expression }] = (arm as BoundSelect).columns as [BoundSelect['columns'][0]]
  if (expression.kind !== 'subquery') throw new Error(expression.kind)
  expect(expression.query.outer.map(({ ast }) => printExpression(ast))).toEqual(['t.a', 't.id'])
})

test('it knows the tables and views that it was bound to, and what makes it volatile', () => {
  const bound = bind('select random(), x from v')
  expect([...bound.names].sort()).toEqual(['t', 'v'])
  expect(bound.query.volatile).toBe('random()')
  expect(bind("select date('now'), id from t").query.volatile).toBe('the current time')
  expect(bind('select date(b), id from t').query.volatile).toBeNull()
})

test('what it does not take it refuses with a reason', () => {
  expect(() => bind('select (select max(t.a) from u) from t')).toThrow(Unsupported)
  expect(() => bind('select 1 from t full join u using (a) where a = 1')).toThrow(/FULL JOIN/)
})
