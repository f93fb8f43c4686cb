import { expect, test } from 'vitest'
import type { FromSync } from '../../../schema/messages/sync.ts'
import { route } from './route.ts'
import { emptyState, type CoordinatorState, type Delivery } from './state.ts'
import { registration } from './test-registration.ts'

/** A coordinator with an open leader, which has nudged at `at`. */
function leading(at: number): CoordinatorState {
  const state = emptyState('c')
  route(state, { from: 'tab', tabId: 'a', message: registration('a'), electable: true }, at)
  state.leader = { tabId: 'a', life: 1, phase: 'open', epoch: 1, heardAt: at, waitsSince: at, pingedAt: at }
  expect(nudges(tick(state, at))).toBe(1)
  return state
}
const tick = (state: CoordinatorState, now: number) => route(state, { from: 'clock' }, now)
const hello = (syncId: string): FromSync => ({ type: 'SYNC_HELLO', syncId })
const watched = (deliveries: readonly Delivery[]) =>
  deliveries.flatMap((each) => (each.to === 'locks' && each.type === 'WATCH_SYNC' ? [each.syncId] : []))
const nudges = (deliveries: readonly Delivery[]) =>
  deliveries.filter(
    ({ to, ...each }) => to === 'tab' && 'message' in each && each.message.type === 'NUDGE_SERVICE_WORKER',
  ).length

test('a sync client is watched from its first word on, and the next one instead of it', () => {
  const state = leading(0)
  expect(watched(route(state, { from: 'sync', message: hello('one') }, 1))).toEqual(['one'])
  expect(watched(route(state, { from: 'sync', message: hello('one') }, 2))).toEqual([])
  expect(watched(route(state, { from: 'sync', message: hello('two') }, 3))).toEqual(['two'])
})

test('when it ends another is woken at the next tick', () => {
  const state = leading(0)
  route(state, { from: 'sync', message: hello('one') }, 1)
  expect(nudges(tick(state, 5_000))).toBe(0)
  route(state, { from: 'locks', type: 'SYNC_ENDED', syncId: 'one' }, 5_010)
  expect(nudges(tick(state, 5_050))).toBe(1)
  expect(nudges(tick(state, 5_100))).toBe(0)
  expect(watched(route(state, { from: 'sync', message: hello('two') }, 5_200))).toEqual(['two'])
})

test('one that ends right after it was woken is woken again a second later, not at once', () => {
  const state = leading(0)
  route(state, { from: 'sync', message: hello('one') }, 100)
  route(state, { from: 'locks', type: 'SYNC_ENDED', syncId: 'one' }, 200)
  expect(nudges(tick(state, 950))).toBe(0)
  expect(nudges(tick(state, 1_000))).toBe(1)
})

test('the end of one that has been replaced wakes nobody', () => {
  const state = leading(0)
  route(state, { from: 'sync', message: hello('one') }, 100)
  route(state, { from: 'sync', message: hello('two') }, 200)
  route(state, { from: 'locks', type: 'SYNC_ENDED', syncId: 'one' }, 3_000)
  expect(nudges(tick(state, 3_050))).toBe(0)
})
