import { expect, test } from 'vitest'
import { boundedSelect } from './bounded-select.ts'

const sqlOf = (text: string) => {
  const bounded = boundedSelect(text)
  return bounded.type === 'select' ? bounded.query.sql : bounded.sentence
}

test.each([
  ['SELECT id FROM rooms', 'SELECT id FROM rooms\nLIMIT 501'],
  ['select id from rooms ; ', 'select id from rooms\nLIMIT 501'],
  ['SELECT id FROM rooms -- all', 'SELECT * FROM (SELECT id FROM rooms -- all\n) LIMIT 501'],
  ['SELECT id FROM rooms LIMIT 20', 'SELECT id FROM rooms LIMIT 20'],
  ['SELECT id FROM rooms limit 20 offset 5', 'SELECT id FROM rooms limit 20 offset 5'],
  ['SELECT id FROM rooms LIMIT 1000000', 'SELECT * FROM (SELECT id FROM rooms LIMIT 1000000\n) LIMIT 501'],
  ['SELECT id FROM rooms LIMIT 2 * 1e9', 'SELECT * FROM (SELECT id FROM rooms LIMIT 2 * 1e9\n) LIMIT 501'],
  ['SELECT 1 WHERE "limit 5" -- limit 5', 'SELECT * FROM (SELECT 1 WHERE "limit 5" -- limit 5\n) LIMIT 501'],
  ['SELECT 1 /* limit 5', 'SELECT * FROM (SELECT 1 /* limit 5\n) LIMIT 501'],
  ['VALUES (1), (2)', 'SELECT * FROM (VALUES (1), (2)\n) LIMIT 501'],
])('%j is read to a bound', (text, sql) => expect(sqlOf(text)).toBe(sql))

test.each([
  'DELETE FROM rooms',
  'PRAGMA user_version',
  'ATTACH "x" AS x',
  'EXPLAIN SELECT 1',
  'selected',
  'CREATE TABLE t (x)',
])('%s is not asked', (text) => expect(boundedSelect(text).type).toBe('refused'))
test('nothing is not asked', () => expect(sqlOf(' ; ')).toBe('There is no SELECT yet.'))
