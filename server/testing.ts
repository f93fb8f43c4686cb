import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { ulid } from 'ulid'
import { versionOf, type AnyEvent } from '../schema/events/event.ts'
import { spaceStream, streamOfRoom } from '../schema/events/streams.ts'
import type { AppendResult, HttpFault, Identity, StreamPage } from '../schema/messages/http.ts'
import type { GuestPolicy } from './http/sign-in.ts'
import { defaultLimits, type Limits } from './limits.ts'
import type { LogChoice } from './log/open-logs.ts'
import type { PushOptions } from './push/push.ts'
import { startServer, type RunningServer } from './start-server.ts'

/** A server of its own for a test, on a free port with a data directory that goes with it. */
export async function startTestServer(
  options: {
    guests?: GuestPolicy
    signUp?: boolean
    dist?: string
    origins?: string[]
    behindProxy?: boolean
    localWebhooks?: boolean
    metricsToken?: string
    push?: Partial<PushOptions> | false
    log?: LogChoice
    limits?: Partial<Limits>
  } = {},
) {
  const limits = { ...defaultLimits, ...options.limits }
  const dataDirectory = mkdtempSync(join(tmpdir(), 'sync-server-'))
  let server: RunningServer
  const start = async (port: number) => {
    const logger = pino({ level: 'error' })
    server = await startServer({ port, host: '127.0.0.1', dataDirectory, dist: null, logger, ...options, limits })
  }
  await start(0)
  const origin = `http://127.0.0.1:${server!.port}`
  return {
    origin,
    dataDirectory,
    stop: () => server.close(),
    async restart() {
      await start(Number(new URL(origin).port))
      // fetch keeps sockets of the server that stopped, and fails once on each
      while (!(await fetch(`${origin}/healthz`).catch(() => null))?.ok);
    },
    async dispose() {
      await server.close()
      rmSync(dataDirectory, { recursive: true, force: true })
    },
    signIn: (name: string, extra: object = {}) => signIn(origin, name, extra),
  }
}
export type TestServer = Awaited<ReturnType<typeof startTestServer>>
export type TestPerson = Awaited<ReturnType<typeof signIn>>

/** A signed-in guest as a program sees the server: the requests it can make, and the events it can word. */
export async function signIn(origin: string, name: string, extra: object) {
  const answer = await fetch(`${origin}/api/guest`, {
    method: 'POST',
    headers: { origin, 'content-type': 'application/json' },
    body: JSON.stringify({ name, ...extra }),
  })
  const cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0]!
  const identity = (await answer.json()) as Identity
  let clock = BigInt(Date.now()) << 16n

  const request = (path: string, init: RequestInit = {}) =>
    fetch(origin + path, { ...init, headers: { origin, cookie, ...(init.headers as Record<string, string>) } })
  const json = async <T>(answer: Response): Promise<{ status: number; body: T & { error?: HttpFault } }> => ({
    status: answer.status,
    body: (await answer.json()) as T & { error?: HttpFault },
  })
  const event = (type: string, stream: string, rest: Partial<AnyEvent>): AnyEvent => ({
    id: ulid(),
    type,
    stream,
    actor: identity.actor,
    clock: String(++clock),
    at: Date.now(),
    deps: [],
    payload: {},
    ...rest,
  })
  return {
    ...identity,
    cookie,
    request,
    event,
    get: async <T = StreamPage>(path: string) => json<T>(await request(path)),
    append: async (stream: string, events: readonly unknown[]) =>
      json<AppendResult>(
        await request(`/api/streams/${encodeURIComponent(stream)}/events`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ events }),
        }),
      ),
    say: (stream: string, room: string, text: string): AnyEvent => {
      const said = event('message.create', stream, { room, ...versionOf('message.create'), payload: { text } })
      return { ...said, entity: said.id }
    },
    join: (stream: string): AnyEvent =>
      event('member.join', stream, { entity: identity.actor, payload: { name: identity.name } }),
    /** the events that found a space with one room; what is in that lies `within` */
    found(visibility: 'public' | 'invite' = 'public') {
      const id = ulid()
      const stream = spaceStream(id)
      const room = ulid()
      const events = [
        event('space.create', stream, { entity: id, payload: { name: 'Observatory', visibility } }),
        event('member.join', stream, { entity: identity.actor, payload: { name: identity.name } }),
        event('room.create', stream, { entity: room, payload: { name: 'general', kind: 'room' } }),
      ]
      return { id, stream, room, within: streamOfRoom(id, room), events }
    },
  }
}
