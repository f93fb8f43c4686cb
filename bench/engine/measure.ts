import type { Sqlite3Static } from '@sqlite.org/sqlite-wasm'
import { openLiveDatabase, type LiveQuery } from '../../dataflow/index.ts'
import { percentile } from '../figures.ts'
import { shownAs } from './shown-as.ts'
import { loadMessages, type Size, type Workload } from './workloads.ts'

export interface Measured {
  readonly workload: string
  readonly rows: number
  readonly queries: number
  readonly mode: string
  /** the first that a query sees: its operators are made then */
  readonly firstPushMs: number
  /** of the first thousand writes, after the first of each query; null: there was no time for them */
  readonly earlyPushMs: number | null
  readonly pushMs: number
  readonly pushMsP99: number
  /** writes before the measured ones */
  readonly warmUp: number
  readonly writeMs: number
  readonly writeMsP99: number
  /** the same write with nothing live */
  readonly bareWriteMs: number
  /** first thing in its process */
  readonly hydrateMs: number
  readonly hydrateTextMs: number
  readonly hydrateAgainMs: number
  readonly rawReadFirstMs: number
  readonly rawReadMs: number
  readonly oo1ReadMs: number
  /** that the live queries take */
  readonly heapMB: number
  /** rows in the deltas of one write, all listeners together */
  readonly changesPerWrite: number
}

/** of the live queries, those that the writes change: each is changed once before the measured writes begin */
const mostWritten = 1000

/**
 * One workload at one size, measured:
 *   push               from SQLite's commit hook to the delta in the last listener: what maintaining costs. V8 compiles what is called often
 *                      only after thousands of calls, so pushes are timed three times, and never mixed: the first that each query sees
 *                      (its operators are made then), those of the first thousand writes of the process, and, the figure, those after
 *                      `warmUp` writes or five seconds of them
 *   write → delivery   the call of `run` to the last listener: with the insert, the capture and the commit in it
 *   hydration          subscribing to all of them: the first thing that the engine does in its process; for the first time of a text (the same
 *                      with a comment, never seen before, so that it is parsed, bound and planned); and again after leaving them. Against
 *                      plain SQLite reading the same rows into the same arrays, statements prepared (`raw`: the exports, as the engine does;
 *                      `oo1`: `selectArrays`, which prepares): before the writes for the first figure, after them for the others.
 *                      That reading, without diffing, is also the least that re-querying after a write can cost
 */
export function measure(
  sqlite3: Sqlite3Static,
  workload: Workload,
  size: Size,
  queries: number,
  writes: number,
  warmUp: number,
): Measured {
  const db = new sqlite3.oo1.DB(':memory:')
  const live = openLiveDatabase(sqlite3, db)
  try {
    loadMessages(live, size, workload.needs)
    let wrote = 0
    const hot = (i: number) => (i * 13) % Math.min(queries, size.channels, mostWritten)
    const all = Array.from({ length: queries }, (_, k) => workload.query(k))
    const readAll = () => all.forEach(({ sql, parameters }) => live.all(sql, parameters))
    const readAllByOo1 = () => all.forEach(({ sql, parameters }) => db.selectArrays(sql, [...parameters]))
    const rawReadFirstMs = fastest(readAll)

    const heapBefore = heapMB()
    let heardAt = 0
    let changes = 0
    let subscribed: LiveQuery[] = []
    const subscribeAll = (comment = '') => {
      subscribed = all.map(({ sql, parameters }) =>
        live.subscribe({ sql: sql + comment, parameters }, (delta) => {
          heardAt = performance.now()
          changes += delta.changes.length
        }),
      )
    }
    const leaveAll = () => subscribed.forEach((query) => query.unsubscribe())
    const hydrateMs = time(() => subscribeAll())
    const heap = heapMB() - heapBefore

    let committedAt = 0
    sqlite3.capi.sqlite3_commit_hook(db, () => {
      // later commits are the engine's own, of its temporary tables
      committedAt ||= performance.now()
      return 0
    }, 0) // prettier-ignore
    const firstPushes: number[] = []
    const earlyPushes: number[] = []
    const pushes: number[] = []
    const deliveries: number[] = []
    const each = Math.min(queries, mostWritten)
    const enough = () => {
      const end = performance.now() + 5000
      return () => performance.now() > end
    }
    let wroteHere = 0
    const writeOnce = (): { push: number; delivery: number } => {
      committedAt = 0
      const start = performance.now()
      workload.write(live, hot(wroteHere++), wrote++)
      if (heardAt < start) throw new Error(`${workload.name}: a write that no query heard`)
      return { push: heardAt - committedAt, delivery: heardAt - start }
    }
    const warm = enough()
    for (let i = 0; i < Math.max(each, warmUp) && (i < each || !warm()); i++) {
      const { push } = writeOnce()
      if (wroteHere <= each) firstPushes.push(push)
      else if (wroteHere <= Math.max(1000, 2 * each)) earlyPushes.push(push)
    }
    const warmed = wroteHere
    const measured = enough()
    for (let i = 0; i < writes && (i < 20 || !measured()); i++) {
      const { push, delivery } = writeOnce()
      pushes.push(push)
      deliveries.push(delivery)
    }
    const rawReadMs = fastest(readAll)
    const oo1ReadMs = fastest(readAllByOo1)
    for (const [k, { sql, parameters }] of all.slice(0, 500).entries()) {
      if (shownAs(sql, subscribed[k]!.rows) !== shownAs(sql, live.all(sql, parameters)))
        throw new Error(`${workload.name}: query ${k} is not what SQLite answers`)
    }
    const { mode } = subscribed[0]!.explain()
    const hydrateAgainMs = fastest(() => subscribeAll(), leaveAll)
    let texts = 0
    const hydrateTextMs = fastest(() => subscribeAll(` -- ${++texts}`), leaveAll)
    leaveAll()
    const bare = sample(writes, (i) => workload.write(live, hot(i), wrote++))
    return {
      workload: workload.name,
      rows: size.rows,
      queries,
      mode,
      firstPushMs: percentile(firstPushes, 50),
      earlyPushMs: earlyPushes.length === 0 ? null : percentile(earlyPushes, 50),
      pushMs: percentile(pushes, 50),
      pushMsP99: percentile(pushes, 99),
      warmUp: warmed,
      writeMs: percentile(deliveries, 50),
      writeMsP99: percentile(deliveries, 99),
      bareWriteMs: percentile(bare, 50),
      hydrateMs,
      hydrateTextMs,
      hydrateAgainMs,
      rawReadFirstMs,
      rawReadMs,
      oo1ReadMs,
      heapMB: heap,
      changesPerWrite: changes / wroteHere,
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

/** Of up to five times within a second. */
function fastest(work: () => void, before = () => {}): number {
  let [best, sum] = [Infinity, 0]
  for (let i = 0; i < 5 && sum < 1000; i++) {
    before()
    const took = time(work)
    best = Math.min(best, took)
    sum += took
  }
  return best
}

function sample(count: number, work: (i: number) => void): number[] {
  return Array.from({ length: count }, (_, i) => time(() => work(i)))
}

/** The heap of JavaScript and the memory of WebAssembly, SQLite's tables included, after a collection. */
export function heapMB(): number {
  if (!globalThis.gc) throw new Error('heap figures need --expose-gc')
  globalThis.gc()
  const { heapUsed, external } = process.memoryUsage()
  return (heapUsed + external) / 2 ** 20
}
