/**
 * One workload at one size, measured:
 *   push               from SQLite's commit hook to the delta in the last listener: what maintaining costs
 *   write → delivery   the call of `run` to the last listener: with the insert, the capture and the commit in it
 *   recompute          running all the live queries again with plain SQLite, without diffing: the least that re-querying can cost
 *   hydration          subscribing to all of them, against plain SQLite reading the same rows
 */
import type { Sqlite3Static } from '@sqlite.org/sqlite-wasm'
import { openLiveDatabase, type LiveQuery } from '../../dataflow/index.ts'
import { percentile } from '../figures.ts'
import { loadMessages, type Size, type Workload } from './workloads.ts'

export interface Measured {
  readonly workload: string
  readonly rows: number
  readonly queries: number
  readonly mode: string
  readonly pushMs: number
  readonly pushMsP99: number
  readonly writeMs: number
  readonly writeMsP99: number
  /** the same write with nothing live */
  readonly bareWriteMs: number
  readonly recomputeMs: number
  readonly hydrateMs: number
  readonly plainReadMs: number
  readonly heapMB: number
  /** rows in the deltas of one write, all listeners together */
  readonly changesPerWrite: number
}

export function measure(
  sqlite3: Sqlite3Static,
  workload: Workload,
  size: Size,
  queries: number,
  writes: number,
): Measured {
  const db = new sqlite3.oo1.DB(':memory:')
  const live = openLiveDatabase(sqlite3, db)
  try {
    loadMessages(live, size, workload.needs)
    let wrote = 0
    const hot = (i: number) => (i * 13) % Math.min(queries, size.channels)
    const bare = sample(writes, (i) => workload.write(live, hot(i), wrote++))

    const all = Array.from({ length: queries }, (_, k) => workload.query(k))
    const readAll = () => all.forEach(({ sql, parameters }) => live.all(sql, parameters))
    readAll()
    const plainReadMs = Math.min(time(readAll), time(readAll))

    const heapBefore = heapMB()
    let heardAt = 0
    let changes = 0
    const hydrateStart = performance.now()
    const subscribed: LiveQuery[] = all.map((query) =>
      live.subscribe(query, (delta) => {
        heardAt = performance.now()
        changes += delta.changes.length
      }),
    )
    const hydrateMs = performance.now() - hydrateStart
    const heap = heapMB() - heapBefore

    let committedAt = 0
    sqlite3.capi.sqlite3_commit_hook(db, () => {
      // later commits are the engine's own, of its temporary tables
      committedAt ||= performance.now()
      return 0
    }, 0) // prettier-ignore
    const pushes: number[] = []
    const deliveries: number[] = []
    for (let i = 0; i < writes + 20; i++) {
      committedAt = 0
      const start = performance.now()
      workload.write(live, hot(i), wrote++)
      if (i < 20) continue // warm-up
      pushes.push(heardAt - committedAt)
      deliveries.push(heardAt - start)
    }
    const recomputeMs = Math.min(time(readAll), time(readAll))
    return {
      workload: workload.name,
      rows: size.rows,
      queries,
      mode: subscribed[0]!.explain().mode,
      pushMs: percentile(pushes, 50),
      pushMsP99: percentile(pushes, 99),
      writeMs: percentile(deliveries, 50),
      writeMsP99: percentile(deliveries, 99),
      bareWriteMs: percentile(bare, 50),
      recomputeMs,
      hydrateMs,
      plainReadMs,
      heapMB: heap,
      changesPerWrite: changes / (writes + 20),
    }
  } finally {
    live.close()
    db.close()
  }
}

export function time(work: () => void): number {
  const start = performance.now()
  work()
  return performance.now() - start
}

function sample(count: number, work: (i: number) => void): number[] {
  return Array.from({ length: count }, (_, i) => time(() => work(i)))
}

/** JavaScript heap and SQLite's own, after a collection where Node was started with --expose-gc. */
export function heapMB(): number {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed / 2 ** 20
}
