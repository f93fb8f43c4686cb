import { connect, type NatsConnection } from '@nats-io/transport-node'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openAccounts, type Accounts } from '../accounts.ts'
import { Health } from '../health.ts'
import { makeLogger } from '../logger.ts'
import { natsVersion, startNats } from '../log/testing-nats.ts'
import { startTestServer, type TestServer } from '../testing.ts'
import { sharedAccounts } from './shared-accounts.ts'
import { sharedChallenges } from './shared-challenges.ts'

const version = natsVersion()
if (version === null) console.log('skipped: accounts on NATS, because nats-server is not installed')
const health = new Health(makeLogger('error', pino.destination(2)))

/** Accounts that several servers share, on one NATS server. */
describe.skipIf(version === null)('accounts that servers share', () => {
  let nats: Awaited<ReturnType<typeof startNats>>
  let connection: NatsConnection
  const folder = mkdtempSync(join(tmpdir(), 'accounts-'))
  let bucket = ''
  let opened: Accounts[] = []

  beforeAll(async () => {
    nats = await startNats()
    connection = await connect({ servers: nats.url, waitOnFirstConnect: true })
  })
  afterAll(async () => {
    await connection.close()
    await nats.dispose()
    rmSync(folder, { recursive: true, force: true })
  })
  beforeEach(() => {
    bucket = randomUUID()
    opened = []
  })
  afterEach(() => {
    for (const accounts of opened) accounts.close()
  })

  async function open(file: string = randomUUID(), shared = true): Promise<Accounts> {
    const path = join(folder, `${file}.db`)
    const keeper = sharedAccounts(connection, 1, health, bucket)
    const accounts = await openAccounts(path, shared ? { keeper } : {})
    opened.push(accounts)
    return accounts
  }
  const close = (accounts: Accounts) => {
    opened = opened.filter((one) => one !== accounts)
    accounts.close()
  }
  const passkey = (id: string) => ({ id, publicKey: new Uint8Array([0, 1, 254, 255]), counter: 0 })

  test('who signed in at one server is known at another, with name, devices, passkeys and codes', async () => {
    const [a, b] = [await open(), await open()]
    const actor = a.newActor()
    const signedIn = (await a.register(actor, 'Ada', 'Firefox on Linux', passkey('k1')))!
    await b.catchUp!()
    const { session } = b.whoIs(signedIn.token)!
    expect(b.whoIs(signedIn.token)).toEqual(a.whoIs(signedIn.token))
    expect(b.devices(actor, session)).toEqual(a.devices(actor, session))
    expect(b.passkeys.find('k1')).toEqual(a.passkeys.find('k1'))
    expect([...b.passkeys.find('k1')!.credential.publicKey]).toEqual([0, 1, 254, 255])
    expect(b.recoveryCodes.left(actor)).toBe(10)
    await b.rename(actor, 'Ada L.')
    await b.usedPasskey(actor, 'k1', 7)
    await a.catchUp!()
    expect([a.nameOf(actor), a.passkeys.find('k1')!.credential.counter]).toEqual(['Ada L.', 7])
  })

  test('of two servers that try one recovery code at once, one lets in, every time', async () => {
    const [a, b] = [await open(), await open()]
    const actor = a.newActor()
    const { codes } = (await a.register(actor, 'Ada', 'd', passkey('k2')))!
    await b.catchUp!()
    for (const code of codes) {
      const both = await Promise.all([a.useCode(code), b.useCode(code)])
      expect(both.toSorted()).toEqual([actor, null])
    }
    expect(a.recoveryCodes.left(actor)).toBe(0)
  })

  test('what two servers do to one person at once is all done', async () => {
    const servers = [await open(), await open(), await open()]
    const { identity } = await servers[0]!.signInGuest('Ada')
    for (const server of servers) await server.catchUp!()
    const tokens = await Promise.all(
      Array.from({ length: 15 }, async (_, n) => (await servers[n % 3]!.signIn(identity.actor, `d${n}`))!.token),
    )
    for (const server of servers) {
      await server.catchUp!()
      expect(tokens.filter((token) => server.whoIs(token) === null)).toEqual([])
    }
  })

  test('a session that ends at one server ends at all, and each is told', async () => {
    const [a, b] = [await open(), await open()]
    const { identity, token } = await a.signInGuest('Ada')
    const other = (await a.signIn(identity.actor, 'another'))!
    await b.catchUp!()
    const told: string[] = []
    b.onEnded((session) => told.push(session))
    const { session } = a.whoIs(other.token)!
    await a.endSession(identity.actor, session)
    await expect.poll(() => told).toEqual([session])
    expect(b.whoIs(other.token)).toBeNull()
    expect(b.whoIs(token)).not.toBeNull()
    await b.signOut(token)
    await expect.poll(() => a.whoIs(token)).toBeNull()
  })

  test('a deleted person is nobody everywhere: also at a server that was away, and that has them in its file', async () => {
    const a = await open('a')
    let b = await open('b')
    const actor = a.newActor()
    const { token } = (await a.register(actor, 'Ada', 'd', passkey('k3')))!
    await b.catchUp!()
    close(b)
    await a.remove(actor)
    b = await open('b')
    const nothing = [null, null, null]
    expect([b.whoIs(token), b.nameOf(actor), b.passkeys.find('k3')]).toEqual(nothing)
    expect(await b.signIn(actor, 'again')).toBeNull()
    await a.catchUp!()
    expect([a.whoIs(token), a.nameOf(actor), a.passkeys.find('k3')]).toEqual(nothing)
  })

  test('a server that comes back reads what it missed; accounts of the time before it shared them are shared', async () => {
    const before = await open('alone', false)
    const old = await before.signInGuest('Old')
    close(before)
    const a = await open('alone')
    let b = await open('b2')
    expect(b.whoIs(old.token)).toMatchObject({ name: 'Old' })
    close(b)
    const missed = await a.signInGuest('Missed')
    b = await open('b2')
    expect(b.whoIs(missed.token)).toMatchObject({ name: 'Missed' })
    expect(b.whoIs(old.token)).toMatchObject({ name: 'Old' })
    // KV was lost: what the servers have is put there again
    bucket = randomUUID()
    close(a)
    await open('alone')
    expect((await open()).whoIs(missed.token)).toMatchObject({ name: 'Missed' })
  })

  test('a challenge of one server is answered once at any', async () => {
    const [a, b] = [await sharedChallenges(connection, 1, bucket), await sharedChallenges(connection, 1, bucket)]
    await a.give('challenge-1', { for: 'sign-in' })
    const both = await Promise.all([a.take('challenge-1'), b.take('challenge-1')])
    expect(both.filter((one) => one !== null)).toEqual([{ for: 'sign-in' }])
    expect(await b.take('challenge-1')).toBeNull()
    expect(await b.take('never given')).toBeNull()
    expect(await b.take('never-given')).toBeNull()
  })

  test('who joined, wrote or learned an offset at one server goes on at another at once', async () => {
    const log = { type: 'nats', url: nats.url, replicas: 1, shards: 3 } as const
    const servers: TestServer[] = [await startTestServer({ log }), await startTestServer({ log })]
    const path = (stream: string, rest: string) => `/api/streams/${encodeURIComponent(stream)}/${rest}`
    try {
      const [a, b] = servers as [TestServer, TestServer]
      const ada = await a.signIn('Ada')
      const at = async (server: TestServer, url: string, events?: unknown[]) => {
        const headers = { cookie: ada.cookie, origin: server.origin, 'content-type': 'application/json' }
        const body = events ? { method: 'POST', body: JSON.stringify({ events }) } : {}
        return fetch(server.origin + url, { headers, ...body })
      }
      for (let n = 0; n < 10; n++) {
        const space = ada.found()
        expect((await at(a, path(space.stream, 'events'), space.events)).status).toBe(200)
        expect((await at(b, path(space.stream, 'outline'))).status).toBe(200)
        const said = ada.say(space.within, space.room, 'x')
        expect((await at(b, path(space.within, 'events'), [said])).status).toBe(200)
        const { head } = (await (await at(b, path(space.within, 'latest'))).json()) as { head: string }
        expect((await at(a, path(space.within, `events?after=${head}`))).status).toBe(200)
        const next = ada.found('invite')
        expect((await at(b, path(next.stream, 'events'), next.events)).status).toBe(200)
        expect((await at(a, path(next.within, 'events'), [ada.say(next.within, next.room, 'x')])).status).toBe(200)
      }
      // what is not so at any of them is refused as ever
      expect((await at(b, path('space:none', 'outline'))).status).toBe(404)
      const other = await b.signIn('Bob')
      const space = ada.found('invite')
      await at(a, path(space.stream, 'events'), space.events)
      expect((await other.get(path(space.stream, 'events'))).status).toBe(404)
    } finally {
      for (const server of servers) await server.dispose()
    }
  })

  test('two whole servers: a cookie of one is good at the other at once, and its tails end when it ends', async () => {
    const log = { type: 'nats', url: nats.url, replicas: 1, shards: 2 } as const
    const servers: TestServer[] = [await startTestServer({ log }), await startTestServer({ log })]
    try {
      const [a, b] = servers as [TestServer, TestServer]
      for (let n = 0; n < 10; n++) {
        const ada = await a.signIn('Ada')
        const { status } = await fetch(`${b.origin}/api/me`, { headers: { cookie: ada.cookie } })
        expect(status).toBe(200)
      }
      const ada = await a.signIn('Ada')
      const tail = await fetch(`${b.origin}/api/tail`, { headers: { cookie: ada.cookie } })
      await ada.request('/api/sign-out', { method: 'POST' })
      expect(await tail.text()).toContain('heads') // it ends
      expect((await fetch(`${b.origin}/api/me`, { headers: { cookie: ada.cookie } })).status).toBe(401)
    } finally {
      for (const server of servers) await server.dispose()
    }
  })
})
