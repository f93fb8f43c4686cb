import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TailMessage } from '../schema/messages/http.ts'
import { newFolder, startProcess, type ServerProcess } from './testing-process.ts'
import { startTestServer, type TestPerson } from './testing.ts'

/** Live connections, on a real process: those that nobody reads, those of who is gone, and too many of them. */
const folder = newFolder()
let server: ServerProcess
beforeAll(async () => {
  server = await startProcess(folder.path, { limits: { heartbeatMs: 300 } })
})
afterAll(async () => {
  await server.end()
  folder.remove()
})

const at = (stream: string, rest: string) => `/api/streams/${encodeURIComponent(stream)}/${rest}`

const lastChunk = '\r\n0\r\n\r\n'

/** A tail over a socket of its own, which can stop reading. */
class Tail {
  readonly socket: Socket
  readonly #chunks: string[] = []
  ended = false

  /** `before`: a request before it in the same packet */
  constructor(person: TestPerson, path = '/api/tail', port = new URL(server.origin).port, before = '') {
    this.socket = connect(Number(port), '127.0.0.1')
    this.socket.write(`${before}GET ${path} HTTP/1.1\r\nHost: localhost\r\nCookie: ${person.cookie}\r\n\r\n`)
    let end = ''
    this.socket.on('data', (bytes) => {
      const chunk = bytes.toString()
      this.#chunks.push(chunk)
      // a response that is complete is an end too: its last chunk is empty
      end = (end + chunk).slice(-lastChunk.length)
      this.ended ||= end === lastChunk
    })
    this.socket.on('error', () => {})
    this.socket.on('close', () => (this.ended = true))
  }

  /** all that came so far; megabytes of it are put together only when somebody looks */
  get text(): string {
    return this.#chunks.join('')
  }

  messages(): TailMessage[] {
    return [...this.text.matchAll(/^data:(.*)$/gm)].map(([, json]) => JSON.parse(json!) as TailMessage)
  }
  async opened(): Promise<this> {
    await expect.poll(() => this.text).toContain('\r\n\r\n')
    return this
  }
}

test('a tail that nobody reads is cut once 1 MB waits for it; the others hear everything', async () => {
  const ada = await server.signIn('Ada')
  const space = ada.found()
  await ada.append(space.stream, space.events)
  const deaf = [await new Tail(ada).opened(), await new Tail(ada, at(space.within, 'tail')).opened()]
  const hearing = await new Tail(ada).opened()
  for (const { socket } of deaf) socket.pause()
  const before = await residentMb(server.pid)
  const batch = () => Array.from({ length: 4 }, () => ada.say(space.within, space.room, 'x'.repeat(55_000)))
  const sent: string[] = []
  for (let i = 0; i < 60; i++) {
    const events = batch()
    await ada.append(space.within, events)
    sent.push(...events.map(({ id }) => id))
  }
  const heard = () =>
    hearing
      .messages()
      .flatMap((message) => (message.type === 'items' ? message.items!.map(({ event }) => event.id) : []))
  await expect.poll(heard).toEqual(sent)
  // 13 MB were said. What waits is cut at 1 MB, beside what the kernel holds; the stream's tail waits at its own pace.
  await expect.poll(async () => (await server.health()).tails).toBeLessThanOrEqual(2)
  expect((await residentMb(server.pid)) - before).toBeLessThan(80)
  for (const { socket } of [...deaf, hearing]) socket.destroy()
})

test('what waits for all of them is bounded too: those with most are cut', async () => {
  const small = await startTestServer({ limits: { tailBytesInAll: 1 << 20 } })
  const people = await Promise.all(Array.from({ length: 6 }, (_, i) => small.signIn(`P${i}`)))
  const space = people[0]!.found()
  await people[0]!.append(space.stream, space.events)
  for (const one of people.slice(1)) await one.append(space.stream, [one.join(space.stream)])
  const { port } = new URL(small.origin)
  const deaf = await Promise.all(people.map((one) => new Tail(one, '/api/tail', port).opened()))
  for (const { socket } of deaf) socket.pause()
  const { tails } = (await (await fetch(`${small.origin}/healthz`)).json()) as { tails: number }
  expect(tails).toBe(6)
  for (let i = 0; i < 130; i++) {
    await people[0]!.append(space.within, [people[0]!.say(space.within, space.room, 'x'.repeat(50_000))])
  }
  const left = async () => ((await (await fetch(`${small.origin}/healthz`)).json()) as { tails: number }).tails
  expect(await left()).toBeLessThan(6)
  for (const { socket } of deaf) socket.destroy()
  await small.dispose()
})

describe('behind another answer on the same connection', () => {
  // Browsers do it: they have the last byte of a file, and ask again before the server has noted that it is sent.
  test.each(['/api/tail', 'of a stream'])('a tail is answered: %s', async (which) => {
    const ada = await server.signIn('Ada')
    const space = ada.found()
    await ada.append(space.stream, space.events)
    const path = which === '/api/tail' ? which : at(space.within, 'tail')
    const open = (await server.health()).tails
    // an append is answered after its commit, long after the request that follows it has been read
    const body = JSON.stringify({ events: [ada.say(space.within, space.room, 'before')] })
    const type = `Content-Type: application/json\r\nOrigin: http://localhost\r\nCookie: ${ada.cookie}`
    const append = `POST ${at(space.within, 'events')} HTTP/1.1\r\nHost: localhost\r\n${type}\r\nContent-Length: ${body.length}\r\n\r\n${body}`
    const tail = new Tail(ada, path, new URL(server.origin).port, append)
    await expect.poll(() => tail.messages().length).toBeGreaterThan(0)
    expect(tail.text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 200'])
    const event = ada.say(space.within, space.room, 'heard')
    await ada.append(space.within, [event])
    await expect.poll(() => tail.text).toContain(event.id)
    tail.socket.destroy()
    await expect.poll(async () => (await server.health()).tails).toBe(open)
  })

  test('who goes before its turn comes leaves none', async () => {
    const ada = await server.signIn('Ada')
    const open = (await server.health()).tails
    const first = await new Tail(ada).opened()
    first.socket.write(`GET /api/tail HTTP/1.1\r\nHost: localhost\r\nCookie: ${ada.cookie}\r\n\r\n`)
    await expect.poll(async () => (await server.health()).tails).toBe(open + 2)
    first.socket.destroy()
    await expect.poll(async () => (await server.health()).tails).toBe(open)
  })
})

describe('too many', () => {
  test('of one person: the oldest makes room at eight, of whatever kind', async () => {
    const ada = await server.signIn('Ada')
    const bob = await server.signIn('Bob')
    const space = ada.found()
    await ada.append(space.stream, space.events)
    const his = await new Tail(bob).opened()
    const tails: Tail[] = []
    for (let i = 0; i < 12; i++) {
      tails.push(await new Tail(ada, i % 3 === 0 ? at(space.stream, 'tail') : '/api/tail').opened())
    }
    await expect.poll(() => tails.map(({ ended }) => ended)).toEqual([...Array(4).fill(true), ...Array(8).fill(false)])
    expect(his.ended).toBe(false)
    for (const { socket } of [...tails, his]) socket.destroy()
  })

  test('HEAD on a tail answers 200 and keeps nothing', async () => {
    const ada = await server.signIn('Ada')
    const space = ada.found()
    await ada.append(space.stream, space.events)
    const open = (await server.health()).tails
    for (let round = 0; round < 4; round++) {
      await Promise.all(
        Array.from({ length: 50 }, async (_, i) => {
          const answer = await ada.request(i % 2 ? '/api/tail' : at(space.stream, 'tail'), { method: 'HEAD' })
          expect(answer.status).toBe(200)
        }),
      )
    }
    expect((await server.health()).tails).toBe(open)
  })
})

describe('who is gone hears nothing more', () => {
  test('sign-out ends the tails of that session, and of no other', async () => {
    const ada = await server.signIn('Ada')
    const bob = await server.signIn('Bob')
    const space = ada.found()
    await ada.append(space.stream, space.events)
    const hers = [await new Tail(ada).opened(), await new Tail(ada, at(space.stream, 'tail')).opened()]
    const his = await new Tail(bob).opened()
    expect((await ada.request('/api/sign-out', { method: 'POST' })).status).toBe(204)
    await expect.poll(() => hers.map(({ ended }) => ended)).toEqual([true, true])
    expect(his.ended).toBe(false)
    his.socket.destroy()
  })

  test('a member who is removed: gone before the next event is taken, on both kinds, read or unread', async () => {
    const ada = await server.signIn('Ada')
    const bob = await server.signIn('Bob')
    const space = ada.found()
    await ada.append(space.stream, space.events)
    await bob.append(space.stream, [bob.join(space.stream)])
    const own = await new Tail(bob).opened()
    const open = (await server.health()).tails
    const streams = await new Tail(bob, at(space.within, 'tail')).opened()
    const unread = await new Tail(bob, at(space.within, 'tail')).opened()
    unread.socket.pause()
    await ada.append(
      space.within,
      Array.from({ length: 100 }, () => ada.say(space.within, space.room, 'x'.repeat(50_000))),
    )
    await ada.append(space.stream, [ada.event('member.leave', space.stream, { entity: bob.actor })])
    const secret = ada.say(space.within, space.room, 'he is gone')
    await ada.append(space.within, [secret])
    expect((await server.health()).tails).toBe(open) // both are let go of, read or not
    await expect.poll(() => streams.ended).toBe(true)
    expect(streams.messages().at(-1)).toEqual({ type: 'gone', stream: space.within })
    await expect.poll(() => own.messages().at(-1)).toEqual({ type: 'gone', stream: space.within })
    await sleep(1200)
    unread.socket.resume()
    await expect.poll(() => unread.ended).toBe(true)
    for (const tail of [own, streams, unread]) expect(tail.text).not.toContain(secret.id)
    own.socket.destroy()
  })

  test('a heartbeat comes for as long as the session lives', async () => {
    const ada = await server.signIn('Ada')
    const tail = await new Tail(ada).opened()
    await expect.poll(() => tail.text.split('\n:\n').length).toBeGreaterThan(2)
    tail.socket.destroy()
  })
})

async function residentMb(pid: number): Promise<number> {
  const { readFile } = await import('node:fs/promises')
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024
}
