import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { ulid } from 'ulid'
import { spaceStream, streamOfRoom } from '../../schema/events/streams.ts'
import type { Limits } from '../../server/limits.ts'

const root = join(import.meta.dirname, '../..')

/** The real server in a process of its own, and what asks it. */
export interface BenchServer {
  readonly port: number
  readonly child: ChildProcess
  post(path: string, body: string, headers?: Record<string, string>, method?: string): Promise<Answer>
  dispose(): Promise<void>
}
export interface Answer {
  readonly status: number
  readonly cookie: string
  readonly body: string
}

export async function startBenchServer(
  options: { limits?: Partial<Limits>; node?: readonly string[] } = {},
): Promise<BenchServer> {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'bench-server-'))
  const program = ['--import', import.meta.resolve('tsx'), join(root, 'server/main.ts')]
  const child = spawn(process.execPath, [...(options.node ?? []), ...program], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: {
      ...process.env,
      PORT: '0',
      DATA_DIR: dataDirectory,
      LOG_LEVEL: 'silent',
      LIMITS: JSON.stringify(options.limits ?? {}),
    },
  })
  const port = await new Promise<number>((resolve) => {
    let said = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      said += chunk
      const found = /localhost:(\d+)/.exec(said)
      if (found) resolve(Number(found[1]))
    })
  })
  const { post, close } = poster(port)
  return {
    port,
    child,
    post,
    async dispose() {
      child.kill('SIGTERM')
      close()
      await new Promise((resolve) => child.once('exit', resolve))
      rmSync(dataDirectory, { recursive: true, force: true })
    },
  }
}

/** Requests with a body, over connections that are kept. */
export function poster(port: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: 100 })
  const post: BenchServer['post'] = (path, body, extra = {}, method = 'POST') =>
    new Promise((resolve, reject) => {
      const headers = {
        host: `localhost:${port}`,
        origin: `http://localhost:${port}`,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        ...extra,
      }
      const asked = request({ agent, host: '127.0.0.1', port, method, path, headers }, (answer) => {
        let all = ''
        answer.setEncoding('utf8').on('data', (chunk: string) => (all += chunk))
        const cookie = (answer.headers['set-cookie']?.[0] ?? '').split(';')[0]!
        answer.on('end', () => resolve({ status: answer.statusCode!, cookie, body: all }))
      })
      asked.on('error', reject)
      asked.end(body)
    })
  return { post, close: () => agent.destroy() }
}

let clock = BigInt(Date.now()) << 16n

/** A guest in a space: a new one with one room, or that of another writer. */
export async function writerIn(server: BenchServer, name: string, of: { space: string; room: string } | null) {
  const { cookie, body } = await server.post('/api/guest', JSON.stringify({ name }))
  const { actor } = JSON.parse(body) as { actor: string }
  const event = (type: string, stream: string, rest: object) => ({
    id: ulid(),
    type,
    stream,
    actor,
    clock: String(++clock),
    at: Date.now(),
    deps: [],
    ...rest,
  })
  const send = async (stream: string, events: readonly unknown[]) => {
    const path = `/api/streams/${encodeURIComponent(stream)}/events`
    const answer = await server.post(path, JSON.stringify({ events }), { cookie })
    if (answer.status !== 200) throw new Error(answer.body)
  }
  const { space, room } = of ?? { space: ulid(), room: ulid() }
  const structure = spaceStream(space)
  await send(
    structure,
    of
      ? [event('member.join', structure, { entity: actor, payload: { name } })]
      : [
          event('space.create', structure, { entity: space, payload: { name: 'S', visibility: 'public' } }),
          event('room.create', structure, { entity: room, payload: { name: 'general', kind: 'room' } }),
        ],
  )
  const stream = streamOfRoom(space, room)
  return {
    space,
    room,
    stream,
    cookie,
    say: (text = 'a line of some length, as people write') =>
      send(stream, [event('message.create', stream, { room, payload: { text } })]),
  }
}

/** ms of processor time that a process has used; where the system does not say, NaN */
export function processorMs(pid: number): number {
  const stat = `/proc/${pid}/stat`
  if (!existsSync(stat)) return NaN
  const fields = readFileSync(stat, 'utf8').split(') ')[1]!.split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10 // ticks of 10 ms, as user and as system
}

/** bytes in memory; where the system does not say, NaN */
export function residentBytes(pid: number): number {
  const status = `/proc/${pid}/status`
  if (!existsSync(status)) return NaN
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(status, 'utf8'))?.[1]) * 1024
}

export const quantile = (values: readonly number[], part: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))]!

export const load = (): string => `load ${loadavg()[0]!.toFixed(1)}`
export const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
