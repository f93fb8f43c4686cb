import type { Database, Sqlite3Static } from '@sqlite.org/sqlite-wasm'
import type { Explanation, LiveDatabase, LiveQuery, SqlValue } from '../types.ts'
import { foldName } from '../fold-name.ts'
import { cpuUsage } from 'node:process'
import { compareRows } from './compare-result.ts'
import { Follower } from './follow-deltas.ts'
import { answersVary, choosesRepresentative, withRepresentatives } from './not-comparable.ts'
import { foldsSomewhere, orderEvidence } from './order-evidence.ts'
import { type Bound, plainQuery, TooMuch } from './plain-sqlite.ts'
import type { PrintedSql } from './sql-text.ts'

/** Which law broke. */
export type Law = 'refused' | 'slow' | 'tables' | 'all' | 'rows' | 'deltas' | 'error' | 'crash'

export interface Breach {
  readonly law: Law
  readonly detail: string
  readonly explanation: Explanation | null
}

export interface Watched {
  readonly printed: PrintedSql
  readonly live: LiveQuery
  readonly follower: Follower
  /** SQLite cannot even prepare it any more */
  over: boolean
}

/** the processor's milliseconds to subscribe to what SQLite answers in a blink */
const mostToSubscribe = 2500

/** reads the clock or rolls dice: no two answers need agree */
const volatile = /\bcurrent_(?:timestamp|date|time)\b|\brandom(?:blob)?\s*\(|'now'/i

/** Live queries held against SQLite: after every step each one's rows, deltas and error must be what SQLite's answer asks for. */
export class Watch {
  readonly #sqlite3: Sqlite3Static
  readonly #db: Database
  readonly #live: LiveDatabase
  readonly #bound: Bound
  /** answers held against SQLite's */
  comparisons = 0
  /** of those, how many SQLite itself would answer otherwise, reading in another order */
  notComparable = 0

  /** `bound`: what the live database asks whether to stop */
  constructor(sqlite3: Sqlite3Static, db: Database, live: LiveDatabase, bound: Bound) {
    this.#bound = bound
    this.#sqlite3 = sqlite3
    this.#db = db
    this.#live = live
  }

  /** How many rows SQLite answers, up to `most` and within so many million steps (a blink); null: it refuses. */
  countRows({ sql, parameters }: PrintedSql, most = Infinity, millions = 2): number | null {
    try {
      const count = () => plainQuery(this.#sqlite3, this.#db, sql, parameters, most).rows.length
      return most === Infinity ? count() : this.#bound.within(millions, count)
    } catch (error) {
      return error instanceof TooMuch ? Infinity : null
    }
  }

  /** Subscribes to a query that SQLite answers. */
  subscribe(printed: PrintedSql): Watched | Breach {
    try {
      const start = cpuUsage()
      let follower: Follower | undefined
      const live = this.#live.subscribe(
        printed,
        (delta) => follower?.apply(delta),
        () => follower?.fail(),
      )
      follower = new Follower(live)
      const took = cpuUsage(start).user / 1000
      if (took > mostToSubscribe)
        return { law: 'slow', detail: `${took.toFixed(0)} ms to subscribe`, explanation: null }
      const unwatched = this.#unwatched(printed, live)
      if (unwatched)
        return { law: 'tables', detail: `${unwatched} is read and not followed`, explanation: live.explain() }
      return { printed, live, follower, over: false }
    } catch (error) {
      return { law: 'refused', detail: String((error as Error).stack), explanation: null }
    }
  }

  /** Throws TooMuch where SQLite answers more than `most` rows. */
  compare(watched: Watched, most = Infinity): Breach | null {
    if (watched.over) return null
    const { live, follower, printed } = watched
    const { sql, parameters } = printed
    const breach = (law: Law, detail: string): Breach => ({ law, detail, explanation: live.explain() })
    this.comparisons++
    let expected: SqlValue[][]
    try {
      expected = plainQuery(this.#sqlite3, this.#db, sql, parameters, most + 1).rows
    } catch (error) {
      watched.over = !this.#prepares(sql)
      if (live.error || (!watched.over && this.#varies(printed, () => true))) return null
      return breach('error', `SQLite says "${(error as Error).message}", the live query has no error`)
    }
    if (expected.length > most) throw new TooMuch()
    if (live.error) return breach('error', `SQLite answers, the live query says "${live.error.message}"`)
    const all =
      this.comparisons % 5 === 0 && !volatile.test(sql)
        ? this.#differenceFrom(expected, this.#live.all(sql, parameters), printed)
        : null
    if (all !== null) return breach('all', all)
    const broken = follower.check(live)
    if (broken) return breach('deltas', broken)
    const difference = this.#differenceFrom(expected, live.rows, printed)
    if (difference === null) return null
    if (
      volatile.test(sql) ||
      this.#differByRepresentative(expected, live.rows, printed) ||
      this.#varies(printed, (rows) => this.#differenceFrom(expected, rows, printed) === null)
    ) {
      this.notComparable++
      return null
    }
    return breach('rows', difference)
  }

  /** A table that SQLite's own program opens and whose changed rows the query is not told of. */
  #unwatched({ sql }: PrintedSql, live: LiveQuery): string | null {
    const { tables } = live.explain()
    const ask = (text: string, values: SqlValue[]) => plainQuery(this.#sqlite3, this.#db, text, values).rows
    for (const [type, schema, name] of ask('SELECT type, schema, name FROM tables_used(?)', [sql])) {
      const indexed = `SELECT tbl_name FROM "${String(schema)}".sqlite_schema WHERE name = ?`
      const table = type === 'index' ? ask(indexed, [name!])[0]?.[0] : name
      const key = foldName(`${String(schema)}.${String(table)}`)
      if (!/\.sqlite_/.test(key) && !tables.includes(key)) return key
    }
    return null
  }

  #differenceFrom(
    expected: SqlValue[][],
    got: readonly (readonly SqlValue[])[],
    { sql, parameters }: PrintedSql,
  ): string | null {
    return compareRows(got, expected, () => {
      try {
        // without its LIMIT a recursion may have no end
        const ask = (text: string, values: readonly SqlValue[]) =>
          this.#bound.within(200, () => plainQuery(this.#sqlite3, this.#db, text, values))
        return orderEvidence(sql, parameters, ask)
      } catch {
        return { keys: null, unlimited: null }
      }
    })
  }

  /** The same rows, but for which of several equal values stands for them. */
  #differByRepresentative(expected: SqlValue[][], got: readonly (readonly SqlValue[])[], printed: PrintedSql): boolean {
    const { sql } = printed
    if (!choosesRepresentative(this.#sqlite3, this.#db, sql)) return false
    const folds = foldsSomewhere(sql, (text, values) => plainQuery(this.#sqlite3, this.#db, text, values))
    const one = (row: readonly SqlValue[]) => withRepresentatives(row, folds)
    return this.#differenceFrom(expected.map(one), got.map(one), printed) === null
  }

  #varies({ sql, parameters }: PrintedSql, isEqual: (rows: SqlValue[][]) => boolean): boolean {
    return answersVary(this.#sqlite3, this.#db, sql, parameters, isEqual)
  }

  #prepares(sql: string): boolean {
    return this.countRows({ sql: `EXPLAIN ${sql}`, parameters: [] }) !== null
  }
}
