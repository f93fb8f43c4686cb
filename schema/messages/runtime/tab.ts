import type { Guard, LiveUpdate, Query, QueryResult, SqlValue } from '../../live.ts'
import type { RuntimeFacts } from './facts.ts'
import type { Answer, Question } from './inspection.ts'
import type { ClientStatus } from './status.ts'

/**
 * Tab ↔ coordinator. Laws: a tab holds its lock before it registers; REGISTER_TAB says everything that the tab wants, so
 * a fresh coordinator knows after it what the old one knew; every request is answered once, or the tab's own deadline
 * ends it. With REGISTER_TAB travels the port to the tab's Dedicated Worker.
 */
export type FromTab =
  | {
      readonly type: 'REGISTER_TAB'
      readonly tabId: string
      readonly life: number
      /** grows with every REGISTER_TAB of this tab: the highest counts, whichever port is faster */
      readonly attempt: number
      readonly protocol: number
      /** already held */
      readonly lock: string
      readonly visible: boolean
      /** the highest epoch that this tab has seen */
      readonly epoch: number
      readonly context: Context
      readonly subscriptions: readonly TabSubscription[]
      readonly requests: readonly OpenRequest[]
    }
  | { readonly type: 'UNREGISTER_TAB' }
  | TabRequest
  | ({ readonly type: 'SUBSCRIBE' } & TabSubscription)
  | { readonly type: 'UNSUBSCRIBE'; readonly subscriptionId: string }
  /** DELTAS up to number `n` have reached the tab: what lets the coordinator bound what it piles up */
  | { readonly type: 'DELTAS_RECEIVED'; readonly n: number }
  | { readonly type: 'VISIBILITY'; readonly visible: boolean }
  | { readonly type: 'SET_CONTEXT'; readonly key: string; readonly value: unknown }
  /** answered by RUNTIME_FACTS */
  | { readonly type: 'ASK_RUNTIME'; readonly n: number }
  /** a person wants to see what happens: the leader's worker is ended amid its work, or the coordinator */
  | { readonly type: 'END_LEADER' }
  | { readonly type: 'END_COORDINATOR' }

/** What the coordinator's state is for. The other two are about the coordinator itself. */
export type RoutedFromTab = Exclude<FromTab, { readonly type: 'ASK_RUNTIME' | 'END_COORDINATOR' }>

/** What the tabs say of themselves to the application: by key, the last word of any tab counts. */
export type Context = Readonly<Record<string, unknown>>

export type TabRequest = TabQuery | TabCall | TabInspection
/** Plain SQL: repeated after a failover only when it was never accepted. */
export interface TabQuery {
  readonly type: 'QUERY'
  readonly requestId: string
  readonly sql: string
  readonly parameters: readonly SqlValue[]
  readonly guard?: Guard
}
/** A command of the application: repeated until it is answered, and run once. */
export interface TabCall {
  readonly type: 'CALL'
  readonly requestId: string
  readonly command: string
  readonly argument: unknown
}

/** Changes nothing: repeated until it is answered. */
export interface TabInspection {
  readonly type: 'INSPECT'
  readonly requestId: string
  readonly question: Question
}

export interface TabSubscription {
  readonly subscriptionId: string
  readonly query: Query
}
export interface OpenRequest {
  readonly request: TabRequest
  /** the epoch whose leader accepted it, as QUERY_ACCEPTED said: no other leader may run it */
  readonly acceptedEpoch: number | null
}

export type ToTab =
  /** to all, by a coordinator that could not be connected to before (no SharedWorker): register now */
  | { readonly type: 'COORDINATOR_READY'; readonly coordinator: 'shared' | 'leader' }
  | {
      readonly type: 'REGISTERED'
      readonly coordinatorId: string
      readonly life: number
      /** it has a line to this tab's worker */
      readonly electable: boolean
    }
  | { readonly type: 'ACTIVE_CHANGED'; readonly activeTab: string | null; readonly epoch: number }
  | ({ readonly type: 'STATUS_CHANGED' } & SharedStatus)
  | { readonly type: 'QUERY_ACCEPTED'; readonly requestId: string; readonly epoch: number }
  | { readonly type: 'QUERY_RESPONSE'; readonly requestId: string; readonly result: QueryResult }
  | { readonly type: 'CALL_RESPONSE'; readonly requestId: string; readonly result: unknown }
  | { readonly type: 'INSPECT_RESPONSE'; readonly requestId: string; readonly result: Answer }
  | { readonly type: 'QUERY_ERROR'; readonly requestId: string; readonly code: ErrorCode; readonly message: string }
  /** what one turn changed for this tab; all of it in one message */
  | { readonly type: 'DELTAS'; readonly n: number; readonly updates: readonly TabUpdate[] }
  /** to all, every few seconds, and with REGISTERED: a coordinator that goes silent after it hangs */
  | { readonly type: 'BEAT' }
  /** this leader's worker hangs: terminate it and start another */
  | { readonly type: 'REPLACE_WORKER'; readonly reason: string }
  | { readonly type: 'WAKE_PEER' }
  | { readonly type: 'RUNTIME_FACTS'; readonly n: number; readonly facts: RuntimeFacts }

export type TabUpdate =
  | { readonly subscriptionId: string; readonly update: LiveUpdate }
  /** `final`: the subscription is over */
  | {
      readonly subscriptionId: string
      readonly error: { readonly code: ErrorCode; readonly message: string; readonly final: boolean }
    }

/** The part of ClientStatus that is the same in every tab. */
export type SharedStatus = Pick<ClientStatus, 'storage' | 'space' | 'problem' | 'application'>

export type ErrorCode =
  | 'QUERY_INVALID'
  | 'SQL_ERROR'
  | 'LEADER_LOST'
  | 'TIMEOUT'
  | 'QUOTA_EXCEEDED'
  /** it cannot be sent, or the command does not take it */
  | 'INVALID_ARGUMENT'
  /** the command threw; nothing of it is left */
  | 'COMMAND_FAILED'
  | 'UNAVAILABLE'
  | 'CLOSED'
