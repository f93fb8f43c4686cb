import sqlite3InitModule from '@sqlite.org/sqlite-wasm'
import { beforeAll, expect, test } from 'vitest'
import type { SqlValue } from '../../schema/live.ts'
import type { CatalogTable } from './catalog.ts'
import { readCatalog, type ReadSql, schemaVersion } from './read-catalog.ts'

const sqlite3 = await sqlite3InitModule()
const db = new sqlite3.oo1.DB()
const read: ReadSql = (sql, parameters) => db.selectArrays(sql, parameters as SqlValue[]) as SqlValue[][]

beforeAll(() => {
  db.exec(`
    create table a(id integer primary key, t text collate nocase, n, r double not null, v int as (n+1), s as (n) stored);
    create table b(k text, j integer, rowid, primary key(k, j)) without rowid;
    create table c(id integer primary key desc, rowid, oid, _rowid_);
    create table d(x any, y int) strict;
    create index a_t on a(t desc, n);
    create unique index a_e on a(n + 1) where r > 1;
    create view v(p, q) as select id, t from a;
    create virtual table f using fts5(title, body);
    create temp table d(z);
  `)
})

const table = (name: string, schema?: string) => readCatalog(read).find(name, schema) as CatalogTable

test('columns: affinity, collation, generated, rowid alias', () => {
  const a = table('A')
  expect(a.columns.map((c) => [c.name, c.affinity, c.collation, c.notNull, c.generated])).toEqual([
    ['id', 'INTEGER', 'BINARY', false, null],
    ['t', 'TEXT', 'NOCASE', false, null],
    ['n', 'BLOB', 'BINARY', false, null],
    ['r', 'REAL', 'BINARY', true, null],
    ['v', 'INTEGER', 'BINARY', false, 'virtual'],
    ['s', 'BLOB', 'BINARY', false, 'stored'],
  ])
  expect(a.columns.map((c) => c.expression)).toEqual([null, null, null, null, '(n + 1)', null])
  expect([a.rowidColumn, a.rowidName, a.primaryKey]).toEqual([0, 'rowid', [0]])
  expect(a.indexes.map((i) => [i.name, i.unique, i.partial, i.columns])).toEqual([
    ['a_e', true, true, [{ column: -2, descending: false, collation: 'BINARY' }]],
    [
      'a_t',
      false,
      false,
      [
        { column: 1, descending: true, collation: 'NOCASE' },
        { column: 2, descending: false, collation: 'BINARY' },
      ],
    ],
  ])
})

test('rowid: absent, hidden behind columns, not an alias when descending', () => {
  expect([table('b').withoutRowid, table('b').rowidName, table('b').primaryKey]).toEqual([true, null, [0, 1]])
  expect([table('c').rowidColumn, table('c').rowidName]).toEqual([-1, null])
})

test('names resolve as in SQLite: temp first, then main', () => {
  expect(table('d').schema).toBe('temp')
  expect(table('d', 'MAIN').columns.map((c) => c.affinity)).toEqual(['BLOB', 'INTEGER'])
  expect(table('nowhere')).toBeNull()
})

test('views, virtual tables, table-valued functions', () => {
  expect(readCatalog(read).find('v')).toMatchObject({ kind: 'view', columns: ['p', 'q'] })
  expect(table('f')).toMatchObject({ virtual: 'fts5' })
  expect(table('f').columns.map((c) => [c.name, c.hidden])).toEqual([
    ['title', false],
    ['body', false],
    ['f', true],
    ['rank', true],
  ])
  expect(table('json_each').columns.map((c) => c.name)).toContain('fullkey')
})

test('functions: kind and determinism', () => {
  const catalog = readCatalog(read)
  expect(catalog.function('SUM')).toEqual({ kind: 'aggregate', deterministic: false })
  expect(catalog.function('random')).toEqual({ kind: 'scalar', deterministic: false })
  expect(catalog.function('abs')).toEqual({ kind: 'scalar', deterministic: true })
  expect(catalog.function('row_number')?.kind).toBe('window')
  expect(catalog.function('nothing')).toBeNull()
})

test('the version changes with DDL, temp and attached schemas too', () => {
  const versions = [schemaVersion(read)]
  for (const sql of [
    'create table e(x)',
    'create temp table g(x)',
    "attach ':memory:' as other",
    'create table other.h(x)',
  ]) {
    db.exec(sql)
    versions.push(schemaVersion(read))
  }
  expect(new Set(versions).size).toBe(versions.length)
})
