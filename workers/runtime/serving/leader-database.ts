import type { EventDraft } from '../../../schema/events/event.ts'
import type { EventKey } from '../../../schema/events/key.ts'
import type { LiveUpdate, Query, QueryResult, SqlValue } from '../../../schema/live.ts'
import type { OutboxCount } from '../../../schema/messages/runtime/database.ts'
import type { Problem, StorageSpace } from '../../../schema/messages/runtime/status.ts'
import type { FromSync, ToSync } from '../../../schema/messages/sync.ts'
import type { ErrorCode, OpenRoom } from '../../../schema/messages/runtime/tab.ts'

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
  /** What happens to the storage while it is open. One listener. */
  watch(listener: StorageListener): void
  query(sql: string, parameters: readonly SqlValue[]): QueryResult
  /** Throws if the query is invalid; `onError` with `final` ends it. */
  subscribe(
    query: Query,
    onDelta: (update: LiveUpdate) => void,
    onError: (error: Error, final: boolean) => void,
  ): LiveSubscription
  dispatch(events: readonly EventDraft[], toSync: (message: ToSync) => void): void
  retry(events: readonly EventKey[], toSync: (message: ToSync) => void): void
  discard(events: readonly EventKey[], toSync: (message: ToSync) => void): void
  receive(message: FromSync, toSync: (message: ToSync) => void): void
  setPerson(actor: string | null | undefined, openRoom: OpenRoom | null, toSync: (message: ToSync) => void): void
  outbox(): OutboxCount
}

export interface StorageListener {
  problem(problem: Problem | null): void
  space(space: StorageSpace): void
  toSync(message: ToSync): void
  /** this worker cannot go on with this database */
  replace(reason: string): void
}

export interface LiveSubscription {
  /** the whole result after the last turn handed out */
  snapshot(): LiveUpdate
  unsubscribe(): void
}

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
