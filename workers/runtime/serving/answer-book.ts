import type { FromDatabase } from '../../../schema/messages/runtime/database.ts'
import type { ErrorCode } from '../../../schema/messages/runtime/tab.ts'
import { deviceFailure } from '../storage/failure.ts'
import { noRoom, RequestFailure } from './leader-database.ts'

export type Answer = Extract<FromDatabase, { type: 'QUERY_RESULT' | 'CALL_RESULT' | 'INSPECTED' | 'QUERY_ERROR' }>
type MadeAnswer =
  | Omit<Extract<Answer, { type: 'QUERY_RESULT' }>, 'requestId' | 'epoch'>
  | Omit<Extract<Answer, { type: 'CALL_RESULT' }>, 'requestId' | 'epoch'>
  | Omit<Extract<Answer, { type: 'INSPECTED' }>, 'requestId' | 'epoch'>

/** Answers kept for a request that is forwarded again, on a fresh coordinator's port. */
const answersKept = 256

/** This leader's answers. Law: a request whose answer is kept runs once. Reads are not kept: a repeated one may read again. */
export class AnswerBook {
  readonly #epoch: number
  readonly #answers = new Map<string, Answer>()

  constructor(epoch: number) {
    this.#epoch = epoch
  }

  has(requestId: string): boolean {
    return this.#answers.has(requestId)
  }

  /** `otherwise`: the code of an error that has none of its own */
  answer(requestId: string, keep: boolean, work: () => MadeAnswer, otherwise: ErrorCode = 'SQL_ERROR'): Answer {
    const known = this.#answers.get(requestId)
    if (known) return known
    const answer = this.#made(requestId, work, otherwise)
    if (keep) this.#keep(requestId, answer)
    return answer
  }

  #made(requestId: string, work: () => MadeAnswer, otherwise: ErrorCode): Answer {
    const epoch = this.#epoch
    try {
      return { epoch, requestId, ...work() }
    } catch (error) {
      const code = codeOf(error, otherwise)
      const message = code === 'QUOTA_EXCEEDED' ? noRoom : asError(error).message
      return { type: 'QUERY_ERROR', epoch, requestId, code, message }
    }
  }

  #keep(requestId: string, answer: Answer): void {
    this.#answers.set(requestId, answer)
    for (const oldest of this.#answers.keys()) {
      if (this.#answers.size <= answersKept) break
      this.#answers.delete(oldest)
    }
  }
}

export function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}

export function codeOf(error: unknown, otherwise: ErrorCode): ErrorCode {
  if (error instanceof RequestFailure) return error.code
  return deviceFailure(error) === 'full' ? 'QUOTA_EXCEEDED' : otherwise
}
