import { QueryStore, type LiveConnection } from './query-store.ts'

const stores = new WeakMap<LiveConnection, QueryStore>()

/** The live queries of one connection, shared by all components. */
export function storeOf(connection: LiveConnection): QueryStore {
  const known = stores.get(connection)
  if (known) return known
  const store = new QueryStore(connection)
  stores.set(connection, store)
  return store
}
