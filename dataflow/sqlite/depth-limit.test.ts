import sqlite3InitModule, { type Database } from '@sqlite.org/sqlite-wasm'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { limitDepth } from './depth-limit.ts'

const sqlite3 = await sqlite3InitModule()
let db: Database
beforeEach(() => {
  db = new sqlite3.oo1.DB(':memory:')
  limitDepth(sqlite3, db)
})
afterEach(() => db.close())

function chain(length: number, link: (n: number) => string): void {
  for (let n = 0; n <= length; n++) db.exec(`CREATE TABLE t${n} (x PRIMARY KEY, y ${link(n)})`)
}

test('a chain of triggers is followed, and one too long is an error that harms nothing', () => {
  chain(700, () => '')
  const follow = (n: number) => db.exec(`CREATE TRIGGER r${n} AFTER INSERT ON t${n} BEGIN INSERT INTO t${n + 1} VALUES (new.x, 0); END`) // prettier-ignore
  for (let n = 0; n < 90; n++) follow(n)
  db.exec('INSERT INTO t0 VALUES (1, 0)')
  expect(db.selectValue('SELECT x FROM t90')).toBe(1)
  for (let n = 90; n < 700; n++) follow(n)
  for (const from of [500, 0]) {
    expect(() => db.exec(`INSERT INTO t${from} VALUES (2, 0)`)).toThrow(/too deep/)
    expect(db.selectValue('PRAGMA integrity_check')).toBe('ok')
  }
  expect(db.selectValue('SELECT count(*) FROM t0')).toBe(1)
})

test('so is a trigger that sets off itself', () => {
  db.exec('PRAGMA recursive_triggers = on; CREATE TABLE t (x)')
  db.exec('CREATE TRIGGER r AFTER INSERT ON t BEGIN INSERT INTO t VALUES (new.x + 1); END')
  expect(() => db.exec('INSERT INTO t VALUES (1)')).toThrow(/too deep/)
  expect(db.selectValue('SELECT count(*) FROM t')).toBe(0)
})

test('and a chain of foreign keys that take each other’s rows along', () => {
  db.exec('PRAGMA foreign_keys = on')
  chain(700, (n) => (n === 0 ? '' : `REFERENCES t${n - 1}(x) ON DELETE CASCADE`))
  for (let n = 0; n <= 700; n++) db.exec(`INSERT INTO t${n} VALUES (1, 1)`)
  expect(() => db.exec('DELETE FROM t0')).toThrow(/too deep/)
  expect(db.selectValue('SELECT count(*) FROM t0')).toBe(1)
  expect(db.selectValue('PRAGMA integrity_check')).toBe('ok')
})

test('a LIKE or GLOB pattern of thousands of wildcards is an error of SQL', () => {
  const text = 'a'.repeat(50_000)
  expect(() => db.selectValue('SELECT ? LIKE ?', [text, `${'%a'.repeat(20_000)}b`])).toThrow(/too complex/)
  expect(() => db.selectValue('SELECT ? GLOB ?', [text, `${'*a'.repeat(20_000)}b`])).toThrow(/too complex/)
  expect(db.selectValue('SELECT ? LIKE ?', [text, `${'%a'.repeat(900)}b`])).toBe(0)
})

test('deep expressions, subqueries and lists are errors of SQL', () => {
  const deep = (open: string, close: string, n: number) => `SELECT ${open.repeat(n)}1${close.repeat(n)}`
  for (const n of [900, 5000, 100_000]) {
    const texts = [deep('(', ')', n), deep('1+', '', n), deep('not ', '', n), deep('(SELECT ', ')', n), deep('CASE WHEN 1 THEN ', ' END', n), `SELECT 1 ${'UNION ALL SELECT 1 '.repeat(n)}`] // prettier-ignore
    for (const text of texts) {
      try {
        db.exec(text)
      } catch (error) {
        expect(String(error)).toMatch(/Recursion limit|too large|too many terms/)
      }
    }
  }
  expect(db.selectValue('SELECT 1')).toBe(1)
})
