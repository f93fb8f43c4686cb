import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pino } from 'pino'
import type { AnyEvent } from '../../schema/events/event.ts'
import { Health } from '../health.ts'
import { openSqliteEventLog } from '../log/sqlite-event-log.ts'
import { openPlainSqlite } from '../sqlite.ts'
import { startTestServer, type TestPerson, type TestServer } from '../testing.ts'
import { exportSpaceFile, importSpaceFile } from './space-files.ts'

const health = new Health(pino({ level: 'silent' }))
let server: TestServer
let space: ReturnType<TestPerson['found']>
let folder: string
let file: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'space-files-'))
  file = join(folder, 'observatory.sqlite')
  server = await startTestServer()
  const ada = await server.signIn('Ada')
  space = ada.found()
  await ada.append(space.stream, space.events)
  await ada.append(
    space.within,
    Array.from({ length: 700 }, (_, at) => ada.say(space.within, space.room, `message ${at}`)),
  )
  const other = ada.found()
  await ada.append(other.stream, other.events)
  await expect(exportSpaceFile(server.dataDirectory, space.id, file, health)).rejects.toThrow(/is in use by/)
  await server.stop()
})
afterAll(async () => {
  await server.restart()
  await server.dispose()
  rmSync(folder, { recursive: true, force: true })
})

async function eventsIn(data: string): Promise<AnyEvent[]> {
  const log = await openSqliteEventLog(join(data, 'events.db'), health)
  const pages = await Promise.all([space.stream, space.within].map((one) => log.read(one, null, 5000, 64 << 20)))
  await log.close()
  return pages.flatMap(({ items }) => items).map((item) => JSON.parse(item.data) as AnyEvent)
}

test('a space as a file, and on another server again, with every event of it', async () => {
  expect(await exportSpaceFile(server.dataDirectory, space.id, file, health)).toMatchObject({
    name: 'Observatory',
    events: 703,
    leftOut: 0,
  })
  const another = join(folder, 'another')
  expect(await importSpaceFile(another, file, health)).toEqual({
    name: 'Observatory',
    streams: 2,
    events: 703,
    leftOut: 0,
  })
  expect(await eventsIn(another)).toEqual(await eventsIn(server.dataDirectory))
  await expect(importSpaceFile(another, file, health)).rejects.toThrow(/on this server already/)
})

test('any SQLite tool opens the file', async () => {
  const database = await openPlainSqlite(file)
  expect(database.prepare("SELECT count(*) AS n FROM timeline_items WHERE snippet LIKE 'message %'").get()).toEqual({
    n: 700,
  })
  expect(database.prepare("SELECT name FROM rooms WHERE kind = 'room'").all()).toEqual([{ name: 'general' }])
  database.close()
  if (spawnSync('sqlite3', ['--version']).error) return
  const shell = (sql: string) => execFileSync('sqlite3', [file, sql], { encoding: 'utf8' }).trim()
  expect(shell('PRAGMA integrity_check')).toBe('ok')
  expect(shell('SELECT author_name, snippet FROM timeline_items ORDER BY order_key LIMIT 1')).toBe('Ada|message 0')
})

test('what cannot be done is said in words, and leaves no file', async () => {
  const nowhere = join(folder, 'no.sqlite')
  await expect(exportSpaceFile(server.dataDirectory, 'Nowhere', nowhere, health)).rejects.toThrow(
    /No space is called Nowhere/,
  )
  await expect(exportSpaceFile(server.dataDirectory, 'Observatory', nowhere, health)).rejects.toThrow(
    /Several spaces are called/,
  )
  await expect(exportSpaceFile(server.dataDirectory, space.id, file, health)).rejects.toThrow(/is there already/)
  expect(existsSync(nowhere)).toBe(false)
  await expect(importSpaceFile(folder, join(server.dataDirectory, 'events.db'), health)).rejects.toThrow(
    /is not a space that was exported/,
  )
})
