import type { AnyEvent } from '../../schema/events/event.ts'
import type { AppendResult, HttpFault, StreamPage, TailMessage } from '../../schema/messages/http.ts'
import { readEventStream } from './read-event-stream.ts'

/** The server as the sync client needs it. Every method rejects with a SyncFault and with nothing else. */
export interface SyncApi {
  read(stream: string, what: ReadRequest, options?: { names?: boolean }): Promise<StreamPage>
  append(stream: string, events: readonly AnyEvent[]): Promise<AppendResult['results']>
  /** Resolves when the server ends the connection; rejects when it breaks or stays silent. */
  tail(onMessage: (message: TailMessage) => void, signal: AbortSignal): Promise<void>
}
export type ReadRequest =
  | { readonly kind: 'outline' }
  | { readonly kind: 'newest'; readonly room: string | null }
  | { readonly kind: 'after'; readonly after: string | null }

/**
 * Two kinds of failure. *passing*: nobody said no (no network, server down, too many requests): the same again later.
 * *refused*: the server understood and said no: the same again is pointless.
 */
export class SyncFault extends Error {
  readonly kind: 'passing' | 'refused'
  readonly fault: HttpFault | null
  readonly retryAfterMs: number | null

  constructor(kind: 'passing' | 'refused', message: string, fault: HttpFault | null = null, retryAfterMs?: number) {
    super(message)
    this.kind = kind
    this.fault = fault
    this.retryAfterMs = retryAfterMs ?? null
  }
}

export const historyPage = 2000
const newestPage = 60
const requestTimeoutMs = 30_000
/** the server sends a heartbeat every 15 s */
const silenceMs = 40_000

/** `base` is the origin ('' in a browser: the session's cookie goes along). */
export function createSyncApi(fetch: typeof globalThis.fetch, base = ''): SyncApi {
  async function request(path: string, init: RequestInit): Promise<Response> {
    let answer: Response
    try {
      answer = await fetch(`${base}/api${path}`, { credentials: 'same-origin', cache: 'no-store', ...init })
    } catch (error) {
      throw new SyncFault('passing', error instanceof Error ? error.message : String(error))
    }
    if (answer.ok) return answer
    const fault = await readFault(answer)
    const seconds = Number(answer.headers.get('retry-after') ?? NaN)
    const passing = fault === null || answer.status >= 500 || [408, 425, 429].includes(answer.status)
    throw new SyncFault(
      passing ? 'passing' : 'refused',
      fault?.message ?? `the server answered ${answer.status}`,
      fault,
      Number.isFinite(seconds) ? seconds * 1000 : undefined,
    )
  }

  async function json<T>(path: string, init: RequestInit = {}): Promise<T> {
    const answer = await request(path, { signal: AbortSignal.timeout(requestTimeoutMs), ...init })
    try {
      return (await answer.json()) as T
    } catch (error) {
      throw new SyncFault('passing', `the answer broke off: ${String(error)}`)
    }
  }

  return {
    read(stream, what, { names = false } = {}) {
      const query = new URLSearchParams()
      if (what.kind === 'newest') {
        query.set('limit', String(newestPage))
        if (what.room !== null) query.set('room', what.room)
      } else if (what.kind === 'after') {
        query.set('limit', String(historyPage))
        if (what.after !== null) query.set('after', what.after)
      }
      if (names) query.set('names', '')
      const path = { outline: 'outline', newest: 'latest', after: 'events' }[what.kind]
      return json<StreamPage>(`/streams/${encodeURIComponent(stream)}/${path}?${query}`)
    },
    async append(stream, events) {
      const body = JSON.stringify({ events })
      const headers = { 'content-type': 'application/json' }
      const init = { method: 'POST', body, headers }
      return (await json<AppendResult>(`/streams/${encodeURIComponent(stream)}/events`, init)).results
    },
    async tail(onMessage, signal) {
      const answer = await request('/tail', { signal })
      try {
        for await (const data of readEventStream(answer.body!, silenceMs)) onMessage(JSON.parse(data) as TailMessage)
      } catch (error) {
        throw new SyncFault('passing', `the live connection broke: ${String(error)}`)
      }
    },
  }
}

async function readFault(answer: Response): Promise<HttpFault | null> {
  try {
    const body = (await answer.json()) as { error?: HttpFault }
    return typeof body.error?.code === 'string' ? body.error : null // null: something else than our server answered
  } catch {
    return null
  }
}
