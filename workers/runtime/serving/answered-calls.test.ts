import sqlite3InitModule from '@sqlite.org/sqlite-wasm'
import { expect, test } from 'vitest'
import { namesOf } from '../../../schema/messages/runtime/protocol.ts'
import { defineDatabase, idempotent, type ApplicationDatabase } from '../application.ts'
import { openDatabase } from '../opening/open-database.ts'
import { systemClock } from '../platform/clock.ts'
import { noBallast } from '../storage/ballast.ts'
import { noCleanEnd } from '../storage/clean-end.ts'
import { noSentinel } from '../storage/sentinel.ts'
import { liveLeaderDatabase } from './live-leader-database.ts'

type Db = ApplicationDatabase
const add = (db: Db, title: string) => db.run('INSERT INTO todo (title) VALUES (?)', [title])
const todo = defineDatabase({
  name: 'todo',
  migrations: ['CREATE TABLE todo (id INTEGER PRIMARY KEY, title TEXT NOT NULL)'],
  commands: {
    add,
    addAndCount(db: Db, title: string) {
      add(db, title)
      return { titles: db.all('SELECT title FROM todo ORDER BY id').flat() }
    },
    addAndFail(db: Db, title: string) {
      add(db, title)
      throw new Error('no')
    },
    answer: (_db: Db, result: unknown) => result,
    addAndAnswer(db: Db, result: unknown) {
      add(db, 'milk')
      return result
    },
    answerAgain: idempotent((_db: Db, result: unknown) => result),
    addAgain: idempotent((db: Db, title: string) => add(db, title)),
  },
})

/** One database file, and a new leader on it each time: what a leader that died had committed, the next one has. */
async function device() {
  const sqlite3 = await sqlite3InitModule()
  const clock = { now: 1_700_000_000_000 }
  const platform = {
    names: namesOf('todo'),
    sqlite3,
    sentinel: noSentinel,
    installPool: async () => ({ type: 'NoOpfs' }) as const,
    ballast: noBallast,
    cleanEnd: noCleanEnd,
    mended: 0,
    keepCopy: async () => false,
    now: () => clock.now,
  }
  const opened = await openDatabase(todo, platform)
  if (opened.type !== 'Opened') throw new Error('not opened')
  const lead = () => liveLeaderDatabase(todo, opened, platform, systemClock)
  const titles = () => lead().query('SELECT title FROM todo ORDER BY id', []).rows.flat()
  const kept = () => lead().query('SELECT count(*) FROM rsql_answered_calls', []).rows[0]![0]
  return { clock, lead, titles, kept }
}

test('a call that comes again, to the leader after the one that ran it, is answered and does not run', async () => {
  const { lead, titles } = await device()
  expect(lead().call('r1', 'add', 'milk')).toBeUndefined()
  expect(lead().call('r1', 'add', 'milk')).toBeUndefined()
  const first = lead().call('r2', 'addAndCount', 'bread')
  lead().call('r3', 'add', 'salt')
  expect(lead().call('r2', 'addAndCount', 'bread')).toEqual(first)
  expect(titles()).toEqual(['milk', 'bread', 'salt'])
})

test('a call that failed left nothing, and runs when it comes again', async () => {
  const { lead, titles, kept } = await device()
  expect(() => lead().call('r1', 'addAndFail', 'milk')).toThrow('no')
  expect(titles()).toEqual([])
  expect(kept()).toBe(0)
  lead().call('r1', 'add', 'milk')
  expect(titles()).toEqual(['milk'])
})

test('an idempotent command runs each time, and no answer is kept', async () => {
  const { lead, titles, kept } = await device()
  lead().call('r1', 'addAgain', 'milk')
  lead().call('r1', 'addAgain', 'milk')
  expect(titles()).toEqual(['milk', 'milk'])
  expect(kept()).toBe(0)
})

test.each([
  ['nothing', undefined],
  ['null', null],
  ['a text', 'x'],
  ['an object', { list: [1, 'two', { three: true }], none: null }],
])('a result that is %s comes again as it was', async (_what, result) => {
  const { lead } = await device()
  expect(lead().call('r1', 'answer', result)).toEqual(result)
  expect(lead().call('r1', 'answer', 'another')).toEqual(result)
})

test.each([
  ['too long', 'x'.repeat(20_000)],
  ['bytes', new Uint8Array(3)],
  ['a date', new Date(0)],
  ['not a number', Number.NaN],
])('a result that is %s is given once; the next leader says that the command has run', async (_what, result) => {
  const { lead } = await device()
  expect(lead().call('r1', 'answer', result)).toEqual(result)
  const again = () => lead().call('r1', 'answer', result)
  expect(again).toThrow(expect.objectContaining({ code: 'LEADER_LOST' }))
})

test('answers are kept for a day, and no more than ten thousand of them', async () => {
  const { clock, lead, kept } = await device()
  const leader = lead()
  for (let call = 0; call < 10; call++) leader.call(`old ${call}`, 'answer', call)
  clock.now += 25 * 60 * 60 * 1000
  leader.call('young', 'answer', 1)
  leader.call('younger', 'answer', 2)
  expect(kept()).toBe(2)
  for (let call = 0; call < 10_050; call++) leader.call(`r${call}`, 'answer', call)
  expect(kept()).toBe(10_000)
})

test.each([
  ['a function', () => 1],
  ['a promise', Promise.resolve(1)],
  ['an object with a function in it', { list: [() => 1] }],
])('a command whose result is %s fails, and nothing of it is left', async (_what, result) => {
  const { lead, kept } = await device()
  expect(() => lead().call('r1', 'addAndAnswer', result)).toThrow()
  expect(lead().query('SELECT title FROM todo', []).rows).toEqual([])
  expect(() => lead().call('r2', 'answerAgain', result)).toThrow()
  expect(kept()).toBe(0)
})

test('there is no such command', async () => {
  const { lead } = await device()
  for (const name of ['remove', 'constructor', '__proto__']) {
    expect(() => lead().call('r1', name, null)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
  }
})
