import type { Database, Sqlite3Static } from '@sqlite.org/sqlite-wasm'
import { Raw, SqliteError } from '../../../dataflow/sqlite/raw.ts'
import { Statement as RawStatement } from '../../../dataflow/sqlite/statement.ts'
import type { SqlValue } from '../../../schema/live.ts'

/** Prepared statements on the engine's binding of SQLite: oo1's bind is four times slower and stores 1e19 as a negative number. */
export interface RawSql {
  /** Any SQL, several statements too; without parameters and answers. */
  exec(text: string): void
  /** Kept: the same text gives the same statement. */
  prepare(text: string): Statement
  /** false: a transaction is open */
  readonly autocommit: boolean
  close(): void
}

export interface Statement {
  /** Returns how many rows it changed. */
  run(...values: readonly SqlValue[]): number
  rows(...values: readonly SqlValue[]): SqlValue[][]
}

const PERSISTENT = 1

export function openRawSql(sqlite3: Sqlite3Static, db: Database): RawSql {
  const raw = new Raw(sqlite3, db)
  const prepared = new Map<string, LazyStatement>()
  return {
    get autocommit() {
      return raw.exports.sqlite3_get_autocommit(raw.db) !== 0
    },
    prepare(text) {
      let statement = prepared.get(text)
      if (!statement) prepared.set(text, (statement = new LazyStatement(raw, text)))
      return statement
    },
    exec(text) {
      try {
        db.exec(text)
      } catch (error) {
        if (!(error instanceof sqlite3.SQLite3Error)) throw error
        throw new SqliteError(error.message, raw.exports.sqlite3_extended_errcode(raw.db))
      }
    },
    close() {
      for (const statement of prepared.values()) statement.finalize()
      prepared.clear()
      raw.release()
    },
  }
}

/** Compiled at its first use: a start needs few of the many statements that the store has ready. */
class LazyStatement implements Statement {
  readonly #raw: Raw
  readonly #text: string
  /** looked up once: oo1 keeps it in a map */
  readonly #db: number
  #compiled: RawStatement | null = null
  #writes = false

  constructor(raw: Raw, text: string) {
    this.#raw = raw
    this.#db = raw.db
    this.#text = text
  }

  run(...values: SqlValue[]): number {
    const statement = this.#bound(values)
    try {
      while (statement.step());
      return this.#writes ? this.#raw.exports.sqlite3_changes(this.#db) : 0
    } finally {
      statement.reset()
    }
  }

  rows(...values: SqlValue[]): SqlValue[][] {
    const statement = this.#bound(values)
    try {
      const rows: SqlValue[][] = []
      while (statement.step()) rows.push(statement.sqlRow(statement.columnCount))
      return rows
    } finally {
      statement.reset()
    }
  }

  finalize(): void {
    this.#compiled?.finalize()
    this.#compiled = null
  }

  #bound(values: readonly SqlValue[]): RawStatement {
    const statement = (this.#compiled ??= this.#compile())
    statement.bindAll(values)
    return statement
  }

  #compile(): RawStatement {
    const { pointer, length } = this.#raw.writeText(this.#text)
    this.#raw.check(
      this.#raw.exports.sqlite3_prepare_v3(this.#raw.db, pointer, length + 1, PERSISTENT, this.#raw.cell, 0),
    )
    const statement = new RawStatement(this.#raw, this.#raw.pointerAt(this.#raw.cell))
    this.#writes = !statement.readonly
    return statement
  }
}
