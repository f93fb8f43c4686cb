import type { Guard, QueryResult, SqlValue } from '../../../schema/live.ts'
import type { AnswerTo, Question } from '../../../schema/messages/runtime/inspection.ts'
import type {
  ErrorCode,
  FromTab,
  OpenRequest,
  TabCall,
  TabInspection,
  TabQuery,
  TabRequest,
} from '../../../schema/messages/runtime/tab.ts'
import type { Clock } from '../platform/clock.ts'
import { clientError } from './client-error.ts'

export interface Requests {
  query(sql: string, parameters: readonly SqlValue[], guard?: Guard): Promise<QueryResult>
  call(command: string, argument: unknown): Promise<unknown>
  inspect<Q extends Question>(question: Q): Promise<AnswerTo<Q>>
  /** unanswered, in the order in which they were made */
  all(): OpenRequest[]
  accepted(requestId: string, epoch: number): void
  /** Any plain SQL may have been accepted at this epoch: only its leader may still run it. */
  doubt(epoch: number): void
  answered(requestId: string, result: unknown): void
  failed(requestId: string, code: ErrorCode, message: string): void
  close(): void
}

interface Waiting {
  readonly request: TabRequest
  acceptedEpoch: number | null
  resolve(result: unknown): void
  reject(error: Error): void
  cancelDeadline(): void
}

type Unsent = Omit<TabQuery, 'requestId'> | Omit<TabCall, 'requestId'> | Omit<TabInspection, 'requestId'>

/** Beyond the coordinator's own deadline: it ends what a lost coordinator never will. */
const deadlineMs = 33_000

/** A tab's unanswered requests. Law: each is settled once. */
export function openRequests(tabId: string, clock: Clock, post: (message: FromTab) => void): Requests {
  const waiting = new Map<string, Waiting>()
  let made = 0
  let closed = false

  function ask(request: Unsent): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (closed) return reject(clientError('CLOSED', 'this client is closed'))
      const requestId = `${tabId}:${++made}`
      const full = { ...request, requestId } as TabRequest
      const cancelDeadline = clock.after(deadlineMs, () =>
        failed(requestId, 'TIMEOUT', `no answer within ${deadlineMs} ms`),
      )
      waiting.set(requestId, { request: full, acceptedEpoch: null, resolve, reject, cancelDeadline })
      try {
        post(full)
      } catch (error) {
        // what cannot be cloned must not stand in line either: every new coordinator would be told of it, in vain
        settle(requestId)
        reject(clientError('INVALID_ARGUMENT', `this cannot be sent to the database: ${String(error)}`))
      }
    })
  }

  function settle(requestId: string): Waiting | null {
    const found = waiting.get(requestId)
    if (!found) return null
    waiting.delete(requestId)
    found.cancelDeadline()
    return found
  }

  function failed(requestId: string, code: ErrorCode, message: string): void {
    settle(requestId)?.reject(clientError(code, message))
  }

  return {
    query: (sql, parameters, guard) =>
      ask({ type: 'QUERY', sql, parameters, ...(guard && { guard }) }) as Promise<QueryResult>,
    call: (command, argument) => ask({ type: 'CALL', command, argument }),
    inspect: <Q extends Question>(question: Q) => ask({ type: 'INSPECT', question }) as Promise<AnswerTo<Q>>,
    all: () => [...waiting.values()].map(({ request, acceptedEpoch }) => ({ request, acceptedEpoch })),
    accepted(requestId, epoch) {
      const found = waiting.get(requestId)
      if (found) found.acceptedEpoch = epoch
    },
    doubt(epoch) {
      for (const each of waiting.values()) if (each.request.type === 'QUERY') each.acceptedEpoch ??= epoch
    },
    answered: (requestId, result) => settle(requestId)?.resolve(result),
    failed,
    close() {
      closed = true
      for (const requestId of waiting.keys()) failed(requestId, 'CLOSED', 'this client was closed')
    },
  }
}
