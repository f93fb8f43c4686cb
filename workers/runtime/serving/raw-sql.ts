import type { Database, Sqlite3Static } from '@sqlite.org/sqlite-wasm'
import { Raw, SqliteError, type Pointer } from '../../../dataflow/sqlite/raw.ts'
import { Statement as RawStatement } from '../../../dataflow/sqlite/statement.ts'
import type { SqlValue } from '../../../schema/live.ts'

/** Prepared statements on the engine's binding of SQLite: oo1's bind is four times slower and stores 1e19 as a negative number. */
export interface RawSql {
  /** Any SQL, several statements too; without parameters and answers. */
  exec(text: string): void
  /** Kept: the same text gives the same statement. */
  prepare(text: string): Statement
  /** A condition on texts, as a function of SQL, once; the same texts always give the same. */
  define(name: string, holds: (...texts: string[]) => boolean): void
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
const UTF8 = 1
const DETERMINISTIC = 0x800

export function openRawSql(sqlite3: Sqlite3Static, db: Database): RawSql {
  const raw = new Raw(sqlite3, db)
  const prepared = new Map<string, LazyStatement>()
  /** how each is taken back */
  const defined = new Map<string, () => void>()
  function setFunction(name: string, count: number, call: Pointer): void {
    const { pointer } = raw.writeText(name)
    raw.check(raw.exports.sqlite3_create_function_v2(raw.db, pointer, count, UTF8 | DETERMINISTIC, 0, call, 0, 0, 0))
  }
  return {
    get autocommit() {
      return raw.exports.sqlite3_get_autocommit(raw.db) !== 0
    },
    prepare(text) {
      let statement = prepared.get(text)
      if (!statement) prepared.set(text, (statement = new LazyStatement(raw, text)))
      return statement
    },
    define(name, holds) {
      if (defined.has(name)) return
      // not by oo1: its texts end at the first NUL
      const { exports } = raw
      const callback = raw.installFunction('v(iii)', (context: Pointer, count: number, values: Pointer) => {
        try {
          const texts = Array.from({ length: count }, (_, place) => raw.textOf(raw.pointerAt(values + 4 * place)))
          exports.sqlite3_result_int(context, holds(...texts) ? 1 : 0)
        } catch (error) {
          const { pointer, length } = raw.writeText(String(error))
          exports.sqlite3_result_error(context, pointer, length)
        }
      })
      setFunction(name, holds.length, callback)
      defined.set(name, () => {
        setFunction(name, holds.length, 0)
        raw.uninstallFunction(callback)
      })
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
      for (const takeBack of defined.values()) takeBack()
      defined.clear()
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
