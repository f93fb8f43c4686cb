import type { AnyEvent } from '../../schema/events/event.ts'
import { deviceBounds } from '../../schema/device-bounds.ts'
import type { AppendResult, BlobReceived, HttpFault } from '../../schema/messages/http.ts'
import {
  readPage,
  readResults,
  readTail,
  unreadable,
  type Received,
  type ReceivedPage,
  type ReceivedTail,
} from '../../schema/messages/received.ts'
import { readEventStream } from './read-event-stream.ts'

/** The server as the sync client needs it. Every method ends, and rejects with a SyncFault and with nothing else. */
export interface SyncApi {
  read(stream: string, what: ReadRequest, options?: { names?: boolean }): Promise<ReceivedPage>
  append(stream: string, events: readonly AnyEvent[]): Promise<AppendResult['results']>
  /** Resolves when the server ends the connection; rejects when it breaks or stays silent. */
  tail(onMessage: (message: ReceivedTail) => void, signal: AbortSignal): Promise<void>
  /** One listener: how far the server's clock is ahead of this device's, as each answer says. */
  watchClock?(listener: (skewMs: number) => void): void
}
/** The server as the Service Worker knows it: files too. */
export interface ServerApi extends SyncApi {
  /** Sends a piece of a file; rejects as the others do. */
  put(
    sha256: string,
    piece: { readonly at: number; readonly size: number; readonly bytes: Blob },
  ): Promise<BlobReceived>
}
export type ReadRequest =
  | { readonly kind: 'outline' }
  | { readonly kind: 'newest'; readonly room: string | null }
  /** `limit`: fewer events than usual, because one of them makes the page unreadable */
  | { readonly kind: 'after'; readonly after: string | null; readonly limit?: number }

/**
 * Three kinds of failure. *passing*: nobody said no (no network, server down, too many requests): the same again later.
 * *refused*: the server understood and said no: the same again is pointless.
 * *unreadable*: the answer is whole, but no page of ours: a smaller page may be; `item` is the first place that it names, if the first event of it is to be passed over.
 */
export class SyncFault extends Error {
  readonly kind: 'passing' | 'refused' | 'unreadable'
  readonly fault: HttpFault | null
  readonly retryAfterMs: number | null
  readonly item: Received | null

  constructor(
    kind: SyncFault['kind'],
    message: string,
    fault: HttpFault | null = null,
    more: { readonly retryAfterMs?: number; readonly item?: Received | null } = {},
  ) {
    super(message)
    this.kind = kind
    this.fault = fault
    this.retryAfterMs = more.retryAfterMs ?? null
    this.item = more.item ?? null
  }
}

export const historyPage = 2000
const newestPage = 60
const requestTimeoutMs = 30_000
/** the server sends a heartbeat every 15 s */
const silenceMs = 40_000

/** `base` is the origin ('' in a browser: the session's cookie goes along). */
export function createSyncApi(fetch: typeof globalThis.fetch, base = '', now: () => number = Date.now): ServerApi {
  let tellClock: (skewMs: number) => void = () => {}

  async function request(path: string, init: RequestInit): Promise<Response> {
    let answer: Response
    try {
      answer = await fetch(`${base}/api${path}`, { credentials: 'same-origin', cache: 'no-store', ...init })
    } catch (error) {
      throw new SyncFault('passing', error instanceof Error ? error.message : String(error))
    }
    const served = Date.parse(answer.headers.get('date') ?? '')
    if (Number.isFinite(served)) tellClock(served - now())
    if (answer.ok) return answer
    const fault = await readFault(answer)
    const seconds = Number(answer.headers.get('retry-after') ?? NaN)
    const passing = fault === null || answer.status >= 500 || [408, 425, 429].includes(answer.status)
    throw new SyncFault(
      passing ? 'passing' : 'refused',
      fault?.message ?? `the server answered ${answer.status}`,
      fault,
      seconds >= 0 ? { retryAfterMs: Math.min(seconds * 1000, deviceBounds.retryAfterMs) } : {},
    )
  }

  /** The text of an answer; null when it is larger than any of ours. */
  async function text(path: string, init: RequestInit = {}): Promise<string | null> {
    const answer = await request(path, { signal: AbortSignal.timeout(requestTimeoutMs), ...init })
    try {
      return await readText(answer, deviceBounds.pageBytes)
    } catch (error) {
      throw new SyncFault('passing', `the answer broke off: ${String(error)}`)
    }
  }

  return {
    async read(stream, what, { names = false } = {}) {
      const query = new URLSearchParams()
      if (what.kind === 'newest') {
        query.set('limit', String(newestPage))
        if (what.room !== null) query.set('room', what.room)
      } else if (what.kind === 'after') {
        query.set('limit', String(what.limit ?? historyPage))
        if (what.after !== null) query.set('after', what.after)
      }
      if (names) query.set('names', '')
      const path = { outline: 'outline', newest: 'latest', after: 'events' }[what.kind]
      const answer = await text(`/streams/${encodeURIComponent(stream)}/${path}?${query}`)
      const after = what.kind === 'after' ? what.after : null
      const page = readPage(parsed(answer), after)
      if (page) return page
      const item = what.kind === 'after' ? unreadable(answer ?? '', after) : null
      throw new SyncFault('unreadable', 'the answer of the server cannot be read', null, { item })
    },
    async append(stream, events) {
      const body = JSON.stringify({ events })
      const headers = { 'content-type': 'application/json' }
      const init = { method: 'POST', body, headers }
      const answer = await text(`/streams/${encodeURIComponent(stream)}/events`, init)
      const results = readResults(
        parsed(answer),
        events.map((event) => event.id),
      )
      if (results) return results
      throw new SyncFault('passing', 'the answer of the server does not say what became of each event')
    },
    async put(sha256, { at, size, bytes }) {
      const init = { method: 'PUT', body: bytes, headers: { 'content-type': 'application/octet-stream' } }
      const answer = parsed(await text(`/blobs/${sha256}?at=${at}&size=${size}`, init)) as Partial<BlobReceived> | null
      if (Number.isSafeInteger(answer?.received) && typeof answer?.done === 'boolean') return answer as BlobReceived
      throw new SyncFault('passing', 'the answer of the server does not say how much of the file it has')
    },
    async tail(onMessage, signal) {
      const connection = new AbortController()
      const stop = () => connection.abort()
      signal.addEventListener('abort', stop, { once: true })
      if (signal.aborted) stop()
      // as long as the answer's head is on its way: behind it silence has a bound of its own
      const late = setTimeout(stop, requestTimeoutMs)
      const answer = await request('/tail', { signal: connection.signal }).finally(() => clearTimeout(late))
      try {
        for await (const data of readEventStream(answer.body!, silenceMs)) {
          onMessage(readTail(parsed(data)) ?? { type: 'unreadable' })
        }
      } catch (error) {
        throw new SyncFault('passing', `the live connection broke: ${String(error)}`)
      }
    },
    watchClock: (listener) => void (tellClock = listener),
  }
}

/** undefined: it is no JSON */
function parsed(text: string | null): unknown {
  try {
    return JSON.parse(text ?? '') as unknown
  } catch {
    return undefined
  }
}

async function readText(answer: Response, maxBytes: number): Promise<string | null> {
  if (Number(answer.headers.get('content-length')) > maxBytes || !answer.body) return answer.body ? null : ''
  const decoder = new TextDecoder()
  const parts: string[] = []
  let bytes = 0
  for await (const chunk of chunksOf(answer.body)) {
    bytes += chunk.length
    if (bytes > maxBytes) return null
    parts.push(decoder.decode(chunk, { stream: true }))
  }
  return parts.join('') + decoder.decode()
}

async function* chunksOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      yield value
    }
  } finally {
    void reader.cancel().catch(() => {})
  }
}

async function readFault(answer: Response): Promise<HttpFault | null> {
  try {
    const body = (await answer.json()) as { error?: HttpFault }
    const { code, message } = body.error ?? {}
    return typeof code === 'string' && typeof message === 'string' ? body.error! : null // null: something else than our server answered
  } catch {
    return null
  }
}
