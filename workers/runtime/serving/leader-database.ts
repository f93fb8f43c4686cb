import type { LiveQuery } from '../../../dataflow/index.ts'
import type { Guard, LiveUpdate, Query, QueryResult, SqlValue } from '../../../schema/live.ts'
import type { ApplicationStatus, Problem, StorageSpace } from '../../../schema/messages/runtime/status.ts'
import type { Context, ErrorCode } from '../../../schema/messages/runtime/tab.ts'

/**
 * The open database as the leader uses it: what stands behind it (SQLite on OPFS, or a fake in a simulation) is the
 * platform's. Every method is one transaction or none. Deltas reach `subscribe`'s listeners before the method that
 * caused them returns.
 */
export interface LeaderDatabase {
  /** above that of every earlier leader */
  readonly epoch: number
  readonly storage: 'opfs' | 'memory'
  readonly problem: Problem | null
  readonly space: StorageSpace | null
  /** what the application shows to every tab; the same object until it changes */
  readonly application: ApplicationStatus
  /** What happens to the storage while it is open, and what the application says and does outside of a method. One listener. */
  watch(listener: LeaderListener): void
  /** With a guard: one statement that may be anything. */
  query(sql: string, parameters: readonly SqlValue[], guard?: Guard): QueryResult
  /** Throws if the query is invalid; `onError` with `final` ends it. */
  subscribe(
    query: Query,
    onDelta: (update: LiveUpdate) => void,
    onError: (error: Error, final: boolean) => void,
  ): LiveSubscription
  /** Runs a command of the application. One that was answered, by whichever leader, is answered again and does not run. */
  call(requestId: string, command: string, argument: unknown): unknown
  /** The command changes nothing: what it answers need not be remembered. */
  reads(command: string): boolean
  setContext(context: Context): void
  receive(fromPeer: unknown): void
}

export interface LeaderListener {
  problem(problem: Problem | null): void
  space(space: StorageSpace): void
  /** work of the application's own, outside of a method, has ended: subscribers may have had deltas, and `application` may be another */
  changed(): void
  toPeer(message: unknown): void
  /** this worker cannot go on with this database */
  replace(reason: string): void
}

export interface LiveSubscription {
  /** the whole result after the last turn handed out */
  snapshot(): LiveUpdate
  unsubscribe(): void
  readonly inspected: InspectedLive
}

/** What an inspector may see of a live query. */
export type InspectedLive = Pick<LiveQuery, 'rows' | 'error' | 'explain' | 'trace' | 'meter'>

/** What `open` rejects with when the person must know. */
export class OpenFailure extends Error {
  readonly problem: Problem
  /** trying again will not help */
  readonly final: boolean
  constructor(problem: Problem, final: boolean) {
    super(problem.message)
    this.problem = problem
    this.final = final
  }
}

/** An error with a code that the requester gets as it is. */
export class RequestFailure extends Error {
  readonly code: ErrorCode
  constructor(code: ErrorCode, message: string) {
    super(message)
    this.code = code
  }
}

/** For the person who asked, with QUOTA_EXCEEDED. */
export const noRoom = 'This device has no room left. Free some space, then try again.'
