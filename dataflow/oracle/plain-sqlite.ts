/*
 * SQLite by itself, without the engine's own reader: the answer that everything is compared with.
 * Values follow the engine's rules (a safe integer that is not −0, or a bigint, binds as INTEGER; other numbers as REAL).
 */

import type { Database, Sqlite3Static } from '@sqlite.org/sqlite-wasm'
import sqlite3InitModule from '@sqlite.org/sqlite-wasm'
import type { SqlValue } from '../../schema/live.ts'
import type { Exports } from '../sqlite/raw.ts'

export interface PlainResult {
  readonly columns: readonly string[]
  readonly rows: SqlValue[][]
}

const ROW = 100
const DONE = 101
const TRANSIENT = -1

/** A SQLite with a heap of its own. */
export function loadSqlite(): Promise<Sqlite3Static> {
  return sqlite3InitModule()
}

/** Answers the one statement of `sql`; throws SQLite's error. */
export function plainQuery(
  sqlite3: Sqlite3Static,
  db: Database,
  sql: string,
  parameters: readonly SqlValue[] = [],
  /** no more rows than that are read */
  mostRows = Infinity,
): PlainResult {
  const { capi, wasm } = sqlite3
  const c = wasm.exports as Exports
  const pointer = db.pointer as number
  const scope = wasm.scopedAllocPush()
  let statement = 0
  try {
    const out = wasm.scopedAlloc(8)
    const [text, length] = copyIn(wasm, encoder.encode(sql))
    if (c.sqlite3_prepare_v3(pointer, text, length, 0, out, 0) !== 0) throw new Error(capi.sqlite3_errmsg(db))
    statement = wasm.peek(out, 'i32') as number
    if (!statement) throw new Error('no statement')
    parameters.forEach((value, index) => bind(wasm, statement, index + 1, value))
    const width = c.sqlite3_column_count(statement)
    const columns = Array.from({ length: width }, (_, index) => capi.sqlite3_column_name(statement, index))
    const rows: SqlValue[][] = []
    while (rows.length < mostRows) {
      const code = c.sqlite3_step(statement)
      if (code === DONE) return { columns, rows }
      if (code !== ROW) throw new Error(capi.sqlite3_errmsg(db))
      const row: SqlValue[] = []
      for (let column = 0; column < width; column++) row.push(read(wasm, statement, column))
      rows.push(row)
    }
    return { columns, rows }
  } finally {
    if (statement) c.sqlite3_finalize(statement)
    wasm.scopedAllocPop(scope)
  }
}

/** More rows or steps than one waits for. */
export class TooMuch extends Error {}

/** Bounds what SQLite's programs may take; asked by them every million steps (`openLiveDatabase`). */
export class Bound {
  #left = Infinity

  isToStop = (): boolean => --this.#left < 0

  /** Runs `work`; throws when it takes more than so many million steps, whatever it makes of their interruption. */
  within<T>(millions: number, work: () => T): T {
    const around = this.#left
    this.#left = millions
    try {
      const result = work()
      if (this.#left >= 0) return result
    } catch (error) {
      if (this.#left >= 0) throw error
    } finally {
      this.#left = around
    }
    throw new TooMuch()
  }
}

type Wasm = Sqlite3Static['wasm']

function bind(wasm: Wasm, statement: number, index: number, value: SqlValue): void {
  const c = wasm.exports as Exports
  if (value === null) c.sqlite3_bind_null(statement, index)
  else if (typeof value === 'bigint') c.sqlite3_bind_int64(statement, index, value)
  else if (typeof value === 'number') {
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) c.sqlite3_bind_int64(statement, index, BigInt(value))
    else c.sqlite3_bind_double(statement, index, value)
  } else if (typeof value === 'string') {
    c.sqlite3_bind_text(statement, index, ...copyIn(wasm, encoder.encode(value)), TRANSIENT)
  } else if (value.length === 0) c.sqlite3_bind_zeroblob(statement, index, 0)
  else c.sqlite3_bind_blob(statement, index, ...copyIn(wasm, value), TRANSIENT)
}

function copyIn(wasm: Wasm, bytes: Uint8Array): [pointer: number, length: number] {
  const pointer = wasm.scopedAlloc(bytes.length + 1) as number
  const heap = wasm.heap8u()
  heap.set(bytes, pointer)
  heap[pointer + bytes.length] = 0
  return [pointer, bytes.length]
}

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

function read(wasm: Wasm, statement: number, column: number): SqlValue {
  const c = wasm.exports as Exports
  switch (c.sqlite3_column_type(statement, column)) {
    case 1: {
      const value = c.sqlite3_column_int64(statement, column)
      return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value
    }
    case 2:
      return c.sqlite3_column_double(statement, column)
    case 3: {
      const text = c.sqlite3_column_text(statement, column)
      return decoder.decode(wasm.heap8u().slice(text, text + c.sqlite3_column_bytes(statement, column)))
    }
    case 4: {
      const blob = c.sqlite3_column_blob(statement, column)
      return blob ? wasm.heap8u().slice(blob, blob + c.sqlite3_column_bytes(statement, column)) : new Uint8Array(0)
    }
    default:
      return null
  }
}
