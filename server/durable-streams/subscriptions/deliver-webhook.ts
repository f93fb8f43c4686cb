import type { Exempt } from '../../outgoing/guard.ts'
import { post } from '../../outgoing/post.ts'

const timeoutMs = 10_000
const maxAnswer = 64 << 10

/** Sends one wake. True: the receiver has worked it off already. Rejects if it was not taken. */
export async function deliverWebhook(
  address: string,
  body: string,
  signature: string,
  exempt: Exempt,
  signal: AbortSignal,
): Promise<boolean> {
  const headers = { 'content-type': 'application/json', 'webhook-signature': signature }
  const { status, text } = await post(address, body, { headers, exempt, signal, timeoutMs, maxAnswer })
  if (status < 200 || status > 299) throw new Error(`it answered ${status}`)
  return saysDone(text)
}

function saysDone(text: string): boolean {
  try {
    return (JSON.parse(text) as { done?: unknown } | null)?.done === true
  } catch {
    return false
  }
}
