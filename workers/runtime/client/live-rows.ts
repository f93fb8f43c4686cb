import { assertNever } from '../../../schema/assert.ts'
import { applyChange, diffRowsBy, sameValue } from '../../../schema/live/row-changes.ts'
import type { QueryDelta, QuerySnapshot, RowChange, SqlValue } from '../../../schema/live.ts'

/** A row as an object by column name; of two columns with one name the last wins, as in every SQLite driver. */
export type AnyRow = Readonly<Record<string, SqlValue>>

/** A RowChange whose row is an object. */
export type ChangedRow = RowChange<AnyRow>

/**
 * What a subscriber is told: a snapshot first, then what each turn changed. `rows` is the whole result; read it while
 * you are told, it is made for you when you do. A list that was handed out never changes.
 */
export type RowsUpdate =
  | {
      readonly type: 'snapshot'
      readonly turn: number
      readonly columns: readonly string[]
      readonly keys: readonly string[]
      readonly rows: readonly AnyRow[]
    }
  | {
      readonly type: 'delta'
      readonly turn: number
      readonly changes: readonly ChangedRow[]
      readonly rows: readonly AnyRow[]
    }

/**
 * The rows of one live query in this tab: the only copy that it keeps.
 * Law: after any sequence of updates the rows equal the last snapshot with every later change applied, and a row object
 * is the same object for as long as its values are the same; a list of rows that was handed out never changes.
 *
 * Example: rows [a, b, c], change {op:'update', index:1, row:b'} → [a, b', c], where a and c are the objects of before.
 */
export class LiveRows {
  turn: number
  #columns: readonly string[]
  #keys: string[]
  #rows: AnyRow[]
  /** the rows were handed out: copy before the next write */
  #shared = false

  constructor({ turn, columns, keys, rows }: QuerySnapshot) {
    this.turn = turn
    this.#columns = columns
    this.#keys = [...keys]
    this.#rows = rows.map((values) => rowOf(columns, values))
  }

  get columns(): readonly string[] {
    return this.#columns
  }

  /** The present rows; the list stays as it is whatever comes later. */
  take(): readonly AnyRow[] {
    this.#shared = true
    return this.#rows
  }

  snapshot(): RowsUpdate {
    return { type: 'snapshot', turn: this.turn, columns: this.#columns, keys: [...this.#keys], rows: this.take() }
  }

  /** Takes what one turn changed, and says it with rows as objects. */
  change({ turn, columns, changes }: QueryDelta): RowsUpdate {
    this.turn = turn
    this.#columns = columns ?? this.#columns
    if (changes.length > 0) this.#own()
    return this.#delta(changes.map((change) => this.#take(change)))
  }

  /** Takes another snapshot of the same columns (a new leader), and says how it differs. */
  replace({ turn, keys, rows }: QuerySnapshot): RowsUpdate & { readonly type: 'delta' } {
    this.turn = turn
    const before = new Map<string, AnyRow>()
    for (const [index, key] of this.#keys.entries()) before.set(key, this.#rows[index]!)
    const after = rows.map((values, index) => this.#kept(before.get(keys[index]!), values))
    const changes = diffRowsBy<AnyRow>(Object.is, { keys: this.#keys, rows: this.#rows }, { keys, rows: after })
    this.#keys = [...keys]
    this.#rows = after
    this.#shared = false
    return this.#delta(changes)
  }

  #take(change: RowChange): ChangedRow {
    const changed = this.#withObject(change)
    applyChange(this.#keys, this.#rows, changed)
    return changed
  }

  #withObject(change: RowChange): ChangedRow {
    switch (change.op) {
      case 'insert':
        return { ...change, row: rowOf(this.#columns, change.row) }
      case 'update':
        return { ...change, row: this.#kept(this.#rows[change.index], change.row) }
      case 'move':
        return { ...change, row: this.#kept(this.#rows[change.from], change.row) }
      case 'delete':
        return change
      default:
        return assertNever(change)
    }
  }

  #kept(previous: AnyRow | undefined, values: readonly SqlValue[]): AnyRow {
    const row = rowOf(this.#columns, values)
    return previous && sameObject(previous, row) ? previous : row
  }

  #own(): void {
    if (this.#shared) this.#rows = this.#rows.slice()
    this.#shared = false
  }

  #delta(changes: readonly ChangedRow[]): RowsUpdate & { readonly type: 'delta' } {
    const take = () => this.take()
    return {
      type: 'delta',
      turn: this.turn,
      changes,
      get rows() {
        return take()
      },
    }
  }
}

function rowOf(columns: readonly string[], values: readonly SqlValue[]): AnyRow {
  const row: Record<string, SqlValue> = {}
  for (let at = 0; at < columns.length; at++) row[columns[at]!] = values[at]!
  return row
}

function sameObject(left: AnyRow, right: AnyRow): boolean {
  const columns = Object.keys(right)
  return (
    columns.length === Object.keys(left).length && columns.every((column) => sameValue(left[column]!, right[column]!))
  )
}
