import { request as requestHttp, type IncomingHttpHeaders } from 'node:http'
import { request as requestHttps } from 'node:https'
import { guardedLookup, isAllowedUrl, systemLookup, type Exempt, type Resolve } from './guard.ts'

export interface PostOptions {
  readonly headers: Readonly<Record<string, string | number>>
  readonly exempt: Exempt
  readonly signal?: AbortSignal
  /** for all of it: the name, the connection, the answer to its last byte */
  readonly timeoutMs: number
  /** of the answer's body; a longer one is a failure. 0: nobody reads it, whatever comes */
  readonly maxAnswer: number
  /** for tests */
  readonly resolve?: Resolve
}
export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

/**
 * One POST to an address that somebody else named. Follows no redirect, keeps no connection, and ends in time, whatever
 * the other side does.
 */
export function post(address: string, body: string | Buffer, options: PostOptions): Promise<Answer> {
  const { exempt, headers, timeoutMs, maxAnswer } = options
  if (!isAllowedUrl(address, exempt)) return Promise.reject(new Error(`${address} is not allowed`))
  const url = new URL(address)
  const request = url.protocol === 'https:' ? requestHttps : requestHttp
  const lookup = exempt(url) ? systemLookup : guardedLookup(options.resolve)
  const late = AbortSignal.timeout(timeoutMs)
  const signal = options.signal ? AbortSignal.any([options.signal, late]) : late
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(late.aborted ? new Error('it did not answer in time') : error)
    const sent = { ...headers, 'content-length': Buffer.byteLength(body) }
    const asked = request(url, { method: 'POST', headers: sent, lookup, signal, agent: false }, (answer) => {
      const { statusCode: status = 0, headers } = answer
      answer.on('error', fail)
      if (maxAnswer === 0) {
        resolve({ status, headers, text: '' })
        asked.destroy()
        return
      }
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (chunk: string) => {
        text += chunk
        if (text.length <= maxAnswer) return
        reject(new Error('the answer is too long'))
        asked.destroy()
      })
      answer.on('end', () => resolve({ status, headers, text }))
    })
    asked.on('error', fail)
    asked.end(body)
  })
}
