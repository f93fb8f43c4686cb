import { sameValue } from '../../schema/live/row-changes.ts'
import type { LiveUpdate, RowChange, SqlValue } from '../../schema/live.ts'
import type { AnyRow } from './live-query.ts'

/**
 * The rows of one live query, patched by deltas.
 * Law: after any sequence of updates the rows equal the last snapshot with every later change applied, and a row object
 * is the same object for as long as its values are the same; a list of rows that was handed out never changes.
 *
 * Example: rows [a, b, c], change {op:'update', index:1, row:b'} → [a, b', c], where a and c are the objects of before.
 */
export class LiveRows {
  columns: readonly string[] = []
  keys: string[] = []
  rows: AnyRow[] = []
  /** the rows were handed out: copy before the next write */
  #shared = false

  /** The present rows; stays as it is whatever comes later. */
  take(): readonly AnyRow[] {
    this.#shared = true
    return this.rows
  }

  /** Returns the changes that it made, rows as objects; null for a snapshot. */
  apply(update: LiveUpdate): readonly ChangedRow[] | null {
    if (update.type === 'snapshot') {
      this.#replace(update.columns, update.keys, update.rows)
      return null
    }
    if (update.columns && !sameList(update.columns, this.columns)) this.columns = update.columns
    if (update.changes.length === 0) return []
    if (this.#shared) {
      this.rows = this.rows.slice()
      this.#shared = false
    }
    return update.changes.map((change) => this.#change(change))
  }

  #change(change: RowChange): ChangedRow {
    switch (change.op) {
      case 'insert': {
        const row = this.#object(change.row)
        insertAt(this.rows, change.index, row)
        insertAt(this.keys, change.index, change.key)
        return { ...change, row }
      }
      case 'update': {
        const row = this.#kept(this.rows[change.index], change.row)
        this.rows[change.index] = row
        this.keys[change.index] = change.key
        return { ...change, row }
      }
      case 'move': {
        const row = this.#kept(this.rows[change.from], change.row)
        this.rows.splice(change.from, 1)
        this.keys.splice(change.from, 1)
        this.rows.splice(change.index, 0, row)
        this.keys.splice(change.index, 0, change.key)
        return { ...change, row }
      }
      case 'delete':
        this.rows.splice(change.index, 1)
        this.keys.splice(change.index, 1)
        return change
    }
  }

  #replace(columns: readonly string[], keys: readonly string[], rows: readonly SqlValue[][]): void {
    const before = new Map<string, AnyRow>()
    if (sameList(columns, this.columns)) this.keys.forEach((key, index) => before.set(key, this.rows[index]!))
    this.columns = columns
    this.rows = rows.map((row, index) => this.#kept(before.get(keys[index]!), row))
    this.keys = keys.slice()
    this.#shared = false
  }

  #kept(previous: AnyRow | undefined, values: readonly SqlValue[]): AnyRow {
    const row = this.#object(values)
    return previous && sameRow(previous, row) ? previous : row
  }

  #object(values: readonly SqlValue[]): AnyRow {
    const row: Record<string, SqlValue> = {}
    this.columns.forEach((column, index) => (row[column] = values[index]!))
    return row
  }
}

export type ChangedRow =
  | { readonly op: 'insert' | 'update'; readonly index: number; readonly key: string; readonly row: AnyRow }
  | {
      readonly op: 'move'
      readonly from: number
      readonly index: number
      readonly key: string
      readonly row: AnyRow
    }
  | { readonly op: 'delete'; readonly index: number; readonly key: string }

function insertAt<T>(list: T[], index: number, item: T): void {
  if (index === list.length) list.push(item)
  else list.splice(index, 0, item)
}

function sameList(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((item, index) => item === right[index])
}

function sameRow(left: AnyRow, right: AnyRow): boolean {
  const columns = Object.keys(right)
  return (
    columns.length === Object.keys(left).length && columns.every((column) => sameValue(left[column]!, right[column]!))
  )
}
