import { deviceBounds } from '../../schema/device-bounds.ts'
import { thisBuild } from './snapshot-info.ts'

/**
 * The server's snapshot of a space, whole and as the server made it; null: there is none, or it did not come. Held in memory: it is read
 * once, and never written to the device as it is.
 */
export async function fetchSnapshot(
  fetch: typeof globalThis.fetch,
  home: string,
  onProgress: (part: number) => void,
): Promise<Uint8Array | null> {
  try {
    const answer = await fetch(`/api/streams/${encodeURIComponent(home)}/snapshot?build=${thisBuild}`, {
      credentials: 'same-origin',
      cache: 'no-store',
    })
    const size = Number(answer.headers.get('x-snapshot-bytes') ?? NaN)
    if (answer.status !== 200 || !answer.body || !(size > 0 && size <= deviceBounds.snapshotBytes)) {
      await answer.body?.cancel()
      return null
    }
    const bytes = new Uint8Array(size)
    return (await fill(bytes, answer.body, onProgress)) &&
      (await hashOf(bytes)) === answer.headers.get('x-snapshot-sha256')
      ? bytes
      : null
  } catch {
    return null // the network; the events come over it too, when it is back
  }
}

/** False: there is more or less than was said. */
async function fill(
  bytes: Uint8Array,
  body: ReadableStream<Uint8Array>,
  onProgress: (part: number) => void,
): Promise<boolean> {
  const reader = body.getReader()
  let done = 0
  for (;;) {
    const { value } = await withDeadline(reader.read())
    if (!value) return done === bytes.length
    if (done + value.length > bytes.length) {
      await reader.cancel()
      return false
    }
    bytes.set(value, done)
    done += value.length
    onProgress(done / bytes.length)
  }
}

/** A server that has fallen silent is not waited for. */
function withDeadline<T>(reading: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('silence')), silenceMs)
  })
  return Promise.race([reading, late]).finally(() => clearTimeout(timer))
}
const silenceMs = 20_000

async function hashOf(bytes: Uint8Array): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>))
  return [...hash].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
