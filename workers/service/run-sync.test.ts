import { ulid } from 'ulid'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { FromSync, ToSync } from '../../schema/messages/sync.ts'
import { createMemorySyncStore, FakeServer, makeEvent } from './fake-world.ts'
import { runSync } from './run-sync.ts'
import { createSyncApi, type SyncApi } from './sync-api.ts'
import type { SyncStore } from './sync-store.ts'

/** What never answers must not stop live sync: whatever it waits for has an end, and is tried again. */
const stream = 'space:a'
const state: ToSync = {
  type: 'SYNC_STATE',
  epoch: 1,
  generation: 'g',
  actor: 'me',
  streams: [{ stream, cursor: null }],
  openRoom: null,
  cut: false,
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A sync client whose database has said where it stands. */
function start({ api, store = createMemorySyncStore() }: { readonly api: SyncApi; readonly store?: SyncStore }) {
  const said: FromSync[] = []
  let hear: (message: ToSync) => void = () => {}
  const channel = {
    post: (_peerId: string, message: FromSync) => void said.push(message),
    listen: (to: typeof hear) => (hear = to),
  }
  const locks = { hold: async () => () => {}, take: async () => () => {} }
  const gone: string[] = []
  const erased = (of: string, messages: readonly string[]) => void gone.push(...messages.map((id) => `${of} ${id}`))
  const sync = runSync({ locks, channel, api, store, random: () => 0.5, now: () => Date.now(), erased })
  hear(state)
  const status = () => said.findLast((message) => message.type === 'SYNC_STATUS')?.status.state
  return { said, sync, status, gone }
}

/** Answers each request to /tail in its turn; null: nothing comes, not even the head of an answer. */
function tails(...answers: (string | null)[]) {
  let asked = 0
  let aborted = 0
  return {
    asked: () => asked,
    aborted: () => aborted,
    fetch: async (_: unknown, init?: RequestInit): Promise<Response> => {
      const lines = answers[Math.min(asked++, answers.length - 1)] ?? null
      const signal = init!.signal!
      const end = new Promise<never>((_, reject) =>
        signal.addEventListener('abort', () => {
          aborted += 1
          reject(signal.reason as Error)
        }),
      )
      if (lines === null) return end
      const body = new ReadableStream<Uint8Array>({
        start: (controller) => {
          controller.enqueue(new TextEncoder().encode(lines))
          void end.catch((reason: unknown) => controller.error(reason))
        },
      })
      return new Response(body)
    },
  }
}
const heads = `data:${JSON.stringify({ type: 'heads', actor: 'me', heads: [{ stream, head: null, total: 0 }] })}\n\n`

/** The real api's tail, before a server that answers all else. */
function apiWith(fetch: typeof globalThis.fetch): SyncApi {
  const server = new FakeServer()
  return {
    read: (stream, what) => server.read(stream, what),
    append: (stream, events) => server.append(stream, events),
    tail: createSyncApi(fetch, 'http://server.invalid').tail,
  }
}

test('a tail whose request is never answered is asked for again', async () => {
  const server = tails(null, heads)
  const { status } = start({ api: apiWith(server.fetch) })
  await vi.advanceTimersByTimeAsync(1_000)
  expect([status(), server.asked()]).toEqual(['connecting', 1])
  await vi.advanceTimersByTimeAsync(40_000)
  expect([status(), server.asked()]).toEqual(['live', 2])
})

test('a tail that says nothing after the head of its answer is asked for again', async () => {
  const server = tails('', heads)
  const { status } = start({ api: apiWith(server.fetch) })
  await vi.advanceTimersByTimeAsync(1_000)
  expect(status()).toBe('connecting')
  await vi.advanceTimersByTimeAsync(50_000)
  expect([status(), server.asked()]).toEqual(['live', 2])
})

test('while a tail is on its way, its end is the end of its request', async () => {
  const server = tails(null)
  const { sync } = start({ api: apiWith(server.fetch) })
  await vi.advanceTimersByTimeAsync(10)
  expect([server.asked(), server.aborted()]).toEqual([1, 0])
  sync.offline()
  expect(server.aborted()).toBe(1)
})

test('a store that never answers keeps no stream waiting', async () => {
  const server = new FakeServer()
  server.write(stream, [makeEvent('e1', stream)])
  const never = () => new Promise<never>(() => {})
  const { said } = start({ api: server, store: { ...createMemorySyncStore(), queue: never, mirrored: never } })
  const handedOver = () => said.some((message) => message.type === 'EVENTS')
  expect(handedOver()).toBe(false)
  await vi.advanceTimersByTimeAsync(6_000)
  expect(handedOver()).toBe(true)
})

test('of two who wait for quiet each waits for itself', async () => {
  const server = new FakeServer()
  const { sync } = start({
    api: { ...server, read: () => new Promise(() => {}), append: async () => [], tail: () => new Promise(() => {}) },
  })
  await vi.advanceTimersByTimeAsync(10)
  const done: number[] = []
  void sync.quiet(1_000).then(() => done.push(1))
  void sync.quiet(100_000).then(() => done.push(2))
  await vi.advanceTimersByTimeAsync(1_500)
  expect(done).toEqual([1])
  sync.nudge(false) // the database has not said its whole outbox: all begins anew, and nothing is under way
  await vi.advanceTimersByTimeAsync(10)
  expect(done).toEqual([1, 2])
})

test('what is erased is told of once it is handed over: what is shown of it goes', async () => {
  const server = new FakeServer()
  const [one, other, erasure] = [ulid(), ulid(), ulid()]
  const erase = { type: 'message.erase', entity: one, payload: {} }
  server.write(stream, [makeEvent(one, stream), makeEvent(other, stream), makeEvent(erasure, stream, erase)])
  const { gone } = start({ api: server })
  await vi.advanceTimersByTimeAsync(6_000)
  expect(gone).toContain(`${stream} ${one}`)
  expect(gone).not.toContain(`${stream} ${other}`)
})
