import sqlite3InitModule, { type Sqlite3Static } from '@sqlite.org/sqlite-wasm'
import type { FromWorker, ToWorker } from '../../schema/messages/worker.ts'
import { systemClock } from '../platform/clock.ts'
import { webLocks } from '../platform/locks.ts'
import { portOf } from '../platform/port.ts'
import { openLeaderDatabase } from './open-leader-database.ts'
import { startDatabase } from './start-database.ts'

declare const self: DedicatedWorkerGlobalScope

const mark = (name: string) => {
  self.postMessage({ type: 'MARK', name, at: performance.timeOrigin + performance.now() } satisfies FromWorker)
}
mark('worker-started')
// Compiled in every tab, so that a promotion is only the pool and the open.
const compiling: Promise<Sqlite3Static> = sqlite3InitModule()

const database = startDatabase({
  locks: webLocks(),
  clock: systemClock,
  mark,
  open: async (proposedEpoch) => openLeaderDatabase(await compiling, proposedEpoch),
})
self.addEventListener('message', (event: MessageEvent<ToWorker>) => {
  const port = event.ports[0]
  if (event.data.type === 'CONNECT' && port) database.connect(portOf(port), event.data.tabId)
})
void compiling.then(() => {
  mark('wasm-compiled')
  database.ready()
})
