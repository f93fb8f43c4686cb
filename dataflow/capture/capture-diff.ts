import { encodeKey } from '../key.ts'
import { sameValues } from '../same-value.ts'
import type { Connection } from '../sqlite/connection.ts'
import type { Pointer } from '../sqlite/raw.ts'
import { readValue } from '../sqlite/statement.ts'
import { integer, mayBeMangled, type Value } from '../value.ts'
import { tableKey } from '../table-key.ts'
import type { Detail, Row, RowDiff, TableDiff } from './diff.ts'
import { quote, type TableShape } from './table-shape.ts'

const DELETE = 9
const INSERT = 18
const SAFE = 9007199254740991n

type Key = number | bigint | string

interface WatchedTable {
  /** of the latest watcher: after DDL all watch anew */
  shape: TableShape
  /** SQL that reads a row by its key; made when first asked for */
  byKey: string | null
  /** how many live queries want rows; with none it is enough to know that the table was touched */
  wantRows: number
  watchers: number
  /** first old image by key: null when there was no row */
  readonly before: Map<Key, { readonly key: readonly Value[]; readonly row: Row | null }>
  touched: boolean
  bulk: boolean
}

/** What is known of a table by the pointer to its name, and by what stood there. */
interface Known {
  readonly schema: Pointer
  readonly schemaName: Uint8Array
  readonly tableName: Uint8Array
  readonly table: WatchedTable | null
  /** FTS5 tables and R*Trees that stand on it */
  readonly indexes: readonly Index[]
}
interface Index {
  readonly table: WatchedTable
  /** false: their settings do, and then all may be another */
  readonly holdsDocuments: boolean
}

/**
 * Diffs of tables, from SQLite's preupdate hook.
 *
 * Law: a turn's diff of a table is, for every key it touched, the image *before the first touch* and the image *now*.
 * The middle does not count, so rolled-back savepoints and statements that failed half-way, which call no hook, cannot
 * make it wrong.
 *
 *   UPDATE 7: a→b, DELETE 7, INSERT 7: c   →   { before: a, after: c }       (one RowDiff)
 *   INSERT 8: x, ROLLBACK TO               →   before null, now null: nothing
 *
 * A table that no live query reads costs one look-up by pointer. Past `bulkRows` rows a table is *bulk*: its buffer is dropped and no
 * row is read until the turn ends; so is one with text that is no UTF-8, of which JavaScript can tell nothing.
 */
export class DiffCapture {
  bulkRows = 2000
  readonly #connection: Connection
  readonly #tables = new Map<string, WatchedTable>()
  /**
   * Table name pointer → table. SQLite keeps a name in one place until it reads the schema anew, which it does in the middle of a
   * transaction too: while the schema may have changed, the pointer alone says nothing.
   */
  #byPointer = new Map<Pointer, Known>()
  readonly #callback: Pointer
  #pending = false

  constructor(connection: Connection) {
    this.#connection = connection
    const { raw } = connection
    this.#callback = raw.installFunction(
      'v(ppippjj)',
      (_c: Pointer, _db: Pointer, op: number, schema: Pointer, table: Pointer, oldKey: bigint, newKey: bigint) =>
        this.#observe(op, schema, table, oldKey, newKey),
    )
    raw.exports.sqlite3_preupdate_hook(raw.db, this.#callback, 0)
  }

  watch(shape: TableShape, detail: Detail): void {
    const name = tableKey(shape.schema, shape.name)
    let table = this.#tables.get(name)
    if (!table) {
      table = { shape, byKey: null, wantRows: 0, watchers: 0, before: new Map(), touched: false, bulk: false }
      this.#tables.set(name, table)
      this.#byPointer.clear()
    }
    if (table.shape !== shape) table.byKey = null
    table.shape = shape
    table.watchers++
    if (detail === 'rows') table.wantRows++
  }

  unwatch(shape: TableShape, detail: Detail): void {
    const name = tableKey(shape.schema, shape.name)
    const table = this.#tables.get(name)
    if (!table) return
    if (detail === 'rows') table.wantRows--
    if (--table.watchers > 0) return
    this.#tables.delete(name)
    this.#byPointer.clear()
  }

  get pending(): boolean {
    return this.#pending
  }

  /** After DDL: names move in memory, shapes change. The watchers must watch anew. */
  forgetPointers(): void {
    this.#byPointer.clear()
  }

  /** The diff since the last call, against what the database holds now. */
  take(): Map<string, TableDiff> {
    const diff = new Map<string, TableDiff>()
    if (!this.#pending) return diff
    this.#pending = false
    for (const [name, table] of this.#tables) {
      if (!table.touched) continue
      const rows = table.bulk || !table.wantRows || !table.shape.keyed ? null : this.#finish(table)
      clear(table)
      if (rows === null || rows.length > 0) diff.set(name, { shape: table.shape, rows })
    }
    return diff
  }

  close(): void {
    const { raw } = this.#connection
    if (raw.isOpen) raw.exports.sqlite3_preupdate_hook(raw.db, 0, 0)
    raw.uninstallFunction(this.#callback)
  }

  #observe(op: number, schemaName: Pointer, tableName: Pointer, oldKey: bigint, newKey: bigint): void {
    let known = this.#byPointer.get(tableName)
    if (!known || known.schema !== schemaName || (this.#namesMove && !this.#isStill(known, tableName))) {
      known = this.#resolve(schemaName, tableName)
    }
    if (known.indexes.length > 0) for (const index of known.indexes) this.#observeDocument(index, oldKey, newKey)
    const table = known.table
    if (!table || table.bulk) return
    table.touched = true
    this.#pending = true
    if (table.wantRows === 0 || !table.shape.keyed) return
    if (table.shape.rowidName !== null) {
      if (op !== INSERT) this.#remember(table, toKey(oldKey), true)
      if (op !== DELETE && (op === INSERT || oldKey !== newKey)) this.#remember(table, toKey(newKey), false)
    } else {
      if (op !== INSERT) this.#rememberByPrimaryKey(table, true)
      if (op !== DELETE) this.#rememberByPrimaryKey(table, false)
    }
    if (table.before.size > this.bulkRows) this.#giveUp(table)
  }

  /** No row of it is read until the turn ends. */
  #giveUp(table: WatchedTable): void {
    table.bulk = true
    table.before.clear()
  }

  /** A document of an FTS5 table came, went or changed: only its rowid is known. */
  #observeDocument({ table, holdsDocuments }: Index, oldKey: bigint, newKey: bigint): void {
    table.touched = true
    this.#pending = true
    if (table.bulk || table.wantRows === 0) return
    for (const key of holdsDocuments ? [toKey(oldKey), toKey(newKey)] : []) {
      table.before.set(key, { key: [key], row: [...table.shape.columns.map(() => null), key] })
    }
    if (!holdsDocuments || table.before.size > this.bulkRows) {
      table.bulk = true
      table.before.clear()
    }
  }

  #remember(table: WatchedTable, key: number | bigint, existed: boolean): void {
    if (table.before.has(key)) return
    this.#note(table, key, [key], existed ? this.#readOld(table.shape, key) : null)
  }

  #note(table: WatchedTable, key: Key, values: readonly Value[], row: Row | null): void {
    if (row?.some(mayBeMangled)) this.#giveUp(table)
    else table.before.set(key, { key: values, row })
  }

  #rememberByPrimaryKey(table: WatchedTable, old: boolean): void {
    const { raw } = this.#connection
    const { shape } = table
    const read = old ? raw.exports.sqlite3_preupdate_old : raw.exports.sqlite3_preupdate_new
    const values = shape.primaryKey.map((column) => {
      raw.check(read(raw.db, column, raw.cell))
      return readValue(raw, raw.pointerAt(raw.cell))
    })
    // bytes that are no UTF-8 all decode to U+FFFD: the row would not be found again
    if (values.some(mayBeMangled)) return this.#giveUp(table)
    const key = encodeKey(values, shape.keyCollations)
    if (table.before.has(key)) return
    this.#note(table, key, values, old ? this.#readOld(shape, null) : null)
  }

  #readOld(shape: TableShape, rowid: Value): Row {
    const { raw } = this.#connection
    const { exports, db, cell } = raw
    const row: Value[] = []
    for (let column = 0; column < shape.columns.length; column++) {
      // VIRTUAL generated columns answer SQLITE_RANGE: they stay NULL, and no operator reads them from here
      const code = exports.sqlite3_preupdate_old(db, column, cell)
      row.push(code === 0 ? readValue(raw, raw.pointerAt(cell)) : null)
    }
    row.push(rowid)
    return row
  }

  /** A statement that may change the schema was prepared since the last turn. */
  get #namesMove(): boolean {
    return this.#connection.authorizer.schemaChanged
  }

  #isStill({ schema, schemaName, tableName }: Known, table: Pointer): boolean {
    const heap = this.#connection.raw.heap()
    return standsAt(heap, table, tableName) && standsAt(heap, schema, schemaName)
  }

  #resolve(schemaName: Pointer, tableName: Pointer): Known {
    const { raw } = this.#connection
    const schema = raw.readCString(schemaName) ?? ''
    const name = tableKey(schema, raw.readCString(tableName) ?? '')
    const indexes: Index[] = []
    for (const table of this.#tables.values()) {
      const { fullText } = table.shape
      const isNamed = (each: string) => tableKey(table.shape.schema, each) === name
      if (fullText?.documents.some(isNamed)) indexes.push({ table, holdsDocuments: true })
      else if (fullText?.settings && isNamed(fullText.settings)) indexes.push({ table, holdsDocuments: false })
    }
    const known = {
      schema: schemaName,
      schemaName: bytesAt(raw.heap(), schemaName),
      tableName: bytesAt(raw.heap(), tableName),
      table: this.#tables.get(name) ?? null,
      indexes,
    }
    this.#byPointer.set(tableName, known)
    return known
  }

  #finish(table: WatchedTable): RowDiff[] | null {
    try {
      return this.#readAfter(table)
    } catch {
      // the table is gone or another by now: its queries are bound anew
      return null
    }
  }

  #readAfter(table: WatchedTable): RowDiff[] | null {
    const { shape, before: touched } = table
    if (shape.fullText) return Array.from(touched.values(), ({ row }) => ({ before: row, after: null }))
    const sql = (table.byKey ??= selectByKey(shape))
    const statement = this.#connection.take(sql)
    const rows: RowDiff[] = []
    try {
      for (const { key, row: before } of touched.values()) {
        statement.bindAll(key)
        const after = statement.step() ? statement.row() : null
        statement.reset()
        if (after?.some(mayBeMangled)) return null
        for (const column of shape.virtualColumns) if (after) after[column] = null
        if (before === null ? after !== null : after === null || !sameValues(before, after))
          rows.push({ before, after })
      }
    } finally {
      this.#connection.giveBack(sql, statement)
    }
    return rows
  }
}

/** SQL that reads one row image by its key. */
function selectByKey(shape: TableShape): string {
  const columns = [...shape.columns.map(quote), shape.rowidName === null ? 'NULL' : quote(shape.rowidName)]
  const condition =
    shape.rowidName === null
      ? shape.primaryKey
          .map((column, i) => `${quote(shape.columns[column]!)} COLLATE ${shape.keyCollations[i]} = ?`)
          .join(' AND ')
      : `${quote(shape.rowidName)} = ?`
  return `SELECT ${columns.join(', ')} FROM ${quote(shape.schema)}.${quote(shape.name)} WHERE ${condition}`
}

/** Up to the NUL, and that too. */
function bytesAt(heap: Uint8Array, pointer: Pointer): Uint8Array {
  return heap.slice(pointer, heap.indexOf(0, pointer) + 1)
}

function standsAt(heap: Uint8Array, pointer: Pointer, bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) if (heap[pointer + i] !== bytes[i]) return false
  return true
}

function toKey(key: bigint): number | bigint {
  return key >= -SAFE && key <= SAFE ? Number(key) : integer(key)
}

function clear(table: WatchedTable): void {
  if (table.before.size > 0) table.before.clear()
  table.touched = false
  table.bulk = false
}
