import sqlite3InitModule from '@sqlite.org/sqlite-wasm'
import { workloads } from '../engine/workloads.ts'
import { measureFigure } from './figure.ts'
import type { FromBench, RunFigure } from './protocol.ts'

declare const self: DedicatedWorkerGlobalScope

/** Everything is in memory, in this worker alone: the app's database is neither opened nor asked. */
const tell = (message: FromBench) => self.postMessage(message)

self.addEventListener('message', async ({ data }: MessageEvent<RunFigure>) => {
  try {
    const sqlite3 = await sqlite3InitModule()
    const workload = workloads.find(({ name }) => name === data.workload)
    if (!workload) throw new Error(`there is no workload "${data.workload}"`)
    for (const message of measureFigure(sqlite3, workload, data)) tell(message)
  } catch (error) {
    tell({ type: 'FAILED', message: String(error) })
  }
})
