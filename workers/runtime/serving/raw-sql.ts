import type { Database, Sqlite3Static } from '@sqlite.org/sqlite-wasm'
import type { SqlValue } from '../../../schema/live.ts'
import type { Sql, Statement } from '../../../schema/projections/sql.ts'

/**
 * `Sql` straight on SQLite's C functions: oo1's bind is four times slower and stores 1e19 as a negative number. Texts
 * are encoded into one arena that stays put until the statement has run, so SQLite copies nothing.
 */
export interface RawSql extends Sql {
  /** false: a transaction is open */
  readonly autocommit: boolean
  close(): void
}

export class SqliteError extends Error {
  override readonly name = 'SqliteError'
  /** extended result code */
  readonly code: number
  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

interface Exports {
  sqlite3_prepare_v3(db: number, sql: number, bytes: number, flags: number, stmt: number, tail: number): number
  sqlite3_step(stmt: number): number
  sqlite3_reset(stmt: number): number
  sqlite3_finalize(stmt: number): number
  sqlite3_changes(db: number): number
  sqlite3_stmt_readonly(stmt: number): number
  sqlite3_bind_null(stmt: number, index: number): number
  sqlite3_bind_int(stmt: number, index: number, value: number): number
  sqlite3_bind_int64(stmt: number, index: number, value: bigint): number
  sqlite3_bind_double(stmt: number, index: number, value: number): number
  sqlite3_bind_text(stmt: number, index: number, text: number, bytes: number, destructor: number): number
  sqlite3_bind_blob(stmt: number, index: number, blob: number, bytes: number, destructor: number): number
  sqlite3_bind_zeroblob(stmt: number, index: number, bytes: number): number
  sqlite3_column_count(stmt: number): number
  sqlite3_column_type(stmt: number, index: number): number
  sqlite3_column_double(stmt: number, index: number): number
  sqlite3_column_int64(stmt: number, index: number): bigint
  sqlite3_column_text(stmt: number, index: number): number
  sqlite3_column_blob(stmt: number, index: number): number
  sqlite3_column_bytes(stmt: number, index: number): number
  sqlite3_get_autocommit(db: number): number
  sqlite3_errmsg(db: number): number
  sqlite3_extended_errcode(db: number): number
}

interface Compiled {
  readonly stmt: number
  readonly columns: number
  readonly writes: boolean
}

const ROW = 100
const DONE = 101
const PERSISTENT = 1
const STATIC = 0
const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

export function openRawSql(sqlite3: Sqlite3Static, db: Database): RawSql {
  const { wasm } = sqlite3
  const c = wasm.exports as Exports
  const handle = Number(db.pointer)
  const cell = wasm.alloc(16) as number
  let arenaSize = 1 << 18
  let arena = wasm.alloc(arenaSize) as number
  const statements: number[] = []
  const prepared = new Map<string, Statement>()

  function fail(): never {
    throw new SqliteError(
      c.sqlite3_extended_errcode(handle),
      (wasm.cstrToJs(c.sqlite3_errmsg(handle)) as string | null) ?? 'unknown error',
    )
  }
  function check(code: number): void {
    if (code !== 0) fail()
  }

  /** three bytes a UTF-16 unit are always enough */
  function reserve(values: readonly SqlValue[]): void {
    let bytes = 0
    for (const value of values) {
      if (typeof value === 'string') bytes += value.length * 3
      else if (value instanceof Uint8Array) bytes += value.length
    }
    if (bytes <= arenaSize) return
    wasm.dealloc(arena)
    arenaSize = bytes * 2
    arena = wasm.alloc(arenaSize) as number
  }

  function bind(stmt: number, values: readonly SqlValue[]): void {
    reserve(values)
    const heap = wasm.heap8u()
    let free = arena
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!
      const index = i + 1
      if (typeof value === 'string') {
        const end = writeText(heap, free, value)
        check(c.sqlite3_bind_text(stmt, index, free, end - free, STATIC))
        free = end
      } else if (typeof value === 'number') {
        if (Number.isInteger(value) && !Object.is(value, -0) && Number.isSafeInteger(value)) {
          if (value === (value | 0)) check(c.sqlite3_bind_int(stmt, index, value))
          else check(c.sqlite3_bind_int64(stmt, index, BigInt(value)))
        } else check(c.sqlite3_bind_double(stmt, index, value))
      } else if (typeof value === 'bigint') check(c.sqlite3_bind_int64(stmt, index, value))
      else if (value === null) check(c.sqlite3_bind_null(stmt, index))
      else if (value.length === 0) check(c.sqlite3_bind_zeroblob(stmt, index, 0))
      else {
        heap.set(value, free)
        check(c.sqlite3_bind_blob(stmt, index, free, value.length, STATIC))
        free += value.length
      }
    }
  }

  function readColumn(stmt: number, column: number): SqlValue {
    const type = c.sqlite3_column_type(stmt, column)
    if (type === 5) return null
    if (type === 1) {
      // past 2⁵³ a double is not exact, and only then
      const value = c.sqlite3_column_double(stmt, column)
      return Number.isSafeInteger(value) ? value : c.sqlite3_column_int64(stmt, column)
    }
    if (type === 2) return c.sqlite3_column_double(stmt, column)
    const pointer = type === 3 ? c.sqlite3_column_text(stmt, column) : c.sqlite3_column_blob(stmt, column)
    const length = c.sqlite3_column_bytes(stmt, column)
    const bytes = wasm.heap8u().subarray(pointer, pointer + length)
    return type === 3 ? decoder.decode(bytes) : bytes.slice()
  }

  function compile(text: string): Compiled {
    const source = encoder.encode(text)
    reserve([text])
    wasm.heap8u().set(source, arena)
    check(c.sqlite3_prepare_v3(handle, arena, source.length, PERSISTENT, cell, 0))
    const stmt = wasm.peekPtr(cell) as number
    statements.push(stmt)
    return { stmt, columns: c.sqlite3_column_count(stmt), writes: c.sqlite3_stmt_readonly(stmt) === 0 }
  }

  /** Compiled at its first use: a start needs few of the many statements that the store has ready. */
  function prepare(text: string): Statement {
    let compiled: Compiled | null = null
    return {
      run(...values) {
        const { stmt, writes } = (compiled ??= compile(text))
        bind(stmt, values)
        let code = c.sqlite3_step(stmt)
        while (code === ROW) code = c.sqlite3_step(stmt)
        const changes = writes ? c.sqlite3_changes(handle) : 0
        if (c.sqlite3_reset(stmt) !== 0 || code !== DONE) fail()
        return changes
      },
      rows(...values) {
        const { stmt, columns } = (compiled ??= compile(text))
        bind(stmt, values)
        const rows: SqlValue[][] = []
        let code = c.sqlite3_step(stmt)
        while (code === ROW) {
          const row: SqlValue[] = []
          for (let column = 0; column < columns; column++) row.push(readColumn(stmt, column))
          rows.push(row)
          code = c.sqlite3_step(stmt)
        }
        if (c.sqlite3_reset(stmt) !== 0 || code !== DONE) fail()
        return rows
      },
    }
  }

  return {
    get autocommit() {
      return c.sqlite3_get_autocommit(handle) !== 0
    },
    prepare(text) {
      let statement = prepared.get(text)
      if (!statement) prepared.set(text, (statement = prepare(text)))
      return statement
    },
    exec(text) {
      try {
        db.exec(text)
      } catch (error) {
        throw error instanceof sqlite3.SQLite3Error
          ? new SqliteError(c.sqlite3_extended_errcode(handle), error.message)
          : error
      }
    },
    close() {
      for (const stmt of statements) c.sqlite3_finalize(stmt)
      statements.length = 0
      prepared.clear()
      wasm.dealloc(arena)
      wasm.dealloc(cell)
    },
  }
}

/** Writes UTF-8 at `at` and returns its end. Short ASCII, the usual id, is quicker by hand than through the encoder. */
function writeText(heap: Uint8Array, at: number, text: string): number {
  const length = text.length
  if (length <= 40) {
    let i = 0
    for (; i < length; i++) {
      const unit = text.charCodeAt(i)
      if (unit > 127) break
      heap[at + i] = unit
    }
    if (i === length) return at + length
  }
  return at + encoder.encodeInto(text, heap.subarray(at, at + length * 3)).written
}
