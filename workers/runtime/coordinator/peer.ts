import type { FromPeer } from '../../../schema/messages/runtime/peer.ts'
import type { CoordinatorState, Delivery } from './state.ts'
import { changeApplication } from './status.ts'

/** The line between the application in the leader and its peer. Law: no message on it is looked into. */
export function fromPeer(state: CoordinatorState, message: FromPeer): Delivery[] {
  const deliveries: Delivery[] = []
  const { peerId } = message
  if (peerId !== state.peerId) {
    state.peerId = peerId
    deliveries.push({ to: 'locks', type: 'WATCH_PEER', peerId })
  }
  if (message.type === 'PEER_STATUS') return [...deliveries, ...changeApplication(state, message.status)]
  const { leader } = state
  // Without a leader it is lost here: the peer hears when there is one, from the application in it.
  if (leader?.phase !== 'open') return deliveries
  const { tabId, epoch } = leader
  return [...deliveries, { to: 'database', tabId, message: { type: 'FORWARD_PEER', epoch, message: message.message } }]
}

/** The browser stopped it: another is woken at the next tick, or somewhat later, lest one that dies at once spins. */
export function peerEnded(state: CoordinatorState, peerId: string, now: number): void {
  if (state.peerId !== peerId) return
  state.peerId = null
  const { wakeMs, wakeAgainMs } = state.options
  state.peerWokenAt = Math.max(now, state.peerWokenAt + wakeAgainMs) - wakeMs
}

/** Only a page can wake the peer: the leader's does, every ten seconds, and at once when a leader opens. */
export function wakePeer(state: CoordinatorState, now: number, atOnce = false): Delivery[] {
  const { leader, peerWokenAt, options } = state
  if (leader?.phase !== 'open' || (!atOnce && now - peerWokenAt < options.wakeMs)) return []
  state.peerWokenAt = now
  return [{ to: 'tab', tabId: leader.tabId, message: { type: 'WAKE_PEER' } }]
}
