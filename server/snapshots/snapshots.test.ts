import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { SequencedEvent } from '../../schema/events/event.ts'
import { applyBatch } from '../../workers/event-store/apply-batch.ts'
import { checkSearchIndex, loadSqlite, openMemoryStore, projectionDump } from '../../workers/event-store/testing.ts'
import { attachBytes, bytesInMemory } from '../../workers/runtime/storage/attached-bytes.ts'
import { mergeSnapshot } from '../../workers/snapshot/merge-snapshot.ts'
import { thisBuild } from '../../workers/snapshot/snapshot-info.ts'
import { startTestServer, type TestPerson, type TestServer } from '../testing.ts'

describe('snapshots of a server', () => {
  let server: TestServer
  let ada: TestPerson
  let space: ReturnType<TestPerson['found']>
  const pathOf = (stream: string) => `/api/streams/${encodeURIComponent(stream)}`

  beforeAll(async () => {
    server = await startTestServer({ limits: { snapshotEvents: 40, snapshotQuietMs: 50 } })
    ada = await server.signIn('Ada')
    space = ada.found()
    await ada.append(space.stream, space.events)
    const said = Array.from({ length: 60 }, (_, at) => ada.say(space.within, space.room, `message ${at}`))
    await ada.append(space.within, said)
    const [first] = said
    await ada.append(space.within, [
      ada.event('message.edit', space.within, {
        entity: first!.id,
        room: space.room,
        payload: { text: 'said better' },
      }),
      ada.event('reaction.add', space.within, { entity: first!.id, room: space.room, payload: { emoji: '👍' } }),
    ])
    await vi.waitFor(
      async () => expect((await ada.request(`${pathOf(space.stream)}/snapshot`)).status).toBe(200),
      25_000,
    )
  }, 30_000)
  afterAll(() => server.dispose())

  test('one that a device takes in gives what all events give', async () => {
    await ada.append(space.within, [ada.say(space.within, space.room, 'came behind it')])
    const streams = [space.stream, space.within]
    const pages = await Promise.all(streams.map((stream) => ada.get(`${pathOf(stream)}/events?limit=1000`)))
    const device = await openMemoryStore()
    const plain = await openMemoryStore()
    for (const { body } of pages) apply(plain, body.items)
    expect(await take(device, await bytesOf(ada, space.stream))).toMatchObject({ type: 'Merged' })
    for (const [at, { body }] of pages.entries()) {
      const cursor = device.log.cursor(streams[at]!)!
      apply(
        device,
        body.items.filter(({ seq }) => seq > cursor),
      )
    }
    expect(projectionDump(device)).toEqual(projectionDump(plain))
    checkSearchIndex(device)
    device.close()
    plain.close()
  })

  test('it says how large it is and what it must hash to, and is not sent twice', async () => {
    const answer = await ada.request(`${pathOf(space.stream)}/snapshot`)
    const bytes = Buffer.from(await answer.arrayBuffer())
    expect(answer.headers.get('x-snapshot-bytes')).toBe(String(bytes.length))
    expect(answer.headers.get('x-snapshot-sha256')).toBe(createHash('sha256').update(bytes).digest('hex'))
    const again = { headers: { 'if-none-match': answer.headers.get('etag')! } }
    expect((await ada.request(`${pathOf(space.stream)}/snapshot`, again)).status).toBe(304)
  })

  test('who may not read the space gets none, and neither does who was removed', async () => {
    const bob = await server.signIn('Bob')
    const ask = async () => {
      const answer = await bob.request(`${pathOf(space.stream)}/snapshot`)
      await answer.arrayBuffer() // else the server cuts the connection off, once Bob is gone
      return answer.status
    }
    expect(await ask()).toBe(403)
    await bob.append(space.stream, [bob.join(space.stream)])
    expect(await ask()).toBe(200)
    await ada.append(space.stream, [ada.event('member.leave', space.stream, { entity: bob.actor })])
    expect(await ask()).toBe(403)
    expect((await fetch(`${server.origin}${pathOf(space.stream)}/snapshot`)).status).toBe(401)
  })

  test('what is erased is in no snapshot and in no file of the read model any more', async () => {
    const word = 'quetzalcoatlus'
    const said = ada.say(space.within, space.room, `a ${word} that is to be forgotten`)
    const more = Array.from({ length: 30 }, (_, at) => ada.say(space.within, space.room, `more ${at}`))
    await ada.append(space.within, [said, ...more])
    const holds = async () => Buffer.from(await bytesOf(ada, space.stream)).includes(word)
    await expect.poll(holds).toBe(true)
    await ada.append(space.within, [ada.event('message.erase', space.within, { entity: said.id, room: space.room })])
    expect(await holds()).toBe(false)
    const ready = async () => (await bytesOf(ada, space.stream)).length > 0
    await expect.poll(ready).toBe(true)
    expect(await holds()).toBe(false)
    const folders = [join(server.dataDirectory, 'read-model'), join(server.dataDirectory, 'snapshots')]
    const filesWithIt = () =>
      folders
        .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
        .filter((path) => readFileSync(path).includes(word))
    await expect.poll(filesWithIt).toEqual([])
  })

  test('a small space has none, and is not followed', async () => {
    const small = ada.found()
    await ada.append(small.stream, small.events)
    expect((await ada.request(`${pathOf(small.stream)}/snapshot`)).status).toBe(204)
    expect((await ada.get<Health>('/healthz')).body.readModel.followed).toBe(1)
  })

  test('the read model is up to date soon after an append, and says so', async () => {
    await ada.append(space.within, [ada.say(space.within, space.room, 'one more')])
    await expect
      .poll(async () => (await ada.get<Health>('/healthz')).body.readModel)
      .toMatchObject({ behind: 0, failed: 0 })
  })

  test('a read model that cannot be read is made anew, and nothing else notices', async () => {
    await server.stop()
    const folder = join(server.dataDirectory, 'read-model')
    for (const name of readdirSync(folder)) writeFileSync(join(folder, name), 'no database')
    await server.restart()
    expect((await ada.append(space.within, [ada.say(space.within, space.room, 'goes on')])).status).toBe(200)
    await expect
      .poll(async () => (await ada.get<Health>('/healthz')).body.readModel)
      .toMatchObject({ followed: 1, behind: 0, failed: 0 })
  })

  test('a device of another build is not sent what it cannot take', async () => {
    const ask = async (build: string) => (await ada.request(`${pathOf(space.stream)}/snapshot?build=${build}`)).status
    expect(await ask(thisBuild)).toBe(200)
    expect([await ask('5.1'), await ask('99.1'), await ask('')]).toEqual([204, 204, 204])
  })

  test('what an older build of the server made is not sent: it is made anew', async () => {
    await server.stop()
    const folder = join(server.dataDirectory, 'snapshots')
    const name = readdirSync(folder).find((one) => one.endsWith('.json'))!
    const kept = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { file: string; build: string }
    writeFileSync(join(folder, name), JSON.stringify({ ...kept, build: '4.1' }))
    await server.restart()
    expect(readdirSync(folder)).not.toContain(kept.file)
    await expect.poll(async () => (await bytesOf(ada, space.stream)).length, { timeout: 10_000 }).toBeGreaterThan(0)
    const again = readdirSync(folder).find((one) => one.endsWith('.json'))!
    expect(JSON.parse(readFileSync(join(folder, again), 'utf8'))).toMatchObject({ build: thisBuild })
  })

  test('it is there at once after a restart, and so is the read model', async () => {
    await server.stop()
    await server.restart()
    expect((await ada.request(`${pathOf(space.stream)}/snapshot`)).status).toBe(200)
    await expect
      .poll(async () => (await ada.get<Health>('/healthz')).body.readModel)
      .toMatchObject({ followed: 1, behind: 0, failed: 0 })
  })
})

interface Health {
  readonly readModel: { readonly followed: number; readonly behind: number; readonly failed: number }
}
type MemoryStore = Awaited<ReturnType<typeof openMemoryStore>>

function apply(store: MemoryStore, items: readonly SequencedEvent[]): void {
  if (items.length === 0) return
  const stream = items[0]!.event.stream
  applyBatch(store, { batchId: '', stream, items, after: null, cursor: items.at(-1)!.seq })
}

async function bytesOf(person: TestPerson, stream: string): Promise<Uint8Array> {
  const answer = await person.request(`/api/streams/${encodeURIComponent(stream)}/snapshot`)
  return new Uint8Array(await answer.arrayBuffer())
}

async function take(store: MemoryStore, bytes: Uint8Array) {
  const detach = attachBytes(await loadSqlite(), store.db, 'snapshot', bytesInMemory(bytes))
  try {
    return mergeSnapshot(store, 'snapshot', () => true)
  } finally {
    detach()
  }
}
