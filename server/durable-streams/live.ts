import { toOffset } from './offset.ts'
import { bytesOf, type Payload } from './payload.ts'
import { isJson, isText, type StreamState } from './stream-state.ts'
import type { StreamStore } from './stream-store.ts'

/** Live reading: a long poll is answered once, Server-Sent Events until the client or the time is up. */
export interface LiveLimits {
  readonly longPollMs: number
  /** Caches join readers of one interval, so connections are renewed. */
  readonly sseMs: number
  readonly heartbeatMs: number
  readonly pageBytes: number
}

/** Waits at the end of a stream; null: the time is up, or the stream or the client is gone. */
export async function waitBeyond(
  store: StreamStore,
  name: string,
  position: number,
  signal: AbortSignal,
): Promise<StreamState | null> {
  for (;;) {
    const state = await store.look(name, 'look')
    if ('status' in state) return null
    if (state.tail > position || state.closed) return state
    if (signal.aborted) return null
    await store.changed(name, state, signal)
  }
}

/** The body of an answer of Server-Sent Events, made as it is read. */
export function serverSentEvents(
  store: StreamStore,
  name: string,
  from: { readonly state: StreamState; readonly position: number; readonly cursor: string | undefined },
  limits: LiveLimits,
  live: { readonly signal: AbortSignal; end(): void },
): ReadableStream<Uint8Array> {
  const cancelled = new AbortController()
  const end = AbortSignal.any([live.signal, cancelled.signal, AbortSignal.timeout(limits.sseMs)])
  let { position, state } = from
  let greeted = false

  async function next(): Promise<string | null> {
    for (;;) {
      const look = await store.look(name, 'look')
      if ('status' in look || look.id !== state.id) return null
      state = look
      if (position < state.tail) {
        const page = await store.read(name, position, limits.pageBytes)
        if (!page) return null
        position = page.next
        greeted = true
        return dataEvent(state.contentType, page.messages) + control()
      }
      if (!greeted || state.closed) {
        greeted = true
        return control()
      }
      const beat = AbortSignal.timeout(limits.heartbeatMs)
      await store.changed(name, state, AbortSignal.any([end, beat]))
      if (end.aborted) return null
      if (beat.aborted) return ':\n\n'
    }
  }

  const control = () => {
    const atEnd = position >= state.tail
    const said = {
      streamNextOffset: toOffset(position),
      ...(atEnd && state.closed ? { streamClosed: true } : { streamCursor: cursorAfter(from.cursor) }),
      ...(atEnd ? { upToDate: true } : {}),
    }
    return `event: control\ndata:${JSON.stringify(said)}\n\n`
  }

  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const text = live.signal.aborted ? null : await next().catch(() => null)
      if (cancelled.signal.aborted) return
      if (text !== null) controller.enqueue(Buffer.from(text))
      if (text !== null && !(state.closed && position >= state.tail)) return
      live.end()
      controller.close()
    },
    cancel() {
      cancelled.abort()
      live.end()
    },
  })
}

function dataEvent(contentType: string, messages: readonly Payload[]): string {
  const text = isText(contentType)
    ? bodyOf(contentType, messages).toString()
    : bodyOf(contentType, messages).toString('base64')
  // whatever ends a line begins a new line of data: nothing in it can pass for an event
  return `event: data\n${text
    .split(/\r\n|\r|\n/)
    .map((line) => `data:${line}\n`)
    .join('')}\n`
}

export function bodyOf(contentType: string, messages: readonly Payload[]): Buffer {
  return isJson(contentType) ? Buffer.from(`[${messages.join(',')}]`) : Buffer.concat(messages.map(bytesOf))
}

const intervalMs = 20_000
const epoch = Date.UTC(2024, 9, 9)

/** The interval that it is now, and always one beyond the client's: else a cache could answer it with itself for ever. */
export function cursorAfter(clients: string | undefined, now = Date.now()): string {
  const current = Math.floor((now - epoch) / intervalMs)
  const theirs = /^\d{1,15}$/.test(clients ?? '') ? Number(clients) : -1
  return String(theirs < current ? current : theirs + 1 + Math.floor(Math.random() * 180))
}
