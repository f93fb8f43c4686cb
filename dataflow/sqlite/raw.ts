import type { Database, Sqlite3Static } from '@sqlite.org/sqlite-wasm'
import { limitDepth } from './depth-limit.ts'

/** A pointer into the WebAssembly heap. */
export type Pointer = number

/** SQLite's C functions, called without oo1's conversions. The names are C's; `db` and `stmt` are pointers. */
export interface Exports {
  sqlite3_prepare_v3(db: Pointer, sql: Pointer, bytes: number, flags: number, stmt: Pointer, tail: Pointer): number
  sqlite3_step(stmt: Pointer): number
  sqlite3_reset(stmt: Pointer): number
  sqlite3_finalize(stmt: Pointer): number
  sqlite3_clear_bindings(stmt: Pointer): number
  sqlite3_bind_parameter_count(stmt: Pointer): number
  sqlite3_bind_null(stmt: Pointer, index: number): number
  sqlite3_bind_int(stmt: Pointer, index: number, value: number): number
  sqlite3_bind_int64(stmt: Pointer, index: number, value: bigint): number
  sqlite3_bind_double(stmt: Pointer, index: number, value: number): number
  sqlite3_bind_text(stmt: Pointer, index: number, text: Pointer, bytes: number, destructor: number): number
  sqlite3_bind_blob(stmt: Pointer, index: number, blob: Pointer, bytes: number, destructor: number): number
  sqlite3_bind_zeroblob(stmt: Pointer, index: number, bytes: number): number
  sqlite3_column_count(stmt: Pointer): number
  sqlite3_data_count(stmt: Pointer): number
  sqlite3_column_name(stmt: Pointer, index: number): Pointer
  sqlite3_column_database_name(stmt: Pointer, index: number): Pointer
  sqlite3_column_table_name(stmt: Pointer, index: number): Pointer
  sqlite3_column_origin_name(stmt: Pointer, index: number): Pointer
  sqlite3_column_type(stmt: Pointer, index: number): number
  sqlite3_column_double(stmt: Pointer, index: number): number
  sqlite3_column_int64(stmt: Pointer, index: number): bigint
  sqlite3_column_text(stmt: Pointer, index: number): Pointer
  sqlite3_column_blob(stmt: Pointer, index: number): Pointer
  sqlite3_column_bytes(stmt: Pointer, index: number): number
  sqlite3_value_type(value: Pointer): number
  sqlite3_value_double(value: Pointer): number
  sqlite3_value_int64(value: Pointer): bigint
  sqlite3_value_text(value: Pointer): Pointer
  sqlite3_value_blob(value: Pointer): Pointer
  sqlite3_value_bytes(value: Pointer): number
  sqlite3_create_function_v2(
    ...parameters: [
      db: Pointer,
      name: Pointer,
      count: number,
      flags: number,
      context: Pointer,
      call: Pointer,
      step: Pointer,
      final: Pointer,
      destroy: Pointer,
    ]
  ): number
  sqlite3_result_int(context: Pointer, value: number): void
  sqlite3_result_error(context: Pointer, message: Pointer, bytes: number): void
  sqlite3_changes(db: Pointer): number
  sqlite3_stmt_readonly(stmt: Pointer): number
  sqlite3_stmt_isexplain(stmt: Pointer): number
  sqlite3_get_autocommit(db: Pointer): number
  sqlite3_last_insert_rowid(db: Pointer): bigint
  sqlite3_set_last_insert_rowid(db: Pointer, rowid: bigint): void
  sqlite3_errmsg(db: Pointer): Pointer
  sqlite3_extended_errcode(db: Pointer): number
  sqlite3_set_authorizer(db: Pointer, callback: Pointer, context: Pointer): number
  sqlite3_preupdate_hook(db: Pointer, callback: Pointer, context: Pointer): Pointer
  sqlite3_preupdate_old(db: Pointer, column: number, value: Pointer): number
  sqlite3_preupdate_new(db: Pointer, column: number, value: Pointer): number
  sqlite3_preupdate_count(db: Pointer): number
  sqlite3_progress_handler(db: Pointer, every: number, callback: Pointer, context: Pointer): void
  sqlite3_limit(db: Pointer, id: number, most: number): number
  sqlite3_stmt_status(stmt: Pointer, counter: number, reset: number): number
}

/** A UTF-16 unit never needs more in UTF-8. */
const bytesOfUnit = 3

/** The heap and the functions of one SQLite build, and the database that we watch. */
export class Raw {
  readonly exports: Exports
  readonly #sqlite3: Sqlite3Static
  readonly #db: Database
  #heap: Uint8Array = new Uint8Array(0)
  readonly #buffer: { pointer: Pointer; size: number }
  /** room for two pointers: results of prepare and preupdate */
  readonly cell: Pointer

  constructor(sqlite3: Sqlite3Static, db: Database) {
    this.#sqlite3 = sqlite3
    this.#db = db
    this.exports = sqlite3.wasm.exports as Exports
    this.#buffer = { pointer: sqlite3.wasm.alloc(4096) as Pointer, size: 4096 }
    this.cell = sqlite3.wasm.alloc(16) as Pointer
    limitDepth(sqlite3, db)
  }

  get db(): Pointer {
    const pointer = this.#db.pointer
    if (!pointer) throw new Error('DB has been closed.')
    return pointer as Pointer
  }

  get isOpen(): boolean {
    return Boolean(this.#db.pointer)
  }

  heap(): Uint8Array {
    // a heap that grew has left its old buffer empty
    if (this.#heap.length === 0) this.#heap = this.#sqlite3.wasm.heap8u()
    return this.#heap
  }

  pointerAt(address: Pointer): Pointer {
    const heap = this.heap()
    return (heap[address]! | (heap[address + 1]! << 8) | (heap[address + 2]! << 16) | (heap[address + 3]! << 24)) >>> 0
  }

  /** Room for `size` bytes, which the next call may give away again. */
  #reserve(size: number): Pointer {
    const buffer = this.#buffer
    if (size > buffer.size) {
      this.#sqlite3.wasm.dealloc(buffer.pointer)
      buffer.size = Math.max(size, buffer.size * 2)
      buffer.pointer = this.#sqlite3.wasm.alloc(buffer.size) as Pointer
    }
    return buffer.pointer
  }

  /** Copies a text, and a NUL, into a buffer that the next call may overwrite; `length` is in bytes, without the NUL. */
  writeText(text: string): { pointer: Pointer; length: number } {
    const pointer = this.#reserve(text.length * bytesOfUnit + 1)
    const heap = this.heap()
    const length = writeUtf8(heap, pointer, text)
    heap[pointer + length] = 0
    return { pointer, length }
  }

  writeBytes(bytes: Uint8Array): Pointer {
    const target = this.#reserve(bytes.length)
    this.heap().set(bytes, target)
    return target
  }

  readText(pointer: Pointer, length: number): string {
    const heap = this.heap()
    const text = length <= 32 ? readAscii(heap, pointer, pointer + length) : null
    return text ?? decoder.decode(heap.subarray(pointer, pointer + length))
  }

  /** '' for NULL */
  textOf(value: Pointer): string {
    const pointer = this.exports.sqlite3_value_text(value)
    return this.readText(pointer, this.exports.sqlite3_value_bytes(value))
  }

  /** Text up to NUL; null for a null pointer. */
  readCString(pointer: Pointer): string | null {
    if (!pointer) return null
    const heap = this.heap()
    let end = pointer
    while (heap[end]) end++
    return this.readText(pointer, end - pointer)
  }

  installFunction(signature: string, callback: (...args: never[]) => unknown): Pointer {
    return this.#sqlite3.wasm.installFunction(signature, callback) as Pointer
  }

  uninstallFunction(pointer: Pointer): void {
    this.#sqlite3.wasm.uninstallFunction(pointer)
  }

  release(): void {
    this.#sqlite3.wasm.dealloc(this.#buffer.pointer)
    this.#sqlite3.wasm.dealloc(this.cell)
  }

  check(code: number): void {
    if (code !== 0) throw this.error(code)
  }

  error(code: number): SqliteError {
    const message = this.readCString(this.exports.sqlite3_errmsg(this.db)) ?? `SQLite error ${code}`
    return new SqliteError(message, this.exports.sqlite3_extended_errcode(this.db) || code)
  }
}

/** Writes a text at `target`, where there are `bytesOfUnit` bytes for each of its units, and returns its length in bytes. */
function writeUtf8(heap: Uint8Array, target: Pointer, text: string): number {
  const { length } = text
  // short ASCII, the usual id, is quicker by hand than through the encoder
  if (length <= 40) {
    let i = 0
    for (; i < length; i++) {
      const code = text.charCodeAt(i)
      if (code > 127) break
      heap[target + i] = code
    }
    if (i === length) return length
  }
  return encoder.encodeInto(text, heap.subarray(target, target + length * bytesOfUnit)).written
}

/** SQLite's message, unchanged, and its extended result code. */
export class SqliteError extends Error {
  readonly code: number
  constructor(message: string, code: number) {
    super(message)
    this.name = 'SqliteError'
    this.code = code
  }
}

/** Short ASCII, eight at a time: cheaper than a decoder's call. Null when it is not ASCII. */
function readAscii(heap: Uint8Array, start: Pointer, end: Pointer): string | null {
  let text = ''
  let i = start
  for (; i + 8 <= end; i += 8) {
    const [a, b, c, d] = [heap[i]!, heap[i + 1]!, heap[i + 2]!, heap[i + 3]!]
    const [e, f, g, h] = [heap[i + 4]!, heap[i + 5]!, heap[i + 6]!, heap[i + 7]!]
    if ((a | b | c | d | e | f | g | h) > 127) return null
    text += String.fromCharCode(a, b, c, d, e, f, g, h)
  }
  for (; i < end; i++) {
    const code = heap[i]!
    if (code > 127) return null
    text += String.fromCharCode(code)
  }
  return text
}

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
