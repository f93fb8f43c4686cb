import type { Sqlite3Static } from '@sqlite.org/sqlite-wasm'
import { openLiveDatabase, type LiveQuery } from '../../dataflow/index.ts'
import { loadMessages, type Workload } from '../engine/workloads.ts'
import { shownAs } from '../engine/shown-as.ts'
import type { FromBench, RunFigure, Sample } from './protocol.ts'

/** a browser tells time by tenths of a millisecond: so many ms of writes are timed together */
const roundMs = 20
/** V8 compiles what has run some thousand times: so long both only write */
const warmUpPart = 0.25
const mostWritten = 50

/**
 * The two ways, in turn, over the same rows: one database with all queries live, and one without any, whose queries are run again
 * by hand. The workloads are those of `npm run bench -- engine`. Yields what there is to tell, so that whoever shows it can keep up.
 */
export function* measureFigure(sqlite3: Sqlite3Static, workload: Workload, run: RunFigure): Generator<FromBench> {
  const size = { rows: run.rows, channels: Math.max(500, run.queries) }
  yield { type: 'STEP', words: `${run.rows.toLocaleString('en')} rows, twice …` }
  const [live, plain] = [0, 1].map(() => {
    const database = openLiveDatabase(sqlite3, new sqlite3.oo1.DB(':memory:'))
    loadMessages(database, size, workload.needs)
    return database
  }) as [ReturnType<typeof openLiveDatabase>, ReturnType<typeof openLiveDatabase>]
  const all = Array.from({ length: run.queries }, (_, k) => workload.query(k))
  const readAll = () => all.forEach(({ sql, parameters }) => plain.all(sql, parameters))
  yield { type: 'STEP', words: 'First rows …' }
  const plainMs = time(readAll)
  let heard = 0
  let subscribed: LiveQuery[] = []
  const liveMs = time(() => {
    subscribed = all.map((query) => live.subscribe(query, () => void heard++))
  })
  yield { type: 'FIRST_ROWS', mode: subscribed[0]!.explain().mode, liveMs, plainMs }

  const hot = (i: number) => (i * 13) % Math.min(run.queries, size.channels, mostWritten)
  const wrote = { live: 0, plain: 0 }
  const writeTo = { live: () => workload.write(live, hot(wrote.live), wrote.live++), plain: () => workload.write(plain, hot(wrote.plain), wrote.plain++) } // prettier-ignore
  yield { type: 'STEP', words: 'Warming up …' }
  const warm = performance.now() + run.ms * warmUpPart
  while (performance.now() < warm) {
    writeTo.live()
    writeTo.plain()
  }
  yield { type: 'STEP', words: 'Measuring …' }
  let writes = 1
  const end = performance.now() + run.ms * (1 - warmUpPart)
  for (let round = 0; round < 3 || performance.now() < end; round++) {
    const before = heard
    const liveRound = time(() => repeat(writes, writeTo.live))
    if (heard === before) throw new Error(`${workload.name}: writes that no query heard`)
    const bareRound = time(() => repeat(writes, writeTo.plain))
    const againMs = time(readAll)
    yield sample(wrote.live, liveRound / writes, bareRound / writes, againMs)
    if (liveRound < roundMs)
      writes = Math.min(1_000, Math.ceil(writes * Math.min(4, roundMs / Math.max(0.5, liveRound))))
  }
  const equal = all
    .slice(0, 500)
    .every(({ sql, parameters }, k) => shownAs(sql, subscribed[k]!.rows) === shownAs(sql, live.all(sql, parameters)))
  yield { type: 'DONE', equal }
}

function sample(writes: number, liveMs: number, bareMs: number, againMs: number): FromBench & Sample {
  return { type: 'SAMPLE', writes, liveMs, bareMs, againMs }
}

function repeat(times: number, work: () => void): void {
  for (let i = 0; i < times; i++) work()
}

function time(work: () => void): number {
  const start = performance.now()
  work()
  return performance.now() - start
}
