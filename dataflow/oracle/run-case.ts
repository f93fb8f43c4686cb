import type { Sqlite3Static } from '@sqlite.org/sqlite-wasm'
import { worth } from '../capture/lookup-indexes.ts'
import { openLiveDatabase } from '../index.ts'
import { patience } from '../live/turn-guard.ts'
import type { Explanation, LiveDatabase } from '../types.ts'
import type { Case, Step } from './case.ts'
import { Bound, TooMuch } from './plain-sqlite.ts'
import { list, print, type PrintedSql } from './sql-text.ts'
import { Watch, type Breach, type Watched } from './watch.ts'

export interface Failure extends Breach {
  readonly query: number
  /** −1: at subscription */
  readonly step: number
}

export interface Played {
  readonly failure: Failure | null
  /** one of each query that was subscribed */
  readonly explanations: readonly Explanation[]
  readonly comparisons: number
  readonly notComparable: number
  /** queries that SQLite itself refuses */
  readonly refusedBySqlite: number
  /** queries of so many rows that smaller cases find the same sooner: left out, or the end of the case */
  readonly tooLarge: number
  /** the case ended with a turn that took a multiple of what the answers take */
  readonly tooSlow: boolean
}

/**
 * What a turn may cost is told by no clock: in a third of the cases nothing, so that the query is run again whenever it can be; in a third by
 * SQLite's steps; and in a third as much as it likes.
 */
const patiences = [
  { ...patience, share: 0, untimed: 0, first: 0, few: 0, many: 0, shareOfSteps: 0, steps: 0 },
  { ...patience, share: 1e9 },
  { ...patience, share: 1e9, steps: Infinity },
]
const mostRows = 4000
/** of SQLite's programs, in one turn or one comparison: ten times what the answers of a case may take */
const mostMillionSteps = 20

/** Plays a case on the engine and holds every answer against SQLite's. The first law that breaks ends the case. */
export function playCase(sqlite3: Sqlite3Static, { seed, setup, queries, steps }: Case): Played {
  // tables of a few rows: in half of the cases they are worth an index all the same
  Object.assign(worth, seed % 2 === 0 ? { rows: 400, values: 20 } : { rows: 0, values: 0 })
  Object.assign(patience, patiences[seed % 3])
  const db = new sqlite3.oo1.DB(':memory:')
  const bound = new Bound()
  const live = openLiveDatabase(sqlite3, db, bound)
  const watch = new Watch(sqlite3, db, live, bound)
  const play = new Play(live, watch, (work) => bound.within(mostMillionSteps, work))
  try {
    for (const statement of setup) play.run(print(statement))
    queries.forEach((query, index) => play.subscribe(print(query), index))
    play.compareAll()
    for (let i = 0; i < steps.length && !play.isOver; i++) {
      play.step = i
      play.perform(steps[i]!)
      play.compareAll()
    }
    const played = play.result()
    play.attempt(() => live.close())
    return { ...played, failure: play.failure }
  } finally {
    db.close()
  }
}

class Play {
  failure: Failure | null = null
  step = -1
  /** by what it did */
  #ended: 'too large' | 'too slow' | null = null
  readonly #live: LiveDatabase
  readonly #watch: Watch
  /** throws TooMuch */
  readonly #bounded: <T>(work: () => T) => T
  readonly #watched: (Watched & { readonly index: number })[] = []
  #refusedBySqlite = 0
  #tooLarge = 0

  constructor(live: LiveDatabase, watch: Watch, bounded: <T>(work: () => T) => T) {
    this.#live = live
    this.#watch = watch
    this.#bounded = bounded
  }

  get isOver(): boolean {
    return this.#ended !== null || this.failure !== null
  }

  subscribe(printed: PrintedSql, index: number): void {
    const rows = this.#watch.countRows(printed, mostRows + 1)
    if (rows === null || rows > mostRows) {
      if (rows === null) this.#refusedBySqlite++
      else this.#tooLarge++
      return
    }
    if (!this.#canSubscribe()) return
    this.#within(() => {
      const watched = this.#watch.subscribe(printed)
      if ('law' in watched) this.#fail(watched, index)
      else this.#watched.push(Object.assign(watched, { index }))
    })
  }

  /** A step before may have left a transaction open. */
  #canSubscribe(): boolean {
    try {
      this.#live.run('BEGIN')
      this.#live.run('ROLLBACK')
      return true
    } catch {
      return false
    }
  }

  perform(step: Step): void {
    if (step.how === 'subscribe') for (const query of step.statements) this.subscribe(print(query), -1)
    else this.#within(() => this.#perform(step))
  }

  #perform(step: Step): void {
    const statements = step.statements.map(print)
    const runEach = () => {
      for (const statement of statements) this.run(statement)
    }
    const runStrictly = () => {
      for (const { sql, parameters } of statements) this.#live.run(sql, parameters)
    }
    const runAndThrow = () => {
      runEach()
      throw new OnPurpose()
    }
    switch (step.how) {
      case 'run':
        return runEach()
      case 'script':
        return this.run(print(list(step.statements, '; ')))
      case 'transaction':
        return this.attempt(() => this.#live.transaction(runEach))
      case 'strict transaction':
        return this.attempt(() => this.#live.transaction(runStrictly))
      case 'thrown transaction':
        return this.attempt(() => this.#live.transaction(runAndThrow))
      case 'begin commit':
      case 'begin rollback':
        this.run({ sql: 'BEGIN', parameters: [] })
        runEach()
        return this.run({ sql: step.how === 'begin commit' ? 'COMMIT' : 'ROLLBACK', parameters: [] })
      case 'unsubscribe':
        return this.#watched.shift()?.live.unsubscribe()
    }
  }

  run({ sql, parameters }: PrintedSql): void {
    this.attempt(() => this.#live.run(sql, parameters))
  }

  compareAll(): void {
    for (const watched of this.#watched) {
      if (this.isOver) return
      try {
        const breach = this.#bounded(() => this.#watch.compare(watched, 4 * mostRows))
        if (breach) this.#fail(breach, watched.index)
      } catch (error) {
        if (!(error instanceof TooMuch)) throw error
        this.#end('too large')
      }
    }
  }

  result(): Played {
    return {
      failure: this.failure,
      explanations: this.#watched.map(({ live }) => live.explain()),
      comparisons: this.#watch.comparisons,
      notComparable: this.#watch.notComparable,
      refusedBySqlite: this.#refusedBySqlite,
      tooLarge: this.#tooLarge + (this.#ended === 'too large' ? 1 : 0),
      tooSlow: this.#ended === 'too slow',
    }
  }

  /** SQLite's own errors are part of the case; any other is the engine's. */
  attempt(work: () => void): void {
    try {
      work()
    } catch (error) {
      if (error instanceof OnPurpose || (error as Error).name === 'SqliteError') return
      this.#fail({ law: 'crash', detail: String((error as Error).stack), explanation: null }, -1)
    }
  }

  /** The engine's part. It may take long only where SQLite's answers do. */
  #within(work: () => void): void {
    try {
      this.#bounded(work)
    } catch (error) {
      if (!(error instanceof TooMuch)) throw error
      const isLarge = ({ printed }: Watched) => (this.#watch.countRows(printed, mostRows) ?? 0) >= mostRows
      this.#end(this.#watched.some(isLarge) ? 'too large' : 'too slow')
    }
  }

  #end(because: 'too large' | 'too slow'): void {
    this.#ended = because
    // whatever broke, it broke by the interruption
    this.failure = null
  }

  #fail(breach: Breach, query: number): void {
    if (this.#ended === null) this.failure ??= { ...breach, query, step: this.step }
  }
}

class OnPurpose extends Error {}
