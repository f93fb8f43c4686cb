import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestPerson, type TestServer } from '../../testing.ts'

/** What the public suite does not ask of subscriptions: restarts, failures, and what ends a lease. */
let server: TestServer
let ada: TestPerson
let receiver: Server
let wakes: Wake[] = []
let answerWith = 200

interface Wake {
  readonly wake_id: string
  readonly generation: number
  readonly callback_url: string
  readonly callback_token: string
  readonly streams: readonly { path: string; tail_offset: string; acked_offset: string; has_pending: boolean }[]
}

beforeAll(async () => {
  server = await startTestServer({ localWebhooks: true })
  ada = await server.signIn('Ada')
  receiver = createServer((request, response) => {
    let text = ''
    request.on('data', (chunk: Buffer) => (text += chunk.toString()))
    request.on('end', () => {
      wakes.push(JSON.parse(text) as Wake)
      response.writeHead(answerWith, { location: 'http://127.0.0.1:1/' }).end('{}')
    })
  })
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
})
afterAll(async () => {
  await server.dispose()
  receiver.close()
})

const json = { 'content-type': 'application/json' }
const send = (method: string, path: string, body: unknown, headers: Record<string, string> = json) =>
  ada.request(`/v1/stream/${path}`, { method, headers, body: body === null ? null : JSON.stringify(body) })
const subscribe = (id: string, more: object) => send('PUT', `__ds/subscriptions/${id}`, more)
const hook = () => ({ url: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/` })

test('what was there before is not told, what comes is, and a restart forgets nothing', async () => {
  wakes = []
  await send('PUT', 'old/a', [1, 2])
  await subscribe('keeps', { type: 'webhook', pattern: 'old/*', webhook: hook(), lease_ttl_ms: 1000 })
  await send('POST', 'old/a', [3])
  await expect.poll(() => wakes.length).toBeGreaterThan(0)
  const [first] = wakes
  expect(first!.streams).toMatchObject([
    {
      path: 'old/a',
      acked_offset: '0000000000000002_0000000000000000',
      tail_offset: '0000000000000003_0000000000000000',
    },
  ])
  await server.stop()
  await server.restart()
  // nobody called back: its lease ends, and it is told again with a greater generation
  await expect.poll(() => wakes.at(-1)!.generation).toBeGreaterThan(first!.generation)
  const callBack = async (wake: Wake) => {
    const acks = [{ stream: 'old/a', offset: wake.streams[0]!.tail_offset }]
    const { wake_id, generation } = wake
    // as a receiver does: with the token alone
    return fetch(wake.callback_url, {
      method: 'POST',
      headers: { ...json, authorization: `Bearer ${wake.callback_token}` },
      body: JSON.stringify({ wake_id, generation, acks, done: true }),
    })
  }
  expect((await callBack(first!)).status).toBe(409)
  await expect.poll(async () => (await callBack(wakes.at(-1)!)).status).toBe(200)
  await send('DELETE', '__ds/subscriptions/keeps', null)
})

test('a receiver that fails is tried again, and no redirect is followed', async () => {
  wakes = []
  for (answerWith of [500, 307]) {
    await subscribe(`fails-${answerWith}`, { type: 'webhook', streams: [`s/${answerWith}`], webhook: hook() })
    await send('PUT', `s/${answerWith}`, [1])
    const status = async () => {
      const answer = await send('GET', `__ds/subscriptions/fails-${answerWith}`, null)
      return ((await answer.json()) as { status: string }).status
    }
    await expect.poll(status).toBe('failed')
  }
  answerWith = 200
  const before = wakes.length
  await expect.poll(() => wakes.length).toBeGreaterThan(before)
  for (const id of ['fails-500', 'fails-307']) await send('DELETE', `__ds/subscriptions/${id}`, null)
})

test('only one of many workers gets a wake, and who lost their lease acknowledges nothing', async () => {
  await send('PUT', 'wake/pool', [])
  await subscribe('pool', { type: 'pull-wake', pattern: 'jobs/**', wake_stream: 'wake/pool', lease_ttl_ms: 1000 })
  await send('PUT', 'jobs/1', ['work'])
  const claim = async (worker: string) => {
    const answer = await send('POST', '__ds/subscriptions/pool/claim', { worker })
    const body = (await answer.json()) as { wake_id: string; generation: number; token: string }
    return { status: answer.status, ...body }
  }
  const claims = await Promise.all(Array.from({ length: 20 }, (_, i) => claim(`worker ${i}`)))
  const won = claims.filter(({ status }) => status === 200)
  expect(won).toHaveLength(1)
  let second = await claim('later')
  await expect.poll(async () => (second.status === 200 ? second : (second = await claim('later'))).status).toBe(200)
  expect(second.generation).toBeGreaterThan(won[0]!.generation)
  const ack = ({ wake_id, generation, token }: { wake_id: string; generation: number; token: string }) =>
    send(
      'POST',
      '__ds/subscriptions/pool/ack',
      { wake_id, generation, acks: [{ stream: 'jobs/1', offset: '0000000000000001_0000000000000000' }], done: true },
      { ...json, authorization: `Bearer ${token}` },
    )
  expect((await ack(won[0]!)).status).toBe(409)
  expect((await ack({ ...second, token: won[0]!.token })).status).toBe(409)
  expect((await ack(second)).status).toBe(200)
  expect((await claim('nobody needed')).status).toBe(409)
})
