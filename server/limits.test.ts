import { afterEach, describe, expect, test } from 'vitest'
import type { SpaceList } from '../schema/messages/http.ts'
import { JsonShape } from './http/json-shape.ts'
import { limitsFrom } from './limits.ts'
import { Buckets } from './rate.ts'
import { startTestServer, type TestServer } from './testing.ts'

let server: TestServer | null = null
afterEach(async () => {
  await server?.dispose()
  server = null
})

describe('what is asked without end', () => {
  test('guests of one address: 429 with Retry-After', async () => {
    server = await startTestServer({ limits: { guestsPerAddress: { burst: 3, perSecond: 0.25 } } })
    for (let i = 0; i < 3; i++) expect(await server.signIn(`G${i}`)).toMatchObject({ name: `G${i}` })
    const answer = await fetch(`${server.origin}/api/guest`, {
      method: 'POST',
      headers: { origin: server.origin },
      body: '{"name":"One more"}',
    })
    expect(answer.status).toBe(429)
    expect(answer.headers.get('retry-after')).toBe('4')
    expect(await answer.json()).toMatchObject({ error: { code: 'TOO_MANY_REQUESTS' } })
  })

  test('guests behind a proxy are counted by what it says of them, and not by what they say themselves', async () => {
    const limits = { guestsPerAddress: { burst: 1, perSecond: 0.1 } }
    const ask = async (forwarded: string) => {
      const headers = { origin: server!.origin, 'x-forwarded-for': forwarded }
      return (await fetch(`${server!.origin}/api/guest`, { method: 'POST', headers, body: '{"name":"G"}' })).status
    }
    server = await startTestServer({ limits, behindProxy: true })
    expect([await ask('1.1.1.1'), await ask('9.9.9.9, 1.1.1.1'), await ask('2.2.2.2')]).toEqual([200, 429, 200])
    await server.dispose()
    server = await startTestServer({ limits })
    expect([await ask('1.1.1.1'), await ask('2.2.2.2')]).toEqual([200, 429])
  })

  test('spaces, events and bytes of one person, and no other person waits', async () => {
    server = await startTestServer({
      limits: {
        spacesPerPerson: { burst: 2, perSecond: 0.01 },
        eventsPerPerson: { burst: 20, perSecond: 0.1 },
        bytesPerPerson: { burst: 100_000, perSecond: 100 },
      },
    })
    const ada = await server.signIn('Ada')
    const bob = await server.signIn('Bob')
    const eve = await server.signIn('Eve')
    const made = [ada.found(), ada.found(), ada.found()]
    const statuses = []
    for (const { stream, events } of made) statuses.push((await ada.append(stream, events)).status)
    expect(statuses).toEqual([200, 200, 429])
    const { stream: space, within: stream, events, room } = bob.found()
    await bob.append(space, events)
    const many = Array.from({ length: 18 }, () => bob.say(stream, room, 'x'))
    expect((await bob.append(stream, many)).status).toBe(429)
    expect((await bob.append(stream, many.slice(0, 5))).status).toBe(200)
    await eve.append(space, [eve.join(space)])
    const long = () => eve.say(stream, room, 'x'.repeat(50_000))
    expect((await eve.append(stream, [long()])).status).toBe(200)
    expect((await eve.append(stream, [long()])).status).toBe(429)
    expect((await ada.request('/api/me')).status).toBe(200)
  })

  test('live connections in all', async () => {
    server = await startTestServer({ limits: { tailsInAll: 2 } })
    const people = await Promise.all(['A', 'B', 'C'].map((name) => server!.signIn(name)))
    const open = await Promise.all(people.slice(0, 2).map((person) => person.request('/api/tail')))
    const third = await people[2]!.request('/api/tail')
    expect([third.status, third.headers.get('retry-after')]).toEqual([429, '30'])
    await open[0]!.body!.cancel()
    await expect.poll(async () => (await people[2]!.request('/api/tail')).status).toBe(200)
  })

  test('a first message that is larger than what may wait is sent all the same: nobody is kept out by their many spaces', async () => {
    server = await startTestServer({ limits: { tailBytes: 100 } })
    const ada = await server.signIn('Ada')
    for (let i = 0; i < 5; i++) {
      const { stream, events } = ada.found()
      await ada.append(stream, events)
    }
    const reader = (await ada.request('/api/tail')).body!.getReader()
    const { value } = await reader.read()
    expect(new TextDecoder().decode(value).match(/space:/g)).toHaveLength(5)
    await reader.cancel()
  })

  test('all bodies together', async () => {
    server = await startTestServer({ limits: { bodyBytesInAll: 100_000 } })
    const ada = await server.signIn('Ada')
    const answer = await ada.request('/api/guest', { method: 'POST', body: `{"name":"${'x'.repeat(200_000)}"}` })
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '2'])
    expect((await ada.request('/api/guest', { method: 'POST', body: '{"name":"X"}' })).status).toBe(200)
  })
})

test('the public list comes by pages, those with people first, and holds nobody up', async () => {
  server = await startTestServer({ limits: { spacesPerPage: 10 } })
  const [ada, bob, eve] = await Promise.all(['Ada', 'Bob', 'Eve'].map((name) => server!.signIn(name)))
  const lively = ada!.found()
  await ada!.append(lively.stream, lively.events)
  for (const one of [bob!, eve!]) await one.append(lively.stream, [one.join(lively.stream)])
  for (let i = 0; i < 34; i++) {
    const { stream, events } = bob!.found()
    await bob!.append(stream, events)
  }
  const newcomer = await server.signIn('New')
  const seen: string[] = []
  const sizes: number[] = []
  for (let after = ''; ;) {
    const { spaces, next } = (await newcomer.get<SpaceList>(`/api/spaces?${after}`)).body
    seen.push(...spaces.map(({ stream }) => stream))
    sizes.push(spaces.length)
    if (next === null) break
    after = `after=${encodeURIComponent(next)}`
  }
  expect(sizes).toEqual([10, 10, 10, 5])
  expect(new Set(seen).size).toBe(35)
  expect(seen[0]).toBe(lively.stream)
  const own = (await bob!.get<SpaceList>('/api/spaces')).body
  expect([own.spaces.length, own.spaces.every(({ joined }) => joined), own.next]).toEqual([35, true, null])
})

describe('token buckets', () => {
  test('a burst at once, then the rate; a refusal takes nothing; what is full is forgotten', () => {
    let now = 0
    const buckets = new Buckets({ burst: 10, perSecond: 2 }, () => now)
    expect(buckets.take('a', 8)).toBe(0)
    expect(buckets.take('a', 4)).toBe(1)
    expect(buckets.take('b', 10)).toBe(0)
    expect(buckets.take('a', 2)).toBe(0)
    expect(buckets.take('a')).toBe(1)
    now += 500
    expect(buckets.take('a')).toBe(0)
    now += 3_600_000
    expect(buckets.take('c')).toBe(0)
    expect(buckets.size).toBe(1)
  })

  test('more than a burst is taken once from a full bucket, and then waited for; a clock that goes back gives nothing', () => {
    let now = 10_000
    const buckets = new Buckets({ burst: 10, perSecond: 1 }, () => now)
    expect(buckets.take('a', 30)).toBe(0)
    expect(buckets.take('a', 30)).toBe(30)
    now -= 9_000
    expect(buckets.take('a', 1)).toBe(21)
  })
})

test('the shape of JSON is seen across chunks: strings, escapes and brackets inside them', () => {
  const verdict = (text: string, depth: number, values: number, size: number) => {
    const shape = new JsonShape(depth, values)
    const bytes = new TextEncoder().encode(text)
    for (let at = 0; at < bytes.length; at += size) {
      const problem = shape.take(bytes.subarray(at, at + size))
      if (problem) return problem
    }
    return null
  }
  const text = JSON.stringify({ a: '[[[[', b: '"}],,\\"[', c: [[{ d: '\\\\', e: '\u2028[' }]] })
  for (const size of [1, 2, 3, 7, 1000]) {
    expect(verdict(text, 4, 100, size)).toBe(null)
    expect(verdict(text, 3, 100, size)).toBe('too deep')
    expect(verdict(text, 4, 3, size)).toBe('too many values')
  }
})

test('LIMITS is read whole or refused in words', () => {
  expect(limitsFrom(undefined).tailsPerPerson).toBe(8)
  expect(limitsFrom('{"tailsPerPerson":3}')).toMatchObject({ tailsPerPerson: 3, headerBytes: 16384 })
  for (const bad of ['{', '{"tails":1}', '{"tailsPerPerson":"3"}', '{"guestsPerAddress":5}', '{"tailBytes":-1}']) {
    expect(() => limitsFrom(bad), bad).toThrow(/^LIMITS: /)
  }
})
