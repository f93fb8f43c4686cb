import type { LiveUpdate, Query } from '../../../schema/live.ts'
import { queryKey } from '../../../schema/live/query-key.ts'
import type { FromTab, TabSubscription, TabUpdate } from '../../../schema/messages/runtime/tab.ts'
import { clientError } from './client-error.ts'
import type { Client, ClientError } from './client.ts'
import { LiveRows, type RowsUpdate } from './live-rows.ts'

export interface Subscriptions {
  readonly add: Client['subscribe']
  all(): TabSubscription[]
  update(updates: readonly TabUpdate[]): void
  close(): void
}

interface TabQuery {
  readonly subscriptionId: string
  readonly key: string
  readonly query: Query
  readonly listeners: Set<Listener>
  held: LiveRows | null
}
interface Listener {
  /** false until it has had its snapshot */
  started: boolean
  readonly onUpdate: (update: RowsUpdate) => void
  readonly onError: ((error: ClientError) => void) | undefined
}

/**
 * A tab's live queries. Laws: equal queries of a tab are one subscription; each listener gets a snapshot, then changes
 * that apply to exactly what it has. A snapshot that comes later (new leader, fell behind) reaches listeners as the
 * difference to what they have, so a failover repaints nothing that did not change.
 */
export function openSubscriptions(post: (message: FromTab) => void): Subscriptions {
  const byKey = new Map<string, TabQuery>()
  const byId = new Map<string, TabQuery>()
  let made = 0

  function drop(tabQuery: TabQuery): void {
    byKey.delete(tabQuery.key)
    byId.delete(tabQuery.subscriptionId)
  }

  function receive(tabQuery: TabQuery, update: LiveUpdate): void {
    const { held } = tabQuery
    if (update.type === 'delta') {
      // A delta without a snapshot cannot be: the coordinator sends none before it.
      if (held) tell(tabQuery, held.change(update))
      return
    }
    if (!held || !sameColumns(held.columns, update.columns)) {
      tabQuery.held = new LiveRows(update)
      return tell(tabQuery, tabQuery.held.snapshot())
    }
    const difference = held.replace(update)
    if (difference.changes.length > 0) return tell(tabQuery, difference)
    for (const listener of tabQuery.listeners) start(tabQuery, listener)
  }

  function tell(tabQuery: TabQuery, update: RowsUpdate): void {
    for (const listener of tabQuery.listeners) {
      if (!listener.started && update.type === 'delta') {
        start(tabQuery, listener)
        continue
      }
      listener.started = true
      guarded(() => listener.onUpdate(update))
    }
  }

  function start(tabQuery: TabQuery, listener: Listener): void {
    const { held } = tabQuery
    if (listener.started || !held || !tabQuery.listeners.has(listener)) return
    listener.started = true
    guarded(() => listener.onUpdate(held.snapshot()))
  }

  return {
    add(query, onUpdate, onError) {
      const key = queryKey(query)
      const listener: Listener = { started: false, onUpdate, onError }
      let tabQuery = byKey.get(key)
      if (tabQuery) {
        tabQuery.listeners.add(listener)
        const known = tabQuery
        queueMicrotask(() => start(known, listener))
      } else {
        const subscriptionId = `s${++made}`
        tabQuery = { subscriptionId, key, query, listeners: new Set([listener]), held: null }
        byKey.set(key, tabQuery)
        byId.set(subscriptionId, tabQuery)
        try {
          post({ type: 'SUBSCRIBE', subscriptionId, query })
        } catch (error) {
          drop(tabQuery) // parameters that cannot be cloned
          throw error
        }
      }
      const mine = tabQuery
      return () => {
        if (!mine.listeners.delete(listener) || mine.listeners.size > 0 || byKey.get(key) !== mine) return
        drop(mine)
        post({ type: 'UNSUBSCRIBE', subscriptionId: mine.subscriptionId })
      }
    },
    all: () => [...byId.values()].map(({ subscriptionId, query }) => ({ subscriptionId, query })),
    update(updates) {
      for (const each of updates) {
        const tabQuery = byId.get(each.subscriptionId)
        if (!tabQuery) continue
        if ('update' in each) {
          receive(tabQuery, each.update)
          continue
        }
        const { code, message, final } = each.error
        if (final) drop(tabQuery)
        for (const { onError } of tabQuery.listeners) guarded(() => onError?.(clientError(code, message)))
      }
    },
    close() {
      byKey.clear()
      byId.clear()
    },
  }
}

function sameColumns(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, i) => name === b[i])
}

/** One listener that throws must not keep the others from their update. */
function guarded(work: () => void): void {
  try {
    work()
  } catch (error) {
    reportError(error)
  }
}
