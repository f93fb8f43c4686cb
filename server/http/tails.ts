import { Hono } from 'hono'
import type { TailMessage } from '../../schema/messages/http.ts'
import type { Accounts } from '../accounts.ts'
import type { Directory } from '../directory.ts'
import type { Commit, EventLog, LogItem } from '../event-log.ts'
import { Fault } from '../fault.ts'
import { queryNumber } from './read-json.ts'
import { requireIdentity } from './sign-in.ts'
import { encodeItems } from './stream-page.ts'

/**
 * Live tails as Server-Sent Events. `/tail` is one connection for all of a person's streams: it says where each stands,
 * then passes on every commit. `/streams/:stream/tail` gives one stream from an offset. Both ask the directory again
 * before each message, so that a member who was removed hears nothing more.
 */
export interface Tails {
  readonly routes: Hono
  /** ends every connection, for shutdown */
  close(): void
}
const heartbeatMs = 15_000
/** beyond this a commit is only announced: the client reads it, at its own pace */
const maxInlineBytes = 256 * 1024
/** a connection with this many unread messages is cut: the client comes back and reads from its cursor */
const maxUnread = 256

export function startTails(log: EventLog, directory: Directory, accounts: Accounts): Tails {
  const connections = new Set<Connection>()
  const persons = new Set<PersonTail>()

  const stopWatching = directory.watch((commit) => {
    let encoded: string | null = null
    for (const person of persons) {
      if (directory.mayRead(commit.stream, person.actor)) {
        if (!person.streams.has(commit.stream)) {
          person.streams.add(commit.stream)
          const { head, events } = directory.entry(commit.stream)!
          person.connection.send({ type: 'joined', stream: commit.stream, head, total: events })
        } else person.connection.sendText((encoded ??= encodeCommit(commit)))
      } else if (person.streams.delete(commit.stream)) {
        person.connection.send({ type: 'gone', stream: commit.stream })
      }
    }
  })

  function open(signal: AbortSignal, onClose: () => void): Connection {
    const connection = new Connection(() => {
      connections.delete(connection)
      onClose()
    })
    connections.add(connection)
    signal.addEventListener('abort', () => connection.close())
    return connection
  }

  const routes = new Hono()
    .get('/tail', (c) => {
      const { actor } = requireIdentity(c, accounts)
      const connection = open(c.req.raw.signal, () => persons.delete(person))
      const person: PersonTail = { actor, connection, streams: new Set(directory.streamsOf(actor)) }
      persons.add(person)
      const heads = [...person.streams].map((stream) => {
        const entry = directory.entry(stream)
        return { stream, head: entry?.head ?? null, total: entry?.events ?? 0 }
      })
      connection.send({ type: 'heads', actor, heads })
      return connection.response
    })
    .get('/streams/:stream/tail', async (c) => {
      const { actor } = requireIdentity(c, accounts)
      const stream = c.req.param('stream')
      if (!directory.mayRead(stream, actor)) {
        if (!directory.entry(stream)) throw new Fault('UNKNOWN_STREAM', `there is no ${stream}`)
        throw new Fault('NOT_A_MEMBER', `you are not a member of ${stream}`)
      }
      const limit = queryNumber(c, 'limit', 500, 5000)
      const after = c.req.query('after') ?? null
      await log.count(stream, after).catch(() => {
        throw new Fault('BAD_OFFSET', `after: ${JSON.stringify(after)} is not an offset of this stream`, {
          field: 'after',
        })
      })
      const stop = new AbortController()
      const connection = open(c.req.raw.signal, () => stop.abort())
      void followStream(stream, after, limit, connection, stop.signal, () => directory.mayRead(stream, actor))
      return connection.response
    })

  /** Backlog and news in one: pages while there are some, then waits for the directory to tell of more. */
  async function followStream(
    stream: string,
    after: string | null,
    limit: number,
    connection: Connection,
    signal: AbortSignal,
    allowed: () => boolean,
  ): Promise<void> {
    let position = after
    let wake = () => {}
    let news = true
    const stopWatching = directory.watch((commit) => {
      if (commit.stream !== stream) return
      news = true
      wake()
    })
    signal.addEventListener('abort', () => wake())
    while (!signal.aborted) {
      if (!allowed()) {
        connection.send({ type: 'gone', stream })
        connection.close()
      } else if (news) {
        news = false
        const page = await log.read(stream, position, limit, maxInlineBytes)
        news ||= !page.upToDate
        if (page.items.length > 0) {
          await connection.drained()
          connection.sendText(encodeCommit({ stream, after: position, items: page.items }))
          position = page.items.at(-1)!.seq
        }
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve
          if (news || signal.aborted) resolve()
        })
      }
    }
    stopWatching()
  }

  const heartbeat = setInterval(() => connections.forEach((one) => one.beat()), heartbeatMs)
  return {
    routes,
    close() {
      clearInterval(heartbeat)
      stopWatching()
      for (const connection of connections) connection.close()
    },
  }
}

interface PersonTail {
  readonly actor: string
  readonly streams: Set<string>
  readonly connection: Connection
}

function encodeCommit({ stream, after, items }: Commit): string {
  const head = (items.at(-1) as LogItem).seq
  const place = JSON.stringify({ type: 'items', stream, after, head })
  const encoded = encodeItems(items)
  return `${place.slice(0, -1)},"items":${encoded.length > maxInlineBytes * 1.5 ? 'null' : encoded}}`
}

/** One SSE response: built by hand, because the body must end when the client goes away and when it does not read. */
class Connection {
  readonly response: Response
  readonly #onClose: () => void
  #controller!: ReadableStreamDefaultController<Uint8Array>
  #closed = false
  #drained = () => {}
  static readonly #encoder = new TextEncoder()

  constructor(onClose: () => void) {
    this.#onClose = onClose
    const body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller
        },
        pull: () => this.#drained(),
        cancel: () => this.close(),
      },
      new CountQueuingStrategy({ highWaterMark: 16 }),
    )
    this.response = new Response(body, {
      headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' },
    })
  }

  send(message: TailMessage): void {
    this.sendText(JSON.stringify(message))
  }

  sendText(json: string): void {
    this.#write(`data:${json}\n\n`)
  }

  beat(): void {
    this.#write(':\n\n')
  }

  /** resolves once the client has room for more */
  drained(): Promise<void> {
    if (this.#closed || (this.#controller.desiredSize ?? 0) > 0) return Promise.resolve()
    return new Promise((resolve) => {
      this.#drained = resolve
    })
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#drained()
    this.#onClose()
    try {
      this.#controller.close()
    } catch {
      // the client had cancelled the body already
    }
  }

  #write(text: string): void {
    if (this.#closed) return
    if ((this.#controller.desiredSize ?? 0) < -maxUnread) this.close()
    else this.#controller.enqueue(Connection.#encoder.encode(text))
  }
}
