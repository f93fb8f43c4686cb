import sqlite3InitModule, { type Sqlite3Static } from '@sqlite.org/sqlite-wasm'
import { tellMark, type FromWorker } from '../../../schema/messages/runtime/worker.ts'
import { namesOf } from '../../../schema/messages/runtime/protocol.ts'
import type { AnyApplication } from '../application.ts'
import { systemClock } from '../platform/clock.ts'
import { webLocks } from '../platform/locks.ts'
import { configureSqlite } from '../storage/pool-errors.ts'
import { openLeaderDatabase } from '../opening/open-leader-database.ts'
import { rehearse } from '../opening/rehearse.ts'
import { startDatabaseWorker, type DatabaseWorker } from './database-worker.ts'

/** Starts the database worker's work in this Dedicated Worker. WASM is compiled in every tab, so promotion is pool and open. */
export function bootDatabase(
  application: AnyApplication,
  compiling: Promise<WebAssembly.Module>,
  tell: (message: FromWorker) => void,
): DatabaseWorker {
  const mark = (name: string) => tellMark(tell, name)
  mark('worker-loaded')
  configureSqlite()
  const { databaseLock, worker } = namesOf(application.name)
  const lock = `${worker}-${crypto.randomUUID()}`
  void webLocks()
    .hold(lock)
    .then(() => tell({ type: 'ALIVE', lock }))
  const instantiating = instantiateSqlite(compiling)
  const database = startDatabaseWorker({
    databaseLock,
    locks: webLocks(),
    clock: systemClock,
    mark,
    end: () => globalThis.close(),
    rehearse: () => void instantiating.then((sqlite3) => rehearse(application, sqlite3)),
    open: (proposedEpoch) => openLeaderDatabase(application, instantiating, proposedEpoch, mark),
  })
  instantiating.then(
    () => {
      mark('wasm-compiled')
      database.ready()
    },
    // Told where it matters: `open` rejects with it.
    () => mark('wasm-failed'),
  )
  return database
}

async function instantiateSqlite(compiling: Promise<WebAssembly.Module>): Promise<Sqlite3Static> {
  const module = await compiling
  // Emscripten's own hook, which the package's types leave out.
  const init = sqlite3InitModule as (options: object) => Promise<Sqlite3Static>
  return new Promise((resolve, reject) => {
    const instantiateWasm = (imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void) => {
      const instantiate = async () => done(await WebAssembly.instantiate(module, imports))
      instantiate().catch(reject)
      return {}
    }
    init({ instantiateWasm }).then(resolve, reject)
  })
}
