import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SpaceList } from '../schema/messages/http.ts'
import { startTestServer, type TestServer } from './testing.ts'

/** What is appended is what is read; what is refused leaves nothing. */
let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.dispose())

const at = (stream: string, rest: string) => `/api/streams/${encodeURIComponent(stream)}/${rest}`
const texts = (page: { items: readonly { event: { payload: unknown } }[] }) =>
  page.items.map((item) => (item.event.payload as { text?: string }).text)

describe('append and read', () => {
  test('what one person says, another member reads, in order, with seq and time', async () => {
    const ada = await server.signIn('Ada')
    const bob = await server.signIn('Bob')
    const space = ada.found()
    expect((await ada.append(space.stream, space.events)).status).toBe(200)
    expect((await bob.append(space.stream, [bob.join(space.stream)])).status).toBe(200)
    const said = [ada.say(space.within, space.room, 'one'), ada.say(space.within, space.room, 'two')]
    const { body } = await ada.append(space.within, said)
    expect(body.results.map((result) => result.id)).toEqual(said.map((event) => event.id))

    const page = await bob.get(at(space.within, 'events'))
    expect(page.body.items.map((item) => item.event)).toEqual(said)
    expect(page.body).toMatchObject({ upToDate: true, total: 2, behind: 0, head: body.results[1]!.seq })

    const half = await bob.get(at(space.stream, `events?limit=3`))
    expect(half.body).toMatchObject({ upToDate: false, total: 4, behind: 1 })
    const rest = await bob.get(at(space.stream, `events?after=${half.body.items[2]!.seq}`))
    expect(rest.body.items.map((item) => item.event.type)).toEqual(['member.join'])
  })

  test('an event that was sent twice is there once, and answers the same', async () => {
    const ada = await server.signIn('Ada')
    const space = ada.found()
    const first = await ada.append(space.stream, space.events)
    const again = await ada.append(space.stream, space.events)
    expect(again.status).toBe(200)
    expect(again.body.results).toEqual(first.body.results.map((result) => ({ ...result, duplicate: true })))
    const [left, right] = await Promise.all([
      ada.append(space.stream, [ada.join(space.stream)]),
      ada.append(space.stream, space.events),
    ])
    expect([left.status, right.status]).toEqual([200, 200])
    expect((await ada.get(at(space.stream, 'events'))).body.total).toBe(4)
  })

  test('an id that is another person’s event is refused, not swallowed', async () => {
    const ada = await server.signIn('Ada')
    const bob = await server.signIn('Bob')
    const space = ada.found()
    await ada.append(space.stream, space.events)
    const hers = ada.say(space.within, space.room, 'hers')
    await ada.append(space.within, [hers])
    await bob.append(space.stream, [bob.join(space.stream)])
    const stolen = { ...bob.say(space.within, space.room, 'his'), id: hers.id, entity: hers.id }
    expect(await bob.append(space.within, [stolen])).toMatchObject({
      status: 409,
      body: { error: { code: 'EVENT_ID_TAKEN', id: hers.id } },
    })
  })

  test('latest gives the newest of the stream or of one room; the outline gives the structure', async () => {
    const ada = await server.signIn('Ada')
    const space = ada.found()
    const thread = ada.event('room.create', space.within, {
      entity: 'thread-1',
      payload: { name: 'aside', kind: 'thread', parentRoom: space.room },
    })
    const other = ada.event('room.create', space.stream, { entity: 'room-2', payload: { name: 'other', kind: 'room' } })
    const said = Array.from({ length: 30 }, (_, i) => ada.say(space.within, space.room, `g${i}`))
    const aside = [ada.say(space.within, 'thread-1', 't0'), ada.say(space.within, 'thread-1', 't1')]
    await ada.append(space.stream, [...space.events, other])
    await ada.append(space.within, [...said, thread, ...aside])

    expect(texts((await ada.get(at(space.within, 'latest?limit=2'))).body)).toEqual(['t0', 't1'])
    const room = await ada.get(at(space.within, `latest?limit=3&room=${space.room}`))
    expect(texts(room.body)).toEqual(['g27', 'g28', 'g29', undefined]) // and the thread that hangs in the room
    const threadPage = await ada.get(at(space.within, `latest?limit=1&room=thread-1`))
    expect(threadPage.body.items.map((item) => item.event.type)).toEqual(['room.create', 'message.create'])
    const outline = await ada.get(at(space.stream, 'outline'))
    expect(outline.body.items.map((item) => item.event.type)).toEqual([
      'space.create',
      'room.create',
      'room.create',
      'member.join',
    ])
    expect(outline.body).toMatchObject({ total: 4, head: expect.any(String) })
  })

  test('a person’s own stream is theirs alone, and needs no founding', async () => {
    const ada = await server.signIn('Ada')
    const bob = await server.signIn('Bob')
    const stream = `person:${ada.actor}`
    expect((await ada.get(at(stream, 'events'))).body).toMatchObject({ items: [], total: 0, upToDate: true })
    const mark = ada.event('read.mark', stream, { room: 'r', payload: { stream: 'space:s', upTo: '5' } })
    expect((await ada.append(stream, [mark])).status).toBe(200)
    expect((await ada.get(at(stream, 'events'))).body.total).toBe(1)
    expect(await bob.get(at(stream, 'events'))).toMatchObject({
      status: 404,
      body: { error: { code: 'UNKNOWN_STREAM' } },
    })
    const hisMark = bob.event('read.mark', stream, { room: 'r', payload: { stream: 'space:s', upTo: '5' } })
    expect((await bob.append(stream, [hisMark])).status).toBe(404)
  })

  test('everything is there after a restart, and the space list with it', async () => {
    const ada = await server.signIn('Ada')
    const space = ada.found('invite')
    await ada.append(space.stream, space.events)
    await ada.append(space.within, [ada.say(space.within, space.room, 'lasting')])
    const read = async () => [await ada.get(at(space.stream, 'events')), await ada.get(at(space.within, 'events'))]
    const before = await read()
    await server.stop()
    await server.restart()
    expect(await read()).toEqual(before)
    const { body } = await ada.get<SpaceList>('/api/spaces')
    expect(body.spaces.find((one) => one.id === space.id)).toEqual({
      id: space.id,
      stream: space.stream,
      name: 'Observatory',
      visibility: 'invite',
      members: 1,
      messages: 1,
      head: before[0]!.body.head,
      joined: true,
    })
    const bob = await server.signIn('Bob')
    expect((await bob.get<SpaceList>('/api/spaces')).body.spaces.some((one) => one.id === space.id)).toBe(false)
  })
})

describe('refusals', () => {
  test('each bad event is refused with its code, place and field, and nothing of its request is kept', async () => {
    const ada = await server.signIn('Ada')
    const space = ada.found()
    await ada.append(space.stream, space.events)
    const good = ada.say(space.within, space.room, 'good')
    const table: [unknown, number, object][] = [
      [null, 400, { code: 'MALFORMED_EVENT' }],
      [{ ...good, id: 'short' }, 400, { code: 'MALFORMED_EVENT', field: 'id', id: 'short' }],
      [{ ...good, clock: 5 }, 400, { code: 'MALFORMED_EVENT', field: 'clock' }],
      [{ ...good, payload: { text: 7 } }, 400, { code: 'MALFORMED_EVENT', field: 'payload.text' }],
      [{ ...good, stream: 'space:other' }, 400, { code: 'MALFORMED_EVENT', field: 'stream' }],
      [{ ...good, actor: 'somebody' }, 403, { code: 'ACTOR_MISMATCH', field: 'actor' }],
      [
        { ...ada.say(space.within, space.room, ''), payload: { text: 'x', author: { id: 'bob', name: 'Bob' } } },
        403,
        { code: 'NOT_ALLOWED', field: 'payload.author' },
      ],
      [{ ...good, type: 'future.thing', payload: 'x'.repeat(70_000) }, 413, { code: 'EVENT_TOO_LARGE' }],
    ]
    for (const [bad, status, error] of table) {
      const answer = await ada.append(space.within, [good, bad])
      expect(answer, JSON.stringify(bad)?.slice(0, 200)).toMatchObject({
        status,
        body: { error: { index: 1, ...error } },
      })
    }
    expect((await ada.get(at(space.within, 'events'))).body.total).toBe(0)
    const unknown = { ...ada.say(space.within, space.room, ''), type: 'future.thing', payload: { any: ['thing'] } }
    expect((await ada.append(space.within, [unknown])).status).toBe(200)
  })

  test('a bad offset, limit, body, path or stream: each its own clear answer', async () => {
    const ada = await server.signIn('Ada')
    const space = ada.found()
    await ada.append(space.stream, space.events)
    const fault = async (path: string) => {
      const { status, body } = await ada.get(path)
      return [status, body.error?.code, body.error?.field]
    }
    expect(await fault(at(space.stream, 'events?after=banana'))).toEqual([400, 'BAD_OFFSET', 'after'])
    expect(await fault(at(space.stream, 'events?after=0000000000009999'))).toEqual([400, 'BAD_OFFSET', 'after'])
    expect(await fault(at(space.stream, 'tail?after=banana'))).toEqual([400, 'BAD_OFFSET', 'after'])
    expect(await fault(at(space.stream, 'events?limit=0'))).toEqual([400, 'MALFORMED_REQUEST', 'limit'])
    expect(await fault(at(space.stream, 'latest?limit=1e9'))).toEqual([400, 'MALFORMED_REQUEST', 'limit'])
    expect(await fault(at('space:none', 'events'))).toEqual([404, 'UNKNOWN_STREAM', undefined])
    expect(await fault(at('local:demo', 'events'))).toEqual([404, 'UNKNOWN_STREAM', undefined])
    expect(await fault(at('nonsense', 'events'))).toEqual([404, 'UNKNOWN_STREAM', undefined])
    expect(await fault('/api/nothing')).toEqual([404, 'NOT_FOUND', undefined])
    const unknown = await ada.append('space:none', [{ ...ada.join('space:none') }])
    expect(unknown).toMatchObject({ status: 404, body: { error: { code: 'UNKNOWN_STREAM' } } })
    const huge = await ada.request(at(space.stream, 'events'), { method: 'POST', body: 'x'.repeat(9 << 20) })
    expect(huge.status).toBe(413)
    expect(await huge.json()).toMatchObject({ error: { code: 'BODY_TOO_LARGE' } })
    const empty = await ada.append(space.stream, [])
    expect(empty).toMatchObject({ status: 400, body: { error: { code: 'MALFORMED_REQUEST', field: 'events' } } })
  })

  test('who is signed out sees nothing', async () => {
    for (const path of ['/api/me', '/api/spaces', '/api/tail', at('space:x', 'events'), at('space:x', 'outline')]) {
      const answer = await fetch(server.origin + path)
      expect([path, answer.status]).toEqual([path, 401])
    }
  })
})
