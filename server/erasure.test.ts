import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seededRandom } from '../schema/demo/random.ts'
import type { AnyEvent } from '../schema/events/event.ts'
import { eventOf } from '../schema/messages/received.ts'
import { startTestServer, type TestPerson, type TestServer } from './testing.ts'

/** PROPERTY_SEED=… plants other words. */
const seed = Number(process.env['PROPERTY_SEED'] ?? 1)

let server: TestServer
let ann: TestPerson
let bob: TestPerson
let stream: string
let room: string
beforeAll(async () => {
  server = await startTestServer()
  ann = await server.signIn('Ann')
  bob = await server.signIn('Bob')
  const founded = ann.found()
  ;({ within: stream, room } = founded)
  await ann.append(founded.stream, founded.events)
  await bob.append(founded.stream, [bob.join(founded.stream)])
})
afterAll(() => server.dispose())

const page = async () => (await ann.get(`/api/streams/${encodeURIComponent(stream)}/events?limit=5000`)).body.items
const erase = (who: TestPerson, message: string) => who.event('message.erase', stream, { entity: message, room })
const edit = (who: TestPerson, message: string, text: string) =>
  who.event('message.edit', stream, { entity: message, room, payload: { text } })
const thread = (who: TestPerson, message: AnyEvent, name: string) =>
  who.event('room.create', stream, {
    entity: `thread-${message.id}`,
    payload: { name, kind: 'thread', parentRoom: room, parentMessage: message.id },
  })

describe('erasing on the server', () => {
  test('what said the message says nothing any more: each keeps its place, and devices take it', async () => {
    const message = { ...bob.say(stream, room, 'secret first'), note: 'secret of a newer build' }
    await bob.append(stream, [message, edit(bob, message.id, 'secret second')])
    await ann.append(stream, [thread(ann, message, 'secret first')])
    const before = await page()
    expect(await bob.append(stream, [erase(bob, message.id)])).toMatchObject({ status: 200 })
    const after = await page()
    expect(JSON.stringify(after)).not.toContain('secret')
    expect(after.slice(0, -1).map(({ seq, receivedAt, event }) => [seq, receivedAt, event.id, event.clock])).toEqual(
      before.map(({ seq, receivedAt, event }) => [seq, receivedAt, event.id, event.clock]),
    )
    for (const item of after) expect(eventOf(item, stream)).toHaveProperty('known')
  })

  test('what is sent again is known, and brings nothing back; another one under its id is refused', async () => {
    const message = bob.say(stream, room, 'secret once')
    await bob.append(stream, [message])
    await bob.append(stream, [erase(bob, message.id)])
    const again = Object.fromEntries(Object.entries(message).toReversed())
    expect(await bob.append(stream, [again])).toMatchObject({ status: 200, body: { results: [{ duplicate: true }] } })
    const other = { ...message, payload: { text: 'secret other' } }
    expect(await bob.append(stream, [other])).toMatchObject({ status: 409, body: { error: { code: 'EVENT_CHANGED' } } })
    expect(await ann.append(stream, [{ ...message, actor: ann.actor }])).toMatchObject({ status: 409 })
    expect(JSON.stringify(await page())).not.toContain('secret')
  })

  test('what comes later, or in the same request, says nothing either', async () => {
    const message = bob.say(stream, room, 'secret early')
    await bob.append(stream, [message, erase(bob, message.id), edit(bob, message.id, 'secret at once')])
    const late = [edit(bob, message.id, 'secret late'), thread(bob, message, 'secret late')]
    expect(await bob.append(stream, late)).toMatchObject({ status: 200 })
    expect(await bob.append(stream, late)).toMatchObject({
      body: { results: [{ duplicate: true }, { duplicate: true }] },
    })
    expect(JSON.stringify(await page())).not.toContain('secret')
  })

  test('a page says nothing any more: titles, updates, versions and comments, what came before and what comes', async () => {
    const made = bob.event('page.create', stream, { room, payload: { title: 'secret title' } })
    const about = { entity: made.id }
    const update = (word: string) => ({ update: Buffer.from(`secret ${word}`).toString('base64') })
    const in64 = Buffer.from('secret ').toString('base64').slice(0, -4)
    const comment = ann.event('page.comment', stream, {
      payload: { page: made.id, text: 'secret comment', quote: 'secret quote', anchor: '[]' },
    })
    const late = [
      bob.event('page.update', stream, { ...about, payload: update('late') }),
      bob.event('page.rename', stream, { ...about, payload: { title: 'secret late' } }),
    ]
    await bob.append(stream, [
      made,
      bob.event('page.rename', stream, { ...about, payload: { title: 'secret again' } }),
      bob.event('page.update', stream, { ...about, payload: update('first') }),
      bob.event('page.version', stream, { ...about, payload: { name: 'secret version' } }),
    ])
    await ann.append(stream, [comment])
    const cara = await server.signIn('Cara')
    await cara.append(stream, [cara.join(stream)])
    const eraseBy = (who: TestPerson) => who.append(stream, [who.event('page.erase', stream, about)])
    expect(await eraseBy(cara), 'who did not make it').toMatchObject({ status: 403 })
    expect(JSON.stringify(await page())).toContain(in64)
    expect(await eraseBy(bob)).toMatchObject({ status: 200 })
    expect(await bob.append(stream, late)).toMatchObject({ status: 200 })
    const after = await page()
    expect(JSON.stringify(after)).not.toContain('secret')
    expect(JSON.stringify(after)).not.toContain(in64)
    for (const item of after) expect(eventOf(item, stream)).toHaveProperty('known')
    await expect.poll(() => inFiles(server.dataDirectory, ['secret version', 'secret quote'])).toEqual([])
  })

  test('only its author and admins erase a message', async () => {
    const [hers, his] = [ann.say(stream, room, 'hers'), bob.say(stream, room, 'his')]
    await ann.append(stream, [hers])
    await bob.append(stream, [his])
    expect(await bob.append(stream, [erase(bob, hers.id)])).toMatchObject({ status: 403 })
    expect(await ann.append(stream, [erase(ann, his.id)])).toMatchObject({ status: 200 })
    const texts = (await page()).map(({ event }) => (event.payload as { text?: string }).text)
    expect(texts).toContain('hers')
    expect(texts).not.toContain('his')
  })

  test(`200 words: none is in any file of the data folder, and it stays so over a restart (seed ${seed})`, async () => {
    const random = seededRandom(seed)
    const letters = ['abcdefghijklmnopqrstuvwxyz', '天地玄黄宇宙洪荒日月盈昃辰宿列張寒来暑往秋収冬蔵閏余']
    const words = Array.from({ length: 200 }, (_, n) =>
      Array.from({ length: 9 }, () => letters[n % 2]![random.between(0, 25)]).join(''),
    )
    const messages = words
      .slice(0, 100)
      .map((word) => bob.say(stream, room, `${'long '.repeat(random.between(0, 900))}${word}`))
    for (let n = 0; n < messages.length; n += 20) await bob.append(stream, messages.slice(n, n + 20))
    for (const [n, word] of words.slice(100).entries()) {
      const about = messages[n]!
      await bob.append(stream, [n % 3 === 0 ? thread(bob, about, word) : edit(bob, about.id, word)])
    }
    const left = () => inFiles(server.dataDirectory, words)
    expect(left().length, 'they are there at first').toBe(200)
    for (let n = 0; n < 100; n += 10) {
      await bob.append(
        stream,
        messages.slice(n, n + 10).map((message) => erase(bob, message.id)),
      )
    }
    await expect.poll(left).toEqual([])
    await server.stop()
    expect(left()).toEqual([])
    await server.restart()
    expect(left()).toEqual([])
    expect(JSON.stringify(await page())).not.toContain('long')
  })
})

const inFiles = (folder: string, words: readonly string[]): string[] => {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const files = entries.map((entry) => readFileSync(join(entry.parentPath, entry.name)))
  return words.filter((word) => files.some((bytes) => bytes.includes(word)))
}
