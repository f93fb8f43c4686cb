import type { SqlValue } from '../../schema/live.ts'
import { Real, real, type Value } from '../value.ts'
import type { Exports, Pointer, Raw } from './raw.ts'

const ROW = 100
const DONE = 101
const TRANSIENT = -1
const MAX_SAFE = Number.MAX_SAFE_INTEGER
const [INTEGER, FLOAT, TEXT, BLOB] = [1, 2, 3, 4]

/** One prepared statement, with exact types both ways. Bind, step, read, and always reset: an open one locks DROP TABLE. */
export class Statement {
  readonly pointer: Pointer
  readonly columnCount: number
  readonly parameterCount: number
  /** a listener or an SQL function may ask for a statement that is being stepped */
  busy = false
  readonly #raw: Raw
  readonly #blank: null[] = []

  constructor(raw: Raw, pointer: Pointer) {
    this.#raw = raw
    this.pointer = pointer
    this.columnCount = raw.exports.sqlite3_column_count(pointer)
    this.parameterCount = raw.exports.sqlite3_bind_parameter_count(pointer)
  }

  get readonly(): boolean {
    return this.#raw.exports.sqlite3_stmt_readonly(this.pointer) !== 0
  }

  get isExplain(): boolean {
    return this.#raw.exports.sqlite3_stmt_isexplain(this.pointer) !== 0
  }

  /** `index` from 1. Safe integers but −0 and bigints are INTEGER, other numbers REAL. */
  bind(index: number, value: SqlValue | Value): void {
    let code: number
    if (typeof value === 'string') {
      const { pointer: text, length } = this.#raw.writeText(value)
      code = this.#raw.exports.sqlite3_bind_text(this.pointer, index, text, length, TRANSIENT)
    } else if (value instanceof Uint8Array && value.length > 0) {
      const blob = this.#raw.writeBytes(value)
      code = this.#raw.exports.sqlite3_bind_blob(this.pointer, index, blob, value.length, TRANSIENT)
    } else code = bindFixed(this.#raw.exports, this.pointer, index, value)
    if (code !== 0) throw this.#raw.error(code)
  }

  bindAll(values: readonly (SqlValue | Value)[]): void {
    for (let i = 0; i < values.length; i++) this.bind(i + 1, values[i]!)
  }

  /** True when there is a row to read. */
  step(): boolean {
    const code = this.#raw.exports.sqlite3_step(this.pointer)
    if (code === ROW) return true
    if (code === DONE) return false
    throw this.#raw.error(code)
  }

  reset(): void {
    this.#raw.exports.sqlite3_reset(this.pointer)
  }

  clearBindings(): void {
    this.#raw.exports.sqlite3_clear_bindings(this.pointer)
  }

  finalize(): void {
    this.#raw.exports.sqlite3_finalize(this.pointer)
  }

  /** A value that keeps INTEGER and REAL apart. */
  value(column: number): Value {
    const { exports } = this.#raw
    switch (exports.sqlite3_column_type(this.pointer, column)) {
      case INTEGER:
        return this.#integer(column)
      case FLOAT:
        return real(exports.sqlite3_column_double(this.pointer, column))
      case TEXT:
        return this.#text(column)
      case BLOB:
        return this.#blob(column)
      default:
        return null
    }
  }

  /** A value as it leaves the engine: REAL as a number. */
  sqlValue(column: number): SqlValue {
    const { exports } = this.#raw
    switch (exports.sqlite3_column_type(this.pointer, column)) {
      case INTEGER:
        return this.#integer(column)
      case FLOAT:
        return exports.sqlite3_column_double(this.pointer, column)
      case TEXT:
        return this.#text(column)
      case BLOB:
        return this.#blob(column)
      default:
        return null
    }
  }

  /** Reads the row as it leaves the engine into `row`. Returns which of its values are REALs: bit i for column i. */
  readInto(row: SqlValue[]): number {
    const { exports } = this.#raw
    let reals = 0
    for (let i = 0; i < this.columnCount; i++) {
      switch (exports.sqlite3_column_type(this.pointer, i)) {
        case INTEGER:
          row[i] = this.#integer(i)
          break
        case FLOAT:
          row[i] = exports.sqlite3_column_double(this.pointer, i)
          reals |= 1 << i
          break
        case TEXT:
          row[i] = this.#text(i)
          break
        case BLOB:
          row[i] = this.#blob(i)
          break
        default:
          row[i] = null
      }
    }
    return reals
  }

  row(count = this.columnCount): Value[] {
    const row: Value[] = this.#blankRow(count)
    for (let i = 0; i < count; i++) row[i] = this.value(i)
    return row
  }

  /** `count`: asked of SQLite, as `SELECT *` has other columns after ALTER TABLE than when it was prepared. */
  sqlRow(count = this.#raw.exports.sqlite3_data_count(this.pointer)): SqlValue[] {
    const row: SqlValue[] = this.#blankRow(count)
    for (let i = 0; i < count; i++) row[i] = this.sqlValue(i)
    return row
  }

  /** Rows are kept, and one that is pushed together keeps room for 17 values. */
  #blankRow(count: number): null[] {
    while (this.#blank.length < count) this.#blank.push(null)
    return this.#blank.length === count ? this.#blank.slice() : this.#blank.slice(0, count)
  }

  columnNames(): string[] {
    const { exports } = this.#raw
    // a statement prepared anew after a schema change may have other columns than it had
    const count = exports.sqlite3_column_count(this.pointer)
    return Array.from(
      { length: count },
      (_, i) => this.#raw.readCString(exports.sqlite3_column_name(this.pointer, i)) ?? '',
    )
  }

  /** The table column that a result column is, null for an expression. */
  origin(column: number): { schema: string; table: string; column: string } | null {
    const { exports } = this.#raw
    const schema = this.#raw.readCString(exports.sqlite3_column_database_name(this.pointer, column))
    const table = this.#raw.readCString(exports.sqlite3_column_table_name(this.pointer, column))
    const name = this.#raw.readCString(exports.sqlite3_column_origin_name(this.pointer, column))
    return schema === null || table === null || name === null ? null : { schema, table, column: name }
  }

  #integer(column: number): number | bigint {
    // a double is exact up to 2⁵³, and much cheaper than a bigint
    const approximate = this.#raw.exports.sqlite3_column_double(this.pointer, column)
    if (approximate >= -MAX_SAFE && approximate <= MAX_SAFE) return approximate
    return this.#raw.exports.sqlite3_column_int64(this.pointer, column)
  }

  #text(column: number): string {
    const { exports } = this.#raw
    const text = exports.sqlite3_column_text(this.pointer, column)
    return this.#raw.readText(text, exports.sqlite3_column_bytes(this.pointer, column))
  }

  #blob(column: number): Uint8Array {
    const { exports } = this.#raw
    const blob = exports.sqlite3_column_blob(this.pointer, column)
    const size = exports.sqlite3_column_bytes(this.pointer, column)
    return this.#raw.heap().slice(blob, blob + size)
  }
}

/** Binds what needs no memory; an empty blob too, whose pointer would be NULL. */
function bindFixed(exports: Exports, statement: Pointer, index: number, value: SqlValue | Value): number {
  if (typeof value === 'number') {
    if ((value | 0) === value && !Object.is(value, -0)) return exports.sqlite3_bind_int(statement, index, value)
    if (Number.isSafeInteger(value) && value !== 0) return exports.sqlite3_bind_int64(statement, index, BigInt(value))
    return exports.sqlite3_bind_double(statement, index, value)
  }
  if (value === null || value === undefined) return exports.sqlite3_bind_null(statement, index)
  if (typeof value === 'bigint') {
    if (BigInt.asIntN(64, value) !== value) throw new RangeError(`${value} does not fit into 64 bits`)
    return exports.sqlite3_bind_int64(statement, index, value)
  }
  if (value instanceof Real) return exports.sqlite3_bind_double(statement, index, value.value)
  if (value instanceof Uint8Array) return exports.sqlite3_bind_zeroblob(statement, index, 0)
  throw new TypeError(`cannot bind ${typeof value}`)
}

/** Reads an `sqlite3_value*` (the hook's rows). */
export function readValue(raw: Raw, value: Pointer): Value {
  const { exports } = raw
  switch (exports.sqlite3_value_type(value)) {
    case INTEGER: {
      const approximate = exports.sqlite3_value_double(value)
      if (approximate >= -MAX_SAFE && approximate <= MAX_SAFE) return approximate
      return exports.sqlite3_value_int64(value)
    }
    case FLOAT:
      return real(exports.sqlite3_value_double(value))
    case TEXT: {
      const text = exports.sqlite3_value_text(value)
      return raw.readText(text, exports.sqlite3_value_bytes(value))
    }
    case BLOB: {
      const blob = exports.sqlite3_value_blob(value)
      return raw.heap().slice(blob, blob + exports.sqlite3_value_bytes(value))
    }
    default:
      return null
  }
}
