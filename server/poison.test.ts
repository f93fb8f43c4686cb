import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { StreamPage } from '../schema/messages/http.ts'
import { openSqlite } from './sqlite.ts'
import { newFolder, startProcess, type ServerProcess } from './testing-process.ts'

/** No event ends the process or stops a stream: refused at the door, or, if it lies in the log already, set aside. */
let folder: ReturnType<typeof newFolder>
let server: ServerProcess
beforeEach(async () => {
  folder = newFolder()
  server = await startProcess(folder.path)
})
afterEach(async () => {
  await server.end()
  folder.remove()
})

const at = (stream: string, rest: string) => `/api/streams/${encodeURIComponent(stream)}/${rest}`

describe('refused at the door, with the field', () => {
  const nested = (depth: number) => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`) as unknown
  const table: [string, object, string][] = [
    ['a lone surrogate in parentRoom', { type: 'room.create', payload: thread('\ud801') }, 'payload.parentRoom'],
    [
      'a lone surrogate in parentMessage',
      { type: 'room.create', payload: thread('r', '\udc00') },
      'payload.parentMessage',
    ],
    [
      'a lone surrogate in the room',
      { type: 'message.create', entity: undefined, room: 'a\ud801', payload: { text: 'x' } },
      'room',
    ],
    [
      'a lone surrogate in a text',
      { type: 'message.create', entity: undefined, room: 'r', payload: { text: '\udfff' } },
      'payload.text',
    ],
    ['a NUL in the entity', { type: 'room.create', entity: 'a\u0000b', payload: thread('r') }, 'entity'],
    ['a line break in the room', { type: 'reaction.add', room: 'a\nb', payload: { emoji: '👍' } }, 'room'],
    ['a payload of 40 levels', { type: 'future.thing', payload: nested(31 + 1) }, 'payload'],
    ['a number beyond 53 bits', { type: 'future.thing', payload: { n: 2 ** 60 } }, 'payload.n'],
    ['a lone surrogate in a field name', { type: 'future.thing', payload: { '\ud83d': 1 } }, 'payload'],
  ]
  function thread(parentRoom: string, parentMessage?: string) {
    return { name: 'T', kind: 'thread', parentRoom, ...(parentMessage !== undefined && { parentMessage }) }
  }

  test('and everything after it goes on', async () => {
    const ada = await server.signIn('Ada')
    const space = ada.found()
    expect((await ada.append(space.stream, space.events)).status).toBe(200)
    for (const [what, part, field] of table) {
      const bad = { ...ada.event('x.y', space.within, { entity: 'e' }), ...part }
      const answer = await ada.append(space.within, [bad])
      expect(answer, what).toMatchObject({ status: 400, body: { error: { code: 'MALFORMED_EVENT' } } })
      expect(answer.body.error!.field, what).toMatch(new RegExp(`^${field}`))
      expect((await ada.append(space.within, [ada.say(space.within, space.room, what)])).status).toBe(200)
    }
    const { items } = (await ada.get<StreamPage>(at(space.within, 'events'))).body
    expect(items.filter(({ event }) => event.type === 'message.create')).toHaveLength(table.length)
    expect(server.running()).toBe(true)
  })
})

test('an event in the log that the directory cannot take is set aside at every start, and all after it is there', async () => {
  const ada = await server.signIn('Ada')
  const space = ada.found()
  await ada.append(space.stream, space.events)
  await ada.append(space.within, [ada.say(space.within, space.room, 'before')])
  await server.end('SIGKILL')
  const made = (payload: object) => ada.event('room.create', space.within, { entity: 'thread-1', payload })
  await plant(space.within, [
    JSON.stringify(made({ name: 'T', kind: 'thread', parentRoom: '\ud801' })), // took the process down at every start
    JSON.stringify(made({ name: '', kind: 'thread' })),
    JSON.stringify({ ...made({}), type: 'member.join', entity: 'a\u0000b', payload: { name: 'N' } }),
    'not JSON',
    'null',
  ])
  const { port } = new URL(server.origin)
  for (const start of [1, 2]) {
    server = await startProcess(folder.path, { port })
    expect(await server.health(), `start ${start}`).toMatchObject({
      status: 'degraded',
      problems: [expect.stringMatching(/^5 events of the log could not be read/)],
      setAside: { count: 5 },
    })
    for (const { stream, reason } of (await server.health()).setAside.newest) {
      expect(stream).toBe(space.within)
      expect(reason).not.toBe('')
    }
    await server.end('SIGKILL')
  }
  server = await startProcess(folder.path, { port })
  expect((await ada.append(space.within, [ada.say(space.within, space.room, 'after')])).status).toBe(200)
  const { items } = (await ada.get<StreamPage>(at(space.within, `latest?room=${space.room}`))).body
  expect(items.map(({ event }) => (event.payload as { text: string }).text)).toEqual(['before', 'after'])
})

/** Puts rows into the log that no server of today lets in. */
async function plant(stream: string, rows: readonly string[]): Promise<void> {
  const database = await openSqlite(join(folder.path, 'events.db'), { durable: true })
  const { id, head } = database.prepare('SELECT id, head FROM streams WHERE name = ?').get(stream) as {
    id: number
    head: number
  }
  const insert = database.prepare(
    'INSERT INTO events(stream_id, seq, event_id, received_at, data) VALUES (?, ?, ?, ?, ?)',
  )
  for (const [index, data] of rows.entries()) insert.run(id, head + 1 + index, `poison-${index}`, Date.now(), data)
  database.prepare('UPDATE streams SET head = ? WHERE id = ?').run(head + rows.length, id)
  database.exec('PRAGMA journal_mode = DELETE')
  database.exec('PRAGMA locking_mode = NORMAL')
  database.prepare('SELECT 1 FROM streams').get()
  database.close()
}
