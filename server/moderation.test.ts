import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer, type TestPerson, type TestServer } from './testing.ts'

/** What an admin does about a person, at the server's doors. schema/rights/may.test.ts has who may do it to whom. */
let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.dispose())

const at = (stream: string, rest: string) => `/api/streams/${encodeURIComponent(stream)}/${rest}`

async function aSpace() {
  const [ada, bob] = [await server.signIn('Ada'), await server.signIn('Bob')]
  const space = ada.found()
  await ada.append(space.stream, space.events)
  await bob.append(space.stream, [bob.join(space.stream)])
  const about = (type: string, payload: object, who: TestPerson = bob) =>
    ada.append(space.stream, [ada.event(type, space.stream, { entity: who.actor, payload })])
  const say = (who: TestPerson) => who.append(space.within, [who.say(space.within, space.room, 'x')])
  return { ada, bob, space, about, say }
}

describe('a mute', () => {
  test('holds from the moment it is answered until it ends by the server’s clock, whatever the device’s clock says', async () => {
    const { bob, space, about, say } = await aSpace()
    const until = Date.now() + 400
    expect((await about('member.mute', { until, reason: 'spam' })).status).toBe(200)
    const early = {
      ...bob.say(space.within, space.room, 'x'),
      clock: String(BigInt(Date.now() - 60_000) << 16n),
      at: 1.6e12,
    }
    expect((await bob.append(space.within, [early])).body.error?.code).toBe('MUTED')
    expect((await say(bob)).body.error?.code).toBe('MUTED')
    expect((await bob.get(at(space.within, 'events'))).status).toBe(200)
    await expect.poll(async () => (await say(bob)).status).toBe(200)
    expect(Date.now()).toBeGreaterThanOrEqual(until)
  })

  test('does not end by leaving and joining again; an admin ends it', async () => {
    const { bob, space, about, say } = await aSpace()
    await about('member.mute', { until: Date.now() + 60_000 })
    expect(
      (await bob.append(space.stream, [bob.event('member.leave', space.stream, { entity: bob.actor })])).status,
    ).toBe(200)
    expect((await bob.append(space.stream, [bob.join(space.stream)])).status).toBe(200)
    expect((await say(bob)).body.error?.code).toBe('MUTED')
    await about('member.mute', { until: 0 })
    expect((await say(bob)).status).toBe(200)
  })
})

describe('a ban', () => {
  test('puts out at once, ends the live connection, and shuts every door until it is lifted', async () => {
    const { bob, space, about, say } = await aSpace()
    const tail = await bob.request(at(space.within, 'tail'))
    expect((await about('member.ban', { banned: true, reason: 'spam' })).status).toBe(200)
    await tail.text() // it ends
    expect((await say(bob)).body.error?.code).toBe('NOT_A_MEMBER')
    expect((await bob.get(at(space.within, 'events'))).status).toBe(403)
    expect((await bob.append(space.stream, [bob.join(space.stream)])).body.error?.code).toBe('BANNED')
    expect((await about('member.join', { name: 'Bob' })).body.error?.code).toBe('NOT_ALLOWED')
    await about('member.ban', { banned: false })
    expect((await about('member.join', { name: 'Bob' })).status).toBe(200)
    expect((await say(bob)).status).toBe(200)
  })
})
