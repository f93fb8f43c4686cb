import type { HttpFault, HttpFaultCode } from '../schema/messages/http.ts'

/** An expected failure: thrown anywhere below a route, it becomes the answer `{ error }` with its status. */
export class Fault extends Error {
  readonly code: HttpFaultCode
  readonly where: Omit<HttpFault, 'code' | 'message'>

  constructor(code: HttpFaultCode, message: string, where: Omit<HttpFault, 'code' | 'message'> = {}) {
    super(message)
    this.code = code
    this.where = where
  }

  toJSON(): HttpFault {
    return { code: this.code, message: this.message, ...this.where }
  }
}
