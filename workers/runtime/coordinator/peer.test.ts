import { expect, test } from 'vitest'
import type { FromPeer } from '../../../schema/messages/runtime/peer.ts'
import { route } from './route.ts'
import { emptyState, type CoordinatorState, type Delivery } from './state.ts'
import { registration } from './test-registration.ts'

/** A coordinator with an open leader, which has woken the peer at `at`. */
function leading(at: number): CoordinatorState {
  const state = emptyState('c')
  route(state, { from: 'tab', tabId: 'a', message: registration('a'), electable: true }, at)
  state.leader = { tabId: 'a', life: 1, phase: 'open', epoch: 1, heardAt: at, waitsSince: at, pingedAt: at }
  expect(wakings(tick(state, at))).toBe(1)
  return state
}
const tick = (state: CoordinatorState, now: number) => route(state, { from: 'clock' }, now)
const hello = (peerId: string): FromPeer => ({ type: 'PEER_MESSAGE', peerId, message: 'hello' })
const watched = (deliveries: readonly Delivery[]) =>
  deliveries.flatMap((each) => (each.to === 'locks' && each.type === 'WATCH_PEER' ? [each.peerId] : []))
const wakings = (deliveries: readonly Delivery[]) =>
  deliveries.filter(({ to, ...each }) => to === 'tab' && 'message' in each && each.message.type === 'WAKE_PEER').length

test('a peer is watched from its first word on, and the next one instead of it', () => {
  const state = leading(0)
  expect(watched(route(state, { from: 'peer', message: hello('one') }, 1))).toEqual(['one'])
  expect(watched(route(state, { from: 'peer', message: hello('one') }, 2))).toEqual([])
  expect(watched(route(state, { from: 'peer', message: hello('two') }, 3))).toEqual(['two'])
})

test('when it ends another is woken at the next tick', () => {
  const state = leading(0)
  route(state, { from: 'peer', message: hello('one') }, 1)
  expect(wakings(tick(state, 5_000))).toBe(0)
  route(state, { from: 'locks', type: 'PEER_ENDED', peerId: 'one' }, 5_010)
  expect(wakings(tick(state, 5_050))).toBe(1)
  expect(wakings(tick(state, 5_100))).toBe(0)
  expect(watched(route(state, { from: 'peer', message: hello('two') }, 5_200))).toEqual(['two'])
})

test('one that ends right after it was woken is woken again a second later, not at once', () => {
  const state = leading(0)
  route(state, { from: 'peer', message: hello('one') }, 100)
  route(state, { from: 'locks', type: 'PEER_ENDED', peerId: 'one' }, 200)
  expect(wakings(tick(state, 950))).toBe(0)
  expect(wakings(tick(state, 1_000))).toBe(1)
})

test('the end of one that has been replaced wakes nobody', () => {
  const state = leading(0)
  route(state, { from: 'peer', message: hello('one') }, 100)
  route(state, { from: 'peer', message: hello('two') }, 200)
  route(state, { from: 'locks', type: 'PEER_ENDED', peerId: 'one' }, 3_000)
  expect(wakings(tick(state, 3_050))).toBe(0)
})
