import { afterEach, expect, test } from 'vitest'
import { startTestServer, type TestServer } from './testing.ts'

/** What an operator counts, and who may look. */
let server: TestServer
afterEach(() => server.dispose())

const metrics = async (headers: Record<string, string> = {}) => {
  const answer = await fetch(`${server.origin}/metrics`, { headers })
  return { status: answer.status, type: answer.headers.get('content-type') ?? '', text: await answer.text() }
}
const valueOf = (text: string, sample: string) =>
  Number(new RegExp(`^${sample.replaceAll(/[{}]/g, '\\$&')} (.+)$`, 'm').exec(text)?.[1])

test('requests by route and status, refusals by code, events, live connections, and the process', async () => {
  server = await startTestServer()
  const ada = await server.signIn('Ada')
  const space = ada.found()
  await ada.append(space.stream, space.events)
  await ada.append('space:none', [ada.say('space:none', 'r', 'x')])
  const tail = new AbortController()
  await ada.request('/api/tail', { signal: tail.signal })
  const { status, type, text } = await metrics()
  expect([status, type]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8'])
  const events = 'method="POST",route="/api/streams/:stream/events"'
  expect(valueOf(text, `rooms_http_requests_total{${events},status="200"}`)).toBe(1)
  expect(valueOf(text, `rooms_http_requests_total{${events},status="404"}`)).toBe(1)
  expect(valueOf(text, 'rooms_http_request_seconds_count{route="/api/guest"}')).toBe(1)
  expect(valueOf(text, 'rooms_refusals_total{code="UNKNOWN_STREAM"}')).toBe(1)
  expect(valueOf(text, 'rooms_events_total')).toBe(space.events.length)
  expect(valueOf(text, 'rooms_tails')).toBe(1)
  expect(valueOf(text, 'rooms_disk_ok')).toBe(1)
  expect(valueOf(text, 'rooms_set_aside')).toBe(0)
  expect(valueOf(text, 'process_resident_memory_bytes')).toBeGreaterThan(1e6)
  tail.abort()
})

test('what requests choose makes no new names and no new labels', async () => {
  server = await startTestServer()
  const ada = await server.signIn('Ada')
  const ask = async (n: number) => {
    const odd = `odd-${n}`
    await ada.request(`/api/streams/space%3A${odd}/events`)
    await ada.request(`/api/${odd}`)
    await ada.request(`/v1/stream/${odd}/a/b`)
    await ada.request(`/v1/stream/__ds/subscriptions/${odd}`)
    await ada.request(`/${odd}?${odd}`, { method: `ODD${n}` })
    await ada.request(`/api/streams/${odd}/tail`, { headers: { 'x-request-id': odd, 'user-agent': odd } })
    await fetch(`${server.origin}/healthz`, { headers: { host: odd } })
  }
  const series = async () => (await metrics()).text.split('\n').filter((line) => line.startsWith('rooms_')).length
  for (let n = 0; n < 3; n++) await ask(n)
  await series() // this request is counted from now on
  const before = await series()
  for (let n = 3; n < 30; n++) await ask(n)
  expect(await series()).toBe(before)
  expect((await metrics()).text).not.toContain('odd-')
})

test('this machine may read them, and nobody whose request was passed on by a proxy', async () => {
  server = await startTestServer()
  expect((await metrics()).status).toBe(200)
  for (const header of ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via']) {
    expect([header, (await metrics({ [header]: '127.0.0.1' })).status]).toEqual([header, 403])
  }
})

test('with a token, who shows it may read them, from anywhere, and nobody else', async () => {
  server = await startTestServer({ metricsToken: 'a token that nobody guesses' })
  expect((await metrics()).status).toBe(403)
  expect((await metrics({ authorization: 'Bearer another' })).status).toBe(403)
  expect((await metrics({ authorization: 'a token that nobody guesses' })).status).toBe(403)
  const shown = { authorization: 'Bearer a token that nobody guesses', 'x-forwarded-for': '203.0.113.7' }
  expect((await metrics(shown)).status).toBe(200)
})
