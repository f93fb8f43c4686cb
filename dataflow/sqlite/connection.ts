import type { Database, Sqlite3Static } from '@sqlite.org/sqlite-wasm'
import type { SqlValue } from '../../schema/live.ts'
import type { Value } from '../value.ts'
import { Authorizer } from './authorizer.ts'
import { Raw } from './raw.ts'
import { Statement } from './statement.ts'
import { StepLimit } from './step-limit.ts'

const PERSISTENT = 1
const CACHE_SIZE = 400

/** The small interface through which the engine knows SQLite: statements with exact types, cached by their text. */
export class Connection {
  readonly raw: Raw
  readonly authorizer: Authorizer
  readonly limit: StepLimit
  readonly #cache = new Map<string, Statement>()
  /** last_insert_rowid() as the caller set it, while rows of ours are written */
  #rowid: bigint | null = null

  constructor(sqlite3: Sqlite3Static, db: Database, isToStop?: () => boolean) {
    this.raw = new Raw(sqlite3, db)
    this.limit = new StepLimit(this.raw, isToStop)
    // else SQLite compiles a join anew whenever a parameter of it is bound to another value: 22 µs a look-up instead of 2
    sqlite3.capi.sqlite3_db_config(db, sqlite3.capi.SQLITE_DBCONFIG_ENABLE_QPSG, 1, 0)
    this.authorizer = new Authorizer(this.raw)
  }

  get autocommit(): boolean {
    return this.raw.exports.sqlite3_get_autocommit(this.raw.db) !== 0
  }

  /** Before rows are written to tables of ours: they leave no trace in what the caller's own INSERT set. */
  keepRowid(): void {
    this.#rowid ??= this.raw.exports.sqlite3_last_insert_rowid(this.raw.db)
  }

  restoreRowid(): void {
    if (this.#rowid === null) return
    this.raw.exports.sqlite3_set_last_insert_rowid(this.raw.db, this.#rowid)
    this.#rowid = null
  }

  /** The first statement of `sql` and the text after it; null when there is none (blank, a comment). */
  prepareFirst(sql: string, flags = 0): { statement: Statement | null; tail: string } {
    const { raw } = this
    const { pointer, length } = raw.writeText(sql)
    raw.check(raw.exports.sqlite3_prepare_v3(raw.db, pointer, length + 1, flags, raw.cell, raw.cell + 4))
    const stmt = raw.pointerAt(raw.cell)
    const end = raw.pointerAt(raw.cell + 4)
    const tail = end - pointer >= length ? '' : raw.readText(end, length - (end - pointer))
    return { statement: stmt ? new Statement(raw, stmt) : null, tail }
  }

  /** Exactly one statement; the caller finalizes it. */
  prepare(sql: string): Statement {
    const { statement, tail } = this.prepareFirst(sql, PERSISTENT)
    if (!statement) throw new Error('no SQL statement')
    if (!isBlank(tail)) {
      statement.finalize()
      throw new Error('more than one SQL statement')
    }
    return statement
  }

  /** A cached statement, kept until it falls out of the cache; taken while busy, it comes as a fresh one. Give it back. */
  take(sql: string): Statement {
    const cached = this.#cache.get(sql)
    if (cached && !cached.busy) {
      this.#cache.delete(sql)
      this.#cache.set(sql, cached)
      cached.busy = true
      return cached
    }
    const statement = this.prepare(sql)
    statement.busy = true
    if (!cached) this.#remember(sql, statement)
    return statement
  }

  /** Resets, clears, and finalizes what is not in the cache. */
  giveBack(sql: string, statement: Statement): void {
    statement.reset()
    statement.clearBindings()
    statement.busy = false
    if (this.#cache.get(sql) !== statement) statement.finalize()
  }

  has(sql: string): boolean {
    return this.#cache.has(sql)
  }

  remember(sql: string, statement: Statement): void {
    if (!this.#cache.has(sql)) this.#remember(sql, statement)
  }

  /** Rows of one statement, INTEGER and REAL apart. */
  rows(sql: string, parameters: readonly (SqlValue | Value)[] = []): Value[][] {
    const statement = this.take(sql)
    try {
      statement.bindAll(parameters)
      const rows: Value[][] = []
      while (statement.step()) rows.push(statement.row())
      return rows
    } finally {
      this.giveBack(sql, statement)
    }
  }

  close(): void {
    for (const statement of this.#cache.values()) statement.finalize()
    this.#cache.clear()
    this.authorizer.close()
    this.limit.close()
    this.raw.release()
  }

  #remember(sql: string, statement: Statement): void {
    this.#cache.set(sql, statement)
    if (this.#cache.size <= CACHE_SIZE) return
    for (const [oldSql, old] of this.#cache) {
      if (old.busy) continue
      this.#cache.delete(oldSql)
      old.finalize()
      return
    }
  }
}

/** Nothing but white space, semicolons and comments. */
export function isBlank(sql: string): boolean {
  return /^(?:[\s;]|--[^\n]*(?:\n|$)|\/\*(?:(?!\*\/)[\s\S])*(?:\*\/|$))*$/.test(sql)
}
