import { Agent, request, type OutgoingHttpHeaders } from 'node:http'
import { connect, type Socket } from 'node:net'
import type { AnyEvent } from '../../schema/events/event.ts'
import type { Identity, StreamPage } from '../../schema/messages/http.ts'

export interface Person extends Identity {
  readonly cookie: string
}
export interface Answer {
  /** 0: none */
  readonly status: number
  readonly body: string
}

export const at = (stream: string, rest: string) => `/api/streams/${encodeURIComponent(stream)}/${rest}`

/** A client that sends whatever it is given, and has an answer to everything. */
export class AnyClient {
  readonly #origin: string
  readonly #port: number
  readonly #agent: Agent

  constructor(origin: string, parallel: number) {
    this.#origin = origin
    this.#port = Number(new URL(origin).port)
    this.#agent = new Agent({ keepAlive: true, maxSockets: parallel })
  }

  get address(): string {
    return `127.0.0.1:${this.#port}`
  }

  ask(method: string, path: string, headers: OutgoingHttpHeaders, body?: string | Buffer): Promise<Answer> {
    return new Promise((resolve) => {
      const lost = (error: Error) => resolve({ status: 0, body: error.message })
      try {
        const all = { host: this.address, origin: this.#origin, 'content-type': 'application/json', ...headers }
        const asked = request(
          { agent: this.#agent, host: '127.0.0.1', port: this.#port, method, path, headers: all, timeout: 20_000 },
          (answer) => {
            let text = ''
            answer.setEncoding('utf8') // a chunk may end within a character
            const tail = answer.headers['content-type'] === 'text/event-stream'
            const finish = () => resolve({ status: answer.statusCode!, body: text })
            answer.on('data', (chunk: string) => {
              text += chunk
              if (tail) answer.destroy()
            })
            answer.on('end', finish).on('error', finish).on('close', finish)
          },
        )
        asked.on('timeout', () => asked.destroy(new Error('no answer in 20 s')))
        asked.on('error', lost)
        asked.end(body)
      } catch (error) {
        lost(error as Error) // Node's own client refuses to send it: the raw socket does
      }
    })
  }

  async signIn(name: string, importer = false): Promise<Person> {
    const answer = await fetch(`${this.#origin}/api/guest`, {
      method: 'POST',
      headers: { origin: this.#origin, 'content-type': 'application/json' },
      body: JSON.stringify({ name, importer }),
    })
    const cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0]!
    return { ...((await answer.json()) as Identity), cookie }
  }

  async readAll(stream: string, reader: Person): Promise<AnyEvent[]> {
    const events: AnyEvent[] = []
    for (let after = ''; ;) {
      const { status, body } = await this.ask('GET', at(stream, `events?limit=2000${after}`), { cookie: reader.cookie })
      if (status !== 200) throw new Error(`reading ${stream} was answered ${status}: ${body.slice(0, 200)}`)
      const page = JSON.parse(body) as StreamPage
      events.push(...page.items.map((item) => item.event))
      if (page.upToDate) return events
      after = `&after=${page.items.at(-1)!.seq}`
    }
  }

  /** Bytes over a socket of its own; the status of the first answer, 0 if there is none. */
  bytes(sent: Buffer): Promise<Answer> {
    return new Promise((resolve) => {
      let body = ''
      const socket = connect(this.#port, '127.0.0.1', () => socket.end(sent))
      socket.setTimeout(2000, () => socket.destroy())
      socket.setEncoding('utf8')
      socket.on('data', (chunk: string) => (body += chunk))
      socket.on('error', () => {})
      socket.on('close', () => resolve({ status: Number(/^HTTP\/1\.1 (\d+)/.exec(body)?.[1] ?? 0), body }))
    })
  }

  /** A tail of one stream, from now on: resolves once it stands. */
  listen(person: Person, stream: string, onEvent: (id: string) => void): Promise<Socket> {
    return new Promise((resolve) => {
      const socket = connect(this.#port, '127.0.0.1')
      let text = ''
      socket.write(`GET /api/tail HTTP/1.1\r\nHost: localhost\r\nCookie: ${person.cookie}\r\n\r\n`)
      socket.setEncoding('utf8')
      socket.on('error', () => {})
      socket.on('data', (chunk: string) => {
        text += chunk
        for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
          const line = /^data:(.*)$/m.exec(text.slice(0, end))?.[1]
          text = text.slice(end + 2)
          if (line === undefined) continue
          resolve(socket)
          const message = JSON.parse(line) as { stream?: string; items?: { event: AnyEvent }[] }
          if (message.stream === stream) for (const { event } of message.items ?? []) onEvent(event.id)
        }
      })
    })
  }

  close(): void {
    this.#agent.destroy()
  }
}
