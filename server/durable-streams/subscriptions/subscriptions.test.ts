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

interface Claimed {
  readonly status: number
  readonly wake_id: string
  readonly generation: number
  readonly token: string
}
const claim = async (id: string, worker: string): Promise<Claimed> => {
  const answer = await send('POST', `__ds/subscriptions/${id}/claim`, { worker })
  return { ...((await answer.json()) as Omit<Claimed, 'status'>), status: answer.status }
}

test('only one of many workers gets a wake', async () => {
  await send('PUT', 'wake/pool', [])
  await subscribe('pool', { type: 'pull-wake', pattern: 'jobs/**', wake_stream: 'wake/pool' })
  await send('PUT', 'jobs/1', ['work'])
  const claims = await Promise.all(Array.from({ length: 20 }, (_, i) => claim('pool', `worker ${i}`)))
  expect(claims.filter(({ status }) => status === 200)).toHaveLength(1)
  expect(claims.filter(({ status }) => status === 409)).toHaveLength(19)
})

test('who lost their lease acknowledges nothing; who has the next one does', async () => {
  await send('PUT', 'wake/late', [])
  await subscribe('late', { type: 'pull-wake', pattern: 'late/*', wake_stream: 'wake/late', lease_ttl_ms: 1000 })
  await send('PUT', 'late/1', ['work'])
  const ack = ({ wake_id, generation, token }: Claimed) =>
    send(
      'POST',
      '__ds/subscriptions/late/ack',
      { wake_id, generation, acks: [{ stream: 'late/1', offset: '0000000000000001_0000000000000000' }], done: true },
      { ...json, authorization: `Bearer ${token}` },
    )
  const first = await claim('late', 'first')
  expect(first.status).toBe(200)
  let second = first
  const takeOver = async () => (second = await claim('late', 'second')).status
  await expect.poll(takeOver).toBe(200)
  expect(second.generation).toBeGreaterThan(first.generation)
  expect((await ack(first)).status).toBe(409)
  expect((await ack({ ...second, token: first.token })).status).toBe(409)
  // on a machine that is so slow that this lease ends too, there is a third
  await expect.poll(async () => ((await ack(second)).status === 200 ? 200 : takeOver().then(() => 409))).toBe(200)
  expect((await claim('late', 'nobody needed')).status).toBe(409)
})
