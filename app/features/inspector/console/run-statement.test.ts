import { expect, test } from 'vitest'
import type { QueryResult } from '../../../../schema/live.ts'
import { runStatement } from './run-statement.ts'

const result: QueryResult = { columns: ['a', 'b'], rows: [[1, 2]], changes: 0, more: false }
const answering = (more: Partial<QueryResult>) => () => Promise.resolve({ ...result, ...more })

test.each<[string, string, Partial<QueryResult>, object]>([
  ['a SELECT is followed', '-- all\nSELECT a, b FROM t', {}, { type: 'Live' }],
  [
    'one that is too long for a page is not',
    'SELECT a, b FROM t',
    { more: true },
    { type: 'Once', why: /more than 200/ },
  ],
  ['nor one with a name twice', 'SELECT a, a FROM t', { columns: ['a', 'a'] }, { type: 'Once', why: /called a/ }],
  ['nor what wrote', 'WITH x AS (SELECT 1) DELETE FROM t', { changes: 1 }, { type: 'Once', why: /wrote/ }],
  ['a plan is shown once', 'EXPLAIN QUERY PLAN SELECT 1', {}, { type: 'Once', why: null }],
])('%s', async (_case, sql, more, { why, ...expected }: { why?: RegExp | null }) => {
  const outcome = await runStatement(answering(more), sql, false)
  expect(outcome).toMatchObject(why instanceof RegExp ? { ...expected, why: expect.stringMatching(why) } : expected)
})

test('what fails says why, and whether it may write is the person’s word alone', async () => {
  const asked: boolean[] = []
  const fail = (_sql: string, guard: { mayWrite: boolean }) => {
    asked.push(guard.mayWrite)
    return Promise.reject(new Error('refused: it would write'))
  }
  expect(await runStatement(fail, 'DELETE FROM t', false)).toMatchObject({
    type: 'Failed',
    message: 'refused: it would write',
  })
  await runStatement(fail, 'SELECT 1', true)
  expect(asked).toEqual([false, true])
})
