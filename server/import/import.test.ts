import { rmSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { KnownEvent } from '../../schema/events/event.ts'
import type { SpaceList } from '../../schema/messages/http.ts'
import { startTestServer, type TestServer } from '../testing.ts'
import { ImportError } from './import-error.ts'
import { openSource } from './open-source.ts'
import { connectToServer, Refused, type ServerConnection } from './server-connection.ts'
import { contentOf, importFile, importFolder } from './testing.ts'

let server: TestServer
let connection: ServerConnection
const folder = importFolder()
beforeAll(async () => {
  server = await startTestServer({ limits: { spacesPerPerson: { burst: 1000, perSecond: 1 } } })
  connection = await folder.connect(server.origin)
})
afterAll(async () => {
  await server.dispose()
  folder.remove()
})

const message = (id: number, more: object = {}): object => ({
  id,
  stream: 'a%20b',
  topic: `t${id % 7}`,
  sender: `P ${id % 5}`,
  ts: 1.6e9 + id,
  text: `text ${id}`,
  ...more,
})
const lines = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => JSON.stringify(message(from + i))).join('\n')
const run = (content: string | Uint8Array, space: string) => importFile(connection, folder.write(content), space)
const withoutSeq = (events: readonly KnownEvent[]) => events.map((event) => JSON.stringify(event)).sort()

describe('again', () => {
  test('a history becomes a space; again, or a longer one, adds only what is new', async () => {
    expect(await run(lines(1, 1200), 'A')).toMatchObject({ read: 1200, imported: 1200, known: 0, refused: 0 })
    expect(await run(lines(1, 1200), 'A')).toMatchObject({ read: 1200, imported: 0, known: 1200, refused: 0 })
    expect(await run(gzipSync(lines(1, 1300)), 'A')).toMatchObject({ imported: 100, known: 1200 })
    const ada = await server.signIn('Ada')
    const { spaces } = (await ada.get<SpaceList>('/api/spaces')).body
    expect(spaces.filter((space) => space.name === 'A')).toMatchObject([{ messages: 1300, visibility: 'public' }])
  })

  test('what an earlier run imported otherwise is told, and stays', async () => {
    await run(lines(1, 5), 'Changed')
    const changes = [{ text: 'new' }, { ts: 1.6e9 + 99 }, { sender: 'Zoe' }, { topic: 'moved' }, {}]
    const again = changes.map((change, i) => JSON.stringify(message(i + 1, change))).join('\n')
    const { told, known, imported } = await run(again, 'Changed')
    expect(told).toEqual([
      [1, 'line 1 is not imported: the space has a message with its id already, with another text'],
      [3, 'line 3 is not imported: the space has a message with its id already, with another sender'],
      [4, 'line 4 is not imported: the space has a message with its id already, with another topic'],
      [2, 'line 2 is not imported: the space has a message with its id already, with another time'],
    ])
    expect({ known, imported }).toEqual({ known: 1, imported: 0 })
    expect((await contentOf(connection, 'Changed')).messages).toHaveLength(5)
  })

  test('older lines that come later join the threads that are there, and harm nothing', async () => {
    await run(lines(8, 14), 'Late')
    const { told, imported, known } = await run(lines(1, 14), 'Late')
    expect({ told, imported, known }).toEqual({ told: [], imported: 7, known: 7 })
    const { messages, events } = await contentOf(connection, 'Late')
    expect(messages.map((each) => each.split(' | ')[3])).toEqual(Array.from({ length: 14 }, (_, i) => `text ${i + 1}`))
    expect(events.filter(({ type }) => type === 'room.create')).toHaveLength(8)
  })

  test('law: cut off after any batch, and run again, the space is the same as without a cut', async () => {
    const content = lines(1, 2400)
    await run(content, 'Whole')
    const whole = (await contentOf(connection, 'Whole')).messages
    for (const cut of [1, 2]) {
      let sent = 0
      const breaking: ServerConnection = {
        ...connection,
        async append(stream, events) {
          if (++sent > cut) throw new ImportError('the line is cut')
          return connection.append(stream, events)
        },
      }
      const space = `Cut ${cut}`
      await expect(importFile(breaking, folder.write(content), space)).rejects.toThrow('the line is cut')
      const broken = (await contentOf(connection, space)).messages.length
      expect(await run(content, space)).toMatchObject({ imported: 2400 - broken, known: broken, refused: 0 })
      expect((await contentOf(connection, space)).messages).toEqual(whole)
    }
  })

  test('it rides out a server that restarts, and counts right', async () => {
    const importing = run(lines(1, 4000), 'Ride')
    await new Promise((resolve) => setTimeout(resolve, 200))
    await server.stop()
    await server.restart()
    expect(await importing).toMatchObject({ read: 4000, imported: 4000, known: 0, refused: 0 })
    expect((await run(lines(1, 4000), 'Ride')).known).toBe(4000)
  })
})

describe('good and bad lines', () => {
  const bad = fc.oneof(
    fc.constantFrom('x', '[]', '{}', '"', '{"id":', 'null', '[1,', '\\', '{"id":1,"ts":1.6e9,"text":"\\ud8', '\u0000{'),
    fc
      .constantFrom<object>(
        { ts: 1.6e12 },
        { ts: -1 },
        { ts: 'soon' },
        { ts: 9e10 },
        { text: 7 },
        { text: null },
        { id: {} },
        { id: [1] },
      )
      .map((wrong) => JSON.stringify({ ...message(1), ...wrong, topic: 'bad' })),
  )
  const good = fc.record({ topic: fc.nat(3), room: fc.nat(2), ts: fc.nat(50), sender: fc.nat(3) })
  const file = fc.array(fc.oneof({ arbitrary: good, weight: 3 }, bad), { minLength: 2, maxLength: 40 })
  const seed = Number(process.env['SEED'] ?? 20261130)

  test('law: every good line arrives, in order of time; every bad one is told once, by its number', async () => {
    let runs = 0
    await fc.assert(
      fc.asyncProperty(file, async (entries) => {
        const isGood = entries.map((entry) => typeof entry === 'object')
        fc.pre(isGood.filter(Boolean).length * 2 > entries.length) // else another unit of time has the majority
        const made = entries.map((entry, i) =>
          typeof entry === 'string'
            ? { text: entry, ts: 0 }
            : {
                ts: 1.6e9 + entry.ts,
                text: JSON.stringify(
                  message(i, {
                    stream: `r${entry.room}`,
                    topic: ['', 'a', 'b', 'bad'][entry.topic],
                    ts: 1.6e9 + entry.ts,
                    sender: `P${entry.sender}`,
                  }),
                ),
              },
        )
        const space = `Law ${++runs}`
        const { told, read, imported, refused } = await run(made.map(({ text }) => text).join('\n'), space)
        const numbers = (wanted: boolean) => isGood.flatMap((is, i) => (is === wanted ? [i + 1] : []))
        expect(told.map(([number]) => number)).toEqual(numbers(false))
        expect({ read, imported, refused }).toEqual({
          read: entries.length,
          imported: numbers(true).length,
          refused: numbers(false).length,
        })
        const expected = numbers(true)
          .sort((a, b) => made[a - 1]!.ts - made[b - 1]!.ts || a - b)
          .map((number) => `text ${number - 1}`)
        const { messages, events } = await contentOf(connection, space)
        expect(messages.map((each) => each.split(' | ')[3])).toEqual(expected)
        const again = await run(made.map(({ text }) => text).join('\n'), space)
        expect(again).toMatchObject({ imported: 0, known: imported, refused })
        expect(withoutSeq((await contentOf(connection, space)).events)).toEqual(withoutSeq(events))
      }),
      { seed, numRuns: 40 },
    )
  })

  /** Refuses events of which it does not like the text, as a server does: the whole request, naming one or none. */
  function picky(isBad: (event: KnownEvent) => boolean, options: { status: number; index: boolean }) {
    let requests = 0
    const append: ServerConnection['append'] = async (stream, events) => {
      requests += 1
      const index = events.findIndex(isBad)
      if (index < 0) return connection.append(stream, events)
      const fault = { code: 'MALFORMED_EVENT', message: 'payload.text: is not liked' } as const
      throw new Refused(options.status, options.index ? { ...fault, index } : fault)
    }
    return { server: { ...connection, append }, requests: () => requests }
  }

  test.each([
    [400, true],
    [400, false],
    [409, true],
    [413, false],
    [408, false],
  ])('an event that the server refuses takes no other with it (%d, named: %s)', async (status, index) => {
    const disliked = new Set([1, 8, 500, 501, 502, 700].map((id) => `text ${id}`))
    const { server, requests } = picky((event) => event.type === 'message.create' && disliked.has(event.payload.text), {
      status,
      index,
    })
    const space = `Picky ${status} ${index}`
    const { told, imported, refused } = await importFile(server, folder.write(lines(1, 1000)), space)
    expect(told.map(([line]) => line)).toEqual([1, 8, 500, 501, 502, 700])
    expect(told[0]![1]).toMatch(
      status === 409 ? /with other content$/ : /does not take it \(payload\.text: is not liked\)$/,
    )
    expect({ imported, refused }).toEqual({ imported: 994, refused: 6 })
    expect(requests()).toBeLessThan(120)
    const { messages, rooms } = await contentOf(connection, space)
    expect(messages).toHaveLength(994)
    expect(rooms).toEqual(['a b'])
  })

  test('a person whom the server refuses costs that person’s lines alone', async () => {
    const { server } = picky(
      ({ type, payload }) => type === 'member.join' && 'name' in payload && payload.name === 'P 3',
      {
        status: 400,
        index: true,
      },
    )
    const { told, imported } = await importFile(server, folder.write(lines(1, 200)), 'Picky about persons')
    expect(told.map(([line]) => line)).toEqual(Array.from({ length: 40 }, (_, i) => i * 5 + 3))
    expect(imported).toBe(160)
    const { events } = await contentOf(connection, 'Picky about persons')
    expect(events.filter(({ type }) => type === 'room.create')).toHaveLength(8)
  })

  test('requests stay within the server’s bound, however long the texts', async () => {
    const long = Array.from({ length: 200 }, (_, id) => JSON.stringify(message(id, { text: `${id} `.repeat(14_000) })))
    expect(await run(long.join('\n'), 'Long')).toMatchObject({ imported: 200, refused: 0 })
  })
})

describe('the space', () => {
  test('an invite-only import is not listed for others', async () => {
    await importFile(connection, folder.write(lines(1, 1)), 'Private', { visibility: 'invite' })
    const ada = await server.signIn('Ada')
    const { spaces } = (await ada.get<SpaceList>('/api/spaces')).body
    expect(spaces.some((space) => space.name === 'Private')).toBe(false)
    expect(await run(lines(1, 2), 'Private')).toMatchObject({ imported: 1, visibility: 'invite' })
  })

  test('what is meant to be private is not added to a space that anyone may join', async () => {
    await run(lines(1, 1), 'Open')
    const adding = importFile(connection, folder.write(lines(2, 2)), 'Open', { visibility: 'invite' })
    await expect(adding).rejects.toThrow(/“Open” is there already, and anyone may join it/)
    expect((await contentOf(connection, 'Open')).messages).toHaveLength(1)
  })

  test('a space of another import is not written to', async () => {
    await run(lines(1, 1), 'Mine')
    rmSync(folder.sessions)
    const other = await folder.connect(server.origin)
    const importing = importFile(other, folder.write(lines(1, 2)), 'Mine')
    await expect(importing).rejects.toThrow(/by somebody else/)
    expect((await contentOf(connection, 'Mine')).messages).toHaveLength(1)
  })
})

test('now is when the server says so', async () => {
  const late = { ...connection, now: () => 1.6e12 + 2000 }
  const { told, imported } = await importFile(late, folder.write(lines(1, 4)), 'Late server')
  expect(imported).toBe(2)
  expect(told.map(([line]) => line)).toEqual([3, 4])
  // half of what an answer took may be off: seconds on a busy machine, never the years of above
  expect(Math.abs(connection.now() - Date.now())).toBeLessThan(60_000)
})

describe('said in a sentence', () => {
  test.each([
    ['a missing file', () => `${folder.directory}/none`, /^There is no file .*none\.$/],
    ['a file in a file', () => `${folder.write('x')}/x`, /^There is no file /],
    ['a folder without an export', () => folder.directory, / is none of the exports that an import knows\./],
  ])('%s', async (_, path, words) => {
    const failing = openSource([path()])
    await expect(failing).rejects.toThrow(words)
    await expect(failing).rejects.toBeInstanceOf(ImportError)
  })

  test.each([
    ['no server', 'http://127.0.0.1:61999', /No server answers at .*ECONNREFUSED.*npm start/],
    ['no host', 'http://no-such-host.invalid', /There is no host no-such-host\.invalid/],
  ])('%s', async (_, origin, words) => {
    await expect(connectToServer(origin, folder.sessions)).rejects.toThrow(words)
  })

  test('https where there is none, and a server that takes no guests', async () => {
    await expect(folder.connect(server.origin.replace('http', 'https'))).rejects.toThrow(/try --server http:/)
    const closed = await startTestServer({ guests: 'off' })
    await expect(folder.connect(closed.origin)).rejects.toThrow(/takes no guests/)
    await closed.dispose()
  })
})
