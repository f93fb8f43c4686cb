import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Identity, SpaceList, TailMessage } from '../schema/messages/http.ts'
import { startTestServer, type TestServer } from './testing.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.dispose())

const at = (stream: string, rest: string) => `/api/streams/${encodeURIComponent(stream)}/${rest}`
const texts = (page: { items: readonly { event: { payload: unknown } }[] }) =>
  page.items.map((item) => (item.event.payload as { text?: string }).text)

describe('sign-in', () => {
  test('a guest gets an identity that the cookie brings back until sign-out', async () => {
    const ada = await server.signIn('  Ada ')
    expect(ada).toMatchObject({ name: 'Ada', actor: expect.stringMatching(/^[0-9A-Z]{26}$/) })
    expect(ada.cookie).toMatch(/^__Host-sid=/)
    expect(await ada.get<Identity>('/api/me')).toEqual({ status: 200, body: { actor: ada.actor, name: 'Ada' } })
    expect((await ada.request('/api/sign-out', { method: 'POST' })).status).toBe(204)
    expect(await ada.get('/api/me')).toMatchObject({ status: 401, body: { error: { code: 'SIGNED_OUT' } } })
  })

  test('the cookie is Secure, HttpOnly, SameSite=Strict and bound to the host', async () => {
    const answer = await fetch(`${server.origin}/api/guest`, {
      method: 'POST',
      headers: { origin: server.origin },
      body: '{"name":"Ada"}',
    })
    const cookie = answer.headers.get('set-cookie')!
    for (const part of [/^__Host-sid=[\w-]{43};/, /Path=\//, /Secure/, /HttpOnly/, /SameSite=Strict/]) {
      expect(cookie).toMatch(part)
    }
    expect(cookie).not.toMatch(/Domain/)
  })

  test.each([
    ['{"name":""}', 'MALFORMED_REQUEST', 'name'],
    ['{}', 'MALFORMED_REQUEST', 'name'],
    ['{"name":7}', 'MALFORMED_REQUEST', 'name'],
    ['{"name"', 'MALFORMED_REQUEST', undefined],
  ])('%s is refused with the field', async (body, code, field) => {
    const answer = await fetch(`${server.origin}/api/guest`, {
      method: 'POST',
      headers: { origin: server.origin },
      body,
    })
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ error: field === undefined ? { code } : { code, field } })
  })

  test('a plain-http address of the LAN is told that no sign-in can last there', async () => {
    const answer = await fetch(`${server.origin}/api/guest`, {
      method: 'POST',
      headers: { 'sec-fetch-site': 'same-origin', origin: 'http://192.168.1.5:5173' },
      body: '{"name":"Ada"}',
    })
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({
      error: { code: 'INSECURE_CONTEXT', message: expect.stringContaining('http://192.168.1.5:5173') },
    })
  })

  test('a deployment can turn guests away', async () => {
    const closed = await startTestServer({ guests: false })
    expect(await closed.signIn('Ada')).toMatchObject({ error: { code: 'GUESTS_OFF' } })
    await closed.dispose()
  })
})

describe('unsafe requests come from the app itself', () => {
  test.each([
    [{ origin: 'https://evil.example' }, 403],
    [{}, 403],
    [{ origin: 'null' }, 403],
    [{ origin: 'self', 'sec-fetch-site': 'cross-site' }, 403],
    [{ origin: 'self', 'sec-fetch-site': 'same-site' }, 403],
    [{ origin: 'https://evil.example', 'content-type': 'application/json' }, 403],
    [{ origin: 'self' }, 200],
    [{ origin: 'http://localhost:5173', 'sec-fetch-site': 'same-origin' }, 200],
  ])('%o → %d', async (headers: Record<string, string>, status) => {
    const sent = headers['origin'] === 'self' ? { ...headers, origin: server.origin } : headers
    const answer = await fetch(`${server.origin}/api/guest`, { method: 'POST', headers: sent, body: '{"name":"x"}' })
    expect(answer.status).toBe(status)
    if (status === 403) expect(await answer.json()).toMatchObject({ error: { code: 'CROSS_ORIGIN' } })
  })
})

describe('append and read', () => {
  test('what one person says, another member reads, in order, with seq and time', async () => {
    const ada = await server.signIn('Ada')
    const bob = await server.signIn('Bob')
    const space = ada.found()
    expect((await ada.append(space.stream, space.events)).status).toBe(200)
    expect((await bob.append(space.stream, [bob.join(space.stream)])).status).toBe(200)
    const said = [ada.say(space.stream, space.room, 'one'), ada.say(space.stream, space.room, 'two')]
    const { body } = await ada.append(space.stream, said)
    expect(body.results.map((result) => result.id)).toEqual(said.map((event) => event.id))

    const page = await bob.get(at(space.stream, 'events'))
    expect(page.body.items).toHaveLength(6)
    expect(page.body.items.slice(-2).map((item) => item.event)).toEqual(said)
    expect(page.body).toMatchObject({ upToDate: true, total: 6, behind: 0, head: body.results[1]!.seq })

    const half = await bob.get(at(space.stream, `events?limit=4`))
    expect(half.body).toMatchObject({ upToDate: false, total: 6, behind: 2 })
    const rest = await bob.get(at(space.stream, `events?after=${half.body.items[3]!.seq}`))
    expect(texts(rest.body)).toEqual(['one', 'two'])
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
    const hers = ada.say(space.stream, space.room, 'hers')
    await ada.append(space.stream, [hers])
    await bob.append(space.stream, [bob.join(space.stream)])
    const stolen = { ...bob.say(space.stream, space.room, 'his'), id: hers.id, entity: hers.id }
    expect(await bob.append(space.stream, [stolen])).toMatchObject({
      status: 409,
      body: { error: { code: 'EVENT_ID_TAKEN', id: hers.id } },
    })
  })

  test('latest gives the newest of the stream or of one room; the outline gives the structure', async () => {
    const ada = await server.signIn('Ada')
    const space = ada.found()
    const thread = ada.event('room.create', space.stream, {
      entity: 'thread-1',
      payload: { name: 'aside', kind: 'thread', parentRoom: space.room },
    })
    const other = ada.event('room.create', space.stream, { entity: 'room-2', payload: { name: 'other', kind: 'room' } })
    const said = Array.from({ length: 30 }, (_, i) => ada.say(space.stream, space.room, `g${i}`))
    const aside = [ada.say(space.stream, 'thread-1', 't0'), ada.say(space.stream, 'thread-1', 't1')]
    await ada.append(space.stream, [...space.events, ...said, thread, other, ...aside])

    expect(texts((await ada.get(at(space.stream, 'latest?limit=2'))).body)).toEqual(['t0', 't1'])
    const room = await ada.get(at(space.stream, `latest?limit=3&room=${space.room}`))
    expect(texts(room.body)).toEqual(['g27', 'g28', 'g29', undefined]) // and the thread that hangs in the room
    const threadPage = await ada.get(at(space.stream, `latest?limit=1&room=thread-1`))
    expect(threadPage.body.items.map((item) => item.event.type)).toEqual(['room.create', 'message.create'])
    const outline = await ada.get(at(space.stream, 'outline'))
    expect(outline.body.items.map((item) => item.event.type)).toEqual([
      'space.create',
      'room.create',
      'room.create',
      'member.join',
    ])
    expect(outline.body).toMatchObject({ total: 37, head: expect.any(String) })
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
      status: 403,
      body: { error: { code: 'NOT_A_MEMBER' } },
    })
    const hisMark = bob.event('read.mark', stream, { room: 'r', payload: { stream: 'space:s', upTo: '5' } })
    expect((await bob.append(stream, [hisMark])).status).toBe(403)
  })

  test('everything is there after a restart, and the space list with it', async () => {
    const ada = await server.signIn('Ada')
    const space = ada.found('invite')
    await ada.append(space.stream, [...space.events, ada.say(space.stream, space.room, 'lasting')])
    const before = await ada.get(at(space.stream, 'events'))
    await server.stop()
    await server.restart()
    expect(await ada.get(at(space.stream, 'events'))).toEqual(before)
    const { body } = await ada.get<SpaceList>('/api/spaces')
    expect(body.spaces.find((one) => one.id === space.id)).toEqual({
      id: space.id,
      stream: space.stream,
      name: 'Observatory',
      visibility: 'invite',
      members: 1,
      messages: 1,
      head: before.body.head,
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
    const good = ada.say(space.stream, space.room, 'good')
    const table: [unknown, number, object][] = [
      [null, 400, { code: 'MALFORMED_EVENT' }],
      [{ ...good, id: 'short' }, 400, { code: 'MALFORMED_EVENT', field: 'id', id: 'short' }],
      [{ ...good, clock: 5 }, 400, { code: 'MALFORMED_EVENT', field: 'clock' }],
      [{ ...good, payload: { text: 7 } }, 400, { code: 'MALFORMED_EVENT', field: 'payload.text' }],
      [{ ...good, stream: 'space:other' }, 400, { code: 'MALFORMED_EVENT', field: 'stream' }],
      [{ ...good, actor: 'somebody' }, 403, { code: 'ACTOR_MISMATCH', field: 'actor' }],
      [
        { ...ada.say(space.stream, space.room, ''), payload: { text: 'x', author: { id: 'bob', name: 'Bob' } } },
        403,
        { code: 'NOT_ALLOWED', field: 'payload.author' },
      ],
      [{ ...good, type: 'future.thing', payload: 'x'.repeat(70_000) }, 413, { code: 'EVENT_TOO_LARGE' }],
    ]
    for (const [bad, status, error] of table) {
      const answer = await ada.append(space.stream, [good, bad])
      expect(answer, JSON.stringify(bad)?.slice(0, 200)).toMatchObject({
        status,
        body: { error: { index: 1, ...error } },
      })
    }
    expect((await ada.get(at(space.stream, 'events'))).body.total).toBe(3)
    const unknown = { ...ada.say(space.stream, space.room, ''), type: 'future.thing', payload: { any: ['thing'] } }
    expect((await ada.append(space.stream, [unknown])).status).toBe(200)
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

describe('who may what', () => {
  test('an invite-only space is closed to strangers; an admin lets them in and out', async () => {
    const ada = await server.signIn('Ada')
    const eve = await server.signIn('Eve')
    const space = ada.found('invite')
    await ada.append(space.stream, space.events)
    expect((await eve.get(at(space.stream, 'events'))).status).toBe(403)
    expect((await eve.append(space.stream, [eve.join(space.stream)])).status).toBe(403)
    expect((await eve.append(space.stream, [eve.say(space.stream, space.room, 'hi')])).status).toBe(403)

    const letIn = ada.event('member.join', space.stream, { entity: eve.actor, payload: { name: 'Eve' } })
    expect((await ada.append(space.stream, [letIn])).status).toBe(200)
    expect((await eve.append(space.stream, [eve.say(space.stream, space.room, 'hi')])).status).toBe(200)
    const coup = eve.event('member.role', space.stream, { entity: eve.actor, payload: { role: 'admin' } })
    expect((await eve.append(space.stream, [coup])).body.error).toMatchObject({ code: 'NOT_ALLOWED', field: 'type' })

    const putOut = ada.event('member.leave', space.stream, { entity: eve.actor })
    expect((await ada.append(space.stream, [putOut])).status).toBe(200)
    expect((await eve.get(at(space.stream, 'events'))).status).toBe(403)
    expect((await eve.append(space.stream, [eve.say(space.stream, space.room, 'back')])).status).toBe(403)
  })

  test('who was removed from a public space does not walk in again; who left does', async () => {
    const ada = await server.signIn('Ada')
    const bob = await server.signIn('Bob')
    const space = ada.found()
    await ada.append(space.stream, space.events)
    await bob.append(space.stream, [bob.join(space.stream)])
    await bob.append(space.stream, [bob.event('member.leave', space.stream, { entity: bob.actor })])
    expect((await bob.get(at(space.stream, 'events'))).status).toBe(403)
    expect((await bob.append(space.stream, [bob.join(space.stream)])).status).toBe(200)
    await ada.append(space.stream, [ada.event('member.leave', space.stream, { entity: bob.actor })])
    expect((await bob.append(space.stream, [bob.join(space.stream)])).body.error?.code).toBe('NOT_A_MEMBER')
  })

  test('rights are those at the commit: of two requests in one line, the second sees what the first did', async () => {
    const ada = await server.signIn('Ada')
    const bob = await server.signIn('Bob')
    const space = ada.found()
    await ada.append(space.stream, [...space.events])
    await bob.append(space.stream, [bob.join(space.stream)])
    const putOut = ada.event('member.leave', space.stream, { entity: bob.actor })
    const answers = await Promise.all([
      ada.append(space.stream, [putOut]),
      ...Array.from({ length: 20 }, () => bob.append(space.stream, [bob.say(space.stream, space.room, 'still here?')])),
    ])
    expect(answers[0]!.status).toBe(200)
    const { items } = (await ada.get(at(space.stream, 'events'))).body
    const left = items.findIndex((item) => item.event.id === putOut.id)
    expect(items.slice(left + 1)).toEqual([])
    for (const [i, answer] of answers.slice(1).entries()) expect([200, 403], String(i)).toContain(answer.status)
  })

  test('an importer names authors in the spaces that it founded, and nowhere else', async () => {
    const importer = await server.signIn('Import', { importer: true })
    expect(importer.actor).toMatch(/^import-/)
    const space = importer.found()
    const author = { id: 'zulip:ada', name: 'Ada Lovelace' }
    const said = importer.say(space.stream, space.room, 'from the archive')
    const imported = { ...said, payload: { text: 'from the archive', author } }
    expect((await importer.append(space.stream, [...space.events, imported])).status).toBe(200)
    const ada = await server.signIn('Ada')
    const hers = ada.found('invite')
    await ada.append(hers.stream, hers.events)
    const intruding = { ...importer.say(hers.stream, hers.room, 'x'), payload: { text: 'x', author } }
    expect((await importer.append(hers.stream, [intruding])).body.error?.code).toBe('NOT_A_MEMBER')
  })
})

describe('live tails', () => {
  /** Reads SSE messages as they come; `next` waits for one. */
  async function follow(open: () => Promise<Response>) {
    const answer = await open()
    expect(answer.headers.get('content-type')).toBe('text/event-stream')
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader()
    let text = ''
    return {
      async next(): Promise<TailMessage | 'end'> {
        for (;;) {
          const end = text.indexOf('\n\n')
          if (end >= 0) {
            const chunk = text.slice(0, end)
            text = text.slice(end + 2)
            if (chunk.startsWith('data:')) return JSON.parse(chunk.slice(5)) as TailMessage
            continue
          }
          const { done, value } = await reader.read()
          if (done) return 'end'
          text += value
        }
      },
      stop: () => reader.cancel(),
    }
  }

  test('one connection follows all of a person’s streams, those that come and those that go', async () => {
    const ada = await server.signIn('Ada')
    const bob = await server.signIn('Bob')
    const space = ada.found()
    await ada.append(space.stream, space.events)
    const tail = await follow(() => bob.request('/api/tail'))
    expect(await tail.next()).toEqual({
      type: 'heads',
      actor: bob.actor,
      heads: [{ stream: `person:${bob.actor}`, head: null, total: 0 }],
    })
    await bob.append(space.stream, [bob.join(space.stream)])
    expect(await tail.next()).toMatchObject({ type: 'joined', stream: space.stream, total: 4 })
    const hello = ada.say(space.stream, space.room, 'hello')
    const { body } = await ada.append(space.stream, [hello])
    const heard = await tail.next()
    expect(heard).toMatchObject({ type: 'items', stream: space.stream, head: body.results[0]!.seq })
    expect(heard !== 'end' && heard.type === 'items' && heard.items?.map((item) => item.event)).toEqual([hello])
    await ada.append(space.stream, [ada.event('member.leave', space.stream, { entity: bob.actor })])
    expect(await tail.next()).toEqual({ type: 'gone', stream: space.stream })
    await ada.append(space.stream, [ada.say(space.stream, space.room, 'he is gone')])
    await bob.append(`person:${bob.actor}`, [
      bob.event('read.mark', `person:${bob.actor}`, { room: 'r', payload: { stream: 'space:s', upTo: '1' } }),
    ])
    expect(await tail.next()).toMatchObject({ type: 'items', stream: `person:${bob.actor}`, after: null })
    await tail.stop()
  })

  test('a stream’s tail gives the backlog, then the news, without gap; a removed member’s ends', async () => {
    const ada = await server.signIn('Ada')
    const bob = await server.signIn('Bob')
    const space = ada.found()
    await ada.append(space.stream, space.events)
    await bob.append(space.stream, [bob.join(space.stream)])
    const tail = await follow(() => bob.request(at(space.stream, 'tail?limit=2')))
    const seen: string[] = []
    const seqs: (string | null)[] = [null]
    for (let count = 0; seen.length < 6; count++) {
      if (count === 2)
        await ada.append(
          space.stream,
          ['x', 'y'].map((text) => ada.say(space.stream, space.room, text)),
        )
      const message = await tail.next()
      if (message === 'end' || message.type !== 'items') throw new Error(`unexpected ${JSON.stringify(message)}`)
      expect(message.after).toBe(seqs.at(-1))
      seen.push(...message.items!.map((item) => item.event.id))
      seqs.push(message.head)
    }
    const { items } = (await ada.get(at(space.stream, 'events'))).body
    expect(seen).toEqual(items.map((item) => item.event.id))
    await ada.append(space.stream, [ada.event('member.leave', space.stream, { entity: bob.actor })])
    expect(await tail.next()).toEqual({ type: 'gone', stream: space.stream })
    expect(await tail.next()).toBe('end')
  })

  test('shutting down ends tails and does not wait for them', async () => {
    const one = await startTestServer()
    const ada = await one.signIn('Ada')
    const tail = await follow(() => ada.request('/api/tail'))
    await tail.next()
    const start = Date.now()
    await one.dispose()
    expect(await tail.next()).toBe('end')
    expect(Date.now() - start).toBeLessThan(2000)
  })
})
