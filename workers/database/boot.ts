import sqlite3InitModule, { type Sqlite3Static } from '@sqlite.org/sqlite-wasm'
import type { FromWorker } from '../../schema/messages/worker.ts'
import { systemClock } from '../platform/clock.ts'
import { webLocks } from '../platform/locks.ts'
import { configureSqlite } from './pool-errors.ts'
import { openLeaderDatabase } from './open-leader-database.ts'
import { startDatabase, type DatabaseWorker } from './start-database.ts'

/** Starts the database worker's work in this Dedicated Worker. WASM is compiled in every tab, so promotion is pool and open. */
export function bootDatabase(tell: (message: FromWorker) => void): DatabaseWorker {
  const mark = (name: string) => tell({ type: 'MARK', name, at: performance.timeOrigin + performance.now() })
  mark('worker-started')
  configureSqlite()
  const lock = `rsql-worker-${crypto.randomUUID()}`
  void webLocks()
    .hold(lock)
    .then(() => tell({ type: 'ALIVE', lock }))
  const compiling: Promise<Sqlite3Static> = sqlite3InitModule()
  const database = startDatabase({
    locks: webLocks(),
    clock: systemClock,
    mark,
    open: (proposedEpoch) => openLeaderDatabase(compiling, proposedEpoch, mark),
  })
  compiling.then(
    () => {
      mark('wasm-compiled')
      database.ready()
    },
    // Told where it matters: `open` rejects with it.
    () => mark('wasm-failed'),
  )
  return database
}
