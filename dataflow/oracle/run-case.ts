/** Plays a case on the engine and holds every answer against SQLite's. The first law that breaks ends the case. */
import type { Database, Sqlite3Static } from '@sqlite.org/sqlite-wasm'
import { openLiveDatabase } from '../index.ts'
import type { Explanation, LiveDatabase, LiveQuery, SqlValue } from '../types.ts'
import type { Case, Step } from './case.ts'
import { compareRows } from './compare-result.ts'
import { Follower } from './follow-deltas.ts'
import { answersVary } from './not-comparable.ts'
import { orderEvidence } from './order-evidence.ts'
import { plainQuery } from './plain-sqlite.ts'
import { list, print, type PrintedSql } from './sql-text.ts'

export interface Failure {
  /** which law broke: refused, rows, deltas, error, crash */
  readonly law: 'refused' | 'rows' | 'deltas' | 'error' | 'crash'
  readonly detail: string
  readonly query: number
  /** −1: at subscription */
  readonly step: number
  readonly explanation: Explanation | null
}

export interface Played {
  readonly failure: Failure | null
  /** one of each query that was subscribed */
  readonly explanations: readonly Explanation[]
  /** answers held against SQLite's */
  readonly comparisons: number
  /** of those, how many SQLite itself would answer otherwise */
  readonly notComparable: number
  /** queries that SQLite itself refuses */
  readonly refusedBySqlite: number
}

interface Watched {
  readonly index: number
  readonly printed: PrintedSql
  readonly live: LiveQuery
  readonly follower: Follower
  over: boolean
}

export function playCase(sqlite3: Sqlite3Static, { setup, queries, steps }: Case): Played {
  const db = new sqlite3.oo1.DB(':memory:')
  const play = new Play(sqlite3, db)
  try {
    play.setUp(setup.map(print))
    queries.forEach((query, index) => play.subscribe(print(query), index))
    play.compareAll(-1)
    for (let i = 0; i < steps.length && !play.failure; i++) {
      play.perform(steps[i]!, i)
      if (!play.failure) play.compareAll(i)
    }
    const played = play.result()
    play.close(steps.length)
    return { ...played, failure: play.failure }
  } finally {
    db.close()
  }
}

class Play {
  failure: Failure | null = null
  readonly #sqlite3: Sqlite3Static
  readonly #db: Database
  readonly #live: LiveDatabase
  readonly #watched: Watched[] = []
  #comparisons = 0
  #notComparable = 0
  #refusedBySqlite = 0

  constructor(sqlite3: Sqlite3Static, db: Database) {
    this.#sqlite3 = sqlite3
    this.#db = db
    this.#live = openLiveDatabase(sqlite3, db)
  }

  setUp(statements: readonly PrintedSql[]): void {
    for (const statement of statements) this.#run(statement, -1)
  }

  subscribe(printed: PrintedSql, index: number): void {
    if (this.failure) return
    try {
      this.#ask(printed.sql, printed.parameters)
    } catch {
      this.#refusedBySqlite++
      return
    }
    let follower: Follower | undefined
    try {
      const live = this.#live.subscribe(printed, (delta) => follower?.apply(delta))
      follower = new Follower(live)
      this.#watched.push({ index, printed, live, follower, over: false })
    } catch (error) {
      this.#fail('refused', String((error as Error).stack), index, -1, null)
    }
  }

  perform(step: Step, at: number): void {
    const statements = step.statements.map(print)
    const runEach = () => {
      for (const statement of statements) this.#run(statement, at)
    }
    switch (step.how) {
      case 'run':
        return runEach()
      case 'script':
        return this.#run(print(list(step.statements, '; ')), at)
      case 'transaction':
        return this.#attempt(() => this.#live.transaction(runEach), at)
      case 'strict transaction':
        return this.#attempt(() => {
          this.#live.transaction(() => {
            for (const { sql, parameters } of statements) this.#live.run(sql, parameters)
          })
        }, at)
      case 'thrown transaction':
        return this.#attempt(() => {
          this.#live.transaction(() => {
            runEach()
            throw new OnPurpose()
          })
        }, at)
      case 'begin commit':
      case 'begin rollback':
        this.#run({ sql: 'BEGIN', parameters: [] }, at)
        runEach()
        return this.#run({ sql: step.how === 'begin commit' ? 'COMMIT' : 'ROLLBACK', parameters: [] }, at)
    }
  }

  compareAll(step: number): void {
    for (const watched of this.#watched) {
      if (!this.failure && !watched.over) this.#compare(watched, step)
    }
  }

  result(): Played {
    return {
      failure: this.failure,
      explanations: this.#watched.map(({ live }) => live.explain()),
      comparisons: this.#comparisons,
      notComparable: this.#notComparable,
      refusedBySqlite: this.#refusedBySqlite,
    }
  }

  close(step: number): void {
    this.#attempt(() => this.#live.close(), step)
  }

  #compare(watched: Watched, step: number): void {
    const { live, follower, printed, index } = watched
    const { sql, parameters } = printed
    const fail = (law: Failure['law'], detail: string) => this.#fail(law, detail, index, step, live.explain())
    this.#comparisons++
    let expected: SqlValue[][]
    try {
      expected = this.#ask(sql, parameters).rows
    } catch (error) {
      watched.over = !this.#prepares(sql)
      if (!live.error && (watched.over || !this.#varies(sql, parameters, () => true))) {
        fail('error', `SQLite says "${(error as Error).message}", the live query has no error`)
      }
      return
    }
    if (live.error) return fail('error', `SQLite answers, the live query says "${live.error.message}"`)
    const broken = follower.check(live)
    if (broken) return fail('deltas', broken)
    const difference = this.#differenceFrom(expected, live.rows, sql, parameters)
    if (difference === null) return
    if (this.#varies(sql, parameters, (rows) => this.#differenceFrom(expected, rows, sql, parameters) === null)) {
      this.#notComparable++
      return
    }
    fail('rows', difference)
  }

  #differenceFrom(
    expected: SqlValue[][],
    got: readonly (readonly SqlValue[])[],
    sql: string,
    parameters: readonly SqlValue[],
  ): string | null {
    return compareRows(got, expected, () => {
      try {
        return orderEvidence(sql, parameters, this.#ask)
      } catch {
        return { keys: null, unlimited: null }
      }
    })
  }

  #varies(sql: string, parameters: readonly SqlValue[], isEqual: (rows: SqlValue[][]) => boolean): boolean {
    return answersVary(this.#sqlite3, this.#db, sql, parameters, isEqual)
  }

  readonly #ask = (sql: string, parameters: readonly SqlValue[]) => plainQuery(this.#sqlite3, this.#db, sql, parameters)

  #prepares(sql: string): boolean {
    try {
      this.#ask(`EXPLAIN ${sql}`, [])
      return true
    } catch {
      return false
    }
  }

  #run({ sql, parameters }: PrintedSql, step: number): void {
    this.#attempt(() => this.#live.run(sql, parameters), step)
  }

  /** SQLite's own errors are part of the case; any other is the engine's. */
  #attempt(work: () => void, step: number): void {
    try {
      work()
    } catch (error) {
      if (error instanceof OnPurpose || (error as Error).name === 'SqliteError') return
      this.#fail('crash', String((error as Error).stack), -1, step, null)
    }
  }

  #fail(law: Failure['law'], detail: string, query: number, step: number, explanation: Explanation | null): void {
    this.failure ??= { law, detail, query, step, explanation }
  }
}

class OnPurpose extends Error {}
