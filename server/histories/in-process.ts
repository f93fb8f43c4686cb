import { EventEmitter } from 'node:events'
import { Readable } from 'node:stream'
import { pino } from 'pino'
import { openAccounts } from '../accounts.ts'
import { createApp } from '../app.ts'
import type { Blobs } from '../blobs/blobs.ts'
import { openDirectory } from '../directory.ts'
import { Health } from '../health.ts'
import { defaultLimits } from '../limits.ts'
import { challengesInMemory } from '../passkeys/challenges.ts'
import { openSqliteEventLog } from '../log/sqlite-event-log.ts'

export interface Answer {
  readonly status: number
  readonly text: string
}

/** One file, which everybody has brought: whether somebody gets it is a matter of the messages that name it. */
const broughtByAll: Blobs = {
  put: () => Promise.reject(new Error('nobody brings files here')),
  owns: () => true,
  name: () => {},
  release: () => Promise.resolve(),
  blob: () => ({ size: 5, type: 'application/octet-stream' }),
  read: () => Readable.from([Buffer.from('hello')]),
  collect: () => Promise.resolve(),
  close: () => Promise.resolve(),
}

/** The whole server without its sockets: every route, with files in memory. A request costs a fraction of a millisecond. */
export async function startInProcess() {
  const logger = pino({ level: 'silent' })
  const health = new Health(logger)
  const log = await openSqliteEventLog(':memory:', health)
  const accounts = await openAccounts(':memory:')
  const directory = await openDirectory(':memory:', log, health)
  const limits = { ...defaultLimits, ...unlimited }
  const { app, drain } = createApp({
    log,
    directory,
    readModel: null,
    snapshots: null,
    blobs: broughtByAll,
    durableStreams: null,
    push: null,
    accounts,
    health,
    logger,
    limits,
    dist: null,
    guests: 'on',
    signUp: true,
    origins: [],
    behindProxy: false,
    metricsToken: null,
    challenges: challengesInMemory(),
    host: undefined,
  })

  async function ask(cookie: string, path: string, body?: unknown): Promise<Answer> {
    const text = body === undefined ? '' : JSON.stringify(body)
    const socket = new FakeSocket()
    const incoming = Object.assign(Readable.from(text === '' ? [] : [Buffer.from(text)]), { socket })
    const init = { method: body === undefined ? 'GET' : 'POST', headers: { ...headers, cookie } }
    const answer = await app.request(`http://localhost${path}`, init, { incoming, outgoing: new FakeResponse(socket) })
    return { status: answer.status, text: await answer.text() }
  }

  return {
    ask,
    async signIn(name: string) {
      const { identity, token } = await accounts.signInGuest(name)
      return { ...identity, cookie: `__Host-sid=${token}` }
    },
    /** A live connection: all that was written to it so far, until it ends. */
    async tail(cookie: string, path = '/api/tail'): Promise<FakeResponse> {
      const socket = new FakeSocket()
      const outgoing = new FakeResponse(socket)
      await app.request(
        `http://localhost${path}`,
        { headers: { ...headers, cookie } },
        { incoming: { socket }, outgoing },
      )
      return outgoing
    },
    async close() {
      drain()
      directory.close()
      accounts.close()
      await log.close()
    },
  }
}
export type InProcess = Awaited<ReturnType<typeof startInProcess>>

const headers = { host: 'localhost', origin: 'http://localhost', 'content-type': 'application/json' }
const plenty = { burst: 1e9, perSecond: 1e9 }
const unlimited = { spacesPerPerson: plenty, eventsPerPerson: plenty, bytesPerPerson: plenty, tailsPerPerson: 1000 }

class FakeSocket extends EventEmitter {
  destroyed = false
  destroy(): void {
    this.destroyed = true
    this.emit('close')
  }
}

/** What a TailConnection needs of a response; who reads it reads at once. */
export class FakeResponse extends EventEmitter {
  readonly req: { readonly socket: FakeSocket }
  readonly writableLength = 0
  readonly writableNeedDrain = false
  destroyed = false
  ended = false
  text = ''

  constructor(socket: FakeSocket) {
    super()
    this.req = { socket }
  }
  writeHead(): void {}
  flushHeaders(): void {}
  write(bytes: Buffer): void {
    this.text += bytes.toString()
  }
  end(): void {
    this.ended = true
    this.emit('close')
  }
  /** the client goes away */
  hangUp(): void {
    this.req.socket.destroy()
  }
}
