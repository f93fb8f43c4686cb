import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TailMessage } from '../../schema/messages/http.ts'
import { startTestServer, type TestPerson, type TestServer } from '../testing.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer({ limits: { presencePerPerson: { burst: 20, perSecond: 1 } } })
})
afterAll(() => server.dispose())

const say = (person: TestPerson, said: object) =>
  person.request('/api/presence', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ tab: 'one', watch: [], typing: null, whole: true, ...said }),
  })

async function follow(person: TestPerson) {
  const answer = await person.request('/api/tail')
  const heard: TailMessage[] = []
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  void (async () => {
    for (;;) {
      const { done, value } = await reader.read().catch(() => ({ done: true, value: '' }))
      if (done) return
      text += value
      const lines = text.split('\n\n')
      text = lines.pop()!
      for (const line of lines) if (line.startsWith('data:')) heard.push(JSON.parse(line.slice(5)) as TailMessage)
    }
  })()
  await expect.poll(() => heard.length).toBeGreaterThan(0)
  return { heard, of: () => heard.filter((each) => each.type === 'presence'), stop: () => reader.cancel() }
}

test('who types is told on the tail of who watches, and nothing of it is in the log', async () => {
  const ada = await server.signIn('Ada')
  const bob = await server.signIn('Bob')
  const space = ada.found()
  await ada.append(space.stream, space.events)
  await bob.append(space.stream, [bob.join(space.stream)])
  const before = (await ada.get(`/api/streams/${encodeURIComponent(space.stream)}/events`)).body
  const tail = await follow(bob)
  expect((await say(bob, { watch: [space.within] })).status).toBe(204)
  await say(ada, { watch: [space.within], typing: { stream: space.within, room: space.room } })
  await expect.poll(tail.of).toContainEqual({
    type: 'presence',
    stream: space.within,
    whole: false,
    people: [{ person: ada.actor, here: true, typing: [space.room] }],
  })
  await say(ada, { left: true })
  await expect.poll(() => tail.of().at(-1)).toMatchObject({ people: [{ person: ada.actor, here: false, typing: [] }] })
  const after = (await ada.get(`/api/streams/${encodeURIComponent(space.stream)}/events`)).body
  expect(after).toEqual(before)
  await tail.stop()
})

test('of a private room a stranger hears nothing, and gets the same answer as for no room at all', async () => {
  const ada = await server.signIn('Ada')
  const eve = await server.signIn('Eve')
  const space = ada.found('invite')
  await ada.append(space.stream, space.events)
  const tail = await follow(eve)
  const hidden = await say(eve, { watch: [space.within], typing: { stream: space.within, room: space.room } })
  const nothing = await say(eve, { watch: ['space:none'], typing: { stream: 'space:none', room: 'none' } })
  expect([hidden.status, await hidden.text()]).toEqual([nothing.status, await nothing.text()])
  await say(ada, { watch: [space.within], typing: { stream: space.within, room: space.room } })
  const own = await follow(ada)
  await say(ada, { watch: [space.within] })
  await expect
    .poll(() => own.of().findLast((each) => each.type === 'presence' && each.whole))
    .toMatchObject({ people: [{ person: ada.actor }] })
  expect(tail.of()).toEqual([])
  await Promise.all([tail.stop(), own.stop()])
})

test('nobody who is signed out, no shapeless word, and not too often', async () => {
  const ada = await server.signIn('Ada')
  const headers = { origin: server.origin, 'content-type': 'application/json' }
  const body = JSON.stringify({ tab: 'one', left: true })
  expect((await fetch(`${server.origin}/api/presence`, { method: 'POST', headers, body })).status).toBe(401)
  for (const wrong of [{ tab: '' }, { watch: 'x' }, { watch: Array(5).fill('space:s') }, { typing: { room: 'r' } }]) {
    expect((await say(ada, wrong)).status, JSON.stringify(wrong)).toBe(400)
  }
  const answers = await Promise.all(Array.from({ length: 30 }, () => say(ada, {})))
  const refused = answers.filter(({ status }) => status === 429)
  expect(refused.length).toBeGreaterThan(0)
  expect(refused[0]!.headers.get('retry-after')).toMatch(/^\d+$/)
})
