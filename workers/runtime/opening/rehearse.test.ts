import sqlite3InitModule from '@sqlite.org/sqlite-wasm'
import { expect, test } from 'vitest'
import { defineDatabase } from '../application.ts'
import { rehearse } from './rehearse.ts'

const application = defineDatabase({
  name: 'app',
  migrations: ['CREATE TABLE note (id INTEGER PRIMARY KEY, text); CREATE VIRTUAL TABLE found USING fts5(text)'],
  commands: {},
  rehearsal: ['SELECT text FROM note WHERE text > ? ORDER BY id', 'SELECT rowid FROM found WHERE text = ?'],
})

test('a rehearsal goes through and leaves no database in memory', async () => {
  const sqlite3 = await sqlite3InitModule()
  await rehearse(application, sqlite3)
  const before = used()
  await rehearse(application, sqlite3)
  // an arena of 256 kB for texts, which a worker could spare
  expect(used() - before).toBeLessThan(2 ** 18 + 2 ** 13)

  function used(): number {
    const [now] = sqlite3.wasm.scopedAllocCall(() => {
      const cells = sqlite3.wasm.scopedAllocPtr(2) as unknown as [number, number]
      sqlite3.capi.sqlite3_status(sqlite3.capi.SQLITE_STATUS_MEMORY_USED, cells[0], cells[1], 0)
      return [sqlite3.wasm.peek32(cells[0])]
    }) as [number]
    return Number(now)
  }
})
