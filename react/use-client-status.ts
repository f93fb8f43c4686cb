import { useSyncExternalStore } from 'react'

/** The part of a client that is read here. It replays its present status to a new observer. */
export interface HasStatus<Status> {
  readonly status$: { subscribe(observer: (status: Status) => void): unknown }
}

/** Role, storage and problem of this tab, and what its application says of itself. */
export function useClientStatus<Status>(client: HasStatus<Status>): Status {
  const { subscribe, get } = statusOf(client)
  return useSyncExternalStore(subscribe, get, get)
}

interface StatusStore<Status> {
  get(): Status
  subscribe(listener: () => void): () => void
}
const stores = new WeakMap<object, StatusStore<unknown>>()

/** One subscription for the life of the client: `status$` makes a new object whenever it is asked. */
function statusOf<Status>(client: HasStatus<Status>): StatusStore<Status> {
  const known = stores.get(client) as StatusStore<Status> | undefined
  if (known) return known
  let status: Status
  const listeners = new Set<() => void>()
  client.status$.subscribe((next) => {
    status = next
    for (const listener of listeners) listener()
  })
  const store: StatusStore<Status> = {
    get: () => status,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  stores.set(client, store)
  return store
}
