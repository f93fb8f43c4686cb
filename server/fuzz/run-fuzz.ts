import { Agent, request, type OutgoingHttpHeaders } from 'node:http'
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { makeUlid } from '../../schema/demo/ulid.ts'
import { seededRandom, type Random } from '../../schema/demo/random.ts'
import type { AnyEvent } from '../../schema/events/event.ts'
import type { Identity, StreamPage } from '../../schema/messages/http.ts'
import { damaged, mutated, nastyTexts } from './nasty.ts'

/**
 * Random requests at a real process: good events among bent ones, bodies, addresses, headers, methods and bytes that are
 * no HTTP. Laws: the process lives; it answers nothing of 500 and above but 507; every event that it acknowledged is
 * there exactly once, and nothing else is; the people who do nothing but talk hear each other as ever; memory is flat.
 * Request number i is a function of the seed and i (and of what was made before it).
 */
export interface FuzzReport {
  readonly statuses: ReadonlyMap<string, number>
  readonly acknowledged: number
  /** resident memory, MB: medians of the first and the last third */
  readonly memory: readonly [number, number]
  /** what broke a law, in words */
  readonly broken: readonly string[]
}
interface Person extends Identity {
  readonly cookie: string
}
interface Space {
  readonly stream: string
  readonly room: string
  readonly founder: Person
}
interface Answer {
  readonly status: number
  readonly body: string
}

const parallel = 24
const maxBroken = 20

export async function runFuzz(
  origin: string,
  pid: number,
  { requests, seed, onProgress = () => {} }: { requests: number; seed: number; onProgress?: (done: number) => void },
): Promise<FuzzReport> {
  const port = Number(new URL(origin).port)
  const agent = new Agent({ keepAlive: true, maxSockets: parallel })
  const statuses = new Map<string, number>()
  const broken: string[] = []
  const memory: number[] = []
  /** by stream, the ids that were acknowledged */
  const acknowledged = new Map<string, Map<string, string>>()

  const ask = (method: string, path: string, headers: OutgoingHttpHeaders, body?: string | Buffer): Promise<Answer> =>
    new Promise((resolve) => {
      const lost = (error: Error) => resolve({ status: 0, body: error.message })
      try {
        const all = { host: `127.0.0.1:${port}`, origin, 'content-type': 'application/json', ...headers }
        const asked = request(
          { agent, host: '127.0.0.1', port, method, path, headers: all, timeout: 20_000 },
          (answer) => {
            let text = ''
            const tail = answer.headers['content-type'] === 'text/event-stream'
            const finish = () => resolve({ status: answer.statusCode!, body: text })
            answer.on('data', (chunk: Buffer) => {
              text += chunk.toString()
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

  async function person(name: string, importer = false): Promise<Person> {
    const answer = await fetch(`${origin}/api/guest`, {
      method: 'POST',
      headers: { origin, 'content-type': 'application/json' },
      body: JSON.stringify({ name, importer }),
    })
    const cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0]!
    return { ...((await answer.json()) as Identity), cookie }
  }

  const setup = seededRandom(seed)
  let clock = BigInt(Date.now()) << 16n
  const event = (random: Random, by: Identity, stream: string, type: string, rest: object): AnyEvent => ({
    id: makeUlid(random, Date.now()),
    type,
    stream,
    actor: by.actor,
    clock: String(++clock),
    at: Date.now() - 1,
    deps: [],
    payload: {},
    ...rest,
  })
  const at = (stream: string, rest: string) => `/api/streams/${encodeURIComponent(stream)}/${rest}`

  /** Sends events that are good; what is acknowledged is counted, and must be there at the end. */
  async function append(by: Person, stream: string, events: readonly AnyEvent[]): Promise<Answer> {
    const answer = await ask('POST', at(stream, 'events'), { cookie: by.cookie }, JSON.stringify({ events }))
    if (answer.status === 200) keep(stream, events)
    return answer
  }
  function keep(stream: string, events: readonly AnyEvent[]): void {
    const kept = acknowledged.get(stream) ?? new Map<string, string>()
    acknowledged.set(stream, kept)
    for (const one of events) kept.set(one.id, JSON.stringify(one))
  }

  async function found(by: Person, visibility: 'public' | 'invite'): Promise<Space> {
    const space = makeUlid(setup, Date.now())
    const room = makeUlid(setup, Date.now())
    const stream = `space:${space}`
    const answer = await append(by, stream, [
      event(setup, by, stream, 'space.create', { entity: space, payload: { name: 'Fuzz', visibility } }),
      event(setup, by, stream, 'room.create', { entity: room, payload: { name: 'general', kind: 'room' } }),
    ])
    if (answer.status !== 200) throw new Error(`the space was answered ${answer.status}: ${answer.body}`)
    return { stream, room, founder: by }
  }

  const people = await Promise.all(['A', 'B', 'C', 'D', 'E', 'F'].map((name) => person(name)))
  people.push(await person('Import', true))
  const spaces = await Promise.all(people.slice(0, 3).map((one) => found(one, 'public')))
  for (const { stream, founder } of spaces) {
    for (const one of people) {
      if (one === founder) continue
      await append(one, stream, [
        event(setup, one, stream, 'member.join', { entity: one.actor, payload: { name: one.name } }),
      ])
    }
  }

  // Two who only talk: their stream is read live all the while, and whole at the end.
  const talkers = await Promise.all(['Talks', 'Listens'].map((name) => person(name)))
  const quiet = await found(talkers[0]!, 'invite')
  const [talker, listener] = talkers as [Person, Person]
  const join = event(setup, talker, quiet.stream, 'member.join', { entity: listener.actor, payload: { name: 'L' } })
  await append(talker, quiet.stream, [join])
  const heard: string[] = []
  const live = await listen(port, listener, quiet.stream, (id) => heard.push(id))

  const goodEvent = (random: Random, by: Person, { stream, room }: Space): AnyEvent => {
    const known = [...(acknowledged.get(stream)?.keys() ?? [])].slice(-50)
    const target = random.pick(known)
    switch (random.between(0, 9)) {
      case 0:
        return event(random, by, stream, 'reaction.add', {
          entity: target,
          room,
          payload: { emoji: random.pick(['👍', '🎉']) },
        })
      case 1:
        return event(random, by, stream, 'pin.add', { entity: target, room })
      case 2: {
        const payload = { name: 'T', kind: 'thread', parentRoom: room, parentMessage: target }
        return event(random, by, stream, 'room.create', { entity: `thread-${target}`, payload })
      }
      case 3:
        return event(random, by, stream, 'message.edit', { entity: target, room, payload: { text: 'edited' } })
      case 4:
        return event(random, by, stream, 'member.join', { entity: by.actor, payload: { name: by.name } })
      case 5:
        return event(random, by, stream, 'future.thing', { room, payload: { any: ['thing', { of: 'it' }] }, extra: 1 })
      default: {
        const said = event(random, by, stream, 'message.create', { room, payload: { text: `said ${random.next()}` } })
        return { ...said, entity: said.id }
      }
    }
  }

  async function one(i: number): Promise<Answer> {
    const random = seededRandom(Math.imul(seed + 1, 0x9e3779b1) ^ i)
    const by = random.pick(people)
    const space = random.pick(spaces)
    const { stream, room } = space
    const cookie = { cookie: by.cookie }
    const good = () => Array.from({ length: random.pick([1, 1, 1, 2, 5]) }, () => goodEvent(random, by, space))
    switch (random.between(0, 11)) {
      case 0:
      case 1:
        return append(by, stream, good())
      case 2: {
        const events = good()
        await append(by, stream, events)
        return append(by, stream, events) // a repetition
      }
      case 3:
      case 4: {
        const bent = mutated(random, { events: good() }) as { events?: AnyEvent[] }
        const answer = await ask('POST', at(stream, 'events'), cookie, JSON.stringify(bent))
        if (answer.status === 200) keep(stream, bent.events!) // bent into something that is good
        return answer
      }
      case 5: {
        const text = JSON.stringify({ events: good() })
        const body = damaged(random, text)
        const answer = await ask('POST', at(stream, 'events'), cookie, body)
        if (answer.status === 200) keep(stream, (JSON.parse(body.toString()) as { events: AnyEvent[] }).events)
        return answer
      }
      case 6: {
        const name = encodeURIComponent(random.pick([stream, quiet.stream, ...nastyTexts]).toWellFormed()).slice(
          0,
          4000,
        )
        const rest = random.pick(['events', 'latest', 'outline', 'tail', 'nothing', ''])
        const query = Array.from({ length: random.between(0, 3) }, () => {
          const value = random.pick(['1', '5', room, '0000000000000003', ...nastyTexts]).toWellFormed()
          return `${random.pick(['after', 'limit', 'room', 'names', 'x'])}=${encodeURIComponent(value).slice(0, 1000)}`
        }).join('&')
        return ask(random.pick(['GET', 'GET', 'HEAD']), `/api/streams/${name}/${rest}?${query}`, cookie)
      }
      case 7: {
        const path = random.pick([
          '/api/me',
          '/api/spaces',
          '/api/guest',
          '/api/sign-out',
          '/',
          '/healthz',
          '/api/tail',
          '/x.js',
        ])
        const method = random.pick(['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND', 'TRACE'])
        return ask(
          method,
          path,
          random.chance(0.5) ? cookie : {},
          method === 'PUT' ? JSON.stringify(mutated(random, {})) : undefined,
        )
      }
      case 8: {
        const headers: OutgoingHttpHeaders = { ...cookie }
        for (const name of random.sample(
          ['host', 'origin', 'cookie', 'content-type', 'sec-fetch-site', 'accept', 'range'],
          2,
        )) {
          const value = random.pick([
            ...nastyTexts,
            'evil.example',
            'multipart/form-data',
            'bytes=0-',
            'same-origin',
            '*/*',
          ])
          headers[name] = Buffer.from(value)
            .toString('latin1')
            .replace(/[^\t\x20-\x7e\x80-\xff]/g, '')
            .slice(0, 3000)
        }
        return ask(random.pick(['GET', 'POST']), random.pick(['/api/me', '/api/spaces', at(stream, 'events')]), headers)
      }
      case 9: {
        // read and write where one has no right
        const stranger = random.pick(people)
        const events = [goodEvent(random, stranger, quiet)]
        return random.chance(0.5)
          ? ask('POST', at(quiet.stream, 'events'), { cookie: stranger.cookie }, JSON.stringify({ events }))
          : ask('GET', at(quiet.stream, random.pick(['events', 'latest', 'outline', 'tail'])), {
              cookie: stranger.cookie,
            })
      }
      case 10: {
        const lines = `POST ${at(stream, 'events')} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nOrigin: ${origin}\r\nCookie: ${by.cookie}\r\n`
        return bytes(port, damaged(random, `${lines}Content-Length: 20\r\n\r\n{"events":[{"id":1}]}`))
      }
      default:
        return ask('GET', at(stream, `events?limit=${random.between(1, 50)}`), cookie)
    }
  }

  let next = 0
  let said = 0
  const sayAt = Math.max(1, Math.floor(requests / 200))
  const sampleAt = Math.max(1, Math.floor(requests / 150))
  async function work(): Promise<void> {
    while (next < requests && broken.length < maxBroken) {
      const i = next++
      if (i % sampleAt === 0) memory.push(residentMb(pid))
      if (i % sayAt === 0) {
        const words = event(seededRandom(seed ^ (i + 7)), talker, quiet.stream, 'message.create', {
          room: quiet.room,
          payload: { text: `${said++}` },
        })
        const answer = await append(talker, quiet.stream, [words])
        if (answer.status !== 200) broken.push(`who talks was answered ${answer.status}: ${answer.body.slice(0, 200)}`)
      }
      const answer = await one(i)
      statuses.set(String(answer.status), (statuses.get(String(answer.status)) ?? 0) + 1)
      if (answer.status >= 500 && answer.status !== 507) {
        broken.push(`request ${i} was answered ${answer.status}: ${answer.body.slice(0, 300)}`)
      }
      if (answer.status === 0 && /no answer|ECONNREFUSED/.test(answer.body)) broken.push(`request ${i}: ${answer.body}`)
      if (i % 1000 === 0) onProgress(i)
    }
  }
  await Promise.all(Array.from({ length: parallel }, work))

  for (const [stream, kept] of acknowledged) {
    const reader = stream === quiet.stream ? listener : spaces.find((one) => one.stream === stream)!.founder
    const found = await readAll(stream, reader)
    const twice = found.length - new Set(found.map(({ id }) => id)).size
    if (twice > 0) broken.push(`${twice} events of ${stream} are there twice`)
    const byId = new Map(found.map((one) => [one.id, JSON.stringify(one)]))
    for (const [id, json] of kept) {
      if (!byId.has(id)) broken.push(`${id} was acknowledged and is not there`)
      else if (byId.get(id) !== json) broken.push(`${id} is not as it was sent: ${byId.get(id)?.slice(0, 200)}`)
    }
    for (const [id, json] of byId) {
      if (!kept.has(id)) broken.push(`${id} was never acknowledged and is there: ${json.slice(0, 300)}`)
    }
    if (stream !== quiet.stream) continue
    const spoken = found.slice(3).map(({ id }) => id)
    for (let tries = 0; heard.length < spoken.length && tries < 50; tries++)
      await new Promise((r) => setTimeout(r, 100))
    if (heard.join() !== spoken.join()) broken.push(`of ${spoken.length} events ${heard.length} were heard live`)
  }
  live.destroy()
  agent.destroy()
  const third = Math.floor(memory.length / 3)
  const memoryThirds = [median(memory.slice(0, third)), median(memory.slice(-third))] as const
  return {
    statuses: new Map([...statuses].sort(([a], [b]) => (a < b ? -1 : 1))),
    acknowledged: [...acknowledged.values()].reduce((sum, kept) => sum + kept.size, 0),
    memory: memoryThirds,
    broken: broken.slice(0, maxBroken),
  }

  async function readAll(stream: string, reader: Person): Promise<AnyEvent[]> {
    const events: AnyEvent[] = []
    for (let after = ''; ;) {
      const { status, body } = await ask('GET', at(stream, `events?limit=2000${after}`), { cookie: reader.cookie })
      if (status !== 200) throw new Error(`reading ${stream} was answered ${status}: ${body.slice(0, 200)}`)
      const page = JSON.parse(body) as StreamPage
      events.push(...page.items.map((item) => item.event))
      if (page.upToDate) return events
      after = `&after=${page.items.at(-1)!.seq}`
    }
  }
}

/** Bytes over a socket of its own; the status of the first answer, 0 if there is none. */
function bytes(port: number, sent: Buffer): Promise<Answer> {
  return new Promise((resolve) => {
    let body = ''
    const socket = connect(port, '127.0.0.1', () => socket.end(sent))
    socket.setTimeout(2000, () => socket.destroy())
    socket.on('data', (chunk) => (body += chunk.toString()))
    socket.on('error', () => {})
    socket.on('close', () => resolve({ status: Number(/^HTTP\/1\.1 (\d+)/.exec(body)?.[1] ?? 0), body }))
  })
}

/** A tail of one stream, from now on: resolves once it stands. */
function listen(port: number, person: Person, stream: string, onEvent: (id: string) => void): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    let text = ''
    socket.write(`GET /api/tail HTTP/1.1\r\nHost: localhost\r\nCookie: ${person.cookie}\r\n\r\n`)
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      text += chunk.toString()
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

function residentMb(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024
  } catch {
    return 0 // no such thing on this system, or no such process any more
  }
}

const median = (numbers: readonly number[]): number =>
  Math.round([...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0)
