import type { Observable } from 'rxjs'
import type { Guard, Query, QueryResult, SqlValue } from '../../../schema/live.ts'
import type { RuntimeFacts } from '../../../schema/messages/runtime/facts.ts'
import type { AnswerTo, Question } from '../../../schema/messages/runtime/inspection.ts'
import type { ClientStatus } from '../../../schema/messages/runtime/status.ts'
import type { ErrorCode } from '../../../schema/messages/runtime/tab.ts'
import type { RowsUpdate } from './live-rows.ts'

/** The tab's end of the runtime: all that a page sees of it. `Commands` are those of its application. */
export interface Client<Commands = unknown> {
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
  /** One statement that a person wrote: `guard` bounds it, and says whether it may write. */
  guarded(sql: string, guard: Guard): Promise<QueryResult>
  /** What an inspector sees of the leader; asking measures, for some seconds (schema/messages/runtime/inspection.ts). */
  inspect<Q extends Question>(question: Q): Promise<AnswerTo<Q>>
  /**
   * Runs a command of the application, once, and resolves with its result when it is durable. Rejects with a ClientError:
   * INVALID_ARGUMENT, QUOTA_EXCEEDED, or COMMAND_FAILED with what the command threw; LEADER_LOST: it has run, and its result is lost.
   */
  call<Name extends keyof Commands & string>(
    command: Name,
    ...argument: ArgumentOf<Commands[Name]>
  ): Promise<ResultOf<Commands[Name]>>
  /** Tells the application something of the tabs, which every later leader hears too. By key, the last word of any tab counts. Throws what cannot be cloned. */
  setContext(key: string, value: unknown): void
  readonly runtime: RuntimeSwitches
  close(): void
}

/** To see how the stack below works, and to try what happens when a part of it dies. */
export interface RuntimeSwitches {
  /** What the coordinator knows; null: no coordinator answered within a second. */
  facts(): Promise<RuntimeFacts | null>
  /** Ends the leader's worker amid its work. Another tab leads then, or the same with a new worker. */
  endLeader(): void
  /** Ends the SharedWorker. Does nothing where the coordinator runs in the leader's worker. */
  endCoordinator(): void
}
export type Unsubscribe = () => void

/** What follows the command's name in a call: nothing, or its argument. */
export type ArgumentOf<Command> = Command extends (state: never, ...argument: infer Rest) => unknown
  ? Rest
  : [argument?: unknown]
export type ResultOf<Command> = Command extends (...parameters: never) => infer Result ? Result : unknown

export interface ClientError extends Error {
  readonly code: ErrorCode
}
