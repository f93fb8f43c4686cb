import type { Guard, LiveUpdate, Query, QueryResult, SqlValue } from '../../live.ts'
import type { Answer, Question } from './inspection.ts'
import type { ApplicationStatus, Problem, StorageSpace } from './status.ts'
import type { Context, ErrorCode } from './tab.ts'

/**
 * Coordinator ↔ Dedicated Worker, over a port that no page's main thread touches.
 * Laws: every message carries the leader's epoch and a stale one is dropped; requests run in the order of arrival; a
 * request id that the leader has already answered is answered again, not run again; SQL that may write runs only after
 * QUERY_ACCEPTED was answered by RUN_ACCEPTED, so the coordinator always knows which writes may have happened
 * (RUN_REFUSED: nobody waits for it any more).
 */
export type ToDatabase =
  /** wait for the database lock, then open. The database's own epoch may turn out higher than this one. */
  | { readonly type: 'PROMOTE_TO_ACTIVE'; readonly tabId: string; readonly epoch: number }
  /** another tab leads: stop waiting. (An open database is given up only by the worker's death.) */
  | { readonly type: 'STAND_DOWN' }
  | {
      readonly type: 'FORWARD_QUERY'
      readonly epoch: number
      readonly requestId: string
      readonly sql: string
      readonly parameters: readonly SqlValue[]
      readonly mayWrite: boolean
      readonly guard?: Guard
    }
  | { readonly type: 'RUN_ACCEPTED' | 'RUN_REFUSED'; readonly epoch: number; readonly requestId: string }
  /** answered by CALL_RESULT or QUERY_ERROR */
  | {
      readonly type: 'FORWARD_CALL'
      readonly epoch: number
      readonly requestId: string
      readonly command: string
      readonly argument: unknown
    }
  /** answered by INSPECTED or QUERY_ERROR */
  | {
      readonly type: 'FORWARD_INSPECT'
      readonly epoch: number
      readonly requestId: string
      readonly question: Question
    }
  /** each is answered by a snapshot in a TURN, also when it is live already */
  | {
      readonly type: 'FORWARD_SUBSCRIBE'
      readonly epoch: number
      readonly queries: readonly { readonly queryId: string; readonly query: Query }[]
    }
  | { readonly type: 'FORWARD_UNSUBSCRIBE'; readonly epoch: number; readonly queryId: string }
  | { readonly type: 'FORWARD_PEER'; readonly epoch: number; readonly message: unknown }
  | { readonly type: 'FORWARD_CONTEXT'; readonly epoch: number; readonly context: Context }
  | { readonly type: 'HEARTBEAT'; readonly n: number }

export type FromDatabase =
  /** WASM is compiled: promotion is now pool and open alone */
  | { readonly type: 'WORKER_READY' }
  /** the database lock is mine; opening */
  | { readonly type: 'LOCK_HELD'; readonly tabId: string }
  /** opened at this epoch; said again on every new port, so a fresh coordinator learns who leads */
  | {
      readonly type: 'DB_OPENED'
      readonly tabId: string
      readonly epoch: number
      readonly storage: 'opfs' | 'memory'
      readonly problem: Problem | null
      readonly space: StorageSpace | null
      readonly application: ApplicationStatus
    }
  | { readonly type: 'OPEN_FAILED'; readonly tabId: string; readonly problem: Problem; readonly final: boolean }
  | { readonly type: 'QUERY_ACCEPTED'; readonly epoch: number; readonly requestId: string }
  | {
      readonly type: 'QUERY_RESULT'
      readonly epoch: number
      readonly requestId: string
      readonly result: QueryResult
    }
  | { readonly type: 'CALL_RESULT'; readonly epoch: number; readonly requestId: string; readonly result: unknown }
  /** who subscribes to what, the coordinator adds */
  | { readonly type: 'INSPECTED'; readonly epoch: number; readonly requestId: string; readonly result: Answer }
  | {
      readonly type: 'QUERY_ERROR'
      readonly epoch: number
      readonly requestId: string
      readonly code: ErrorCode
      readonly message: string
    }
  | { readonly type: 'TURN'; readonly epoch: number; readonly updates: readonly QueryUpdate[] }
  | { readonly type: 'APPLICATION_CHANGED'; readonly epoch: number; readonly application: ApplicationStatus }
  | { readonly type: 'PROBLEM_CHANGED'; readonly epoch: number; readonly problem: Problem | null }
  | { readonly type: 'SPACE_CHANGED'; readonly epoch: number; readonly space: StorageSpace }
  /** this worker cannot go on with its database (damaged, or taken away): end it, and open anew */
  | { readonly type: 'REPLACE_ME'; readonly epoch: number; readonly reason: string }
  | { readonly type: 'TO_PEER'; readonly epoch: number; readonly message: unknown }
  | { readonly type: 'HEARTBEAT_PONG'; readonly n: number }

export type QueryUpdate =
  | { readonly queryId: string; readonly update: LiveUpdate }
  | {
      readonly queryId: string
      readonly error: { readonly code: ErrorCode; readonly message: string; readonly final: boolean }
    }
