import { use, useCallback, useEffect, useMemo, useRef, useSyncExternalStore } from 'react'
import type { EventDraft } from '../../schema/events/event.ts'
import type { ClientStatus } from '../../schema/messages/runtime/status.ts'
import { queryKey } from '../../schema/live/query-key.ts'
import { useLive } from './LiveProvider.tsx'
import type { RowChange } from '../../schema/live.ts'
import type { AnyRow } from '../../workers/runtime/client/live-rows.ts'
import type { LiveResult, LiveSource } from './live-query.ts'
import type { QueryStore } from './query-store.ts'
import { statusStore } from './status-store.ts'

/**
 * The rows of a query, kept up to date row by row. Every row keeps its identity while its values do not change, so a
 * memo'd row component renders only when it must. `null` asks nothing.
 */
export function useLiveQuery<Row = AnyRow>(query: LiveSource<Row> | null): LiveResult<Row> {
  const { store } = useLive()
  const stable = useStableQuery(query)
  const subscribe = useCallback(
    (listener: () => void) => (stable ? store.subscribe(stable, listener) : () => {}),
    [store, stable],
  )
  const result = () => (stable ? store.result(stable) : (nothing as LiveResult<Row>))
  return useSyncExternalStore(subscribe, result, result)
}

/** As useLiveQuery, for use under Suspense: the first rows are there when it returns; an error throws to the boundary. */
export function useLiveSuspenseQuery<Row = AnyRow>(query: LiveSource<Row>): readonly Row[] {
  const { store } = useLive()
  const first = store.result(query)
  if (first.status === 'loading') use(firstRows(store, query))
  const result = useLiveQuery(query)
  if (result.status === 'error' && result.data.length === 0) throw result.error
  return result.data
}

/** The first row of a query, null when there is none; `loading` tells the two apart. */
export function useLiveRow<Row = AnyRow>(
  query: LiveSource<Row> | null,
): { readonly row: Row | null; readonly loading: boolean; readonly error: Error | null } {
  const { data, status, error } = useLiveQuery(query)
  const row = data[0] ?? null
  const loading = query !== null && status === 'loading'
  return useMemo(() => ({ row, loading, error }), [row, loading, error])
}

/** Calls `onChanges` for every turn that changed the result, without a render; a snapshot is told as `null`. */
export function useLiveChanges<Row = AnyRow>(
  query: LiveSource<Row> | null,
  onChanges: (changes: readonly RowChange<Row>[] | null, rows: readonly Row[]) => void,
): void {
  const { store } = useLive()
  const stable = useStableQuery(query)
  const latest = useRef(onChanges)
  useEffect(() => {
    latest.current = onChanges
  })
  useEffect(() => {
    if (!stable) return
    return store.observe(stable, (changes, rows) =>
      latest.current(changes as readonly RowChange<Row>[] | null, rows as readonly Row[]),
    )
  }, [store, stable])
}

/** Writes events: shown at once, durable when it resolves, uploaded when there is a network. */
export function useDispatch(): (events: readonly EventDraft[]) => Promise<void> {
  const { client } = useLive()
  return useCallback((events) => client.dispatch(events), [client])
}

/** Role, storage, sync and outbox of this tab. */
export function useClientStatus(): ClientStatus {
  const { client } = useLive()
  const store = statusStore(client)
  return useSyncExternalStore(store.subscribe, store.get, store.get)
}

/** The same query object for as long as text and parameters are the same, however often a component writes it anew. */
function useStableQuery<Row>(query: LiveSource<Row> | null): LiveSource<Row> | null {
  const key = query ? queryKey(query) : null
  // eslint-disable-next-line react/exhaustive-deps -- the key stands for the query
  return useMemo(() => query, [key])
}

const promises = new WeakMap<QueryStore, Map<string, Promise<void>>>()

/** One promise per query, as `use` asks; forgotten when it is settled. */
function firstRows(store: QueryStore, query: LiveSource<unknown>): Promise<void> {
  const byKey = promises.get(store) ?? new Map<string, Promise<void>>()
  promises.set(store, byKey)
  const key = queryKey(query)
  const known = byKey.get(key)
  if (known) return known
  const promise = store.preload(query).finally(() => byKey.delete(key))
  byKey.set(key, promise)
  return promise
}

const nothing: LiveResult<AnyRow> = Object.freeze({ data: Object.freeze([]), status: 'ready', error: null })
