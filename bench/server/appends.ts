import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { streamOfRoom } from '../../schema/events/streams.ts'
import { ulid } from 'ulid'

/**
 * `npm run bench:server -- [SECONDS] [--profile FOLDER]`: appends a second with batches of one, against the real process.
 * `--profile` writes a CPU profile of the server there.
 */
const root = join(import.meta.dirname, '../..')
const { values, positionals } = parseArgs({ allowPositionals: true, options: { profile: { type: 'string' } } })
const seconds = Number(positionals[0] ?? 5)
const profiling = values.profile ? ['--cpu-prof', '--cpu-prof-dir', values.profile] : []
const dataDirectory = mkdtempSync(join(tmpdir(), 'bench-appends-'))
const child = spawn(
  process.execPath,
  [...profiling, '--import', import.meta.resolve('tsx'), join(root, 'server/main.ts')],
  {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, PORT: '0', DATA_DIR: dataDirectory, LOG_LEVEL: 'silent' },
  },
)
const port = await new Promise<number>((resolve) => {
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    said += chunk
    const found = /localhost:(\d+)/.exec(said)
    if (found) resolve(Number(found[1]))
  })
})
const agent = new Agent({ keepAlive: true, maxSockets: 100 })

function post(path: string, body: unknown, cookie = ''): Promise<{ status: number; cookie: string; body: string }> {
  return new Promise((resolve, reject) => {
    const text = JSON.stringify(body)
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
      origin: `http://localhost:${port}`,
      cookie,
    }
    const asked = request(
      { agent, host: '127.0.0.1', port, method: 'POST', path, headers: { ...headers, host: `localhost:${port}` } },
      (answer) => {
        let all = ''
        answer.setEncoding('utf8').on('data', (chunk: string) => (all += chunk))
        answer.on('end', () =>
          resolve({
            status: answer.statusCode!,
            cookie: (answer.headers['set-cookie']?.[0] ?? '').split(';')[0]!,
            body: all,
          }),
        )
      },
    )
    asked.on('error', reject)
    asked.end(text)
  })
}

let clock = BigInt(Date.now()) << 16n
async function writer(name: string, stream: string | null, room: string) {
  const { cookie, body } = await post('/api/guest', { name })
  const { actor } = JSON.parse(body) as { actor: string }
  const event = (type: string, at: string, rest: object) => ({
    id: ulid(),
    type,
    stream: at,
    actor,
    clock: String(++clock),
    at: Date.now(),
    deps: [],
    ...rest,
  })
  const send = async (at: string, events: unknown[]) => {
    const answer = await post(`/api/streams/${encodeURIComponent(at)}/events`, { events }, cookie)
    if (answer.status !== 200) throw new Error(answer.body)
  }
  let mine = stream
  if (mine === null) {
    const space = ulid()
    mine = `space:${space}`
    await send(mine, [
      event('space.create', mine, { entity: space, payload: { name: 'S', visibility: 'public' } }),
      event('room.create', mine, { entity: room, payload: { name: 'general', kind: 'room' } }),
    ])
  } else await send(mine, [event('member.join', mine, { entity: actor, payload: { name } })])
  const at = streamOfRoom(mine.slice('space:'.length), room)
  return {
    stream: mine,
    say: () =>
      send(at, [event('message.create', at, { room, payload: { text: 'a line of some length, as people write' } })]),
  }
}

/** ms of processor time that the server has used; where the system does not say, NaN */
function serverMs(): number {
  const stat = `/proc/${child.pid}/stat`
  if (!existsSync(stat)) return NaN
  const fields = readFileSync(stat, 'utf8').split(') ')[1]!.split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10 // ticks of 10 ms, as user and as system
}

async function measure(label: string, writers: Awaited<ReturnType<typeof writer>>[]): Promise<void> {
  const end = Date.now() + seconds * 1000
  const before = { server: serverMs(), client: process.cpuUsage() }
  let count = 0
  await Promise.all(
    writers.map(async ({ say }) => {
      while (Date.now() < end) {
        await say()
        count += 1
      }
    }),
  )
  const { user, system } = process.cpuUsage(before.client)
  const perAppend = (ms: number) => `${(ms / count).toFixed(2)} ms`
  console.log(
    `${label}: ${Math.round(count / seconds)} appends/s; processor time of an append: ` +
      `server ${perAppend(serverMs() - before.server)}, client ${perAppend((user + system) / 1000)}`,
  )
}

const room = ulid()
const first = await writer('W0', null, room)
await measure('1 writer', [first])
const others = await Promise.all(Array.from({ length: 63 }, (_, i) => writer(`W${i + 1}`, first.stream, room)))
await measure('64 writers, one space', [first, ...others])
const apart = await Promise.all(Array.from({ length: 32 }, (_, i) => writer(`X${i}`, null, ulid())))
await measure('32 writers, a space each', apart)
child.kill('SIGTERM')
agent.destroy()
await new Promise((resolve) => child.once('exit', resolve))
rmSync(dataDirectory, { recursive: true, force: true })
