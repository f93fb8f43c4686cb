import { expect, test } from 'vitest'
import type { AnyEvent } from '../../schema/events/event.ts'
import { keyIn } from '../../schema/events/key.ts'
import { createMemorySyncStore, FakeServer, makeEvent, seqOf } from './fake-world.ts'
import { addressOf, parsePush, takePush } from './take-push.ts'

const stream = 'space:a'
const me = async () => 'me'
const ulid = (n: number) => `01HF${String(n).padStart(22, '0')}`
const theirs = (n: number) => makeEvent(ulid(n), stream, { actor: 'ada', payload: { text: `e${n}` } })
const tag = (n: number) => keyIn(stream, ulid(n))

function world(events: number) {
  const server = new FakeServer()
  const store = createMemorySyncStore()
  server.write(
    stream,
    Array.from({ length: events }, (_, i) => theirs(i + 1)),
  )
  return { server, store, push: { stream, head: seqOf(events) } }
}

test('everything new is queued, then each message is shown once', async () => {
  const { server, store, push } = world(20)
  await store.rememberCursor(stream, seqOf(17))
  const shown = await takePush(push, server, store, me)
  expect((await store.queue(stream)).items.map((item) => (item.event as AnyEvent).id)).toEqual([18, 19, 20].map(ulid))
  expect(shown.map((one) => one.tag)).toEqual([18, 19, 20].map(tag))
  expect(shown[0]).toMatchObject({ title: 'Somebody', body: 'e18', target: { stream, room: 'r', message: ulid(18) } })
  const again = await takePush(push, server, store, me)
  expect(again.map((one) => one.tag)).toEqual([tag(20)]) // a repeated push shows the same tag again: no second notification
  expect((await store.queue(stream)).items).toHaveLength(3)
})

test('one’s own messages, and what is no message, show nothing', async () => {
  const { server, store } = world(1)
  await store.rememberCursor(stream, seqOf(1))
  server.write(stream, [makeEvent(ulid(2), stream), makeEvent(ulid(3), stream, { actor: 'ada', type: 'reaction.add' })])
  expect(await takePush({ stream, head: seqOf(3) }, server, store, me)).toEqual([])
  expect((await store.queue(stream)).items).toHaveLength(2)
})

test('a stream that was never synced is shown, not queued: the queue would begin in the middle', async () => {
  const { server, store, push } = world(5)
  expect((await takePush(push, server, store, me)).map((one) => one.tag)).toEqual([tag(5)])
  expect((await store.queue(stream)).items).toEqual([])
})

test('without a server the push still says that there is something', async () => {
  const { server, store, push } = world(5)
  server.down()
  expect(await takePush(push, server, store, me)).toMatchObject([{ title: 'New messages' }])
})

test('quota reached in IndexedDB: the push is shown, nothing is queued, and the next push goes on from the same place', async () => {
  const { server, store, push } = world(20)
  await store.rememberCursor(stream, seqOf(17))
  const full = { ...store, enqueue: () => Promise.reject(new DOMException('no room', 'QuotaExceededError')) }
  expect(await takePush(push, server, full, me)).toMatchObject([{ title: 'New messages' }])
  expect((await store.queue(stream)).items).toEqual([])
  await takePush(push, server, store, me)
  expect((await store.queue(stream)).items.map((item) => (item.event as AnyEvent).id)).toEqual([18, 19, 20].map(ulid))
})

test('what cannot be read shows nothing, and keeps nothing else from being shown', async () => {
  const { server, store } = world(1)
  await store.rememberCursor(stream, seqOf(1))
  const far = { ...theirs(2), clock: String(2n ** 62n) }
  const bad = [
    { ...theirs(3), payload: null },
    { ...theirs(4), payload: { text: 5 } },
    { ...theirs(5), stream: 'space:b' },
    far,
  ]
  const named = { ...theirs(6), actor: 'constructor', room: '__proto__' }
  server.write(stream, [...bad, named])
  expect(await takePush({ stream, head: seqOf(6) }, server, store, me)).toMatchObject([
    { title: 'Somebody', body: 'e6' },
  ])
})

test('a payload that is not ours is no push', () => {
  for (const text of [undefined, '', 'x', 'null', '{}', '{"stream":1,"head":"2"}']) expect(parsePush(text)).toBeNull()
  expect(parsePush('{"stream":"space:a","head":"2","more":1}')).toEqual({ stream: 'space:a', head: '2' })
})

test('a notification leads to its message', () => {
  expect(addressOf({ stream: 'space:s1', room: 'r/1', message: 'm' })).toBe('/s/s1/r%2F1#m')
  expect(addressOf({ stream: 'space:s1', room: null, message: null })).toBe('/s/s1')
})
