import type { ClientStatus } from '../../schema/messages/runtime/status.ts'
import type { Client } from '../../workers/runtime/client/client.ts'

export interface StatusStore {
  get(): ClientStatus
  subscribe(listener: () => void): () => void
}

const stores = new WeakMap<Client, StatusStore>()

/** `status$` as an external store: one subscription for the life of the client. */
export function statusStore(client: Client): StatusStore {
  const known = stores.get(client)
  if (known) return known
  let status = startingStatus(client.tabId)
  const listeners = new Set<() => void>()
  client.status$.subscribe((next) => {
    status = next
    for (const listener of listeners) listener()
  })
  const store: StatusStore = {
    get: () => status,
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  stores.set(client, store)
  return store
}

function startingStatus(tabId: string): ClientStatus {
  return {
    tabId,
    activeTab: null,
    role: 'starting',
    epoch: 0,
    storage: 'unknown',
    coordinator: 'shared',
    sync: { state: 'off', progress: [], error: null },
    outbox: { pending: 0, failed: 0 },
    space: null,
    problem: null,
  }
}
