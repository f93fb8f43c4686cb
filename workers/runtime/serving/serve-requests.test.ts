import { expect, test } from 'vitest'
import type { FromDatabase } from '../../../schema/messages/runtime/database.ts'
import { FakeWorld } from '../platform/fake-world.ts'
import { FakeDisk } from '../simulation/fake-database.ts'
import { serveRequests } from './serve-requests.ts'

/** Four queries asked for at once; each takes so many ms to be read. Answers which of them went out together. */
function firstRows(readMs: number): string[][] {
  const database = new FakeDisk().open(new FakeWorld(1).context('tab'), 1, false)
  let now = 0
  const { subscribe } = database
  database.subscribe = (...query) => ((now += readMs), subscribe.apply(database, query))
  const posted: FromDatabase[] = []
  const serving = serveRequests(
    database,
    'tab',
    (message) => posted.push(message),
    () => now,
  )
  const queries = ['a', 'b', 'c', 'd'].map((queryId, i) => ({ queryId, query: { sql: 'SELECT', parameters: [i] } }))
  serving.receive({ type: 'FORWARD_SUBSCRIBE', epoch: 1, queries })
  return posted.flatMap((message) => (message.type === 'TURN' ? [message.updates.map(({ queryId }) => queryId)] : []))
}

test('first rows that are read at once go out together', () => {
  expect(firstRows(0)).toEqual([['a', 'b', 'c', 'd']])
})

test('first rows do not wait for a query that takes long, nor one of them for the others', () => {
  expect(firstRows(2)).toEqual([
    ['a', 'b'],
    ['c', 'd'],
  ])
  expect(firstRows(50)).toEqual([['a'], ['b'], ['c'], ['d']])
})

test('what the application says of itself is there before the rows that it speaks of, and these before the answer', () => {
  const disk = new FakeDisk()
  const database = disk.open(new FakeWorld(1).context('tab'), 1, false)
  let application = { written: 0 }
  Object.defineProperty(database, 'application', {
    get: () => (disk.rows.size === application.written ? application : (application = { written: disk.rows.size })),
  })
  const posted: FromDatabase[] = []
  const serving = serveRequests(database, 'tab', (message) => posted.push(message))
  serving.receive({
    type: 'FORWARD_SUBSCRIBE',
    epoch: 1,
    queries: [{ queryId: 'a', query: { sql: 'SELECT', parameters: [1] } }],
  })
  posted.length = 0
  serving.receive({
    type: 'FORWARD_QUERY',
    epoch: 1,
    requestId: 'r',
    sql: 'INSERT',
    parameters: [1],
    mayWrite: true,
  })
  serving.receive({ type: 'RUN_ACCEPTED', epoch: 1, requestId: 'r' })
  expect(posted.map(({ type }) => type)).toEqual(['QUERY_ACCEPTED', 'APPLICATION_CHANGED', 'TURN', 'QUERY_RESULT'])
  expect(posted[1]).toMatchObject({ application: { written: 1 } })
})

test('the answer of a command that only reads is not kept; that of any other is', () => {
  const database = new FakeDisk().open(new FakeWorld(1).context('tab'), 1, false)
  const ran: string[] = []
  database.call = (_, command) => void ran.push(command)
  database.reads = (command) => command === 'look'
  const serving = serveRequests(database, 'tab', () => {})
  for (const command of ['look', 'write', 'look', 'write']) {
    serving.receive({ type: 'FORWARD_CALL', epoch: 1, requestId: `of ${command}`, command, argument: null })
  }
  expect(ran).toEqual(['look', 'write', 'look'])
})
