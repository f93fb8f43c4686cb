import { use, useCallback, useEffect, useMemo, useRef, useSyncExternalStore } from 'react'
import { queryKey } from '../schema/live/query-key.ts'
import type { RowChange } from '../schema/live.ts'
import type { AnyRow } from '../workers/runtime/client/live-rows.ts'
import { toQuery, type LiveResult, type LiveSource, type TypedQuery } from './live-query.ts'
import type { LiveConnection, QueryStore } from './query-store.ts'
import { storeOf } from './stores.ts'

/**
 * The rows of a query, kept up to date row by row. Every row keeps its identity while its values do not change, so a
 * memo'd row component renders only when it must. `null` asks nothing.
 */
export function useLiveQuery<Row = AnyRow>(
  connection: LiveConnection,
  source: LiveSource<Row> | null,
): LiveResult<Row> {
  const store = storeOf(connection)
  const query = useStableQuery(source)
  const subscribe = useCallback(
    (listener: () => void) => (query ? store.subscribe(query, listener) : () => {}),
    [store, query],
  )
  const result = () => (query ? store.result(query) : (nothing as LiveResult<Row>))
  return useSyncExternalStore(subscribe, result, result)
}

/** As useLiveQuery, for use under Suspense: the first rows are there when it returns; an error throws to the boundary. */
export function useLiveSuspenseQuery<Row = AnyRow>(
  connection: LiveConnection,
  source: LiveSource<Row>,
): readonly Row[] {
  const store = storeOf(connection)
  const query = toQuery(source)
  if (store.result(query).status === 'loading') use(firstRows(store, query))
  const result = useLiveQuery(connection, query)
  if (result.status === 'error' && result.data.length === 0) throw result.error
  return result.data
}

/** The first row of a query, null when there is none; `loading` tells the two apart. */
export function useLiveRow<Row = AnyRow>(connection: LiveConnection, source: LiveSource<Row> | null): LiveRow<Row> {
  const { data, status, error } = useLiveQuery(connection, source)
  const row = data[0] ?? null
  const loading = source !== null && status === 'loading'
  return useMemo(() => ({ row, loading, error }), [row, loading, error])
}

export interface LiveRow<Row> {
  readonly row: Row | null
  readonly loading: boolean
  readonly error: Error | null
}

/** Calls `onChanges` for every turn that changed the result, without a render; a snapshot is told as `null`. */
export function useLiveChanges<Row = AnyRow>(
  connection: LiveConnection,
  source: LiveSource<Row> | null,
  onChanges: OnChanges<Row>,
): void {
  const store = storeOf(connection)
  const query = useStableQuery(source)
  const latest = useRef(onChanges)
  useEffect(() => {
    latest.current = onChanges
  })
  useEffect(() => {
    if (!query) return
    return store.observe(query, (changes, rows) =>
      latest.current(changes as readonly RowChange<Row>[] | null, rows as readonly Row[]),
    )
  }, [store, query])
}

export type OnChanges<Row> = (changes: readonly RowChange<Row>[] | null, rows: readonly Row[]) => void

/** The same query object for as long as text and parameters are the same, however often a component writes it anew. */
function useStableQuery<Row>(source: LiveSource<Row> | null): TypedQuery<Row> | null {
  const query = source && toQuery(source)
  const key = query && queryKey(query)
  // eslint-disable-next-line react/exhaustive-deps -- the key stands for the query
  return useMemo(() => query, [key])
}

const promises = new WeakMap<QueryStore, Map<string, Promise<void>>>()

/** One promise per query, as `use` asks; forgotten when it is settled. */
function firstRows(store: QueryStore, query: TypedQuery<unknown>): Promise<void> {
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
