import { afterEach, beforeEach, expect, test } from 'vitest'
import { ulid } from 'ulid'
import { makeLogger } from './logger.ts'
import { newFolder, startProcess, type ServerProcess } from './testing-process.ts'

let folder: ReturnType<typeof newFolder>
let server: ServerProcess | null = null
beforeEach(() => {
  folder = newFolder()
})
afterEach(async () => {
  await server?.end('SIGKILL')
  server = null
  folder.remove()
})

test('every request is a line with its id, its route and its status, and the answer has the same id', async () => {
  server = await startProcess(folder.path, { env: { LOG_LEVEL: 'debug' } })
  const ada = await server.signIn('Ada')
  const answer = await ada.request('/api/streams/space%3Anone/events')
  const id = answer.headers.get('x-request-id')
  const given = await ada.request('/api/me', { headers: { 'x-request-id': 'a-proxy-s-own' } })
  expect(given.headers.get('x-request-id')).toBe('a-proxy-s-own')
  await expect.poll(() => linesOf(server!).map((line) => line['requestId'])).toContain('a-proxy-s-own')
  const line = linesOf(server).find(({ requestId }) => requestId === id)
  expect(line).toMatchObject({ method: 'GET', route: '/api/streams/:stream/events', status: 404, msg: 'request' })
})

test('at its most talkative, no secret and no word of a message is in the log', async () => {
  server = await startProcess(folder.path, { env: { LOG_LEVEL: 'trace' } })
  const ada = await server.signIn('Ada')
  const space = ada.found()
  await ada.append(space.stream, space.events)
  const word = 'wombat'
  await ada.append(space.within, [ada.say(space.within, space.room, `a ${word} in a message`)])
  await ada.append(space.within, [{ ...ada.say(space.within, space.room, word), clock: word }])
  await ada.append(space.within, [ada.say(space.within, space.room, word.repeat(100_000))])
  const post = { method: 'POST', headers: { 'content-type': 'application/json' } }
  await ada.request(`/api/streams/${word}/events?after=${word}`)
  await ada.request('/api/guest', { ...post, body: `{"name": ${word}` })
  await ada.request('/api/recovery', { ...post, body: JSON.stringify({ code: word }) })
  await ada.request(`/${word}`, { headers: { cookie: `__Host-sid=${word}`, referer: word, authorization: word } })
  await ada.request(`/v1/stream/${word}`, { method: 'PUT', headers: { 'content-type': 'text/plain' }, body: word })
  await server.end()
  const log = server.log()
  expect(linesOf(server).length).toBeGreaterThan(8)
  expect(log).not.toContain(word)
  expect(log).not.toContain(ada.cookie.split('=')[1])
  expect(log).not.toContain('Ada')
})

test('an error is told by kind, code, reason and place; what hangs on it, and text that could not be parsed, is not', () => {
  const lines: string[] = []
  const logger = makeLogger('info', { write: (line) => void lines.push(line) })
  const secret = ulid()
  const parse = () => JSON.parse(`"${secret}`) as unknown
  const errors = [
    caught(parse),
    Object.assign(new Error('the disk'), { code: 'ENOSPC', request: { cookie: secret } }),
    new Error('wrapped', { cause: caught(parse) }),
    new AggregateError([new Error(secret)], 'several'),
    { message: secret },
    secret,
  ]
  for (const err of errors) logger.error({ err }, 'failed')
  expect(lines.join('')).not.toContain(secret)
  expect(JSON.parse(lines[0]!)).toMatchObject({ err: { type: 'SyntaxError', message: 'is not JSON' } })
  expect(JSON.parse(lines[1]!)).toMatchObject({ err: { code: 'ENOSPC', message: 'the disk' } })
  expect((JSON.parse(lines[1]!) as { err: { stack: string } }).err.stack).toMatch(/^ {4}at .*logger\.test\.ts/)
})

function caught(work: () => unknown): unknown {
  try {
    return work()
  } catch (error) {
    return error
  }
}

const linesOf = (of: ServerProcess) =>
  of
    .log()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>)
