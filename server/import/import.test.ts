import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { SpaceList } from '../../schema/messages/http.ts'
import { startTestServer, type TestServer } from '../testing.ts'
import { importHistory } from './import-history.ts'
import { ImportError } from './read-lines.ts'
import { connectToServer } from './server-connection.ts'

let server: TestServer
const directory = mkdtempSync(join(tmpdir(), 'import-'))
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(async () => {
  await server.dispose()
  rmSync(directory, { recursive: true, force: true })
})

const line = (id: number) =>
  JSON.stringify({
    id,
    stream: 'a%20b',
    topic: `t${id % 7}`,
    sender: `P ${id % 5}`,
    ts: 1.6e9 + id,
    text: `text ${id}`,
  })
const lines = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => line(from + i))
const write = (name: string, content: string | Buffer) => {
  const path = join(directory, name)
  writeFileSync(path, content)
  return path
}
async function run(path: string, space: string, visibility: 'public' | 'invite' = 'public', origin = server.origin) {
  const connection = await connectToServer(origin, join(directory, 'sessions.json'))
  const bad: [number, string][] = []
  const onBadLine = (number: number, problem: string) => void bad.push([number, problem])
  const report = await importHistory(connection, { path, space, visibility, onProgress: () => {}, onBadLine })
  return { ...report, bad }
}

test('a history becomes a space; again, or a longer one, adds only what is new', async () => {
  const path = write('a.ndjson', lines(1, 1200).join('\n'))
  expect(await run(path, 'A')).toMatchObject({ imported: 1200, known: 0, skipped: 0 })
  expect(await run(path, 'A')).toMatchObject({ imported: 0, known: 1200, events: 0 })
  const longer = write('a.ndjson.gz', gzipSync(lines(1, 1300).join('\n')))
  expect(await run(longer, 'A')).toMatchObject({ imported: 100, known: 1200 })
  const ada = await server.signIn('Ada')
  const { spaces } = (await ada.get<SpaceList>('/api/spaces')).body
  expect(spaces.filter((space) => space.name === 'A')).toMatchObject([{ messages: 1300, visibility: 'public' }])
})

test('bad lines are named and skipped, the rest comes in', async () => {
  const content = [line(1), 'not JSON', '', line(2), '{"id":"x"}', 'x'.repeat(3 << 20), line(3), '\u0000'].join('\r\n')
  const { imported, skipped, bad } = await run(write('bad.ndjson', content), 'Bad')
  expect({ imported, skipped, lines: bad.map(([number]) => number) }).toEqual({
    imported: 3,
    skipped: 4,
    lines: [2, 5, 6, 8],
  })
  expect(bad[1]![1]).toMatch(/^id: /)
})

test('an import that broke off goes on where it stopped', async () => {
  const whole = gzipSync(lines(1, 5000).join('\n'))
  const path = write('cut.ndjson.gz', whole.subarray(0, whole.length / 2))
  await expect(run(path, 'Cut')).rejects.toThrow(/not a whole gzip file .*; its first \d+ lines were read/)
  const done = await run(write('cut.ndjson.gz', whole), 'Cut')
  expect(done.imported + done.known).toBe(5000)
  expect(done.known).toBeGreaterThan(0)
})

test('an invite-only import is not listed for others', async () => {
  await run(write('i.ndjson', line(1)), 'Private', 'invite')
  const ada = await server.signIn('Ada')
  const { spaces } = (await ada.get<SpaceList>('/api/spaces')).body
  expect(spaces.some((space) => space.name === 'Private')).toBe(false)
})

test('it rides out a server that restarts', async () => {
  const path = write('ride.ndjson', lines(1, 4000).join('\n'))
  const importing = run(path, 'Ride')
  await new Promise((resolve) => setTimeout(resolve, 60))
  await server.stop()
  await server.restart()
  expect(await importing).toMatchObject({ skipped: 0, imported: expect.any(Number) })
  expect((await run(path, 'Ride')).known).toBe(4000)
})

test.each([
  ['a missing file', () => join(directory, 'none'), /There is no file/],
  ['a directory', () => directory, /is a directory/],
  ['bad gzip', () => write('g.gz', Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3])), /not a whole gzip file/],
])('%s is said clearly', async (_, path, words) => {
  const failing = run(path(), 'X')
  await expect(failing).rejects.toThrow(words)
  await expect(failing).rejects.toBeInstanceOf(ImportError)
})

test('no server is said clearly', async () => {
  await expect(run('any', 'X', 'public', 'http://127.0.0.1:1')).rejects.toThrow(/No server answers at .*npm start/)
})

test('a space of another import is not written to', async () => {
  const path = write('mine.ndjson', line(1))
  await run(path, 'Mine')
  rmSync(join(directory, 'sessions.json'))
  await expect(run(write('mine.ndjson', lines(1, 2).join('\n')), 'Mine')).rejects.toThrow(/by somebody else/)
})
