import { Hono, type Context } from 'hono'
import type { Bodies } from '../http/bodies.ts'
import { apiHeaders } from '../http/security-headers.ts'
import type { Answer } from './decide.ts'
import type { Live } from './live-connections.ts'
import { bodyOf, cursorAfter, serverSentEvents, waitBeyond, type LiveLimits } from './live.ts'
import { fromOffset, toOffset } from './offset.ts'
import { jsonMessages, toPayload, type Payload } from './payload.ts'
import { BadRequest, forkOf, producerOf, setupOf } from './request-headers.ts'
import { isJson, isText, type StreamState } from './stream-state.ts'
import type { StreamStore } from './stream-store.ts'

/**
 * The Durable Streams protocol (draft 1.0) over a stream store, mounted at `root`. Who asks has streams of their own:
 * one person's `a/b` is another stream than another's.
 */
export interface DurableStreamsParts {
  readonly store: StreamStore
  readonly bodies: Bodies
  readonly limits: LiveLimits
  /** e.g. `/v1/stream` */
  readonly root: string
  /** whose streams they are; throws a Fault where nobody is signed in */
  readonly ownerOf: (c: Context) => string
  readonly beginLive: (c: Context) => Pick<Live, 'signal' | 'end'>
  /** counts what is written, or throws a Fault that says when to come again */
  readonly admit: (owner: string, bytes: number) => void
}

const maxName = 512

export function durableStreams({ store, bodies, limits, root, ownerOf, beginLive, admit }: DurableStreamsParts): Hono {
  const app = new Hono()

  app.onError((error, c) => {
    if (!(error instanceof BadRequest)) throw error
    return refuse(c, { status: 400, message: error.message })
  })
  app.options('*', (c) => c.body(null, 204, { ...apiHeaders, ...preflight }))

  const nameOf = (c: Context, owner: string) => `${owner}/${pathIn(new URL(c.req.url).pathname, root)}`

  app.put('*', async (c) => {
    const owner = ownerOf(c)
    const name = nameOf(c, owner)
    const fork = forkOf(c, (path) => `${owner}/${pathIn(path, root)}`)
    const setup = setupOf(c, fork)
    return bodies.withBytes(c, isJson(setup.contentType ?? ''), async (bytes) => {
      admit(owner, bytes.length)
      const type = setup.contentType ?? (fork && (await typeOf(fork.source))) ?? ''
      const messages = messagesIn(bytes, type)
      const { answer, state } = await store.create(name, { setup, closed: closes(c), messages })
      const location: Record<string, string> =
        answer.status === 201 ? { location: new URL(c.req.path, c.req.url).href } : {}
      return written(c, answer, state, { ...location, ...(state ? { 'content-type': state.contentType } : {}) })
    })
  })

  app.post('*', async (c) => {
    const owner = ownerOf(c)
    const name = nameOf(c, owner)
    const producer = producerOf(c)
    const contentType = c.req.header('content-type') ?? null
    return bodies.withBytes(c, isJson(contentType ?? ''), async (bytes) => {
      admit(owner, bytes.length)
      if (bytes.length === 0 && !closes(c)) throw new BadRequest('the body is empty')
      if (bytes.length > 0 && !contentType) throw new BadRequest('Content-Type: is missing')
      const messages = bytes.length === 0 ? [] : messagesIn(bytes, contentType!)
      if (messages.length === 0 && bytes.length > 0) throw new BadRequest('the body is an empty list')
      const seq = c.req.header('stream-seq') ?? null
      const request = { contentType, messages, closes: closes(c), producer, seq }
      const { answer, state } = await store.append(name, request)
      return written(c, answer, state)
    })
  })

  app.delete('*', async (c) => {
    const answer = await store.remove(nameOf(c, ownerOf(c)))
    return answer.status === 204 ? c.body(null, 204, apiHeaders) : refuse(c, answer)
  })

  app.get('*', async (c) => {
    const name = nameOf(c, ownerOf(c))
    const isHead = c.req.raw.method === 'HEAD'
    const query = new URL(c.req.url).searchParams
    const offsets = query.getAll('offset')
    const live = query.get('live')
    if (offsets.length > 1) throw new BadRequest('offset: is given twice')
    const offset = offsets[0] ?? null
    if (offset === null && live !== null) throw new BadRequest('offset: a live read says where it begins')
    if (offset !== null && !['-1', 'now'].includes(offset) && fromOffset(offset) === null) {
      throw new BadRequest('offset: is none of this server')
    }
    const state = await store.look(name, isHead ? 'look' : 'use')
    if ('status' in state) return refuse(c, state)
    if (isHead) return c.body(null, 200, { ...apiHeaders, ...describe(state) })
    const position = positionOf(offset, state)
    if (live === 'sse') return sse(c, name, state, position)
    if (live === 'long-poll') return longPoll(c, name, position)
    return page(c, name, state, position, offset === 'now')
  })

  async function page(c: Context, name: string, state: StreamState, from: number, now: boolean, cursor?: string) {
    const found = await store.read(name, from, limits.pageBytes)
    if (!found) throw new BadRequest('offset: is none of this stream')
    const upToDate = found.next >= state.tail
    const closed = upToDate && state.closed
    const tag = `"${state.id}:${from}:${found.next}${closed ? ':c' : ''}"`
    const headers = {
      ...apiHeaders,
      'content-type': state.contentType,
      'stream-next-offset': toOffset(found.next),
      // what is not the end yet stays as it is; the end is asked for anew
      'cache-control': now
        ? 'no-store'
        : upToDate
          ? 'private, no-cache'
          : 'private, max-age=60, stale-while-revalidate=300',
      vary: 'cookie',
      ...(now ? {} : { etag: tag }),
      ...(upToDate ? { 'stream-up-to-date': 'true' } : {}),
      ...(closed ? { 'stream-closed': 'true' } : {}),
      ...(cursor === undefined ? {} : { 'stream-cursor': cursor }),
    }
    if (!now && (c.req.header('if-none-match') ?? '').split(',').some((one) => one.trim() === tag)) {
      return c.body(null, 304, headers)
    }
    return c.body(new Uint8Array(bodyOf(state.contentType, found.messages)), 200, headers)
  }

  async function longPoll(c: Context, name: string, position: number) {
    const live = beginLive(c)
    const signal = AbortSignal.any([live.signal, c.req.raw.signal, AbortSignal.timeout(limits.longPollMs)])
    const state = await waitBeyond(store, name, position, signal).finally(live.end)
    ownerOf(c) // who signed out meanwhile gets nothing
    const cursor = cursorAfter(c.req.query('cursor'))
    if (state && state.tail > position) return page(c, name, state, position, false, cursor)
    const now = await store.look(name, 'look')
    if ('status' in now) return refuse(c, now)
    return c.body(null, 204, {
      ...apiHeaders,
      'stream-next-offset': toOffset(position),
      'stream-up-to-date': 'true',
      ...(now.closed ? { 'stream-closed': 'true' } : { 'stream-cursor': cursor }),
    })
  }

  function sse(c: Context, name: string, state: StreamState, position: number): Response {
    const live = beginLive(c)
    const from = { state, position, cursor: c.req.query('cursor') }
    return new Response(serverSentEvents(store, name, from, limits, live), {
      headers: {
        ...apiHeaders,
        'content-type': 'text/event-stream',
        'cache-control': 'no-cache',
        ...(isText(state.contentType) ? {} : { 'stream-sse-data-encoding': 'base64' }),
      },
    })
  }

  async function typeOf(name: string): Promise<string | null> {
    const state = await store.look(name, 'look')
    return 'status' in state ? null : state.contentType
  }

  return app
}

function positionOf(offset: string | null, state: StreamState): number {
  if (offset === null || offset === '-1') return 0
  if (offset === 'now') return state.tail
  const position = fromOffset(offset)!
  if (position > state.tail) throw new BadRequest('offset: lies beyond the end of this stream')
  return position
}

const closes = (c: Context) => c.req.header('stream-closed')?.toLowerCase() === 'true'

function messagesIn(bytes: Buffer, contentType: string): readonly Payload[] {
  if (bytes.length === 0) return []
  const payload = toPayload(bytes)
  if (!isJson(contentType)) return [payload]
  const messages = typeof payload === 'string' ? jsonMessages(payload) : null
  if (!messages) throw new BadRequest('the body is not JSON')
  return messages
}

function pathIn(pathname: string, root: string): string {
  const raw = pathname.startsWith(`${root}/`) ? pathname.slice(root.length + 1) : ''
  let path: string
  try {
    path = decodeURIComponent(raw)
  } catch {
    throw new BadRequest('the name of the stream is not UTF-8')
  }
  // oxlint-disable-next-line no-control-regex -- these are what it looks for
  if (path === '' || path.length > maxName || /[\u0000-\u001f\u007f]/.test(path) || !path.isWellFormed()) {
    throw new BadRequest(`the name of a stream has 1 to ${maxName} characters, and no control characters`)
  }
  if (path === '__ds' || path.startsWith('__ds/')) throw new BadRequest('__ds is a reserved name')
  return path
}

const describe = (state: StreamState): Record<string, string> => ({
  'content-type': state.contentType,
  'stream-next-offset': toOffset(state.tail),
  ...(state.closed ? { 'stream-closed': 'true' } : {}),
  ...(state.ttlSeconds === null ? {} : { 'stream-ttl': String(state.ttlSeconds) }),
  ...(state.expiresAt === null ? {} : { 'stream-expires-at': new Date(state.expiresAt).toISOString() }),
})

function written(c: Context, answer: Answer, state: StreamState | null, more: Record<string, string> = {}) {
  const at: Record<string, string> = state
    ? { 'stream-next-offset': toOffset(state.tail), ...(state.closed ? { 'stream-closed': 'true' } : {}) }
    : {}
  if (answer.status >= 400) return refuse(c, answer, at)
  return c.body(null, answer.status, { ...apiHeaders, ...at, ...more, ...answer.headers })
}

const codes = { 400: 'BAD_REQUEST', 403: 'STALE_EPOCH', 404: 'UNKNOWN_STREAM', 409: 'CONFLICT', 410: 'GONE' } as const

function refuse(c: Context, { status, message, headers }: Answer, more: Record<string, string> = {}) {
  const code = codes[status as keyof typeof codes]
  return c.json({ error: { code, message } }, status as 400, { ...apiHeaders, ...more, ...headers })
}

/** Another origin is told what could be asked, and by no header that it may. */
const preflight = {
  'access-control-allow-methods': 'GET, HEAD, PUT, POST, DELETE',
  'access-control-allow-headers':
    'content-type, if-none-match, stream-ttl, stream-expires-at, stream-seq, stream-closed, stream-forked-from, ' +
    'stream-fork-offset, stream-fork-sub-offset, producer-id, producer-epoch, producer-seq',
}
