import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { guardedLookup, isAllowedUrl } from './webhook-url.ts'

const timeoutMs = 10_000
const maxAnswer = 64 << 10

/** Sends one wake. True: the receiver has worked it off already. Rejects if it was not taken; follows no redirect. */
export function deliverWebhook(
  address: string,
  body: string,
  signature: string,
  local: boolean,
  signal: AbortSignal,
): Promise<boolean> {
  if (!isAllowedUrl(address, local)) return Promise.reject(new Error(`${address} is not allowed`))
  const url = new URL(address)
  const request = url.protocol === 'https:' ? requestHttps : requestHttp
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'webhook-signature': signature,
  }
  return new Promise((resolve, reject) => {
    const asked = request(
      url,
      { method: 'POST', headers, lookup: guardedLookup(local), signal, timeout: timeoutMs, agent: false },
      (answer) => {
        let text = ''
        answer.setEncoding('utf8')
        answer.on('data', (chunk: string) => {
          text += chunk
          if (text.length > maxAnswer) asked.destroy(new Error('the answer is too long'))
        })
        answer.on('error', reject)
        answer.on('end', () => {
          const status = answer.statusCode ?? 0
          if (status < 200 || status > 299) reject(new Error(`it answered ${status}`))
          else resolve(saysDone(text))
        })
      },
    )
    asked.on('timeout', () => asked.destroy(new Error('it did not answer')))
    asked.on('error', reject)
    asked.end(body)
  })
}

function saysDone(text: string): boolean {
  try {
    return (JSON.parse(text) as { done?: unknown } | null)?.done === true
  } catch {
    return false
  }
}
