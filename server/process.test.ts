import { spawnSync } from 'node:child_process'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { StreamPage } from '../schema/messages/http.ts'
import { newFolder, startProcess, type ServerProcess } from './testing-process.ts'

/** What only a process can suffer, done to a real one. */
let folder: ReturnType<typeof newFolder>
let started: ServerProcess[] = []
const start = async (...given: Parameters<typeof startProcess>) => {
  const server = await startProcess(...given)
  started.push(server)
  return server
}
beforeEach(() => {
  folder = newFolder()
})
afterEach(async () => {
  for (const server of started) await server.end('SIGKILL')
  started = []
  folder.remove()
})

const at = (stream: string, rest: string) => `/api/streams/${encodeURIComponent(stream)}/${rest}`

test('kill -9 under eight writers: what was acknowledged is there once, and the next start goes on', async () => {
  let server = await start(folder.path)
  const { port } = new URL(server.origin)
  const ada = await server.signIn('Ada')
  const space = ada.found()
  await ada.append(space.stream, space.events)
  const acknowledged = new Set<string>()
  for (const round of [1, 2]) {
    const down = new AbortController()
    const enough = acknowledged.size + 25
    const writers = Array.from({ length: 8 }, async (_, writer) => {
      while (!down.signal.aborted) {
        const said = ada.say(space.within, space.room, `${round} ${writer}`)
        const answer = await ada.append(space.within, [said]).catch(() => null)
        if (answer?.status === 200) acknowledged.add(said.id)
      }
    })
    await expect.poll(() => acknowledged.size, { timeout: 20_000, interval: 5 }).toBeGreaterThan(enough)
    await server.end('SIGKILL')
    down.abort()
    await Promise.all(writers)
    server = await start(folder.path, { port })
  }
  const ids: string[] = []
  for (let after = ''; ;) {
    const { body } = await ada.get<StreamPage>(at(space.within, `events?limit=5000${after}`))
    ids.push(...body.items.map(({ event }) => event.id))
    if (body.upToDate) break
    after = `&after=${body.items.at(-1)!.seq}`
  }
  expect(new Set(ids).size).toBe(ids.length)
  expect(acknowledged.size).toBeGreaterThan(20)
  expect([...acknowledged].filter((id) => !ids.includes(id))).toEqual([])
  expect((await ada.append(space.within, [ada.say(space.within, space.room, 'on')])).status).toBe(200)
})

describe('one data folder, one process', () => {
  test('a second one refuses to start and says who has it; the first is unharmed', async () => {
    const first = await start(folder.path, { fromSource: true })
    const words = new RegExp(`${folder.path} is in use by the server with process id ${first.pid}, since 20`)
    await expect(start(folder.path)).rejects.toThrow(words)
    expect((await first.health()).status).toBe('ok')
  })

  test('the lock of one that was killed, and a server.json that says otherwise, hold nobody up', async () => {
    const first = await start(folder.path)
    await first.end('SIGKILL')
    writeFileSync(join(folder.path, 'server.json'), JSON.stringify({ pid: 1, since: '2020-01-01T00:00:00.000Z' }))
    expect((await (await start(folder.path)).health()).status).toBe('ok')
  })
})

test.each([
  ['a port that is none', { PORT: 'abc' }, /cannot listen on/],
  ['an address that is not ours', { HOST: '203.0.113.7' }, /cannot listen on/],
  ['an origin that is none', { ORIGIN: 'chat' }, /ORIGIN: chat is not an address/],
  ['a limit that is none', { LIMITS: '{"tails":1}' }, /LIMITS: there is no tails/],
])('%s is said in a sentence, without a stack', async (_, env, words) => {
  const failing = start(folder.path, { env })
  await expect(failing).rejects.toThrow(words)
  await expect(failing).rejects.not.toThrow(/\n    at /)
})

test.each([
  ['no ORIGIN', { HOST: '0.0.0.0' }, /Nobody else can use this server yet: .*ORIGIN=https/],
  ['an ORIGIN without https', { HOST: '0.0.0.0', ORIGIN: 'http://chat.lan' }, /sign in at http:\/\/chat\.lan/],
  ['an ORIGIN', { HOST: '0.0.0.0', ORIGIN: 'https://chat.example.org' }, /^$/],
  ['this machine alone', {}, /^$/],
])('a server for others says at its start what they lack: %s', async (_, env, words) => {
  const server = await start(folder.path, { env })
  await expect.poll(() => server.log().trim()).toMatch(words)
})

test('a damaged log is said in a sentence; a damaged directory is made anew', async () => {
  const first = await start(folder.path)
  const ada = await first.signIn('Ada')
  const space = ada.found()
  await ada.append(space.stream, space.events)
  const { port } = new URL(first.origin)
  await first.end()
  writeFileSync(join(folder.path, 'directory.db'), 'no database at all, but longer than a page header'.repeat(100))
  const second = await start(folder.path, { port })
  expect((await ada.get<StreamPage>(at(space.stream, 'outline'))).body.items).toHaveLength(3)
  await second.end()
  writeFileSync(join(folder.path, 'events.db'), 'no database at all'.repeat(500))
  await expect(start(folder.path)).rejects.toThrow(/cannot be opened: file is not a database/)
})

/** A small disk of our own; null where this machine gives us none. */
function mountDisk(path: string): { readOnly(): void; writable(): void; unmount(): void } | null {
  mkdirSync(path, { recursive: true })
  const mount = (...parameters: string[]) => spawnSync('mount', parameters).status === 0
  if (!mount('-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', path)) return null
  return {
    readOnly: () => void mount('-o', 'remount,ro', path),
    writable: () => void mount('-o', 'remount,rw', path),
    unmount: () => void spawnSync('umount', ['-l', path]),
  }
}
const trial = newFolder()
const trialDisk = mountDisk(join(trial.path, 'disk'))
trialDisk?.unmount()
trial.remove()

describe.skipIf(trialDisk === null)('the disk (these need the right to mount one)', () => {
  let disk: NonNullable<ReturnType<typeof mountDisk>>
  let data: string
  beforeEach(() => {
    data = join(folder.path, 'disk')
    disk = mountDisk(data)!
  })
  afterEach(async () => {
    for (const server of started) await server.end('SIGKILL')
    disk.unmount()
  })
  const fill = () => {
    const { bavail, bsize } = statfsSync(data)
    appendFileSync(join(data, 'ballast'), Buffer.alloc(bavail * bsize))
  }
  const makeRoom = () => rmSync(join(data, 'ballast'))

  test.each(['SIGTERM', 'SIGKILL'] as const)(
    'full: 507 for writes, reads go on, it starts while full (after %s), and recovers',
    async (signal) => {
      let server = await start(data)
      const { port } = new URL(server.origin)
      const ada = await server.signIn('Ada')
      const space = ada.found()
      const said = ada.say(space.within, space.room, 'before')
      await ada.append(space.stream, space.events)
      await ada.append(space.within, [said])
      fill()
      const long = () => ada.say(space.within, space.room, 'x'.repeat(50_000))
      const refused = async () => {
        for (let tries = 0; tries < 40; tries++) {
          const answer = await ada.append(space.within, [long()])
          if (answer.status !== 200) return answer
        }
        throw new Error('the disk was not full')
      }
      expect(await refused()).toMatchObject({ status: 507, body: { error: { code: 'STORAGE_FULL' } } })
      const full = await server.health()
      expect([full.disk.state, full.status]).toEqual(['full', 'degraded'])
      expect(full.problems).toEqual([expect.stringMatching(/^The disk has been full since 20.*: nothing is taken\./)])
      const { items } = (await ada.get<StreamPage>(at(space.within, 'events?limit=1'))).body
      expect(items.at(-1)!.event.id).toBe(said.id)

      await server.end(signal)
      fill() // what its end gave back
      server = await start(data, { port })
      expect((await ada.get<StreamPage>(at(space.within, `latest?room=${space.room}&limit=1`))).status).toBe(200)
      expect((await refused()).status).toBe(507)

      makeRoom()
      expect(await server.health()).toMatchObject({ disk: { state: 'ok' }, status: 'ok', problems: [] })
      const after = ada.say(space.within, space.room, 'after')
      expect((await ada.append(space.within, [after])).status).toBe(200)
      const room = (await ada.get<StreamPage>(at(space.within, `latest?room=${space.room}&limit=1`))).body
      expect(room.items.at(-1)!.event.id).toBe(after.id)
    },
  )

  test.each(['SIGTERM', 'SIGKILL'] as const)(
    'read-only: 507 for writes, reads go on, it starts so (after %s), and recovers',
    async (signal) => {
      let server = await start(data)
      const { port } = new URL(server.origin)
      const ada = await server.signIn('Ada')
      const space = ada.found()
      const said = ada.say(space.within, space.room, 'before')
      await ada.append(space.stream, space.events)
      await ada.append(space.within, [said])
      await server.end(signal)
      disk.readOnly()
      server = await start(data, { port })
      const room = (await ada.get<StreamPage>(at(space.within, `latest?room=${space.room}&limit=1`))).body
      expect(room.items.at(-1)!.event.id).toBe(said.id)
      expect((await ada.append(space.within, [ada.say(space.within, space.room, 'x')])).status).toBe(507)
      expect(await server.signIn('Bob')).toMatchObject({ error: { code: 'STORAGE_FULL' } })
      const { disk: found, problems } = await server.health()
      expect([found.state, ...problems]).toEqual(['read-only', expect.stringContaining('has been read-only since')])
      await server.end()
      disk.writable()
      server = await start(data, { port })
      expect((await ada.append(space.within, [ada.say(space.within, space.room, 'x')])).status).toBe(200)
    },
  )
})

test('a disk that refuses more for another reason (here a limit of file sizes): 507 for writes, reads go on', async () => {
  const wrap = (command: string[]) => ['bash', '-c', `trap '' XFSZ; ulimit -f 800; exec "$@"`, 'limited', ...command]
  const server = await start(folder.path, { wrap })
  const ada = await server.signIn('Ada')
  const space = ada.found()
  await ada.append(space.stream, space.events)
  const statuses: number[] = []
  for (let i = 0; i < 30; i++) {
    statuses.push((await ada.append(space.within, [ada.say(space.within, space.room, 'x'.repeat(50_000))])).status)
  }
  expect(new Set(statuses)).toEqual(new Set([200, 507]))
  expect((await ada.get<StreamPage>(at(space.within, `latest?room=${space.room}&limit=1`))).status).toBe(200)
  expect(server.log()).toContain('the state of the disk changed')
})

test('a bug of ours is told in the log, what is under way is finished, and the process ends with 1', async () => {
  const planted = `data:text/javascript,process.on('SIGUSR2',()=>{throw new Error('a planted bug')})`
  const server = await start(folder.path, { env: { NODE_OPTIONS: `--import "${planted}"` } })
  expect(await server.end('SIGUSR2')).toBe(1)
  expect(server.log()).toMatch(/"level":60.*a planted bug.*a bug ended the server/)
})

test('a disk that fails to sync: what it may not have is not acknowledged, the process ends with 1, the next one goes on', async () => {
  const plant = `import { open } from 'node:fs/promises'
    const { constructor } = await open('/dev/null')
    process.on('SIGUSR2', () => (constructor.prototype.datasync = async () => { throw Object.assign(new Error('EIO'), { code: 'EIO' }) }))`
  const planted = `data:text/javascript,${encodeURIComponent(plant)}`
  const server = await start(folder.path, { env: { NODE_OPTIONS: `--import "${planted}"` }, limits: { drainMs: 300 } })
  const { port } = new URL(server.origin)
  const ada = await server.signIn('Ada')
  const space = ada.found()
  await ada.append(space.stream, space.events)
  const ended = server.end('SIGUSR2')
  const said = ada.say(space.within, space.room, 'x')
  const answer = await ada.append(space.within, [said]).catch(() => null)
  expect(answer?.status).not.toBe(200)
  expect(await ended).toBe(1)
  expect(server.log()).toMatch(/"level":60.*EIO.*a bug ended the server/)
  await start(folder.path, { port })
  expect((await ada.append(space.within, [said])).status).toBe(200)
})

describe('bodies that do not come, or come to nothing', () => {
  test('a slow body is answered 408; slow headers are cut; the rest goes on', async () => {
    const server = await start(folder.path, { limits: { requestMs: 1000, headersMs: 500 } })
    const ada = await server.signIn('Ada')
    const { port, host } = new URL(server.origin)
    const head = `POST /api/guest HTTP/1.1\r\nHost: ${host}\r\nOrigin: ${server.origin}\r\n`
    const slowBody = ask(Number(port), `${head}Content-Length: 100\r\n\r\n{"name":`)
    const slowHead = ask(Number(port), head)
    const slowChunks = ask(Number(port), `${head}Transfer-Encoding: chunked\r\n\r\n5\r\n{"nam\r\n`)
    expect((await ada.request('/api/me')).status).toBe(200)
    expect(await slowBody).toMatch(/^HTTP\/1.1 408 /)
    expect(await slowHead).toMatch(/^HTTP\/1.1 408 /)
    expect(await slowChunks).toMatch(/^HTTP\/1.1 408 /)
    expect((await ada.request('/api/me')).status).toBe(200)
  })

  test.skipIf(openSockets(process.pid) === 0)(
    'an answer that nobody reads is cut, and a tail that is silent but for its heartbeat is not',
    async () => {
      const server = await start(folder.path, { limits: { stalledMs: 2500, heartbeatMs: 200 } })
      const ada = await server.signIn('Ada')
      const space = ada.found()
      await ada.append(space.stream, space.events)
      for (let i = 0; i < 12; i++) {
        const said = Array.from({ length: 10 }, () => ada.say(space.within, space.room, 'x'.repeat(50_000)))
        await ada.append(space.within, said)
      }
      const port = Number(new URL(server.origin).port)
      // several at once, so that they pass what the kernel keeps for a connection
      const open = (path: string, times = 1) => {
        const socket = connect(port, '127.0.0.1')
        socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nCookie: ${ada.cookie}\r\n\r\n`.repeat(times))
        socket.on('error', () => {})
        return socket
      }
      const tail = open('/api/tail').resume()
      await expect.poll(() => server.health().then(({ tails }) => tails)).toBe(1)
      const before = openSockets(server.pid)
      const unread = Array.from({ length: 4 }, () => open(at(space.within, 'events?limit=5000'), 8).pause())
      await expect.poll(() => openSockets(server.pid) - before, { timeout: 20_000 }).toBeGreaterThanOrEqual(4)
      await expect.poll(() => openSockets(server.pid) - before, { timeout: 20_000 }).toBeLessThanOrEqual(0)
      for (const socket of unread) socket.destroy()
      expect(tail.closed).toBe(false)
      expect((await server.health()).tails).toBe(1)
      tail.destroy()
    },
  )

  test('8 MB of brackets, of commas, or of strings that do not end: 400 at once, and nobody waits', async () => {
    const server = await start(folder.path)
    const ada = await server.signIn('Ada')
    const size = (8 << 20) - 64
    const bodies = [
      '['.repeat(size),
      '{"a":'.repeat(size / 5),
      `{"events":[${'[],'.repeat(size / 3)}]}`,
      '"'.repeat(size),
    ]
    await ada.request(at('space:x', 'events'), { method: 'POST', body: '[[' }) // the way there is warm
    for (const body of bodies) {
      const bytes = Buffer.from(body)
      const times: number[] = []
      for (let i = 0; i < 3; i++) {
        const begin = spentMs(server.pid)
        const answer = await ada.request(at('space:x', 'events'), { method: 'POST', body: bytes })
        times.push(spentMs(server.pid) - begin)
        expect([body.slice(0, 12), answer.status]).toEqual([body.slice(0, 12), 400])
        await answer.arrayBuffer()
      }
      // 50 ms of a server's work: all 8 MB may have been sent in it
      expect(Math.min(...times), body.slice(0, 12)).toBeLessThan(500)
    }
    expect((await ada.request('/api/me')).status).toBe(200)
  })
})

/** Of the processor, by this process; of the clock where the system does not say. */
function spentMs(pid: number): number {
  const file = `/proc/${pid}/stat`
  if (!existsSync(file)) return performance.now()
  const text = readFileSync(file, 'utf8')
  const [user, system] = text.slice(text.lastIndexOf(')')).split(' ').slice(12, 14)
  return (Number(user) + Number(system)) * 10
}

/** As the system counts them; 0 where it does not say. */
function openSockets(pid: number): number {
  const folder = `/proc/${pid}/fd`
  if (!existsSync(folder)) return 0
  const targets = readdirSync(folder).map((fd) => {
    try {
      return readlinkSync(join(folder, fd))
    } catch {
      return '' // closed meanwhile
    }
  })
  return targets.filter((target) => target.startsWith('socket:')).length
}

/** Sends bytes over a socket of its own and answers all that comes back until the other side closes. */
function ask(port: number, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes))
    let answer = ''
    socket.setEncoding('utf8')
    socket.on('data', (chunk: string) => (answer += chunk))
    socket.on('error', () => resolve(answer))
    socket.on('close', () => resolve(answer))
  })
}
