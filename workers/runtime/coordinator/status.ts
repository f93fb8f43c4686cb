import type { ApplicationStatus } from '../../../schema/messages/runtime/status.ts'
import type { SharedStatus, ToTab } from '../../../schema/messages/runtime/tab.ts'
import type { CoordinatorState, Delivery } from './state.ts'

/** The part of the status that every tab is told. */
export function changeStatus(state: CoordinatorState, change: Partial<SharedStatus>): Delivery[] {
  state.status = { ...state.status, ...change }
  return toAllTabs(state, { type: 'STATUS_CHANGED', ...state.status })
}

export function changeApplication(state: CoordinatorState, change: ApplicationStatus): Delivery[] {
  return changeStatus(state, { application: { ...state.status.application, ...change } })
}

/** The candidate waits and waits: somebody outside our reach has the database, which other versions of the app are. */
export function tellHeld(state: CoordinatorState, now: number): Delivery[] {
  const { leader, options, status } = state
  const code = status.problem?.code
  // of a database that was given up the last leader's worker lets go as it ends: its end is what is waited for
  const ending = code === 'STORAGE_LOST' || code === 'STORAGE_CORRUPT'
  const after = ending ? options.heldAfterEndMs : options.heldAfterMs
  const waits = leader?.phase === 'promoted' && now - (leader.waitsSince ?? now) >= after
  if (!waits || code === 'DATABASE_HELD') return []
  return changeStatus(state, { problem: { code: 'DATABASE_HELD', message: '' } })
}

export function toAllTabs(state: CoordinatorState, message: ToTab): Delivery[] {
  return [...state.tabs.keys()].map((tabId) => ({ to: 'tab', tabId, message }))
}
