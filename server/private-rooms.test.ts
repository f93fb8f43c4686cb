import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ulid } from 'ulid'
import { directRoomId, privateRoomId, roomStream } from '../schema/events/streams.ts'
import { startTestServer, type TestPerson, type TestServer } from './testing.ts'

/** Private rooms and direct messages, asked of the server itself. */
let server: TestServer
beforeAll(async () => {
  // whoever hears of something hears of it at once: no heartbeat helps
  server = await startTestServer({ limits: { heartbeatMs: 600_000 } })
})
afterAll(() => server.dispose())

const at = (stream: string, rest: string) => `/api/streams/${encodeURIComponent(stream)}/${rest}`
const ways = ['events', 'latest', 'outline', 'tail'] as const

/** A space of Ada's with Bob and Eve in it, and a private room of Ada and Bob. */
async function aRoom() {
  const [ada, bob, eve] = (await Promise.all(['Ada', 'Bob', 'Eve'].map((name) => server.signIn(name)))) as [
    TestPerson,
    TestPerson,
    TestPerson,
  ]
  const space = ada.found()
  await ada.append(space.stream, space.events)
  for (const one of [bob, eve]) await one.append(space.stream, [one.join(space.stream)])
  const room = privateRoomId(space.id, ulid())
  const stream = roomStream(room)
  const made = ada.event('room.create', stream, {
    entity: room,
    payload: { name: 'Plans', kind: 'room' },
  })
  const member = (by: TestPerson, who: TestPerson, active = true) =>
    by.event('room.member', stream, { entity: who.actor, payload: { name: who.name, active } })
  expect((await ada.append(stream, [made, member(ada, ada), member(ada, bob)])).status).toBe(200)
  return { ada, bob, eve, space, room, stream, member }
}

/** What a person hears of all their streams, each message as it comes. */
async function listen(person: TestPerson, path = '/api/tail') {
  const stop = new AbortController()
  const answer = await person.request(path, { signal: stop.signal })
  let text = ''
  let ended = false
  const reading = (async () => {
    const decoder = new TextDecoder()
    try {
      for await (const chunk of answer.body!) text += decoder.decode(chunk as Uint8Array, { stream: true })
    } catch {
      // stopped
    }
    ended = true
  })()
  return {
    heard: () => text,
    ended: () => ended,
    async stop() {
      stop.abort()
      await reading
    },
  }
}

describe('a private room', () => {
  test('is read and written by who is in it; to others it is as if it were not there', async () => {
    const { ada, bob, eve, room, stream } = await aRoom()
    expect((await bob.append(stream, [bob.say(stream, room, 'secret')])).status).toBe(200)
    const page = await ada.get(at(stream, 'events'))
    expect(page.body.items.map(({ event }) => event.type)).toEqual([
      'room.create',
      'room.member',
      'room.member',
      'message.create',
    ])
    const nowhere = roomStream(privateRoomId(ulid(), ulid()))
    for (const way of ways) {
      const [forbidden, unknown] = await Promise.all([eve.get(at(stream, way)), eve.get(at(nowhere, way))])
      expect(forbidden).toEqual(unknown)
      expect(forbidden).toMatchObject({ status: 404, body: { error: { code: 'UNKNOWN_STREAM' } } })
    }
    const say = (to: string) => eve.append(to, [eve.say(to, room, 'let me in')])
    const answers = await Promise.all([stream, nowhere].map(say))
    for (const { status, body } of answers) {
      expect([status, body.error?.code, body.error?.message]).toEqual([
        404,
        'UNKNOWN_STREAM',
        answers[0]!.body.error?.message,
      ])
    }
  })

  test('what happens in it reaches no tail of who is not in it', async () => {
    const { bob, eve, room, stream, member } = await aRoom()
    const tail = await listen(eve)
    await bob.append(stream, [bob.say(stream, room, 'secret')])
    await bob.append(stream, [member(bob, eve)])
    await expect.poll(() => tail.heard()).toContain('"joined"')
    expect(tail.heard()).not.toContain('secret')
    await bob.append(stream, [bob.say(stream, room, 'welcome')])
    await expect.poll(() => tail.heard()).toContain('welcome')
    await tail.stop()
  })

  test.each(['the room', 'the space'])('who is taken out of %s hears nothing more from then on', async (what) => {
    const { ada, bob, space, room, stream, member } = await aRoom()
    const [all, one] = await Promise.all([listen(bob), listen(bob, at(stream, 'tail'))])
    const out =
      what === 'the room'
        ? await ada.append(stream, [member(ada, bob, false)])
        : await ada.append(space.stream, [ada.event('member.leave', space.stream, { entity: bob.actor })])
    expect(out.status).toBe(200)
    await expect.poll(() => all.heard()).toContain(`{"type":"gone","stream":"${stream}"}`)
    await expect.poll(() => one.ended()).toBe(true)
    await ada.append(stream, [ada.say(stream, room, 'he is gone')])
    expect((await bob.append(stream, [bob.say(stream, room, 'still here?')])).body.error?.code).toBe('NOT_A_MEMBER')
    expect((await bob.get(at(stream, 'latest'))).status).toBe(403)
    expect(all.heard() + one.heard()).not.toContain('he is gone')
    await all.stop()
    const again = await listen(bob)
    await expect.poll(() => again.heard()).toContain('"gone":')
    const { heads, gone } = JSON.parse(again.heard().slice('data:'.length).split('\n')[0]!) as {
      heads: { stream: string }[]
      gone: string[]
    }
    expect(gone).toContain(stream)
    expect(heads.map((head) => head.stream)).not.toContain(stream)
    await again.stop()
  })

  test('names are those of its space and its own; of who wrote and where', async () => {
    const { ada, bob, room, stream } = await aRoom()
    await bob.append(stream, [bob.say(stream, room, 'hi')])
    const { body } = await ada.get(`${at(stream, 'latest')}?room=${room}&names`)
    expect(body.names).toMatchObject({ [bob.actor]: 'Bob', [room]: 'Plans', [stream]: 'Plans' })
  })

  test('rights hold after a restart, whichever stream the log gives first', async () => {
    const { ada, bob, eve, room, stream, member } = await aRoom()
    await ada.append(stream, [member(ada, eve), member(ada, bob, false)])
    await server.stop()
    await server.restart()
    expect((await eve.append(stream, [eve.say(stream, room, 'hi')])).status).toBe(200)
    expect((await bob.get(at(stream, 'events'))).status).toBe(403)
  })
})

test('a direct message is found by the same two people, and by nobody else', async () => {
  const { ada, bob, eve, space } = await aRoom()
  const room = directRoomId(space.id, [ada.actor, bob.actor])
  const stream = roomStream(room)
  const open = (by: TestPerson) =>
    by.event('room.create', stream, { entity: room, payload: { name: 'Ada, Bob', kind: 'direct' } })
  const before = await eve.append(stream, [open(eve)])
  expect(before.body.error?.code).toBe('UNKNOWN_STREAM')
  const both = await Promise.all([ada, bob].map((one) => one.append(stream, [open(one), one.say(stream, room, 'hi')])))
  expect(both.map(({ status }) => status)).toEqual([200, 200])
  expect((await ada.get(at(stream, 'events'))).body.total).toBe(4)
  expect((await eve.get(at(stream, 'events'))).status).toBe(404)
  const after = await eve.append(stream, [open(eve)])
  expect(after.body.error).toEqual({ ...before.body.error, id: after.body.error?.id })
})
