import { assertNever } from '../../../schema/assert.ts'
import type { FromDatabase } from '../../../schema/messages/runtime/database.ts'
import type { RoutedFromTab } from '../../../schema/messages/runtime/tab.ts'
import { protocolVersion } from '../../../schema/messages/runtime/protocol.ts'
import { dropLeader, electLeader, leadershipTick, promoteAgain } from './elect-leader.ts'
import {
  acceptRequest,
  addRequest,
  answerRequest,
  forwardRequests,
  dropRequestsOf,
  expireRequests,
  forwardAgain,
} from './requests.ts'
import {
  catchUp,
  deliverTurn,
  dropSubscriptionsOf,
  resubscribeAll,
  staleAll,
  subscribe,
  unsubscribe,
  withSubscribers,
} from './subscriptions.ts'
import { fromPeer, peerEnded, wakePeer } from './peer.ts'
import type { CoordinatorState, Delivery, Input } from './state.ts'
import { changeApplication, changeStatus, tellHeld, toAllTabs } from './status.ts'

/**
 * The coordinator as one step: an input, the time → deliveries. Deterministic, no platform; `state` is its own and is
 * changed in place.
 * Laws: at most one tab is asked to lead at a time, and never two are believed; a message of another epoch than the
 * leader's is dropped; each request is answered at most once.
 *
 * Example: REGISTER_TAB of a first tab → REGISTERED to it, WATCH its lock, PROMOTE_TO_ACTIVE to its worker;
 * DB_OPENED from the worker → ACTIVE_CHANGED to all tabs, FORWARD_SUBSCRIBE of every query, every waiting request.
 */
export function route(state: CoordinatorState, input: Input, now: number): Delivery[] {
  switch (input.from) {
    case 'tab':
      return input.message.type === 'REGISTER_TAB'
        ? registerTab(state, input.message, input.electable ?? false, now)
        : fromTab(state, input.tabId, input.message, now)
    case 'database':
      return fromDatabase(state, input.tabId, input.message, now)
    case 'peer':
      return fromPeer(state, input.message)
    case 'locks': {
      if (input.type === 'PEER_ENDED') {
        peerEnded(state, input.peerId, now)
        return []
      }
      const tab = state.tabs.get(input.tabId)
      return tab && tab.life === input.life ? removeTab(state, input.tabId, now) : []
    }
    case 'clock':
      return [
        ...leadershipTick(state, now),
        ...tellHeld(state, now),
        ...expireRequests(state, now),
        ...forwardRequests(state, now),
        ...wakePeer(state, now),
        ...beat(state, now),
      ]
    default:
      return assertNever(input)
  }
}

function registerTab(
  state: CoordinatorState,
  message: Extract<RoutedFromTab, { type: 'REGISTER_TAB' }>,
  electable: boolean,
  now: number,
): Delivery[] {
  const { tabId, life, attempt, lock } = message
  if (message.protocol !== protocolVersion) {
    const problem = {
      code: 'PROTOCOL_MISMATCH' as const,
      message: 'Another tab runs a different version of this app. Close the other tabs, then reload this one.',
    }
    return [{ to: 'tab', tabId, message: { type: 'STATUS_CHANGED', ...state.status, problem } }]
  }
  const before = state.tabs.get(tabId)
  if (before && before.attempt > attempt) return []
  // The same tab, connected anew: its old worker is dead or talks through the new port.
  const deliveries = before ? removeTab(state, tabId, now, { keepPorts: true, keepLeader: before.life === life }) : []
  state.tabs.set(tabId, {
    tabId,
    life,
    attempt,
    order: before?.order ?? nextOrder(state),
    electable,
    visible: message.visible,
    ready: before?.life === life && before.ready,
    failures: 0,
    electableAt: now,
    sent: 0,
    received: 0,
    unreceived: [],
    unreceivedSize: 0,
    behind: false,
  })
  state.epoch = Math.max(state.epoch, message.epoch)
  // what a hidden tab once said does not outdo the others
  state.context = message.visible ? { ...state.context, ...message.context } : { ...message.context, ...state.context }
  const activeTab = state.leader?.phase === 'open' ? state.leader.tabId : null
  deliveries.push(
    { to: 'locks', type: 'WATCH', tabId, life, lock },
    { to: 'tab', tabId, message: { type: 'REGISTERED', coordinatorId: state.coordinatorId, life, electable } },
    { to: 'tab', tabId, message: { type: 'ACTIVE_CHANGED', activeTab, epoch: state.epoch } },
    { to: 'tab', tabId, message: { type: 'STATUS_CHANGED', ...state.status } },
    { to: 'tab', tabId, message: { type: 'BEAT' } },
  )
  for (const subscription of message.subscriptions) deliveries.push(...subscribe(state, tabId, subscription))
  for (const { request, acceptedEpoch } of message.requests) {
    deliveries.push(...addRequest(state, tabId, request, acceptedEpoch, now))
  }
  deliveries.push(...tellContext(state), ...promoteAgain(state, tabId), ...electLeader(state, now))
  return deliveries
}

function fromTab(
  state: CoordinatorState,
  tabId: string,
  message: Exclude<RoutedFromTab, { type: 'REGISTER_TAB' }>,
  now: number,
): Delivery[] {
  const tab = state.tabs.get(tabId)
  if (!tab) return []
  switch (message.type) {
    case 'UNREGISTER_TAB':
      return removeTab(state, tabId, now)
    case 'QUERY':
    case 'CALL':
    case 'INSPECT':
      return addRequest(state, tabId, message, null, now)
    case 'SUBSCRIBE':
      return subscribe(state, tabId, message)
    case 'UNSUBSCRIBE':
      return unsubscribe(state, tabId, message.subscriptionId)
    case 'DELTAS_RECEIVED':
      return catchUp(state, tab, message.n)
    case 'VISIBILITY':
      tab.visible = message.visible
      return []
    case 'SET_CONTEXT':
      state.context = { ...state.context, [message.key]: message.value }
      return tellContext(state)
    case 'END_LEADER':
      return endLeader(state)
    default:
      return assertNever(message)
  }
}

/** Its page ends the worker in whatever it does, and starts another. Whoever gets the lock first leads. */
function endLeader({ leader }: CoordinatorState): Delivery[] {
  if (leader?.phase !== 'open') return []
  return [{ to: 'tab', tabId: leader.tabId, message: { type: 'REPLACE_WORKER', reason: 'a person ended it' } }]
}

function fromDatabase(state: CoordinatorState, tabId: string, message: FromDatabase, now: number): Delivery[] {
  const tab = state.tabs.get(tabId)
  if (!tab) return []
  if (message.type === 'WORKER_READY') {
    tab.ready = true
    return electLeader(state, now)
  }
  if (message.type === 'DB_OPENED') return opened(state, message, now)
  const { leader } = state
  if (!leader || leader.tabId !== tabId || leader.life !== tab.life) return []
  if ('epoch' in message && (leader.phase !== 'open' || message.epoch !== leader.epoch)) return []
  leader.heardAt = now
  leader.waitsSince ??= now
  switch (message.type) {
    case 'LOCK_HELD':
      leader.phase = 'opening'
      return state.status.problem?.code === 'DATABASE_HELD' ? changeStatus(state, { problem: null }) : []
    case 'OPEN_FAILED':
      tab.failures += message.final ? 1000 : 1
      return [
        ...changeStatus(state, { problem: message.problem }),
        ...dropLeader(state, now),
        ...electLeader(state, now),
      ]
    case 'QUERY_ACCEPTED':
      return acceptRequest(state, message.requestId)
    case 'QUERY_RESULT':
      return answerRequest(state, message.requestId, {
        type: 'QUERY_RESPONSE',
        requestId: message.requestId,
        result: message.result,
      })
    case 'CALL_RESULT':
      return answerRequest(state, message.requestId, {
        type: 'CALL_RESPONSE',
        requestId: message.requestId,
        result: message.result,
      })
    case 'INSPECTED': {
      const { requestId } = message
      const result = withSubscribers(state, message.result)
      return answerRequest(state, requestId, { type: 'INSPECT_RESPONSE', requestId, result })
    }
    case 'QUERY_ERROR': {
      const { requestId, code } = message
      return answerRequest(state, requestId, { type: 'QUERY_ERROR', requestId, code, message: message.message })
    }
    case 'TURN':
      return deliverTurn(state, message.updates)
    case 'APPLICATION_CHANGED':
      return changeApplication(state, message.application)
    case 'PROBLEM_CHANGED':
      return changeStatus(state, { problem: message.problem })
    case 'SPACE_CHANGED':
      return changeStatus(state, { space: message.space })
    case 'REPLACE_ME':
      return [{ to: 'tab', tabId, message: { type: 'REPLACE_WORKER', reason: message.reason } }]
    case 'TO_PEER':
      return [{ to: 'peer', message: { type: 'TO_PEER', message: message.message } }]
    case 'HEARTBEAT_PONG':
      return []
    default:
      return assertNever(message)
  }
}

/** The database lock is the arbiter: whoever says DB_OPENED holds it, whomever we had asked. */
function opened(
  state: CoordinatorState,
  message: Extract<FromDatabase, { type: 'DB_OPENED' }>,
  now: number,
): Delivery[] {
  const { tabId, epoch } = message
  const tab = state.tabs.get(tabId)
  const { leader } = state
  if (!tab || (leader?.phase === 'open' && leader.tabId !== tabId && epoch < leader.epoch)) return []
  if (leader?.phase === 'open' && leader.tabId === tabId && leader.life === tab.life && leader.epoch === epoch) {
    // A fresh port to the leader that we know: what was on the old one may be lost.
    forwardAgain(state)
  }
  const deliveries: Delivery[] = []
  if (leader && leader.tabId !== tabId && leader.phase !== 'open') {
    deliveries.push({ to: 'database', tabId: leader.tabId, message: { type: 'STAND_DOWN' } })
  }
  state.leader = { tabId, life: tab.life, phase: 'open', epoch, heardAt: now, waitsSince: now, pingedAt: now }
  state.epoch = Math.max(state.epoch, epoch)
  for (const each of state.tabs.values()) each.failures = 0
  staleAll(state)
  deliveries.push(
    ...toAllTabs(state, { type: 'ACTIVE_CHANGED', activeTab: tabId, epoch }),
    ...changeStatus(state, {
      storage: message.storage,
      problem: message.problem,
      space: message.space,
      application: { ...state.status.application, ...message.application },
    }),
    // What somebody waits for comes first: a query is answered in a millisecond, all live queries are read in many.
    ...forwardRequests(state, now),
    ...resubscribeAll(state),
    ...tellContext(state),
    ...wakePeer(state, now, true),
  )
  return deliveries
}

function removeTab(
  state: CoordinatorState,
  tabId: string,
  now: number,
  { keepPorts = false, keepLeader = false } = {},
): Delivery[] {
  state.tabs.delete(tabId)
  dropRequestsOf(state, tabId)
  const deliveries = dropSubscriptionsOf(state, tabId)
  if (!keepPorts) deliveries.push({ to: 'ports', type: 'CLOSE', tabId })
  if (state.leader?.tabId === tabId && !keepLeader)
    deliveries.push(...dropLeader(state, now), ...electLeader(state, now))
  return deliveries
}

function tellContext(state: CoordinatorState): Delivery[] {
  const { leader, context } = state
  if (leader?.phase !== 'open') return []
  const { tabId, epoch } = leader
  return [{ to: 'database', tabId, message: { type: 'FORWARD_CONTEXT', epoch, context } }]
}

function beat(state: CoordinatorState, now: number): Delivery[] {
  if (now - state.beatAt < state.options.beatMs) return []
  state.beatAt = now
  return toAllTabs(state, { type: 'BEAT' })
}

function nextOrder(state: CoordinatorState): number {
  let order = 0
  for (const tab of state.tabs.values()) order = Math.max(order, tab.order + 1)
  return order
}
