import { expect, test } from 'vitest'
import { createMemorySyncStore, FakeServer, makeEvent, seqOf } from './fake-world.ts'
import { addressOf, parsePush, takePush } from './take-push.ts'

const stream = 'space:a'
const me = async () => 'me'
const theirs = (id: string) => makeEvent(id, stream, { actor: 'ada' })

function world(events: number) {
  const server = new FakeServer()
  const store = createMemorySyncStore()
  server.write(
    stream,
    Array.from({ length: events }, (_, i) => theirs(`e${i + 1}`)),
  )
  return { server, store, push: { stream, head: seqOf(events) } }
}

test('everything new is queued, then each message is shown once', async () => {
  const { server, store, push } = world(20)
  await store.rememberCursor(stream, seqOf(17))
  const shown = await takePush(push, server, store, me)
  expect((await store.queue(stream)).items.map((item) => item.event.id)).toEqual(['e18', 'e19', 'e20'])
  expect(shown.map((one) => one.tag)).toEqual(['e18', 'e19', 'e20'])
  expect(shown[0]).toMatchObject({ title: 'Somebody', body: 'e18', target: { stream, room: 'r', message: 'e18' } })
  const again = await takePush(push, server, store, me)
  expect(again.map((one) => one.tag)).toEqual(['e20']) // a repeated push shows the same tag again: no second notification
  expect((await store.queue(stream)).items).toHaveLength(3)
})

test('one’s own messages, and what is no message, show nothing', async () => {
  const { server, store } = world(1)
  await store.rememberCursor(stream, seqOf(1))
  server.write(stream, [makeEvent('mine', stream), makeEvent('r', stream, { actor: 'ada', type: 'reaction.add' })])
  expect(await takePush({ stream, head: seqOf(3) }, server, store, me)).toEqual([])
  expect((await store.queue(stream)).items).toHaveLength(2)
})

test('a stream that was never synced is shown, not queued: the queue would begin in the middle', async () => {
  const { server, store, push } = world(5)
  expect((await takePush(push, server, store, me)).map((one) => one.tag)).toEqual(['e5'])
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
  expect((await store.queue(stream)).items.map((item) => item.event.id)).toEqual(['e18', 'e19', 'e20'])
})

test('a payload that is not ours is no push', () => {
  for (const text of [undefined, '', 'x', 'null', '{}', '{"stream":1,"head":"2"}']) expect(parsePush(text)).toBeNull()
  expect(parsePush('{"stream":"space:a","head":"2","more":1}')).toEqual({ stream: 'space:a', head: '2' })
})

test('a notification leads to its message', () => {
  expect(addressOf({ stream: 'space:s1', room: 'r/1', message: 'm' })).toBe('/s/s1/r%2F1#m')
  expect(addressOf({ stream: 'space:s1', room: null, message: null })).toBe('/s/s1')
})
