import { useCallback } from 'react'
import * as react from '../../react/hooks.ts'
import { useClientStatus as useStatusOf } from '../../react/use-client-status.ts'
import type { LiveResult, LiveSource } from '../../react/live-query.ts'
import type { EventDraft } from '../../schema/events/event.ts'
import type { ChatStatus } from '../../schema/messages/chat-status.ts'
import type { AnyRow } from '../../workers/runtime/client/live-rows.ts'
import { useLive } from './LiveProvider.tsx'

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
export function useClientStatus(): ChatStatus {
  return useStatusOf(useLive().client)
}
