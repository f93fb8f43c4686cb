import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TailMessage } from '../schema/messages/http.ts'
import { startTestServer, type TestServer } from './testing.ts'

/** What comes is told at once to who may hear it. */
let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.dispose())

const at = (stream: string, rest: string) => `/api/streams/${encodeURIComponent(stream)}/${rest}`

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
      gone: [],
    })
    await bob.append(space.stream, [bob.join(space.stream)])
    expect(await tail.next()).toMatchObject({ type: 'joined', stream: space.within, total: 0 })
    expect(await tail.next()).toMatchObject({ type: 'joined', stream: space.stream, total: 4 })
    const hello = ada.say(space.within, space.room, 'hello')
    const { body } = await ada.append(space.within, [hello])
    const heard = await tail.next()
    expect(heard).toMatchObject({ type: 'items', stream: space.within, head: body.results[0]!.seq })
    expect(heard !== 'end' && heard.type === 'items' && heard.items?.map((item) => item.event)).toEqual([hello])
    await ada.append(space.stream, [ada.event('member.leave', space.stream, { entity: bob.actor })])
    expect(await tail.next()).toEqual({ type: 'gone', stream: space.stream })
    expect(await tail.next()).toEqual({ type: 'gone', stream: space.within })
    await ada.append(space.within, [ada.say(space.within, space.room, 'he is gone')])
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
    await ada.append(
      space.within,
      ['1', '2', '3', '4'].map((text) => ada.say(space.within, space.room, text)),
    )
    const tail = await follow(() => bob.request(at(space.within, 'tail?limit=2')))
    const seen: string[] = []
    const seqs: (string | null)[] = [null]
    for (let count = 0; seen.length < 6; count++) {
      if (count === 2)
        await ada.append(
          space.within,
          ['x', 'y'].map((text) => ada.say(space.within, space.room, text)),
        )
      const message = await tail.next()
      if (message === 'end' || message.type !== 'items') throw new Error(`unexpected ${JSON.stringify(message)}`)
      expect(message.after).toBe(seqs.at(-1))
      seen.push(...message.items!.map((item) => item.event.id))
      seqs.push(message.head)
    }
    const { items } = (await ada.get(at(space.within, 'events'))).body
    expect(seen).toEqual(items.map((item) => item.event.id))
    await ada.append(space.stream, [ada.event('member.leave', space.stream, { entity: bob.actor })])
    expect(await tail.next()).toEqual({ type: 'gone', stream: space.within })
    expect(await tail.next()).toBe('end')
  })

  test('shutting down ends tails and does not wait for them', async () => {
    const one = await startTestServer()
    const ada = await one.signIn('Ada')
    const tail = await follow(() => ada.request('/api/tail'))
    await tail.next()
    await one.dispose()
    // one that it had to cut off, after waiting for it, would be a failure here
    expect(await tail.next()).toBe('end')
  })
})
