import { DurableStream, IdempotentProducer, stream } from '@durable-streams/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestPerson, type TestServer } from '../testing.ts'

/** What the public suite (`npm run conformance`) does not ask: who may, what a restart leaves, and the public client. */
let server: TestServer
let ada: TestPerson
let bob: TestPerson

beforeAll(async () => {
  server = await startTestServer()
  ada = await server.signIn('Ada')
  bob = await server.signIn('Bob')
})
afterAll(() => server.dispose())

const text = { 'content-type': 'text/plain' }
const put = (person: TestPerson, path: string, body: string, headers: Record<string, string> = text) =>
  person.request(`/v1/stream/${path}`, { method: 'PUT', headers, body })
const post = (person: TestPerson, path: string, body: string, headers: Record<string, string> = text) =>
  person.request(`/v1/stream/${path}`, { method: 'POST', headers, body })
const read = async (person: TestPerson, path: string) => (await person.request(`/v1/stream/${path}?offset=-1`)).text()

test('nobody reads or writes without being signed in', async () => {
  await put(ada, 'mine', 'words')
  for (const method of ['GET', 'HEAD', 'PUT', 'POST', 'DELETE']) {
    const headers = { origin: server.origin, 'content-type': 'text/plain' }
    const body = ['PUT', 'POST'].includes(method) ? 'x' : null
    const answer = await fetch(`${server.origin}/v1/stream/mine`, { method, headers, body })
    expect(answer.status, method).toBe(401)
  }
  const subscribe = await fetch(`${server.origin}/v1/stream/__ds/subscriptions/s`, {
    headers: { origin: server.origin },
  })
  expect(subscribe.status).toBe(401)
})

test('another site cannot write in a signed-in person’s name', async () => {
  const headers = { origin: 'https://elsewhere.example', cookie: ada.cookie, ...text }
  const answer = await fetch(`${server.origin}/v1/stream/forged`, { method: 'PUT', headers, body: 'x' })
  expect(answer.status).toBe(403)
  expect((await ada.request('/v1/stream/forged')).status).toBe(404)
})

test('each person has streams of their own: the same path is another stream', async () => {
  await put(ada, 'notes/today', 'of Ada')
  expect((await bob.request('/v1/stream/notes/today')).status).toBe(404)
  await put(bob, 'notes/today', 'of Bob')
  expect(await read(ada, 'notes/today')).toBe('of Ada')
  // nor by way of a fork, or of a path that climbs
  const fork = await put(bob, 'stolen', '', { ...text, 'stream-forked-from': `/v1/stream/${ada.actor}/notes/today` })
  expect(fork.status).toBe(404)
  for (const path of [
    `../${ada.actor}/notes/today`,
    `%2e%2e%2f${ada.actor}%2fnotes%2ftoday`,
    `${ada.actor}/notes/today`,
  ]) {
    expect((await bob.request(`/v1/stream/${path}`)).status, path).toBe(404)
  }
})

test('data, metadata and producers outlive the server together', async () => {
  const producer = { ...text, 'producer-id': 'p', 'producer-epoch': '3' }
  await put(ada, 'kept', '', { ...text, 'stream-ttl': '3600' })
  for (let seq = 0; seq < 5; seq++) {
    expect((await post(ada, 'kept', `${seq} `, { ...producer, 'producer-seq': String(seq) })).status).toBe(200)
  }
  await put(ada, 'fork', '', { 'stream-forked-from': '/v1/stream/kept', ...text })
  await ada.request('/v1/stream/kept', { method: 'DELETE' })
  await server.stop()
  await server.restart()
  expect((await ada.request('/v1/stream/kept')).status).toBe(410)
  expect(await read(ada, 'fork')).toBe('0 1 2 3 4 ')
  const head = await ada.request('/v1/stream/fork', { method: 'HEAD' })
  expect(head.headers.get('stream-ttl')).toBe('3600')

  await put(ada, 'again', '')
  await post(ada, 'again', 'once', { ...producer, 'producer-seq': '0' })
  await server.stop()
  await server.restart()
  expect((await post(ada, 'again', 'twice', { ...producer, 'producer-seq': '0' })).status).toBe(204)
  expect((await post(ada, 'again', '!', { ...producer, 'producer-seq': '2' })).status).toBe(409)
  expect((await post(ada, 'again', '!', { ...producer, 'producer-epoch': '2', 'producer-seq': '0' })).status).toBe(403)
  expect(await read(ada, 'again')).toBe('once')
})

test('a state is known again from its last checkpoint, however long the stream is', async () => {
  await put(ada, 'long', '')
  const producer = { ...text, 'producer-id': 'p', 'producer-epoch': '0' }
  for (const seq of ['0', '1']) await post(ada, 'long', `p${seq},`, { ...producer, 'producer-seq': seq })
  const all = Array.from({ length: 600 }, (_, i) => `${i}`)
  for (let from = 0; from < all.length; from += 100) {
    await Promise.all(all.slice(from, from + 100).map((body) => post(ada, 'long', `${body},`)))
  }
  await server.stop()
  await server.restart()
  const found = (await read(ada, 'long')).split(',').filter((part) => part !== '')
  expect(found.toSorted()).toEqual(['p0', 'p1', ...all].toSorted())
  expect((await post(ada, 'long', 'x', { ...producer, 'producer-seq': '1' })).status).toBe(204)
  const next = await post(ada, 'long', 'x', { ...producer, 'producer-seq': '2' })
  expect([next.status, next.headers.get('stream-next-offset')]).toEqual([200, '0000000000000603_0000000000000000'])
})

test('who signs out gets nothing more of a live read', async () => {
  const eve = await server.signIn('Eve')
  await put(eve, 'live', 'before')
  const answer = await eve.request('/v1/stream/live?offset=-1&live=sse')
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader()
  let got = ''
  while (!got.includes('upToDate')) got += (await reader.read()).value
  await eve.request('/api/sign-out', { method: 'POST' })
  for (let end = false; !end;) {
    const { done, value = '' } = await reader.read()
    got += value
    end = done
  }
  expect(got).toContain('before')
})

test('numbers keep all their digits, and text its spaces', async () => {
  const json = { 'content-type': 'application/json' }
  const body = '[ 12345678901234567890 , {"a" : 1e400, "b": "],[{\\"" }, "\\\\" , [1, [2]], [] ]'
  await put(ada, 'exact', body, json)
  expect(await read(ada, 'exact')).toBe('[12345678901234567890,{"a" : 1e400, "b": "],[{\\"" },"\\\\",[1, [2]],[]]')
})

test('what is nested or named beyond all use is refused, and nothing else suffers', async () => {
  const json = { 'content-type': 'application/json' }
  expect((await put(ada, 'deep', '['.repeat(100_000), json)).status).toBe(400)
  for (const path of ['%00', 'a%0ab', '%ff', 'x'.repeat(600), '__ds', '__ds/x']) {
    expect((await put(ada, path, 'x')).status, path).toBeGreaterThanOrEqual(400)
    expect((await put(ada, path, 'x')).status, path).toBeLessThan(500)
  }
  expect((await put(ada, 'fine', 'x')).status).toBe(201)
})

test('the public client writes, reads, follows and repeats, signed in', async () => {
  const url = `${server.origin}/v1/stream/chat/lines`
  const headers = { cookie: ada.cookie, origin: server.origin }
  const lines = await DurableStream.create({ url, headers, contentType: 'application/json' })
  await lines.append(JSON.stringify({ n: 1 }))
  const producer = new IdempotentProducer(lines, 'pen', { autoClaim: true })
  producer.append(JSON.stringify({ n: 2 }))
  producer.append(JSON.stringify({ n: 3 }))
  await producer.flush()
  const caughtUp = await stream<{ n: number }>({ url, headers, offset: '-1', live: false })
  expect(await caughtUp.json()).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }])

  for (const live of ['sse', 'long-poll'] as const) {
    const seen: number[] = []
    const following = await stream<{ n: number }>({ url, headers, offset: caughtUp.offset, live })
    following.subscribeJson(async ({ items }) => void seen.push(...items.map(({ n }) => n)))
    await lines.append(JSON.stringify({ n: 4 }))
    await expect.poll(() => seen).toContain(4)
    following.cancel()
  }
})
