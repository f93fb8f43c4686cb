import { expect, test } from 'vitest'
import type { FromTab } from '../../../schema/messages/runtime/tab.ts'
import { namesOf } from '../../../schema/messages/runtime/protocol.ts'
import type { Clock } from '../platform/clock.ts'
import { openRequests } from './open-requests.ts'
import { openSubscriptions } from './open-subscriptions.ts'
import { openTab } from './tab.ts'

const never: Clock = { now: () => 0, after: () => () => {} }
const posted: unknown[] = []
/** a MessagePort: what cannot be cloned is not sent */
const post = (message: FromTab) => void posted.push(structuredClone(message))
const uncloneable = [() => 1] as never

test('a request that cannot be cloned fails alone: no coordinator is told of it, now or later', async () => {
  const requests = openRequests('tab', never, post)
  await expect(requests.query('SELECT ?', uncloneable)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  await expect(requests.call('dispatch', uncloneable)).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
  })
  expect(requests.all()).toEqual([])
  void requests.query('SELECT 1', [])
  expect(structuredClone(requests.all())).toMatchObject([{ request: { sql: 'SELECT 1' } }])
  expect(posted).toHaveLength(1)
})

test('nor is a subscription', () => {
  const subscriptions = openSubscriptions(post)
  expect(() => subscriptions.add({ sql: 'SELECT ?', parameters: uncloneable }, () => {})).toThrow()
  expect(subscriptions.all()).toEqual([])
})

test('nor is what a tab says of itself: the tab registers all the same', () => {
  const registered: unknown[] = []
  const port = { post: (message: unknown) => void registered.push(structuredClone(message)), listen() {}, close() {} }
  const worker = { connect() {}, standBack() {}, terminate() {} }
  const tab = openTab(
    'tab',
    {
      names: namesOf('app'),
      locks: { hold: async () => () => {}, take: async () => () => {} },
      clock: never,
      spawnWorker: () => worker,
      ways: [{ coordinator: 'leader', connect: () => port, channel: () => null }],
      wakePeer() {},
      mark() {},
    },
    true,
  )
  expect(() => tab.setContext('who', () => 'me')).toThrow()
  tab.setContext('who', 'me')
  return Promise.resolve().then(() =>
    expect(registered).toMatchObject([{ type: 'REGISTER_TAB', context: { who: 'me' } }]),
  )
})
