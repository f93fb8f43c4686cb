import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AnyEvent } from '../../schema/events/event.ts'
import { personStream, privateRoomId, roomStream } from '../../schema/events/streams.ts'
import type { PushInfo } from '../../schema/messages/http.ts'
import { startTestServer, type TestPerson, type TestServer } from '../testing.ts'
import { FakePushService, subscribe, type FakeBrowser } from './testing.ts'
import { openVapidKeys } from './vapid-keys.ts'

/** Ada writes; Bob has a device that is told. */
let service: FakePushService
let server: TestServer
let ada: TestPerson
beforeAll(async () => {
  service = await new FakePushService().start()
  server = await startTestServer({
    push: { testHosts: [service.host] },
    limits: { pushAfterMs: 0, pushChangesPerPerson: { burst: 1000, perSecond: 1000 } },
  })
  ada = await server.signIn('Ada')
})
afterAll(async () => {
  await server.dispose()
  service.stop()
})

async function append(person: TestPerson, stream: string, events: readonly AnyEvent[]): Promise<string> {
  const { status, body } = await person.append(stream, events)
  expect(status, JSON.stringify(body.error)).toBe(200)
  return body.results.at(-1)!.seq
}

interface World {
  readonly space: string
  /** of the room */
  readonly stream: string
  readonly room: string
  readonly bob: TestPerson
  readonly browser: FakeBrowser
  /** what Bob was told before this, and nothing after it */
  told(): Promise<{ stream: string; head: string }[]>
  say(text: string, room?: string): Promise<string>
  own(type: string, payload: object, room?: string): Promise<void>
}

/** A space with Ada and Bob in it, and a direct way to see that Bob was told nothing: a fence behind it. */
async function world(): Promise<World> {
  const bob = await server.signIn('Bob')
  const browser = service.newBrowser()
  const { id, stream: space, within: stream, room, events } = ada.found()
  await append(ada, space, events)
  await append(bob, space, [bob.join(space)])
  expect((await subscribe(bob, browser)).status).toBe(200)
  const fence = roomStream(`direct.${id}.${[ada.actor, bob.actor].sort().join('.')}`)
  const fenceRoom = fence.slice('room:'.length)
  const create = ada.event('room.create', fence, { entity: fenceRoom, payload: { name: 'dm', kind: 'direct' } })
  await append(ada, fence, [create])
  return {
    space,
    stream,
    room,
    bob,
    browser,
    async told() {
      const before = browser.pushes().filter((push) => push.stream === fence).length
      await append(ada, fence, [ada.say(fence, fenceRoom, 'fence')])
      const fences = () => browser.pushes().filter((push) => push.stream === fence)
      await expect.poll(() => fences().length).toBe(before + 1)
      return browser.pushes().filter((push) => push.stream !== fence)
    },
    say: (text, where = room) => append(ada, stream, [ada.say(stream, where, text)]),
    async own(type, payload, where = room) {
      const to = personStream(bob.actor)
      const event = bob.event(type, to, { ...(where === '' ? {} : { room: where }), payload })
      await append(bob, to, [event])
    },
  }
}

test('who is named in a message is told of its stream and place, encrypted, without a word of it', async () => {
  const { stream, browser, say, told } = await world()
  await say('nobody is named here')
  const seq = await say('**secret** words for @Bob')
  expect(await told()).toEqual([{ stream, head: seq }])
  const [push] = service.received.filter(({ path }) => path === browser.path)
  expect(push!.headers).toMatchObject({ 'content-encoding': 'aes128gcm', ttl: '86400' })
  expect(String(push!.headers['authorization'])).toMatch(/^vapid t=.+, k=.+$/)
  expect(push!.body.includes('secret') || push!.body.includes(stream)).toBe(false)
})

test('a direct message is told, and one’s own words are not', async () => {
  const { bob, browser, told, stream, room } = await world()
  await append(bob, stream, [bob.say(stream, room, 'I am @Bob')])
  expect(await told()).toEqual([]) // the fence itself is a direct message
  expect(browser.pushes()).toHaveLength(1)
})

test('a person is told what they asked for in each room: all, what names them, or nothing', async () => {
  const { stream, say, own, told } = await world()
  await own('room.notify', { stream, level: 'all' })
  const all = await say('to everybody')
  expect(await told()).toEqual([{ stream, head: all }])
  await own('room.notify', { stream, level: 'none' })
  await say('to @Bob')
  expect(await told()).toHaveLength(1)
  await own('room.notify', { stream, level: 'mentions' })
  await say('to everybody')
  expect(await told()).toHaveLength(1)
  const named = await say('to @Bob')
  expect((await told()).at(-1)).toEqual({ stream, head: named })
})

test('threads of a muted room are muted too; a thread may be muted alone', async () => {
  const { stream, room, say, own, told } = await world()
  const thread = (id: string) =>
    ada.event('room.create', stream, { entity: id, payload: { name: id, kind: 'thread', parentRoom: room } })
  await append(ada, stream, [thread('thread-a'), thread('thread-b')])
  await own('room.mute', { stream, muted: true })
  for (const where of [room, 'thread-a', 'thread-b']) await say('@Bob', where)
  expect(await told()).toEqual([])
  await own('room.mute', { stream, muted: false })
  await own('room.mute', { stream, muted: true }, 'thread-a')
  await say('@Bob', 'thread-a')
  expect(await told()).toEqual([])
  const other = await say('@Bob', 'thread-b')
  expect(await told()).toEqual([{ stream, head: other }])
  // a thread takes the level of its room, until it has its own
  await own('room.notify', { stream, level: 'none' })
  await say('@Bob', 'thread-b')
  expect(await told()).toHaveLength(1)
  await own('room.notify', { stream, level: 'all' }, 'thread-b')
  await say('to nobody', 'thread-b')
  expect(await told()).toHaveLength(2)
})

test('who left, was removed or is not in a private room is not told', async () => {
  const { space, bob, say, told } = await world()
  const secret = privateRoomId(space.slice('space:'.length), 'r')
  const make = ada.event('room.create', roomStream(secret), { entity: secret, payload: { name: 's', kind: 'room' } })
  await append(ada, roomStream(secret), [make, ada.say(roomStream(secret), secret, '@Bob must not hear this')])
  expect(await told()).toEqual([])
  const add = (active: boolean) =>
    ada.event('room.member', roomStream(secret), { entity: bob.actor, payload: { name: 'Bob', active } })
  await append(ada, roomStream(secret), [add(true), ada.say(roomStream(secret), secret, '@Bob hears this')])
  expect((await told()).map((push) => push.stream)).toEqual([roomStream(secret)])
  await append(ada, roomStream(secret), [add(false), ada.say(roomStream(secret), secret, '@Bob is out')])
  expect(await told()).toHaveLength(1)
  await append(ada, space, [ada.event('member.leave', space, { entity: bob.actor })])
  const joined = await bob.get('/api/push')
  expect(joined.status).toBe(200)
  const before = service.received.length
  await say('@Bob is gone')
  await append(ada, roomStream(secret), [ada.say(roomStream(secret), secret, '@Bob too')])
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(service.received).toHaveLength(before)
})

test('what an import brings, and what is deleted at once, is told to nobody', async () => {
  const { bob, told } = await world()
  const importer = await server.signIn('History', { importer: true })
  const { stream, within, room, events } = importer.found()
  const past = Date.now() - 5000
  await append(
    importer,
    stream,
    events.map((event) => ({ ...event, at: past })),
  )
  await append(bob, stream, [bob.join(stream)])
  await append(importer, within, [{ ...importer.say(within, room, '@Bob, long ago'), at: past }])
  const own = ada.found()
  await append(ada, own.stream, own.events)
  await append(bob, own.stream, [bob.join(own.stream)])
  const slip = ada.say(own.within, own.room, '@Bob oops')
  const gone = ada.event('message.delete', own.within, { entity: slip.id, room: own.room })
  await append(ada, own.within, [slip, gone])
  expect(await told()).toEqual([])
})

test('a device that signs out, is signed out, or whose account is deleted is forgotten', async () => {
  const ways: readonly (readonly [string, (bob: TestPerson) => Promise<unknown>])[] = [
    ['signs out', (bob) => bob.request('/api/sign-out', { method: 'POST' })],
    ['is deleted', (bob) => bob.request('/api/account/delete', { method: 'POST' })],
    ['switches it off', (bob) => bob.request('/api/push/off', { method: 'POST' })],
  ]
  for (const [how, leave] of ways) {
    const { bob, browser, say } = await world()
    await leave(bob)
    const before = service.received.length
    await say('to @Bob')
    // the endpoint is free again, with other keys too
    const next = await server.signIn('Cy')
    const again = service.newBrowser(browser.path)
    expect((await subscribe(next, again)).status, how).toBe(200)
    expect(service.received, how).toHaveLength(before)
  }
})

test('an endpoint that the push service knows no more is forgotten; one that refuses is not', async () => {
  for (const status of [404, 410]) {
    const { bob, browser, say } = await world()
    service.answer(browser.path, status)
    await say('to @Bob')
    await expect.poll(async () => (await bob.get<PushInfo>('/api/push')).body.endpoint).toBeNull()
  }
  const { bob, browser, say } = await world()
  for (const status of [301, 307, 400, 401, 403, 413]) {
    service.answer(browser.path, status, { location: `http://${service.host}/elsewhere` })
    const before = browser.pushes().length
    await say('to @Bob')
    await expect.poll(() => browser.pushes().length).toBe(before + 1)
  }
  expect((await bob.get<PushInfo>('/api/push')).body.endpoint).toBe(browser.subscription.endpoint)
  expect(service.received.some(({ path }) => path === '/elsewhere')).toBe(false)
})

test('an endpoint is taken over only by the browser that it is of', async () => {
  const { bob, browser, say, told } = await world()
  const thief = await server.signIn('Thief')
  const forged = service.newBrowser(browser.path)
  expect((await subscribe(thief, forged)).status).toBe(409)
  await say('still for @Bob')
  expect(await told()).toHaveLength(1)
  // another person signs in in the same browser: what is Bob's comes there no more
  const cy = await server.signIn('Cy')
  expect((await subscribe(cy, browser)).status).toBe(200)
  expect((await bob.get<PushInfo>('/api/push')).body.endpoint).toBeNull()
})

test('an endpoint that is not a public push service is refused at every door', async () => {
  const bob = await server.signIn('Bob')
  const { keys } = service.newBrowser().subscription
  const endpoints = `http://push.example.org/ https://127.0.0.1/ https://[::1]/ https://[::ffff:169.254.169.254]/ https://10.0.0.1/
    https://localhost/x https://x.internal/ https://2130706433/ https://user:pw@push.example.org/ ftp://push.example.org/
    file:///etc/passwd javascript:1 nonsense ${`https://push.example.org/${'x'.repeat(2000)}`} http://127.0.0.1:1/`
  for (const endpoint of endpoints.split(/\s+/)) {
    expect((await subscribe(bob, { subscription: { endpoint, keys } })).status, endpoint.slice(0, 80)).toBe(400)
  }
  const good = service.newBrowser().subscription
  const bad: readonly object[] = [
    { ...good.keys, auth: 'short' },
    { ...good.keys, auth: '!'.repeat(22) },
    { ...good.keys, p256dh: 'AAAA' },
    { ...good.keys, p256dh: Buffer.alloc(65, 4).toString('base64url') },
    { ...good.keys, p256dh: 5 },
    {},
  ]
  for (const keys of bad) {
    expect((await subscribe(bob, { subscription: { ...good, keys } })).status, JSON.stringify(keys)).toBe(400)
  }
  expect((await bob.get<PushInfo>('/api/push')).body.endpoint).toBeNull()
})

test('the test push tells whether the device was reached', async () => {
  const { bob, browser } = await world()
  const tryIt = async () =>
    ((await (await bob.request('/api/push/test', { method: 'POST' })).json()) as { outcome: string }).outcome
  expect(await tryIt()).toBe('sent')
  expect(browser.pushes()).toEqual([{ stream: personStream(bob.actor), head: '0' }])
  service.answer(browser.path, 500)
  expect(await tryIt()).toBe('later')
  service.answer(browser.path, 410)
  expect(await tryIt()).toBe('gone')
  expect(await tryIt()).toBe('gone')
})

test('subscriptions and keys outlive a restart, and only the server can read the keys', async () => {
  const { bob, browser, say } = await world()
  const path = join(server.dataDirectory, 'vapid.json')
  const before = readFileSync(path, 'utf8')
  expect(statSync(path).mode & 0o777).toBe(0o600)
  await server.stop()
  await server.restart()
  expect(readFileSync(path, 'utf8')).toBe(before)
  expect((await bob.get<PushInfo>('/api/push')).body).toEqual({
    key: (JSON.parse(before) as { publicKey: string }).publicKey,
    endpoint: browser.subscription.endpoint,
  })
  await say('to @Bob, after the restart')
  await expect.poll(() => browser.pushes().length).toBe(1)
  // keys that cannot be read are not replaced: that would end every subscription
  const damaged = join(server.dataDirectory, 'damaged.json')
  writeFileSync(damaged, before.slice(0, 20))
  expect(() => openVapidKeys(damaged, 'mailto:a@b.c')).toThrow('holds no keys')
})

test('a server that sends no pushes says so', async () => {
  const silent = await startTestServer({ push: false })
  const bob = await silent.signIn('Bob')
  expect((await bob.get<PushInfo>('/api/push')).body).toEqual({ key: null, endpoint: null })
  const answer = await subscribe(bob, {
    subscription: { ...service.newBrowser().subscription, endpoint: 'https://a.b/' },
  })
  expect(answer.status).toBe(403)
  await silent.dispose()
})
