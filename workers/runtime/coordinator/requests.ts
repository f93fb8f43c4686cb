import type { ToDatabase } from '../../../schema/messages/runtime/database.ts'
import type { ErrorCode, TabRequest, ToTab } from '../../../schema/messages/runtime/tab.ts'
import { assertNever } from '../../../schema/assert.ts'
import { backoff, type CoordinatorState, type Delivery, type Leader, type PendingRequest } from './state.ts'
import { mayWrite } from './may-write.ts'

/**
 * The requests that wait for an answer. Laws: answered at most once; forwarded again after a failover unless a lost
 * leader may have run it and running it twice would matter (then LEADER_LOST); given up at its deadline, or after
 * `maxAttempts` leaders died under it. Between attempts on ever new leaders it waits, doubling.
 */
export function addRequest(
  state: CoordinatorState,
  tabId: string,
  request: TabRequest,
  acceptedEpoch: number | null,
  now: number,
): Delivery[] {
  const { requestId } = request
  if (state.requests.has(requestId)) return []
  const pending: PendingRequest = {
    tabId,
    request,
    mayWrite: request.type === 'QUERY' && (request.guard?.mayWrite ?? true) && mayWrite(request.sql),
    deadline: now + state.options.requestDeadlineMs,
    forwardedEpoch: null,
    acceptedEpoch,
    attempts: 0,
    notBefore: now,
  }
  state.requests.set(requestId, pending)
  return state.leader?.phase === 'open' ? forward(state, pending, state.leader) : []
}

/** Sends every request that this leader has not been sent and whose time has come. */
export function forwardRequests(state: CoordinatorState, now: number): Delivery[] {
  const { leader } = state
  if (leader?.phase !== 'open') return []
  const deliveries: Delivery[] = []
  for (const pending of state.requests.values()) {
    if (pending.forwardedEpoch === leader.epoch || pending.notBefore > now) continue
    deliveries.push(...forward(state, pending, leader))
  }
  return deliveries
}

function forward(state: CoordinatorState, pending: PendingRequest, leader: Leader): Delivery[] {
  const { acceptedEpoch, mayWrite } = pending
  if (mayWrite && acceptedEpoch !== null && acceptedEpoch !== leader.epoch) return leaderLost(state, pending)
  if (pending.attempts >= state.options.maxAttempts) {
    return fail(state, pending, 'LEADER_LOST', `${pending.attempts} leaders were lost while this request was with them`)
  }
  pending.forwardedEpoch = leader.epoch
  pending.attempts += 1
  return [{ to: 'database', tabId: leader.tabId, message: forwarded(pending, leader.epoch) }]
}

function forwarded({ request, mayWrite }: PendingRequest, epoch: number): ToDatabase {
  const { requestId } = request
  switch (request.type) {
    case 'QUERY': {
      const { sql, parameters, guard } = request
      return { type: 'FORWARD_QUERY', epoch, requestId, sql, parameters, mayWrite, ...(guard && { guard }) }
    }
    case 'CALL':
      return { type: 'FORWARD_CALL', epoch, requestId, command: request.command, argument: request.argument }
    case 'INSPECT':
      return { type: 'FORWARD_INSPECT', epoch, requestId, question: request.question }
    default:
      return assertNever(request)
  }
}

/**
 * From here on the leader may run it: the tab is told first, so that it can tell a fresh coordinator. A request that
 * nobody waits for any more (its tab is gone, its deadline over) is refused.
 */
export function acceptRequest(state: CoordinatorState, requestId: string): Delivery[] {
  const pending = state.requests.get(requestId)
  const { leader } = state
  if (leader?.phase !== 'open') return []
  const { epoch } = leader
  if (!pending) return [{ to: 'database', tabId: leader.tabId, message: { type: 'RUN_REFUSED', epoch, requestId } }]
  pending.acceptedEpoch = epoch
  return [
    { to: 'tab', tabId: pending.tabId, message: { type: 'QUERY_ACCEPTED', requestId, epoch } },
    { to: 'database', tabId: leader.tabId, message: { type: 'RUN_ACCEPTED', epoch, requestId } },
  ]
}

export function answerRequest(
  state: CoordinatorState,
  requestId: string,
  message: Extract<ToTab, { type: 'QUERY_RESPONSE' | 'CALL_RESPONSE' | 'INSPECT_RESPONSE' | 'QUERY_ERROR' }>,
): Delivery[] {
  const pending = state.requests.get(requestId)
  if (!pending) return []
  state.requests.delete(requestId)
  return [{ to: 'tab', tabId: pending.tabId, message }]
}

/** The leader of `epoch` is dead: what it accepted cannot be known; the rest waits for the next. */
export function loseLeader(state: CoordinatorState, epoch: number, now: number): Delivery[] {
  const deliveries: Delivery[] = []
  for (const pending of state.requests.values()) {
    if (pending.mayWrite && pending.acceptedEpoch === epoch) deliveries.push(...leaderLost(state, pending))
    else if (pending.forwardedEpoch === epoch && pending.attempts > 1) {
      pending.notBefore = now + backoff(pending.attempts - 1, state.options)
    }
  }
  return deliveries
}

/** On a fresh port to the same leader: what was sent on the old one may be lost; the leader answers ids it knows. */
export function forwardAgain(state: CoordinatorState): void {
  for (const pending of state.requests.values()) {
    pending.forwardedEpoch = null
    pending.attempts = Math.max(0, pending.attempts - 1)
  }
}

export function expireRequests(state: CoordinatorState, now: number): Delivery[] {
  const deliveries: Delivery[] = []
  for (const pending of state.requests.values()) {
    if (pending.deadline > now) continue
    const waited = `no answer within ${state.options.requestDeadlineMs} ms`
    const leads = state.leader?.phase === 'open' ? '' : ': no tab has the database open'
    deliveries.push(...fail(state, pending, 'TIMEOUT', waited + leads))
  }
  return deliveries
}

export function dropRequestsOf(state: CoordinatorState, tabId: string): void {
  for (const [requestId, pending] of state.requests) if (pending.tabId === tabId) state.requests.delete(requestId)
}

function leaderLost(state: CoordinatorState, pending: PendingRequest): Delivery[] {
  const message =
    'the leader died after it had accepted this statement: it may or may not have run, and is not repeated'
  return fail(state, pending, 'LEADER_LOST', message)
}

function fail(state: CoordinatorState, pending: PendingRequest, code: ErrorCode, message: string): Delivery[] {
  const { requestId } = pending.request
  return answerRequest(state, requestId, { type: 'QUERY_ERROR', requestId, code, message })
}
