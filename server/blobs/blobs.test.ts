import { createHash, randomBytes } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pino } from 'pino'
import type { BlobReceived, HttpFault } from '../../schema/messages/http.ts'
import { Health } from '../health.ts'
import { defaultLimits } from '../limits.ts'
import type { EventLog } from '../log/event-log.ts'
import { startTestServer, type TestPerson, type TestServer } from '../testing.ts'
import { keptUnnamedMs, openBlobs } from './blobs.ts'

const MB = 1 << 20
let server: TestServer
beforeAll(async () => {
  server = await startTestServer({ limits: { blobBytes: 4 * MB, blobBytesPerPerson: 10 * MB } })
})
afterAll(() => server.dispose())

const hashOf = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex')
const png = (rest = randomBytes(20).toString('hex')) =>
  Buffer.concat([Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), Buffer.from(rest)])
const path = (sha256: string) => join(server.dataDirectory, 'blobs', sha256.slice(0, 2), sha256)

async function put(person: TestPerson, bytes: Uint8Array | string, query = '', sha256 = hashOf(bytes)) {
  const answer = await person.request(`/api/blobs/${sha256}${query}`, {
    method: 'PUT',
    body: bytes as BodyInit,
    headers: { 'content-type': 'application/octet-stream' },
  })
  return { status: answer.status, body: (await answer.json()) as BlobReceived & { error?: HttpFault } }
}
const get = (person: TestPerson, sha256: string, query = '', headers: Record<string, string> = {}) =>
  person.request(`/api/blobs/${sha256}${query}`, { headers })
const from = (stream: string, message: string) =>
  `?stream=${encodeURIComponent(stream)}&message=${encodeURIComponent(message)}`

function naming(person: TestPerson, stream: string, room: string, ...hashes: string[]) {
  const files = hashes.map((sha256) => ({ sha256, name: 'heron.png', type: 'image/png', size: 1 }))
  const said = person.event('message.create', stream, { room, version: 2, payload: { text: '', files } })
  return { ...said, entity: said.id }
}
async function aSpace(visibility: 'public' | 'invite' = 'public') {
  const ada = await server.signIn('Ada')
  const bob = await server.signIn('Bob')
  const space = ada.found(visibility)
  await ada.append(space.stream, space.events)
  if (visibility === 'public') await bob.append(space.stream, [bob.join(space.stream)])
  return { ada, bob, home: space.stream, stream: space.within, room: space.room }
}

describe('a file', () => {
  test('is stored once, read by its uploader, then by who may read the message that names it', async () => {
    const { ada, bob, stream, room } = await aSpace()
    const bytes = png()
    const sha256 = hashOf(bytes)
    expect(await put(ada, bytes)).toEqual({ status: 200, body: { received: bytes.length, done: true } })
    expect(await put(ada, bytes)).toEqual({ status: 200, body: { received: bytes.length, done: true } })
    expect(Buffer.from(await (await get(ada, sha256)).arrayBuffer())).toEqual(bytes)
    expect((await get(bob, sha256)).status).toBe(404)
    const message = naming(ada, stream, room, sha256)
    expect((await ada.append(stream, [message])).status).toBe(200)
    const answer = await get(bob, sha256, from(stream, message.id))
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(bytes)
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'image/png',
      'content-disposition': "inline; filename*=UTF-8''heron.png",
      'content-security-policy': "default-src 'none'; sandbox; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    })
    const eve = await server.signIn('Eve')
    expect((await get(eve, sha256, from(stream, message.id))).status).toBe(403)
    expect((await get(bob, sha256, from(stream, naming(ada, stream, room, sha256).id))).status).toBe(404)
    expect((await fetch(`${server.origin}/api/blobs/${sha256}`)).status).toBe(401)
    expect(readdirSync(join(server.dataDirectory, 'blobs', 'uploads'))).toEqual([])
  })

  test('comes in pieces, goes on over a restart, and says how far it is', async () => {
    const { ada } = await aSpace()
    const bytes = randomBytes(3 * MB)
    const sha256 = hashOf(bytes)
    const piece = (at: number, to: number) => put(ada, bytes.subarray(at, to), `?at=${at}&size=${bytes.length}`, sha256)
    expect((await piece(0, 0)).body).toEqual({ received: 0, done: false })
    expect((await piece(0, MB)).body).toEqual({ received: MB, done: false })
    await server.stop()
    await server.restart()
    expect((await piece(0, MB)).body).toEqual({ received: MB, done: false }) // again: it changes nothing
    expect((await piece(2 * MB, 3 * MB)).body).toEqual({ received: MB, done: false }) // a gap: neither
    expect((await piece(MB, 2 * MB)).body).toEqual({ received: 2 * MB, done: false })
    expect((await piece(2 * MB, 3 * MB)).body).toEqual({ received: 3 * MB, done: true })
    expect(hashOf(Buffer.from(await (await get(ada, sha256)).arrayBuffer()))).toBe(sha256)
  })

  test('is sent in parts, too', async () => {
    const { ada } = await aSpace()
    const bytes = Buffer.from('0123456789')
    const sha256 = hashOf(bytes)
    await put(ada, bytes)
    const part = async (range: string) => {
      const answer = await get(ada, sha256, '', { range })
      return [answer.status, await answer.text(), answer.headers.get('content-range')]
    }
    expect(await part('bytes=2-4')).toEqual([206, '234', 'bytes 2-4/10'])
    expect(await part('bytes=7-')).toEqual([206, '789', 'bytes 7-9/10'])
    expect(await part('bytes=-2')).toEqual([206, '89', 'bytes 8-9/10'])
    expect(await part('bytes=0-999')).toEqual([206, '0123456789', 'bytes 0-9/10'])
    expect(await part('bytes=10-')).toEqual([416, '', 'bytes */10'])
    for (const odd of ['bytes=4-2', 'bytes=0-1,3-4', 'bytes=-', 'lines=0-1', 'bytes=x-y']) {
      expect((await part(odd)).slice(0, 2), odd).toEqual([200, '0123456789'])
    }
    expect((await get(ada, sha256, '', { 'if-none-match': `"${sha256}"` })).status).toBe(304)
  })

  test('goes with the erased message, unless another one names it', async () => {
    const { ada, bob, stream, room } = await aSpace()
    const [once, twice] = [png(), png()]
    const [a, b] = [hashOf(once), hashOf(twice)]
    await put(ada, once)
    await put(ada, twice)
    const first = naming(ada, stream, room, a, b)
    const second = naming(ada, stream, room, b)
    await ada.append(stream, [first, second])
    await ada.append(stream, [ada.event('message.erase', stream, { entity: first.id, room })])
    expect([existsSync(path(a)), existsSync(path(b))]).toEqual([false, true])
    expect((await get(bob, b, from(stream, first.id))).status).toBe(404)
    expect((await get(bob, b, from(stream, second.id))).status).toBe(200)
    // the same event again is known; its file is not asked for, and does not come back
    expect((await ada.append(stream, [first])).body.results[0]!.duplicate).toBe(true)
    expect((await get(ada, a)).status).toBe(404)
  })
})

describe('what is tried with files', () => {
  test('other bytes than the hash says leave nothing', async () => {
    const { ada } = await aSpace()
    const sha256 = hashOf('honest')
    const { status, body } = await put(ada, 'forged', '', sha256)
    expect([status, body.error?.code]).toEqual([400, 'FILE_CHANGED'])
    expect((await get(ada, sha256)).status).toBe(404)
    expect(existsSync(path(sha256))).toBe(false)
    expect((await put(ada, 'honest')).body.done).toBe(true)
  })

  test.each([
    '../../accounts.db',
    '..%2f..%2faccounts.db',
    'a'.repeat(63),
    'A'.repeat(64),
    `${'a'.repeat(64)}%00`,
    '%2e%2e',
  ])('a path: %s', async (name) => {
    const { ada } = await aSpace()
    for (const method of ['GET', 'PUT']) {
      const body = method === 'PUT' ? { body: 'x' } : {}
      expect([404, 405]).toContain((await ada.request(`/api/blobs/${name}`, { method, ...body })).status)
    }
    expect(readdirSync(server.dataDirectory)).not.toContain('x')
  })

  test.each([
    ['HTML', '<!doctype html><script>alert(1)</script>'],
    ['SVG', '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'],
    ['XML before it', '<?xml version="1.0"?><svg onload="alert(1)"/>'],
    ['PDF', '%PDF-1.7 <script>'],
    ['JavaScript', 'GIF=1;alert(1)'],
  ])('%s is sent to be kept, as bytes', async (_, text) => {
    const { ada } = await aSpace()
    await put(ada, text)
    const { headers } = await get(ada, hashOf(text))
    expect(headers.get('content-type')).toBe('application/octet-stream')
    expect(headers.get('content-disposition')).toMatch(/^attachment;/)
  })

  test('one that begins as a picture and goes on as HTML is a picture, and a document of nobody', async () => {
    const { ada } = await aSpace()
    const both = Buffer.from('GIF89a/*<html><script>alert(1)</script>*/')
    await put(ada, both)
    const { headers } = await get(ada, hashOf(both))
    expect(headers.get('content-type')).toBe('image/gif')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('content-security-policy')).toContain('sandbox')
  })

  test('who knows a hash, and has not the file, cannot name it', async () => {
    const { ada, bob, stream, room } = await aSpace()
    const secret = png()
    const sha256 = hashOf(secret)
    await put(ada, secret)
    const own = bob.found()
    await bob.append(own.stream, own.events)
    const taken = await bob.append(own.within, [naming(bob, own.within, own.room, sha256)])
    const unknown = await bob.append(own.within, [naming(bob, own.within, own.room, hashOf('nothing'))])
    expect([taken.status, taken.body.error?.code]).toEqual([409, 'FILE_MISSING'])
    expect(taken.body.error!.message).toBe(unknown.body.error!.message)
    // nor learn of it by beginning to send it
    expect((await put(bob, '', `?at=0&size=${secret.length}`, sha256)).body).toEqual({ received: 0, done: false })
    expect((await ada.append(stream, [naming(ada, stream, room, sha256)])).status).toBe(200)
  })

  test('a person who was removed gets no more of it', async () => {
    const { ada, bob, home, stream, room } = await aSpace()
    const bytes = png()
    await put(ada, bytes)
    const message = naming(ada, stream, room, hashOf(bytes))
    await ada.append(stream, [message])
    await ada.append(home, [ada.event('member.leave', home, { entity: bob.actor })])
    expect((await get(bob, hashOf(bytes), from(stream, message.id))).status).toBe(403)
  })

  test('the stream of another message does not open it: a message is named by its stream and its id', async () => {
    const { ada, stream, room } = await aSpace('invite')
    const bytes = png()
    await put(ada, bytes)
    const message = naming(ada, stream, room, hashOf(bytes))
    await ada.append(stream, [message])
    const eve = await server.signIn('Eve')
    const own = eve.found()
    await eve.append(own.stream, own.events)
    const mine = { ...eve.say(own.within, own.room, 'mine'), id: message.id, entity: message.id }
    expect((await eve.append(own.within, [mine])).status).toBe(200)
    expect((await get(eve, hashOf(bytes), from(own.within, message.id))).status).toBe(404)
    expect((await get(eve, hashOf(bytes), from(stream, message.id))).status).toBe(404)
  })

  test('too large, and more than a person has room for; what is only announced counts', async () => {
    const { ada } = await aSpace()
    const huge = await put(ada, '', `?at=0&size=${4 * MB + 1}`, hashOf('huge'))
    expect([huge.status, huge.body.error?.code]).toEqual([413, 'FILE_TOO_LARGE'])
    for (const name of ['1', '2']) expect((await put(ada, '', `?at=0&size=${4 * MB}`, hashOf(name))).status).toBe(200)
    const third = await put(ada, '', `?at=0&size=${4 * MB}`, hashOf('3'))
    expect([third.status, third.body.error?.code]).toEqual([413, 'FILE_QUOTA'])
    expect((await put(ada, 'small')).body.done).toBe(true)
    // more than was announced
    const more = await put(ada, 'x'.repeat(20), '?at=0&size=10', hashOf('x'.repeat(20)))
    expect([more.status, more.body.error?.code]).toEqual([400, 'FILE_CHANGED'])
    for (const wrong of ['?at=-1&size=5', '?at=x&size=5', '?at=0&size=0', '?at=0&size=1e3']) {
      expect((await put(ada, 'x', wrong)).status, wrong).toBe(400)
    }
  })

  test('one that is sent slowly is cut, and goes on where it stood', async () => {
    const slow = await startTestServer({ limits: { requestMs: 1000, headersMs: 1000 } })
    const ada = await slow.signIn('Ada')
    const bytes = randomBytes(1000)
    const sha256 = hashOf(bytes)
    const socket = connect(Number(new URL(slow.origin).port), '127.0.0.1')
    const { host } = new URL(slow.origin)
    const ended = new Promise((resolve) => socket.once('close', resolve))
    socket.on('error', () => {})
    socket.resume()
    socket.write(
      `PUT /api/blobs/${sha256}?at=0&size=1000 HTTP/1.1\r\nHost: ${host}\r\nOrigin: ${slow.origin}\r\nCookie: ${ada.cookie}\r\nContent-Length: 1000\r\n\r\n`,
    )
    socket.write(bytes.subarray(0, 300))
    await ended // nobody waits for the rest for ever
    const send = (query: string, body: Uint8Array) =>
      ada.request(`/api/blobs/${sha256}${query}`, { method: 'PUT', body: body as BodyInit })
    const there = (await (await send('?at=0&size=1000', new Uint8Array())).json()) as BlobReceived
    expect(there).toEqual({ received: 300, done: false })
    expect(await (await send('?at=300&size=1000', bytes.subarray(300))).json()).toEqual({ received: 1000, done: true })
    await slow.dispose()
  })

  test('of many at once some are told to come again', async () => {
    const busy = await startTestServer({ limits: { uploadsAtOncePerPerson: 2 } })
    const ada = await busy.signIn('Ada')
    const many = Array.from({ length: 12 }, (_, n) => randomBytes(100_000 + n))
    const answers = await Promise.all(
      many.map((each) => ada.request(`/api/blobs/${hashOf(each)}`, { method: 'PUT', body: each as BodyInit })),
    )
    const statuses = new Set(answers.map(({ status }) => status))
    expect([...statuses].every((status) => status === 200 || status === 429)).toBe(true)
    expect(statuses.has(200)).toBe(true)
    await busy.dispose()
  })
})

test('what no message names goes after a day; what a message names, and what is on its way, stays', async () => {
  const { ada, stream, room } = await aSpace()
  let now = Date.now()
  const written = new Set<string>()
  const log = {
    find: async (_: string, [id]: readonly string[]) =>
      written.has(id!)
        ? [{ seq: '1', id, data: JSON.stringify(naming(ada, stream, room, hashOf('named'))), receivedAt: 1 }]
        : [],
  } as unknown as EventLog
  const folder = join(server.dataDirectory, 'other-blobs')
  const blobs = await openBlobs(folder, log, new Health(pino({ level: 'silent' })), defaultLimits, () => now)
  const bring = (text: string, size = text.length) =>
    blobs.put('ada', hashOf(text), {
      at: 0,
      size,
      length: null,
      bytes: (async function* () {
        yield Buffer.from(text)
      })(),
    })
  await bring('named')
  await bring('unnamed')
  await bring('a server died before this was written')
  await bring('half', 8)
  const name = (text: string, id: string) =>
    blobs.name(stream, [
      { id, data: JSON.stringify({ type: 'message.create', payload: { files: [{ sha256: hashOf(text) }] } }) },
    ])
  name('named', 'm1')
  written.add('m1')
  name('a server died before this was written', 'm2')
  const kept = () =>
    ['named', 'unnamed', 'a server died before this was written'].map((text) => blobs.blob(hashOf(text)) !== null)
  now += keptUnnamedMs - 1
  await blobs.collect()
  expect(kept()).toEqual([true, true, true])
  now += 2
  await blobs.collect()
  now += 2 * keptUnnamedMs
  await blobs.collect()
  expect(kept()).toEqual([true, false, false])
  expect(readdirSync(join(folder, 'uploads'))).toEqual([])
  expect(blobs.owns('ada', hashOf('unnamed'))).toBe(false)
  await blobs.close()
})
