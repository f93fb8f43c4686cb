import { useCallback, useSyncExternalStore } from 'react'
import * as react from '../../react/hooks.ts'
import type { LiveResult, LiveSource } from '../../react/live-query.ts'
import type { EventDraft } from '../../schema/events/event.ts'
import type { ClientStatus } from '../../schema/messages/runtime/status.ts'
import type { AnyRow } from '../../workers/runtime/client/live-rows.ts'
import { useLive } from './LiveProvider.tsx'
import { statusStore } from './status-store.ts'

/** The hooks of react/ on the client of the LiveProvider above, and what this app has beside them. */
export function useLiveQuery<Row = AnyRow>(query: LiveSource<Row> | null): LiveResult<Row> {
  return react.useLiveQuery(useLive().client, query)
}

export function useLiveSuspenseQuery<Row = AnyRow>(query: LiveSource<Row>): readonly Row[] {
  return react.useLiveSuspenseQuery(useLive().client, query)
}

export function useLiveRow<Row = AnyRow>(query: LiveSource<Row> | null): react.LiveRow<Row> {
  return react.useLiveRow(useLive().client, query)
}

export function useLiveChanges<Row = AnyRow>(query: LiveSource<Row> | null, onChanges: react.OnChanges<Row>): void {
  react.useLiveChanges(useLive().client, query, onChanges)
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
