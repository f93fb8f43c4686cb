import type { HttpFault, HttpFaultCode } from '../schema/messages/http.ts'

/** An expected failure: thrown anywhere below a route, it becomes the answer `{ error }` with its status. */
export class Fault extends Error {
  readonly code: HttpFaultCode
  readonly where: Omit<HttpFault, 'code' | 'message'>
  /** of 429 and 503: when to come again */
  readonly retryAfterSeconds: number | null

  constructor(
    code: HttpFaultCode,
    message: string,
    { retryAfterSeconds, ...where }: Omit<HttpFault, 'code' | 'message'> & { retryAfterSeconds?: number } = {},
  ) {
    super(message)
    this.code = code
    this.where = where
    this.retryAfterSeconds = retryAfterSeconds ?? null
  }

  toJSON(): HttpFault {
    return { code: this.code, message: this.message, ...this.where }
  }
}
