import { createHmac } from 'node:crypto'
import webPush from 'web-push'
import type { Exempt } from '../outgoing/guard.ts'
import { post } from '../outgoing/post.ts'
import type { Payload } from './push.ts'
import type { NewSubscription } from './subscription-file.ts'
import type { Vapid } from './vapid-keys.ts'

/** What became of one push. */
export type Outcome =
  | { readonly type: 'sent' }
  /** the push service knows the subscription no more */
  | { readonly type: 'gone' }
  /** it said no, and the same again is pointless */
  | { readonly type: 'refused'; readonly reason: string }
  /** no answer, or none now; `afterMs`: when the push service wants to be asked again */
  | { readonly type: 'later'; readonly reason: string; readonly afterMs: number | null }

const timeoutMs = 10_000
/** a device that was off for longer finds the news in the app */
const secondsToLive = 24 * 3600

export async function sendPush(
  subscription: Pick<NewSubscription, 'endpoint' | 'p256dh' | 'auth'>,
  payload: Payload,
  vapid: Vapid,
  exempt: Exempt,
  signal: AbortSignal,
): Promise<Outcome> {
  const { endpoint, p256dh, auth } = subscription
  try {
    const { body, headers } = webPush.generateRequestDetails(
      { endpoint, keys: { p256dh, auth } },
      JSON.stringify(payload),
      {
        vapidDetails: vapid,
        contentEncoding: 'aes128gcm',
        TTL: secondsToLive,
        urgency: 'high',
        topic: topicOf(payload.stream, auth, vapid),
      },
    )
    const answer = await post(endpoint, body, { headers, exempt, signal, timeoutMs, maxAnswer: 0 })
    return outcomeOf(answer.status, answer.headers['retry-after'])
  } catch (error) {
    return { type: 'later', reason: (error as Error).message, afterMs: null }
  }
}

/**
 * For a device that is off, the push service keeps the newest push of a topic alone. It learns which pushes to one
 * device are about the same, and not about what.
 */
function topicOf(stream: string, auth: string, { privateKey }: Vapid): string {
  return createHmac('sha256', privateKey).update(`${auth} ${stream}`).digest('base64url').slice(0, 32)
}

/** A 401 or 403 may come of a wrong clock on this machine: no reason to forget a subscription. */
export function outcomeOf(status: number, retryAfter: string | undefined): Outcome {
  const reason = `it answered ${status}`
  if (status >= 200 && status <= 299) return { type: 'sent' }
  if (status === 404 || status === 410) return { type: 'gone' }
  if (status === 408 || status === 429 || status >= 500) {
    const seconds = /^[0-9]{1,6}$/.test(retryAfter ?? '') ? Number(retryAfter) : null
    return { type: 'later', reason, afterMs: seconds === null ? null : seconds * 1000 }
  }
  return { type: 'refused', reason }
}
