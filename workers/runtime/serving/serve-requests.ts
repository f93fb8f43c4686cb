import { assertNever } from '../../../schema/assert.ts'
import type { FromDatabase, OutboxCount, QueryUpdate, ToDatabase } from '../../../schema/messages/runtime/database.ts'
import type { QueryResult } from '../../../schema/live.ts'
import type { ToSync } from '../../../schema/messages/sync.ts'
import type { ErrorCode } from '../../../schema/messages/runtime/tab.ts'
import { deviceFailure } from '../storage/failure.ts'
import { type LeaderDatabase, type LiveSubscription, noRoom, RequestFailure } from './leader-database.ts'

export interface Leading {
  receive(message: Exclude<ToDatabase, { type: 'PROMOTE_TO_ACTIVE' | 'STAND_DOWN' | 'HEARTBEAT' }>): void
  announce(): void
  /** A new coordinator: it will subscribe and forward again. */
  reset(): void
}

type Message = Parameters<Leading['receive']>[0]
type Answer = Extract<FromDatabase, { type: 'QUERY_RESULT' | 'QUERY_ERROR' }>

/** Answers kept for a request that is forwarded again, on a fresh coordinator's port. */
const answersKept = 256

/** While the queries of a start are read one after another, a tab can draw those that are there. */
const firstRowsWaitMs = 4

/**
 * The leader's work on an open database. Laws: requests run in the order of arrival, each once; what one request
 * changed goes out as one TURN, before its answer; SQL that may write waits for RUN_ACCEPTED, and what is behind it
 * waits too. First rows change nothing, and do not wait for one another.
 */
export function startLeading(
  database: LeaderDatabase,
  tabId: string,
  post: (message: FromDatabase) => void,
  now: () => number = () => performance.now(),
): Leading {
  const { epoch } = database
  const live = new Map<string, LiveSubscription>()
  /** of writes only: a repeated read may as well read again */
  const answers = new Map<string, Answer>()
  let queue: Message[] = []
  let awaited: string | null = null
  let updates: QueryUpdate[] = []
  let outbox: OutboxCount = outboxNow() ?? { pending: 0, failed: 0 }

  const toSync = (message: ToSync) => post({ type: 'TO_SYNC', epoch, message })

  database.watch({
    problem: (problem) => post({ type: 'PROBLEM_CHANGED', epoch, problem }),
    space: (space) => post({ type: 'SPACE_CHANGED', epoch, space }),
    replace: (reason) => post({ type: 'REPLACE_ME', epoch, reason }),
    toSync,
  })

  function receive(message: Message): void {
    if (message.epoch !== epoch) return
    if (message.type === 'RUN_ACCEPTED' || message.type === 'RUN_REFUSED') {
      if (awaited !== message.requestId) return
      awaited = null
      const first = queue.shift()
      if (first && message.type === 'RUN_ACCEPTED') run(first, true)
    } else {
      queue.push(message)
    }
    while (awaited === null && queue.length > 0) run(queue.shift() as Message, false)
  }

  function run(message: Message, accepted: boolean): void {
    if (!accepted && message.type === 'FORWARD_QUERY' && message.mayWrite && !answers.has(message.requestId)) {
      awaited = message.requestId
      queue.unshift(message)
      post({ type: 'QUERY_ACCEPTED', epoch, requestId: message.requestId })
      return
    }
    const answer = perform(message)
    postUpdates()
    if (answer) post(answer)
    tellOutbox()
  }

  function postUpdates(): void {
    if (updates.length === 0) return
    post({ type: 'TURN', epoch, updates })
    updates = []
  }

  function perform(message: Message): Answer | null {
    switch (message.type) {
      case 'FORWARD_QUERY': {
        const { sql, parameters, mayWrite, requestId } = message
        return answer(requestId, mayWrite, () => database.query(sql, parameters))
      }
      case 'FORWARD_DISPATCH':
        return answer(message.requestId, true, () => database.dispatch(message.events, toSync))
      case 'FORWARD_RETRY':
        return answer(message.requestId, true, () => database.retry(message.events, toSync))
      case 'FORWARD_DISCARD':
        return answer(message.requestId, true, () => database.discard(message.events, toSync))
      case 'FORWARD_SUBSCRIBE': {
        let posted = now()
        for (const { queryId, query } of message.queries) {
          try {
            const known = live.get(queryId) ?? database.subscribe(query, listen(queryId), fail(queryId))
            live.set(queryId, known)
            updates.push({ queryId, update: known.snapshot() })
          } catch (error) {
            live.get(queryId)?.unsubscribe()
            fail(queryId)(asError(error), true)
          }
          if (now() - posted < firstRowsWaitMs) continue
          postUpdates()
          posted = now()
        }
        return null
      }
      case 'FORWARD_UNSUBSCRIBE':
        live.get(message.queryId)?.unsubscribe()
        live.delete(message.queryId)
        return null
      case 'FORWARD_SYNC':
        return unanswered(() => database.receive(message.message, toSync))
      case 'FORWARD_PERSON':
        return unanswered(() => database.setPerson(message.actor, message.openRoom, toSync))
      case 'RUN_ACCEPTED':
      case 'RUN_REFUSED':
        return null
      default:
        return assertNever(message)
    }
  }

  const listen = (queryId: string) => (update: Extract<QueryUpdate, { update: unknown }>['update']) => {
    updates.push({ queryId, update })
  }
  const fail = (queryId: string) => (error: Error, final: boolean) => {
    if (final) live.delete(queryId)
    updates.push({
      queryId,
      error: { code: codeOf(error, final ? 'QUERY_INVALID' : 'SQL_ERROR'), message: error.message, final },
    })
  }

  function answer(requestId: string, keep: boolean, work: () => QueryResult | void): Answer {
    const known = answers.get(requestId)
    if (known) return known
    let made: Answer
    try {
      made = { type: 'QUERY_RESULT', epoch, requestId, result: work() ?? null }
    } catch (error) {
      const code = codeOf(error, 'SQL_ERROR')
      const message = code === 'QUOTA_EXCEEDED' ? noRoom : asError(error).message
      made = { type: 'QUERY_ERROR', epoch, requestId, code, message }
    }
    if (keep) {
      answers.set(requestId, made)
      for (const oldest of answers.keys()) {
        if (answers.size <= answersKept) break
        answers.delete(oldest)
      }
    }
    return made
  }

  /** Nobody waits for it: a failing device is the database's to tell, and the other side asks again. */
  function unanswered(work: () => void): null {
    try {
      work()
    } catch (error) {
      if (deviceFailure(error) === null) console.error(error)
    }
    return null
  }

  function outboxNow(): OutboxCount | null {
    try {
      return database.outbox()
    } catch (error) {
      if (deviceFailure(error) === null) throw error
      return null
    }
  }

  function tellOutbox(): void {
    const now = outboxNow()
    if (!now) return
    if (sameCount(now, outbox)) return
    outbox = now
    post({ type: 'OUTBOX_CHANGED', epoch, outbox })
  }

  return {
    receive,
    announce() {
      const { storage, problem, space } = database
      post({ type: 'DB_OPENED', tabId, epoch, storage, problem, space, outbox })
    },
    reset() {
      for (const subscription of live.values()) subscription.unsubscribe()
      live.clear()
      queue = []
      awaited = null
      updates = []
    },
  }
}

function sameCount(a: OutboxCount, b: OutboxCount): boolean {
  return a.pending === b.pending && a.failed === b.failed
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}

function codeOf(error: unknown, otherwise: ErrorCode): ErrorCode {
  if (error instanceof RequestFailure) return error.code
  return deviceFailure(error) === 'full' ? 'QUOTA_EXCEEDED' : otherwise
}
