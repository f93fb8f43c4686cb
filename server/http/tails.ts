import type { HttpBindings } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import type { Context } from 'hono'
import type { Accounts } from '../accounts.ts'
import type { Directory } from '../directory.ts'
import type { EventLog } from '../log/event-log.ts'
import type { TailMessage } from '../../schema/messages/http.ts'
import { Fault } from '../fault.ts'
import type { Health } from '../health.ts'
import type { Limits } from '../limits.ts'
import { queryNumber, queryText } from './query.ts'
import type { Routes } from './routes.ts'
import { apiHeaders } from './security-headers.ts'
import type { Session } from './session-cookie.ts'
import { followStream } from './follow-stream.ts'
import { TailConnection } from './tail-connection.ts'
import { encode, encodeCommit } from './tail-messages.ts'

/**
 * Live tails as Server-Sent Events. `/tail` is one connection for all of a person's streams: it says where each stands,
 * then passes on every commit, and which streams come and go. `/streams/:stream/tail` gives one stream from an offset. Both ask the directory again
 * before each message, so that a member who was removed hears nothing more; and a connection ends with its session.
 */
export interface Tails {
  /** how many are open */
  readonly count: number
  /** ends what was opened in this session */
  endSession(session: string): void
  /** to the tails of these people that follow all of their streams */
  tell(people: ReadonlySet<string>, message: TailMessage): void
  /** somebody of this name has such a tail */
  hears(person: string): boolean
  /** tells every connection to come back, and ends it; takes no more */
  close(): void
}
type TailLimits = Pick<
  Limits,
  'tailsPerPerson' | 'tailsInAll' | 'tailBytes' | 'tailBytesInAll' | 'inlineBytes' | 'heartbeatMs'
>

interface Tail extends Session {
  readonly connection: TailConnection
  /** of a person's tail: the streams that it was told of */
  readonly streams: Set<string> | null
}

const relieveMs = 100
const headers = { ...apiHeaders, 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' }

export function startTails(
  routes: Routes,
  log: EventLog,
  directory: Directory,
  accounts: Accounts,
  health: Health,
  limits: TailLimits,
): Tails {
  /** in the order in which they were opened */
  const tails = new Set<Tail>()
  let closed = false

  const stopWatching = directory.watch((commit, moved) => {
    let encoded: Buffer | null = null
    for (const tail of tails) {
      if (!tail.streams) continue
      const followed = tail.streams.has(commit.stream)
      if (moved(tail.actor)) followRights(tail, tail.streams)
      if (followed && directory.mayRead(commit.stream, tail.actor)) {
        tail.connection.write((encoded ??= encodeCommit(commit, limits.inlineBytes)))
      }
    }
    relieve()
  })

  /** Those for whom most waits go first, until what waits for all is within its bound. */
  let relievedAt = 0
  function relieve(): void {
    if (performance.now() - relievedAt < relieveMs) return
    relievedAt = performance.now()
    const waiting = [...tails].map(({ connection }) => connection).filter(({ waiting }) => waiting > 0)
    let inAll = waiting.reduce((sum, connection) => sum + connection.waiting, 0)
    if (inAll <= limits.tailBytesInAll) return
    for (const connection of waiting.sort((a, b) => b.waiting - a.waiting)) {
      if (inAll <= limits.tailBytesInAll) return
      inAll -= connection.waiting
      connection.cut()
    }
  }

  /** A person's rights changed, maybe in many streams at once: who leaves a space leaves its private rooms. */
  function followRights({ actor, connection }: Tail, streams: Set<string>): void {
    const readable = new Set(directory.streamsOf(actor))
    for (const stream of [...streams].toReversed()) {
      if (readable.has(stream)) continue
      streams.delete(stream)
      connection.write(encode({ type: 'gone', stream }))
    }
    for (const stream of readable) {
      if (streams.has(stream)) continue
      streams.add(stream)
      const { head = null, events = 0 } = directory.entry(stream) ?? {}
      connection.write(encode({ type: 'joined', stream, head, total: events }))
    }
  }

  function open(c: Context, session: Session, streams: Set<string> | null, onClose: () => void): TailConnection {
    if (closed) throw new Fault('SHUTTING_DOWN', 'the server is being restarted: come back', { retryAfterSeconds: 1 })
    if (tails.size >= limits.tailsInAll) {
      throw new Fault('TOO_MANY_REQUESTS', 'too many live connections: try again later', { retryAfterSeconds: 30 })
    }
    const own = [...tails].filter((tail) => tail.actor === session.actor)
    for (const { connection } of own.slice(0, Math.max(0, own.length + 1 - limits.tailsPerPerson))) connection.close()
    const { outgoing } = c.env as HttpBindings
    const connection = new TailConnection(outgoing as HttpBindings['outgoing'], limits.tailBytes, headers, () => {
      tails.delete(tail)
      onClose()
    })
    const tail: Tail = { ...session, connection, streams }
    if (connection.closed)
      onClose() // the client went before it was answered
    else tails.add(tail)
    return connection
  }

  routes
    .get('/api/tail', 'signedIn', (c, session) => {
      if (c.req.method === 'HEAD') return c.body(null, 200, headers)
      const { actor } = session
      const streams = new Set(directory.streamsOf(actor))
      const connection = open(c, session, streams, () => {})
      const heads = [...streams].map((stream) => {
        const entry = directory.entry(stream)
        return { stream, head: entry?.head ?? null, total: entry?.events ?? 0 }
      })
      connection.write(encode({ type: 'heads', actor, heads, gone: directory.goneFor(actor) }))
      return RESPONSE_ALREADY_SENT
    })
    .get('/api/streams/:stream/tail', 'reader', async (c, { session, stream }) => {
      const limit = queryNumber(c, 'limit', 500, 5000)
      const after = queryText(c, 'after')
      await log.count(stream, after).catch(() => {
        throw new Fault('BAD_OFFSET', `after: ${JSON.stringify(after)} is not an offset of this stream`, {
          field: 'after',
        })
      })
      if (c.req.method === 'HEAD') return c.body(null, 200, headers)
      const stop = new AbortController()
      const connection = open(c, session, null, () => stop.abort())
      const allowed = () => directory.mayRead(stream, session.actor)
      const follower = {
        connection,
        actor: session.actor,
        allowed,
        signal: stop.signal,
        inlineBytes: limits.inlineBytes,
      }
      followStream(log, directory, stream, after, limit, follower).catch((error: unknown) => {
        health.bug(error, `the tail of ${stream}`)
        connection.close()
      })
      return RESPONSE_ALREADY_SENT
    })

  const heartbeat = setInterval(() => {
    for (const tail of tails) {
      try {
        if (accounts.isOpen(tail.session)) tail.connection.write(beat)
        else tail.connection.close()
      } catch (error) {
        health.bug(error, 'the heartbeat of a tail')
      }
    }
  }, limits.heartbeatMs)

  return {
    get count() {
      return tails.size
    },
    endSession(session) {
      for (const tail of tails) if (tail.session === session) tail.connection.close()
    },
    tell(people, message) {
      const encoded = encode(message)
      for (const { actor, streams, connection } of tails) if (streams && people.has(actor)) connection.write(encoded)
    },
    hears: (person) => [...tails].some(({ actor, streams }) => streams !== null && actor === person),
    close() {
      closed = true
      clearInterval(heartbeat)
      stopWatching()
      for (const { connection } of tails) {
        connection.write(comeBack())
        connection.close()
      }
    },
  }
}

const beat = Buffer.from(':\n\n')

/** Not all at the same moment. */
const comeBack = () => Buffer.from(`retry:${200 + Math.floor(Math.random() * 1800)}\n\n`)
