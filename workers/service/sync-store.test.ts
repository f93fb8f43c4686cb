import 'fake-indexeddb/auto'
import { ulid } from 'ulid'
import { describe, expect, test } from 'vitest'
import type { AnyEvent } from '../../schema/events/event.ts'
import { createMemorySyncStore, makeEvent, seqOf } from './fake-world.ts'
import { openSyncStore } from './indexed-sync-store.ts'

/** One suite for the real store and for the fake that the simulated worlds use. */
let serial = 0
describe.each([
  ['IndexedDB', () => openSyncStore(`store-${++serial}`)],
  ['memory', createMemorySyncStore],
])('SyncStore: %s', (_, open) => {
  const stream = 'space:a'
  const items = (from: number, to: number, of = stream) =>
    Array.from({ length: to - from + 1 }, (_, i) => {
      const seq = seqOf(from + i)
      return { seq, receivedAt: 1, event: makeEvent(`${of} ${seq}`, of) }
    })

  test('queueing goes on behind the database’s cursor, then behind the queue', async () => {
    const store = open()
    expect(await store.queueOffset(stream)).toBeUndefined()
    await store.rememberCursor(stream, seqOf(5))
    await store.rememberCursor(stream, seqOf(3)) // a cursor never moves back
    expect(await store.queueOffset(stream)).toBe(seqOf(5))
    await store.enqueue(stream, seqOf(5), items(6, 8))
    expect(await store.queueOffset(stream)).toBe(seqOf(8))
    expect(await store.queueOffset('space:b')).toBeUndefined()
  })

  test('the queue keeps where it begins, and empties from the front', async () => {
    const store = open()
    await store.enqueue(stream, seqOf(5), items(6, 8))
    await store.enqueue(stream, seqOf(8), items(9, 10))
    await store.enqueue('space:b', null, items(1, 1, 'space:b'))
    expect(await store.queue(stream)).toEqual({ after: seqOf(5), items: items(6, 10) })
    await store.unqueue(stream, seqOf(7))
    expect(await store.queue(stream)).toEqual({ after: seqOf(7), items: items(8, 10) })
    await store.unqueue(stream, seqOf(10))
    expect((await store.queue(stream)).items).toEqual([])
    expect((await store.queue('space:b')).items).toHaveLength(1)
  })

  test('the same event queued twice is there once', async () => {
    const store = open()
    await store.enqueue(stream, null, items(1, 3))
    await store.enqueue(stream, seqOf(1), items(2, 4))
    expect(await store.queue(stream)).toEqual({ after: null, items: items(1, 4) })
  })

  test('what is erased while it is queued loses its words, and nothing else', async () => {
    const store = open()
    const said = (n: number, id: string) => ({
      seq: seqOf(n),
      receivedAt: 2e12,
      event: { ...makeEvent(id, stream), entity: id, payload: { text: `words of ${id}` } },
    })
    const [one, other] = [ulid(), ulid()]
    await store.enqueue(stream, null, [said(1, one), said(2, other)])
    await store.enqueue('space:b', null, [said(1, one)])
    await store.eraseQueued(stream, [one])
    const texts = (await store.queue(stream)).items.map(({ event }) => (event as AnyEvent).payload)
    expect(texts).toEqual([{ text: '' }, { text: `words of ${other}` }])
    expect(JSON.stringify(await store.queue('space:b'))).toContain(`words of ${one}`)
  })

  test('the mirror holds what was not uploaded yet', async () => {
    const store = open()
    const events = ['x', 'y', 'z'].map((id) => makeEvent(id, stream))
    await store.mirror(events)
    await store.mirror([events[0]!])
    await store.unmirror([events[1]!, { stream: 'space:other', id: 'x' }, { stream, id: 'never there' }])
    expect((await store.mirrored()).map((event) => event.id)).toEqual(['x', 'z'])
    await store.clear()
    expect(await store.mirrored()).toEqual([])
  })
})

test('IndexedDB keeps it all over a restart', async () => {
  const name = `store-${++serial}`
  const first = openSyncStore(name)
  await first.rememberCursor('space:a', seqOf(1))
  await first.enqueue('space:a', seqOf(1), [{ seq: seqOf(2), receivedAt: 1, event: makeEvent('e', 'space:a') }])
  await first.mirror([makeEvent('m', 'space:a')])
  const second = openSyncStore(name)
  expect(await second.queueOffset('space:a')).toBe(seqOf(2))
  expect((await second.queue('space:a')).after).toBe(seqOf(1))
  expect((await second.mirrored()).map((event) => event.id)).toEqual(['m'])
})
