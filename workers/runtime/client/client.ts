import type { EventKey } from '../../../schema/events/key.ts'
import type { Observable } from 'rxjs'
import type { EventDraft } from '../../../schema/events/event.ts'
import type { Query, QueryResult, SqlValue } from '../../../schema/live.ts'
import type { ClientStatus } from '../../../schema/messages/runtime/status.ts'
import type { RowsUpdate } from './live-rows.ts'

/** The tab's end of the stack: all that app/ sees. */
export interface Client {
  readonly tabId: string
  /** replays the present status to a new observer; completes with close() */
  readonly status$: Observable<ClientStatus>
  /**
   * Maintains a query. The first update is a snapshot; deltas follow, one per turn that changed the result.
   * `onError` with code QUERY_INVALID (bad SQL, table gone) or TIMEOUT (its first rows took more than 15 s) ends the
   * subscription; any other error may clear with the next update. Survives failover: the subscriber only ever sees its own rows change.
   */
  subscribe(query: Query, onUpdate: (update: RowsUpdate) => void, onError?: (error: ClientError) => void): Unsubscribe
  /** The same as an Observable: cold, shared by query, a snapshot first; it errors when the query has ended. */
  live(query: Query): Observable<RowsUpdate>
  /** Plain SQL on the leader's database. Rejects with a ClientError; TIMEOUT: it ran for 15 s and was stopped, or none led. */
  query(sql: string, parameters?: readonly SqlValue[]): Promise<QueryResult>
  /** Resolves when the events and their outbox rows are durable on this device. All or none. Rejects with a ClientError. */
  dispatch(events: readonly EventDraft[]): Promise<void>
  /** Puts failed events back in the queue. */
  retry(events: readonly EventKey[]): Promise<void>
  /** Takes never-acknowledged events back: they leave the outbox, the log and every projection. */
  discard(events: readonly EventKey[]): Promise<void>
  /** Who this device is signed in as; null when signed out. Sync follows it. */
  setActor(actor: string | null): void
  /** The room on screen: sync fetches its newest page first. */
  setOpenRoom(room: { readonly stream: string; readonly room: string } | null): void
  close(): void
}
export type Unsubscribe = () => void

export interface ClientError extends Error {
  readonly code:
    | 'QUERY_INVALID'
    | 'SQL_ERROR'
    | 'LEADER_LOST'
    | 'TIMEOUT'
    | 'QUOTA_EXCEEDED'
    | 'INVALID_EVENT'
    | 'UNAVAILABLE'
    | 'CLOSED'
}
