import { expect, test } from 'vitest'
import type { FromTab } from '../../../schema/messages/runtime/tab.ts'
import type { LiveUpdate } from '../../../schema/live.ts'
import type { RowsUpdate } from './live-rows.ts'
import { liveQuery } from './live.ts'
import { openSubscriptions } from './open-subscriptions.ts'

const query = { sql: 'SELECT id FROM todo', parameters: [] }
const snapshot: LiveUpdate = { type: 'snapshot', turn: 1, columns: ['id'], keys: ['1'], rows: [[1]] }
const inserted: LiveUpdate = { type: 'delta', turn: 2, changes: [{ op: 'insert', index: 1, key: '2', row: [2] }] }

function open() {
  const posted: FromTab[] = []
  const subscriptions = openSubscriptions((message) => posted.push(message))
  const live = liveQuery(subscriptions.add, query)
  const types = () => posted.map((message) => message.type)
  const update = (each: LiveUpdate) => subscriptions.update([{ subscriptionId: 's1', update: each }])
  const fail = (code: 'SQL_ERROR' | 'QUERY_INVALID', final: boolean) =>
    subscriptions.update([{ subscriptionId: 's1', error: { code, message: '', final } }])
  return { live, types, update, fail }
}

test('it asks nothing before somebody subscribes, and drops the query with the last subscriber', () => {
  const { live, types } = open()
  expect(types()).toEqual([])
  const first = live.subscribe()
  const second = live.subscribe()
  expect(types()).toEqual(['SUBSCRIBE'])
  first.unsubscribe()
  expect(types()).toEqual(['SUBSCRIBE'])
  second.unsubscribe()
  expect(types()).toEqual(['SUBSCRIBE', 'UNSUBSCRIBE'])
})

test('a later subscriber gets a snapshot of what the first one has', async () => {
  const { live, update } = open()
  live.subscribe()
  update(snapshot)
  update(inserted)
  const heard: RowsUpdate[] = []
  live.subscribe((each) => heard.push(each))
  await Promise.resolve()
  expect(heard).toEqual([
    { type: 'snapshot', turn: 2, columns: ['id'], keys: ['1', '2'], rows: [{ id: 1 }, { id: 2 }] },
  ])
})

test('an error that may clear ends nothing; one that ends the query is told', () => {
  const { live, update, fail } = open()
  const heard: string[] = []
  live.subscribe({ next: ({ type }) => heard.push(type), error: ({ code }) => heard.push(code) })
  update(snapshot)
  fail('SQL_ERROR', false)
  update(inserted)
  fail('QUERY_INVALID', true)
  expect(heard).toEqual(['snapshot', 'delta', 'QUERY_INVALID'])
})
