import { expect, test } from 'vitest'
import type { LiveUpdate } from '../../../schema/live.ts'
import type { Clock } from '../platform/clock.ts'
import { noBallast } from '../storage/ballast.ts'
import { noCleanEnd } from '../storage/clean-end.ts'
import type { LeaderDatabase } from './leader-database.ts'
import { openDatabase } from '../opening/open-database.ts'
import { namesOf } from '../../../schema/messages/runtime/protocol.ts'
import { defineDatabase } from '../application.ts'
import { liveLeaderDatabase } from './live-leader-database.ts'
import { noSentinel } from '../storage/sentinel.ts'
import sqlite3InitModule from '@sqlite.org/sqlite-wasm'

/** Each look at this clock takes a second: what looks at it fifteen times has run too long. */
async function open(): Promise<LeaderDatabase> {
  const sqlite3 = await sqlite3InitModule()
  let seconds = 0
  const clock: Clock = { now: () => ++seconds * 1_000, after: () => () => {} }
  const application = defineDatabase({
    name: 'app',
    migrations: ['CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID'],
    commands: {},
  })
  const platform = {
    names: namesOf('app'),
    sqlite3,
    sentinel: noSentinel,
    installPool: async () => ({ type: 'NoOpfs' }) as const,
    ballast: noBallast,
    cleanEnd: noCleanEnd,
    mended: 0,
    keepCopy: async () => false,
    now: Date.now,
  }
  const opened = await openDatabase(application, platform)
  if (opened.type !== 'Opened') throw new Error('not opened')
  return liveLeaderDatabase(application, opened, platform, clock)
}

const endless = 'WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT'
const tooLong = expect.objectContaining({ code: 'TIMEOUT', message: 'it ran for 15 s and was stopped' })

test('a read without an end is stopped, and the next one runs', async () => {
  const database = await open()
  expect(() => database.query(`${endless} count(*) FROM n`, [])).toThrow(tooLong)
  expect(database.query('SELECT 1', []).rows).toEqual([[1]])
})

test('a write without an end leaves nothing behind, and live queries go on as if it had not been', async () => {
  const database = await open()
  database.query('CREATE TABLE t (i)', [])
  database.query('INSERT INTO t VALUES (0)', [])
  const updates: LiveUpdate[] = []
  database.subscribe({ sql: 'SELECT count(*) FROM t', parameters: [] }, (update) => updates.push(update), fail)
  const insert = `INSERT INTO t ${endless} i FROM n`
  expect(() => database.query(insert, [])).toThrow(tooLong)
  // SQLite has ended the transaction: it was one request, and is one error
  expect(() => database.query(`BEGIN; INSERT INTO t VALUES (1); ${insert}; COMMIT`, [])).toThrow(tooLong)
  expect(database.query('SELECT count(*) FROM t', []).rows).toEqual([[1]])
  expect(updates).toEqual([])
  database.query('INSERT INTO t VALUES (2)', [])
  expect(updates).toMatchObject([{ type: 'delta', changes: [{ row: [2] }] }])
})

test('a live query whose first rows never come ends with that error, and no turn tries it again', async () => {
  const database = await open()
  database.query('CREATE TABLE t (i)', [])
  const sql = `${endless} i FROM n WHERE i > (SELECT count(*) FROM t)`
  expect(() => database.subscribe({ sql: `${sql} LIMIT 1`, parameters: [] }, () => {}, fail).snapshot()).not.toThrow()
  const never = { sql: `${sql} AND i < 0`, parameters: [] }
  expect(() => database.subscribe(never, fail, fail)).toThrow(tooLong)
  database.query('INSERT INTO t VALUES (1)', [])
})

function fail(): never {
  throw new Error('nothing is to be told')
}
