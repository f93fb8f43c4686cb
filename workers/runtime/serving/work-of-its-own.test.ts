import sqlite3InitModule from '@sqlite.org/sqlite-wasm'
import { expect, test } from 'vitest'
import type { FromDatabase } from '../../../schema/messages/runtime/database.ts'
import { namesOf } from '../../../schema/messages/runtime/protocol.ts'
import { defineDatabase, idempotent, type ApplicationDatabase, type Session } from '../application.ts'
import { openDatabase } from '../opening/open-database.ts'
import type { Clock } from '../platform/clock.ts'
import { noBallast } from '../storage/ballast.ts'
import { noCleanEnd } from '../storage/clean-end.ts'
import { noSentinel } from '../storage/sentinel.ts'
import { liveLeaderDatabase } from './live-leader-database.ts'
import { serveRequests } from './serve-requests.ts'

/* What an application goes on with after a call must reach the tabs without anything more that they ask. */

const add = (db: ApplicationDatabase, n: number) => db.transaction(() => void db.run('INSERT INTO n VALUES (?)', [n]))

/** Counts on for as long as it was asked to, each time in another way. */
function counting(db: ApplicationDatabase) {
  let status = { counted: 0 }
  let wakes = (): void => {}
  const counted = (n: number): void => void (status = { counted: n })
  return {
    wake: () => wakes(),
    session: {
      status: () => status,
      inSteps(last: number) {
        const step = (n: number): void => {
          counted(n)
          add(db, n)
          if (n < last) db.after(0, () => step(n + 1))
        }
        db.after(0, () => step(1))
      },
      inWordsAlone: (n: number) => void db.after(0, () => counted(n)),
      whenAwaited: (n: number) =>
        void new Promise<void>((resolve) => (wakes = resolve)).then(() => {
          counted(n)
          add(db, n)
        }),
      failing(n: number) {
        db.after(0, () => {
          counted(n)
          throw new Error('it ends here')
        })
      },
      asCalled(n: number) {
        counted(n)
        add(db, n)
      },
    } satisfies Session & Record<string, unknown>,
  }
}

type Counting = ReturnType<typeof counting>['session']

async function leader() {
  const sqlite3 = await sqlite3InitModule()
  let wake = (): void => {}
  const application = defineDatabase({
    name: 'counting',
    migrations: ['CREATE TABLE n (n INTEGER PRIMARY KEY)'],
    opened(db: ApplicationDatabase) {
      const made = counting(db)
      wake = made.wake
      return made.session
    },
    commands: {
      inSteps: (session: Counting, last: number) => session.inSteps(last),
      inWordsAlone: (session: Counting, n: number) => session.inWordsAlone(n),
      whenAwaited: (session: Counting, n: number) => session.whenAwaited(n),
      failing: (session: Counting, n: number) => session.failing(n),
      asCalled: idempotent((session: Counting, n: number) => session.asCalled(n)),
    },
  })
  const platform = {
    names: namesOf('counting'),
    sqlite3,
    sentinel: noSentinel,
    installPool: async () => ({ type: 'NoOpfs' }) as const,
    ballast: noBallast,
    cleanEnd: noCleanEnd,
    mended: 0,
    keepCopy: async () => false,
    now: () => 1_700_000_000_000,
  }
  const opened = await openDatabase(application, platform)
  if (opened.type !== 'Opened') throw new Error('not opened')
  const timers: (() => void)[] = []
  const clock: Clock = { now: () => 0, after: (_ms, work) => (timers.push(work), () => {}) }
  const database = liveLeaderDatabase(application, opened, platform, clock)
  const posted: FromDatabase[] = []
  const serving = serveRequests(database, 'tab', (message) => posted.push(message))
  const { epoch } = database
  serving.receive({
    type: 'FORWARD_SUBSCRIBE',
    epoch,
    queries: [{ queryId: 'a', query: { sql: 'SELECT n FROM n', parameters: [] } }],
  })
  const call = (command: string, argument: unknown) =>
    serving.receive({ type: 'FORWARD_CALL', epoch, requestId: command, command, argument })
  return {
    call,
    wake: () => wake(),
    /** what was posted since the last look */
    look: () => posted.splice(0).map(inWords),
    tick: () => timers.shift()!(),
  }
}

function inWords(message: FromDatabase): string {
  if (message.type === 'APPLICATION_CHANGED') return `says ${JSON.stringify(message.application)}`
  if (message.type !== 'TURN') return message.type
  const rows = message.updates.flatMap((one) =>
    'update' in one && one.update.type === 'delta' ? one.update.changes : [],
  )
  return `rows ${JSON.stringify(rows.map((change) => (change.op === 'insert' ? change.row : change.op)))}`
}

test('each step behind a call tells what it says and what it wrote, as it ends', async () => {
  const { call, look, tick } = await leader()
  look()
  call('inSteps', 2)
  expect(look()).toEqual(['CALL_RESULT'])
  tick()
  expect(look()).toEqual(['says {"counted":1}', 'rows [[1]]'])
  tick()
  expect(look()).toEqual(['says {"counted":2}', 'rows [[2]]'])
})

test('work that writes nothing tells what it says', async () => {
  const { call, look, tick } = await leader()
  call('inWordsAlone', 7)
  look()
  tick()
  expect(look()).toEqual(['says {"counted":7}'])
})

test('what waited for a promise tells it too', async () => {
  const { call, look, wake } = await leader()
  call('whenAwaited', 5)
  look()
  wake()
  await Promise.resolve()
  expect(look()).toEqual(['says {"counted":5}', 'rows [[5]]'])
})

test('work that fails has told what it said before', async () => {
  const { call, look, tick } = await leader()
  call('failing', 3)
  look()
  expect(tick).toThrow('it ends here')
  expect(look()).toEqual(['says {"counted":3}'])
})

test('a command tells once, before its answer', async () => {
  const { call, look } = await leader()
  look()
  call('asCalled', 4)
  expect(look()).toEqual(['says {"counted":4}', 'rows [[4]]', 'CALL_RESULT'])
})
