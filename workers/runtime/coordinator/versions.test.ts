import { expect, test } from 'vitest'
import type { FromDatabase } from '../../../schema/messages/runtime/database.ts'
import { protocolVersion } from '../../../schema/messages/runtime/protocol.ts'
import { route } from './route.ts'
import { emptyState, type CoordinatorState, type Delivery } from './state.ts'
import { registration } from './test-registration.ts'

const problems = (deliveries: readonly Delivery[]) =>
  deliveries.flatMap((delivery) =>
    delivery.to === 'tab' && delivery.message.type === 'STATUS_CHANGED' ? [delivery.message.problem?.code ?? null] : [],
  )

test('a tab of another protocol is told, and not let in', () => {
  const state = emptyState('c')
  const message = registration('new', protocolVersion + 1)
  const deliveries = route(state, { from: 'tab', tabId: 'new', message, electable: true }, 0)
  expect(problems(deliveries)).toEqual(['PROTOCOL_MISMATCH'])
  expect([state.tabs.size, state.leader]).toEqual([0, null])
})

test('a database that somebody beyond our reach has open: told after five seconds, taken back when it is ours', () => {
  const state = emptyState('c')
  route(state, { from: 'tab', tabId: 'a', message: registration('a'), electable: true }, 0)
  expect(state.leader).toMatchObject({ tabId: 'a', phase: 'promoted' })
  expect(answerPing(state, 0)).toBe(true)
  expect(problems(route(state, { from: 'clock' }, 4_900))).toEqual([])
  expect(problems(route(state, { from: 'clock' }, 5_000))).toEqual(['DATABASE_HELD'])
  expect(problems(route(state, { from: 'clock' }, 5_050))).toEqual([])
  const held = route(state, { from: 'database', tabId: 'a', message: { type: 'LOCK_HELD', tabId: 'a' } }, 9_000)
  expect(problems(held)).toEqual([null])
})

test('a worker that takes long to load waits for nobody: that is not told as a database that somebody has', () => {
  const state = emptyState('c')
  route(state, { from: 'tab', tabId: 'a', message: registration('a'), electable: true }, 0)
  expect(problems(route(state, { from: 'clock' }, 29_000))).toEqual([])
  expect(answerPing(state, 30_000)).toBe(false) // it was asked before
  expect(problems(route(state, { from: 'clock' }, 34_900))).toEqual([])
  expect(problems(route(state, { from: 'clock' }, 35_000))).toEqual(['DATABASE_HELD'])
})

test.each(['STORAGE_LOST', 'STORAGE_CORRUPT'] as const)(
  'while the worker that told of %s takes its time to end, that is what the tabs are told',
  (code) => {
    const state = emptyState('c')
    for (const tabId of ['a', 'b'])
      route(state, { from: 'tab', tabId, message: registration(tabId), electable: true }, 0)
    const from = (message: FromDatabase) => route(state, { from: 'database', tabId: 'a', message }, 0)
    from({ type: 'DB_OPENED', tabId: 'a', epoch: 1, storage: 'opfs', problem: null, space: null, application: {} })
    expect(problems(from({ type: 'PROBLEM_CHANGED', epoch: 1, problem: { code, message: '' } }))).toEqual([code, code])
    route(state, { from: 'tab', tabId: 'a', message: { type: 'UNREGISTER_TAB' } }, 0)
    expect(state.leader).toMatchObject({ tabId: 'b', phase: 'promoted' })
    expect(answerPing(state, 0, 'b')).toBe(true)
    expect(problems(route(state, { from: 'clock' }, 29_900))).toEqual([])
    expect(problems(route(state, { from: 'clock' }, 30_000))).toEqual(['DATABASE_HELD'])
  },
)

/** The candidate's worker is asked whether it runs, and says so. */
function answerPing(state: CoordinatorState, now: number, tabId = 'a'): boolean {
  const asked = route(state, { from: 'clock' }, now).find(
    (delivery) => delivery.to === 'database' && delivery.message.type === 'HEARTBEAT',
  )
  route(state, { from: 'database', tabId, message: { type: 'HEARTBEAT_PONG', n: 1 } }, now)
  return asked !== undefined
}
