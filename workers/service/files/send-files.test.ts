import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { AnyEvent } from '../../../schema/events/event.ts'
import type { AppendResult } from '../../../schema/messages/http.ts'
import { makeEvent } from '../fake-world.ts'
import { Outbox } from '../outbox.ts'
import { SyncFault, type SyncApi } from '../sync-api.ts'
import { withFiles } from './send-files.ts'

const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** A server that takes pieces as ours does, and breaks off wherever it is told to. */
class FakeServer {
  readonly parts = new Map<string, Uint8Array>()
  readonly stored = new Map<string, number>()
  readonly appended: string[] = []
  puts = 0
  failing: (put: number) => boolean = () => false

  async put(sha256: string, { at, size, bytes }: { at: number; size: number; bytes: Blob }) {
    this.puts += 1
    if (this.stored.has(sha256)) return { received: size, done: true }
    let part = this.parts.get(sha256) ?? new Uint8Array()
    const piece = new Uint8Array(await bytes.arrayBuffer())
    const breaks = this.failing(this.puts)
    if (at === part.length) {
      part = Buffer.concat([part, breaks ? piece.subarray(0, piece.length / 3) : piece])
      this.parts.set(sha256, part)
    }
    if (part.length === size) {
      if (hashOf(part) !== sha256) throw new SyncFault('refused', 'wrong', { code: 'FILE_CHANGED', message: '' })
      this.stored.set(sha256, (this.stored.get(sha256) ?? 0) + 1)
      this.parts.delete(sha256)
    }
    if (breaks) throw new SyncFault('passing', 'the line broke')
    return { received: part.length, done: this.stored.has(sha256) }
  }

  readonly append: SyncApi['append'] = async (_, events): Promise<AppendResult['results']> => {
    for (const event of events) {
      for (const { sha256 } of (event.payload as { files?: { sha256: string }[] }).files ?? []) {
        expect(this.stored.has(sha256), 'its file is there before the message').toBe(true)
      }
      this.appended.push(event.id)
    }
    return events.map(({ id }) => ({ id, seq: '1', receivedAt: 1, duplicate: false }))
  }
}

function message(id: string, ...contents: Uint8Array[]): AnyEvent {
  const files = contents.map((bytes) => ({
    sha256: hashOf(bytes),
    name: 'x.bin',
    type: 'application/x',
    size: bytes.length,
  }))
  return { ...makeEvent(id, 'space:s'), payload: { text: '', files } }
}
function device(server: FakeServer, contents: readonly Uint8Array[]) {
  const blobs = new Map(contents.map((bytes) => [hashOf(bytes), new Blob([bytes as BlobPart])]))
  const sent: string[] = []
  const files = {
    find: async ({ sha256 }: { sha256: string }) => blobs.get(sha256) ?? null,
    sent: async (_: string, id: string) => void sent.push(id),
  }
  const news: string[] = []
  const api = withFiles({ append: server.append } as SyncApi, server, files, ({ type }) => news.push(type))
  return { api, sent, news, blobs }
}
const content = (size: number, seed: number) =>
  Uint8Array.from({ length: size }, (_, at) => (at * 31 + seed * 17 + (at >> 8)) % 256)

describe('files that are sent', () => {
  test('go before their message, and are the server’s afterwards', async () => {
    const server = new FakeServer()
    const bytes = content(1_000_000, 1)
    const { api, sent, news } = device(server, [bytes])
    await api.append('space:s', [message('m1', bytes)])
    expect([server.appended, sent, news.at(-1)]).toEqual([['m1'], ['m1'], 'SENT'])
    expect(news.filter((type) => type === 'SENDING').length).toBeGreaterThan(0)
  })

  test('over any breaks and restarts: each is stored once, each message written once', async () => {
    const seed = Number(process.env['SEED'] ?? Date.now() % 1e6)
    console.log(`files: SEED=${seed}`)
    let random = seed || 1
    const next = () => (random = (random * 48271) % 2147483647) / 2147483647
    const server = new FakeServer()
    const contents = Array.from({ length: 6 }, (_, n) => content(100_000 + 90_000 * n, n))
    const messages = contents.map((bytes, n) => message(`m${n}`, bytes))
    server.failing = () => next() < 0.4
    for (const each of messages) {
      for (let done = false; !done;) {
        const { api } = device(server, contents) // a new life each time
        done = await api.append('space:s', [each]).then(
          () => true,
          (error: unknown) => {
            expect((error as SyncFault).kind).toBe('passing')
            return false
          },
        )
      }
    }
    expect([...server.stored.values()]).toEqual(contents.map(() => 1))
    expect(server.appended).toEqual(messages.map(({ id }) => id))
  })

  test('one that is on the server already is not sent again; one that is nowhere is refused, and stops nothing else', async () => {
    const server = new FakeServer()
    const bytes = content(300_000, 2)
    await device(server, [bytes]).api.append('space:s', [message('m1', bytes)])
    const before = server.puts
    const { api } = device(server, []) // the device lost it
    await api.append('space:s', [message('m2', bytes)])
    expect(server.puts - before).toBe(1)
    const lost = await api
      .append('space:s', [message('m3', content(10, 3))])
      .catch((error: unknown) => error as SyncFault)
    expect([(lost as SyncFault).kind, (lost as SyncFault).fault?.code]).toEqual(['refused', 'FILE_MISSING'])
    await api.append('space:s', [makeEvent('m4', 'space:s')])
    expect(server.appended).toEqual(['m1', 'm2', 'm4'])
  })

  test('an append that begins again while the first is under way sends nothing twice', async () => {
    const server = new FakeServer()
    const bytes = content(900_000, 4)
    const { api } = device(server, [bytes])
    const alone = new FakeServer()
    await device(alone, [bytes]).api.append('space:s', [message('m1', bytes)])
    await Promise.all([1, 2, 3].map(() => api.append('space:s', [message('m1', bytes)])))
    expect(server.puts).toBe(alone.puts)
  })

  test('a server that takes nothing more is not asked for ever', async () => {
    const server = new FakeServer()
    const bytes = content(10, 5)
    const stuck = { put: async () => ({ received: 0, done: false }) }
    const files = { find: async () => new Blob([bytes]), sent: async () => {} }
    const api = withFiles({ append: server.append } as SyncApi, stuck, files, () => {})
    await expect(api.append('space:s', [message('m1', bytes)])).rejects.toThrow('takes no more')
  })
})

test('a message with files is sent alone: what was written before it does not wait for them', () => {
  const outbox = new Outbox()
  const at = (event: AnyEvent, clock: number) => ({ ...event, clock: String(clock) })
  outbox.add([
    at(makeEvent('a', 'space:s'), 1),
    at(makeEvent('b', 'space:s'), 2),
    at(message('c', content(1, 1)), 3),
    at(makeEvent('d', 'space:s'), 4),
    at(makeEvent('e', 'space:s'), 5),
  ])
  const order: string[][] = []
  for (let upload = outbox.nextUpload(); upload; upload = outbox.nextUpload()) {
    order.push(upload.events.map(({ id }) => id))
    outbox.uploaded(upload.events.map(({ id }) => ({ id, seq: '1', receivedAt: 1, duplicate: false })))
  }
  expect(order).toEqual([['a', 'b'], ['c'], ['d', 'e']])
})
