import { connect } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { StreamPage } from '../schema/messages/http.ts'
import { newFolder, startProcess, type ServerProcess } from './testing-process.ts'

/** A server that is asked to end, in the middle of its work. */
let folder: ReturnType<typeof newFolder>
let server: ServerProcess
beforeEach(async () => {
  folder = newFolder()
  server = await startProcess(folder.path, { limits: { drainMs: 700 } })
})
afterEach(async () => {
  await server.end('SIGKILL')
  folder.remove()
})

const at = (stream: string, rest: string) => `/api/streams/${encodeURIComponent(stream)}/${rest}`

/** A socket of its own, with what came over it. */
function open(cookie: string) {
  const { port, host } = new URL(server.origin)
  const socket = connect(Number(port), '127.0.0.1')
  let text = ''
  socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  socket.on('error', () => {})
  const closed = new Promise<string>((resolve) => socket.on('close', () => resolve(text)))
  return {
    send: (part: string) => socket.write(part),
    ask: (line: string, headers: string) =>
      socket.write(
        `${line} HTTP/1.1\r\nHost: ${host}\r\nOrigin: ${server.origin}\r\nCookie: ${cookie}\r\n${headers}\r\n`,
      ),
    text: () => text,
    closed,
  }
}

test('takes no new connection, tells live ones to come back, finishes what is being sent, and ends with 0', async () => {
  const ada = await server.signIn('Ada')
  const space = ada.found()
  await ada.append(space.stream, space.events)
  const said = ada.say(space.within, space.room, 'half sent')
  const body = JSON.stringify({ events: [said] })
  const writer = open(ada.cookie)
  writer.ask(`POST ${at(space.within, 'events')}`, `Content-Length: ${Buffer.byteLength(body)}\r\n`)
  writer.send(body.slice(0, 100))
  const tails = [open(ada.cookie), open(ada.cookie)]
  tails[0]!.ask('GET /api/tail', '')
  tails[1]!.ask(`GET ${at(space.stream, 'tail')}`, '')
  for (const tail of tails) await expect.poll(() => tail.text()).toContain('data:')

  const ended = server.end('SIGTERM')
  for (const tail of tails) {
    expect(await tail.closed).toMatch(/retry:\d{3,4}\n\n\r\n0\r\n\r\n$/) // the end of the body, not of the wire
  }
  const late = open(ada.cookie)
  expect(await late.closed).toBe('') // refused
  writer.send(body.slice(100))
  const answer = await writer.closed
  expect(answer).toMatch(/^HTTP\/1\.1 200 /)
  expect(answer).toMatch(/connection: close/i)
  expect(await ended).toBe(0)

  server = await startProcess(folder.path, { port: new URL(server.origin).port })
  const { body: page } = await ada.get<StreamPage>(at(space.within, 'latest'))
  expect(page.items.at(-1)!.event.id).toBe(said.id)
})

test('a connection that was kept gets its answers, but no new live ones; and says at /healthz that it is stopping', async () => {
  const ada = await server.signIn('Ada')
  const slow = open(ada.cookie)
  slow.ask('POST /api/guest', 'Content-Length: 100\r\n') // keeps the server from its end
  const one = async (path: string) => {
    const kept = open(ada.cookie)
    // the first half of a request: this one is under way
    kept.send(`GET ${path} HTTP/1.1\r\nHost: ${new URL(server.origin).host}\r\n`)
    return kept
  }
  const kept = await Promise.all([one('/healthz'), one('/api/me'), one('/api/tail'), one('/v1/stream/none')])
  await new Promise((resolve) => setTimeout(resolve, 100)) // all of it has arrived
  const ended = server.end('SIGTERM')
  await expect.poll(() => fetch(`${server.origin}/healthz`).catch(() => null)).toBeNull()
  for (const socket of kept) socket.send(`Cookie: ${ada.cookie}\r\n\r\n`)
  const [health, me, tail, stream] = await Promise.all(kept.map(({ closed }) => closed))
  expect(health).toMatch(/^HTTP\/1\.1 503 [\s\S]*"status":"stopping"/)
  expect(me).toMatch(/^HTTP\/1\.1 200 [\s\S]*"name":"Ada"/)
  expect(tail).toMatch(/^HTTP\/1\.1 503 [\s\S]*retry-after: 1\r\n[\s\S]*SHUTTING_DOWN/)
  expect(stream).toMatch(/^HTTP\/1\.1 404 /)
  expect(await ended).toBe(0)
})

test('who sends nothing more, and who reads nothing more, holds it up for some seconds and no longer', async () => {
  const ada = await server.signIn('Ada')
  const space = ada.found()
  await ada.append(space.stream, space.events)
  const stuck = open(ada.cookie)
  stuck.ask(`POST ${at(space.within, 'events')}`, 'Content-Length: 1000\r\n')
  stuck.send('{"events":[')
  const tail = open(ada.cookie)
  tail.ask('GET /api/tail', '')
  await expect.poll(() => tail.text()).toContain('data:')
  expect(await server.end('SIGTERM')).toBe(0)
})
