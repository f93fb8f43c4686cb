import { assertNever } from '../../../schema/assert.ts'
import type { QueryUpdate } from '../../../schema/messages/runtime/database.ts'
import type { Answer, InspectedQuery } from '../../../schema/messages/runtime/inspection.ts'
import { queryKey } from '../../../schema/live/query-key.ts'
import type { TabSubscription, TabUpdate } from '../../../schema/messages/runtime/tab.ts'
import type { CoordinatorState, Delivery, SharedQuery, Subscriber, Tab } from './state.ts'

/**
 * Who listens to what. Laws: identical queries of several tabs are one query at the leader; a subscriber gets a snapshot
 * first and then every delta behind it, in order; all that one turn changes for a tab is one message.
 * A subscriber that is not `live` gets the next snapshot and no delta before it: that one rule serves a new subscriber,
 * a new leader, and a tab that fell behind.
 */
export function subscribe(
  state: CoordinatorState,
  tabId: string,
  { subscriptionId, query }: TabSubscription,
): Delivery[] {
  const key = queryKey(query)
  const known = state.queryKeys.get(key)
  const shared = (known !== undefined && state.queries.get(known)) || addQuery(state, key, query)
  shared.subscribers.set(tabId, { tabId, subscriptionId, live: false })
  return requestSnapshots(state, [shared])
}

function addQuery(state: CoordinatorState, key: string, query: SharedQuery['query']): SharedQuery {
  const queryId = `${state.coordinatorId}:${state.nextQueryId++}`
  const shared: SharedQuery = { queryId, key, query, subscribers: new Map() }
  state.queries.set(queryId, shared)
  state.queryKeys.set(key, queryId)
  return shared
}

export function unsubscribe(state: CoordinatorState, tabId: string, subscriptionId: string): Delivery[] {
  for (const shared of state.queries.values()) {
    if (shared.subscribers.get(tabId)?.subscriptionId === subscriptionId) return dropSubscriber(state, shared, tabId)
  }
  return []
}

export function dropSubscriptionsOf(state: CoordinatorState, tabId: string): Delivery[] {
  return [...state.queries.values()].flatMap((shared) => dropSubscriber(state, shared, tabId))
}

function dropSubscriber(state: CoordinatorState, shared: SharedQuery, tabId: string): Delivery[] {
  if (!shared.subscribers.delete(tabId) || shared.subscribers.size > 0) return []
  forgetQuery(state, shared)
  const { leader } = state
  if (leader?.phase !== 'open') return []
  const { epoch } = leader
  const { queryId } = shared
  return [{ to: 'database', tabId: leader.tabId, message: { type: 'FORWARD_UNSUBSCRIBE', epoch, queryId } }]
}

function forgetQuery(state: CoordinatorState, { queryId, key }: SharedQuery): void {
  state.queries.delete(queryId)
  state.queryKeys.delete(key)
}

function requestSnapshots(state: CoordinatorState, wanted: readonly SharedQuery[]): Delivery[] {
  const { leader } = state
  if (leader?.phase !== 'open' || wanted.length === 0) return []
  const queries = wanted.map(({ queryId, query }) => ({ queryId, query }))
  const { tabId, epoch } = leader
  return [{ to: 'database', tabId, message: { type: 'FORWARD_SUBSCRIBE', epoch, queries } }]
}

export function staleAll(state: CoordinatorState): void {
  for (const subscriber of subscribers(state)) subscriber.live = false
}

export function resubscribeAll(state: CoordinatorState): Delivery[] {
  return requestSnapshots(state, [...state.queries.values()])
}

function* subscribers(state: CoordinatorState): Iterable<Subscriber> {
  for (const shared of state.queries.values()) yield* shared.subscribers.values()
}

/** One turn of the leader → one message to each tab that it concerns. */
export function deliverTurn(state: CoordinatorState, updates: readonly QueryUpdate[]): Delivery[] {
  const byTab = new Map<string, { updates: TabUpdate[]; size: number }>()
  const tell = (tabId: string, update: TabUpdate, size: number) => {
    const message = byTab.get(tabId) ?? { updates: [], size: 0 }
    byTab.set(tabId, message)
    message.updates.push(update)
    message.size += size
  }
  for (const queryUpdate of updates) {
    const shared = state.queries.get(queryUpdate.queryId)
    if (!shared) continue
    for (const subscriber of shared.subscribers.values()) {
      const { tabId, subscriptionId } = subscriber
      if (state.tabs.get(tabId)?.behind) continue
      if ('error' in queryUpdate) {
        tell(tabId, { subscriptionId, error: queryUpdate.error }, 1)
      } else if (queryUpdate.update.type === 'snapshot') {
        if (subscriber.live) continue
        subscriber.live = true
        tell(tabId, { subscriptionId, update: queryUpdate.update }, queryUpdate.update.rows.length)
      } else if (subscriber.live) {
        tell(tabId, { subscriptionId, update: queryUpdate.update }, queryUpdate.update.changes.length)
      }
    }
    if ('error' in queryUpdate && queryUpdate.error.final) forgetQuery(state, shared)
  }
  return [...byTab].flatMap(([tabId, message]) => sendDeltas(state, tabId, message.updates, message.size))
}

/** Bounded: a tab that does not take its deltas is sent no more, and gets snapshots when it has caught up. */
function sendDeltas(state: CoordinatorState, tabId: string, updates: readonly TabUpdate[], size: number): Delivery[] {
  const tab = state.tabs.get(tabId)
  if (!tab) return []
  const { maxUnreceivedMessages, maxUnreceivedSize } = state.options
  tab.sent += 1
  tab.unreceived.push({ n: tab.sent, size })
  tab.unreceivedSize += size
  if (
    tab.unreceived.length > maxUnreceivedMessages ||
    (tab.unreceived.length > 1 && tab.unreceivedSize > maxUnreceivedSize)
  ) {
    tab.behind = true
    for (const subscriber of subscribers(state)) if (subscriber.tabId === tabId) subscriber.live = false
  }
  return [{ to: 'tab', tabId, message: { type: 'DELTAS', n: tab.sent, updates } }]
}

export function catchUp(state: CoordinatorState, tab: Tab, n: number): Delivery[] {
  tab.received = Math.max(tab.received, n)
  while (tab.unreceived[0] && tab.unreceived[0].n <= n) tab.unreceivedSize -= tab.unreceived.shift()?.size ?? 0
  if (!tab.behind || tab.unreceived.length > 0) return []
  tab.behind = false
  const wanted = [...state.queries.values()].filter((shared) => shared.subscribers.get(tab.tabId)?.live === false)
  return requestSnapshots(state, wanted)
}

/** The leader knows what is asked, and only we know by whom. */
export function withSubscribers(state: CoordinatorState, answer: Answer): Answer {
  const told = (query: InspectedQuery): InspectedQuery => ({
    ...query,
    tabs: [...(state.queries.get(query.queryId)?.subscribers.keys() ?? [])],
  })
  switch (answer.about) {
    case 'queries':
      return { ...answer, queries: answer.queries.map(told) }
    case 'query':
      return { ...answer, query: answer.query && told(answer.query) }
    case 'both':
      return answer
    default:
      return assertNever(answer)
  }
}
