import { backoff, type CoordinatorState, type Delivery, type Tab } from './state.ts'
import { loseLeader } from './requests.ts'

/**
 * Election. Laws: one candidate at a time; a candidate leads when its worker has the database lock, not before; that lock
 * is never stolen, so a leader that we lost sight of only makes the candidate wait.
 * Preferred: fewest failed promotions, a visible tab, one whose WASM is compiled, the oldest.
 */
export function electLeader(state: CoordinatorState, now: number): Delivery[] {
  if (state.leader) return []
  const candidate = [...state.tabs.values()]
    .filter((tab) => tab.electable && tab.electableAt <= now)
    .sort(byPreference)[0]
  if (!candidate) return []
  const { tabId, life } = candidate
  const epoch = state.epoch + 1
  // asked at the next tick whether it runs
  const pingedAt = Number.NEGATIVE_INFINITY
  state.leader = { tabId, life, phase: 'promoted', epoch, heardAt: now, waitsSince: null, pingedAt }
  return [{ to: 'database', tabId, message: { type: 'PROMOTE_TO_ACTIVE', tabId, epoch } }]
}

/** On a fresh port to the candidate: it may not have heard on the old one. */
export function promoteAgain({ leader }: CoordinatorState, tabId: string): Delivery[] {
  if (leader?.tabId !== tabId || leader.phase === 'open') return []
  return [{ to: 'database', tabId, message: { type: 'PROMOTE_TO_ACTIVE', tabId, epoch: leader.epoch } }]
}

function byPreference(a: Tab, b: Tab): number {
  return (
    a.failures - b.failures ||
    Number(b.visible) - Number(a.visible) ||
    Number(b.ready) - Number(a.ready) ||
    a.order - b.order
  )
}

/** Forgets the leader, because its tab died or failed to open; what it may have run and not answered is told. */
export function dropLeader(state: CoordinatorState, now: number): Delivery[] {
  const { leader } = state
  if (!leader) return []
  state.leader = null
  const tab = state.tabs.get(leader.tabId)
  if (tab) tab.electableAt = now + backoff(tab.failures, state.options)
  if (leader.phase !== 'open') return []
  const lost = [...state.tabs.keys()].map((tabId): Delivery => ({
    to: 'tab',
    tabId,
    message: { type: 'ACTIVE_CHANGED', activeTab: null, epoch: leader.epoch },
  }))
  return [...loseLeader(state, leader.epoch, now), ...lost]
}

/** Heartbeats. They find a leader that hangs; one that died is found by its lock. */
export function leadershipTick(state: CoordinatorState, now: number): Delivery[] {
  const { leader, options } = state
  if (!leader) return electLeader(state, now)
  const { tabId } = leader
  const hungAfter = leader.phase === 'open' ? options.hungAfterMs : options.openingHungAfterMs
  if (now - leader.heardAt >= hungAfter) {
    const tab = state.tabs.get(tabId)
    if (tab) tab.failures += 1
    const reason = `no heartbeat for ${Math.round(now - leader.heardAt)} ms while ${leader.phase}`
    // Its page terminates the worker and registers a new life; until then nobody else could get the lock anyway.
    leader.heardAt = now
    return [{ to: 'tab', tabId, message: { type: 'REPLACE_WORKER', reason } }]
  }
  if (now - leader.pingedAt < options.heartbeatMs) return []
  leader.pingedAt = now
  return [{ to: 'database', tabId, message: { type: 'HEARTBEAT', n: state.nextHeartbeat++ } }]
}
