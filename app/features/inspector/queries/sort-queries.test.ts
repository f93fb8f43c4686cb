import { expect, test } from 'vitest'
import type { InspectedQuery } from '../../../../schema/messages/runtime/inspection.ts'
import { dearness } from './dearness.ts'
import { shownQueries } from './sort-queries.ts'

const cost = { turns: 0, deltas: 0, rowsChanged: 0, deltasPerSecond: 0, milliseconds: 0, p50: null, p95: null }
const query = (queryId: string, more: Partial<InspectedQuery> = {}): InspectedQuery => ({
  queryId,
  sql: `SELECT ${queryId}`,
  parameters: [],
  mode: 'incremental',
  reason: null,
  error: null,
  tables: [],
  rows: 0,
  stateRows: 0,
  tabs: [],
  cost,
  ...more,
})

test('the largest come first, and equal ones in the order in which they came', () => {
  const queries = [query('a'), query('b', { rows: 3 }), query('c'), query('d', { cost: { ...cost, p95: 0 } })]
  const ids = (by: 'rows' | 'p95') => shownQueries(queries, '', by).map(({ queryId }) => queryId)
  expect(ids('rows')).toEqual(['b', 'a', 'c', 'd'])
  expect(ids('p95')).toEqual(['d', 'a', 'b', 'c'])
})

test('the filter takes every word, of whatever a query says of itself', () => {
  const queries = [
    query('a', { sql: 'SELECT body\nFROM messages', parameters: ["'General'"] }),
    query('b', { mode: 'rerun', reason: 'random() answers anew each time', tables: ['main.rooms'] }),
  ]
  const ids = (wanted: string) => shownQueries(queries, wanted, 'rows').map(({ queryId }) => queryId)
  expect(ids('messages GENERAL')).toEqual(['a'])
  expect(ids('rerun rooms')).toEqual(['b'])
  expect(ids('messages rooms')).toEqual([])
  expect(ids('  ')).toEqual(['a', 'b'])
})

test.each<[string, Partial<InspectedQuery>, string | null]>([
  ['one that nobody visited', { mode: 'rerun' }, null],
  ['a quick one', { cost: { ...cost, turns: 9, p95: 0.1, milliseconds: 1 } }, null],
  ['one that runs again', { mode: 'rerun', cost: { ...cost, turns: 1, p95: 1 } }, 'runs again as a whole'],
  ['a slow one', { cost: { ...cost, turns: 1, p95: 17 } }, 'a turn takes longer than a frame'],
  ['one of much state', { stateRows: 200_000 }, 'keeps much in memory'],
  [
    'the one that takes all',
    { cost: { ...cost, turns: 99, p95: 1, milliseconds: 90 } },
    'takes over a third of all the time',
  ],
])('%s', (_case, more, words) => expect(dearness(query('a', more), 100)).toBe(words))
