import type { RowChange, SqlValue } from '../../schema/live.ts'
import { sameRow, type KeyedRows } from '../../schema/live/row-changes.ts'
import type { Entry } from './entry.ts'

export type CompareEntries = (a: Entry, b: Entry) => number

/**
 * The rows of a result in order, found by binary search: an entry's order, then its place (rows that tie keep the order
 * in which they came). Each operation says what it did as a RowChange.
 */
export class OrderedList {
  entries: Entry[] = []
  rows: SqlValue[][] = []
  /** made when somebody asks, kept in step from then on */
  #keys: string[] | null = []
  readonly #compare: CompareEntries
  #nextPlace = 0

  constructor(compare: CompareEntries) {
    this.#compare = compare
  }

  /** Takes entries that are in order already. */
  load(entries: Entry[]): void {
    this.entries = entries
    this.#nextPlace = 0
    for (const entry of entries) entry.place = this.#nextPlace++
    this.rows = entries.map((entry) => entry.row)
    this.#keys = null
  }

  get keys(): string[] {
    return (this.#keys ??= this.entries.map((entry) => entry.key))
  }

  /** What is here now; stays as it is when the list is loaded anew. */
  get shown(): KeyedRows {
    return new UnkeyedRows(this.rows, this.entries)
  }

  /** Drops what is behind the first `length` rows, and returns it. */
  truncate(length: number): Entry[] {
    this.rows.length = Math.min(this.rows.length, length)
    if (this.#keys) this.#keys.length = this.rows.length
    return this.entries.splice(length)
  }

  insert(entry: Entry): RowChange {
    entry.place = this.#nextPlace++
    const index = this.#search(entry)
    if (index === this.entries.length) {
      this.entries.push(entry)
      this.#keys?.push(entry.key)
      this.rows.push(entry.row)
    } else {
      this.entries.splice(index, 0, entry)
      this.#keys?.splice(index, 0, entry.key)
      this.rows.splice(index, 0, entry.row)
    }
    return { op: 'insert', index, key: entry.key, row: entry.row }
  }

  delete(entry: Entry): RowChange {
    const index = this.indexOf(entry)
    this.entries.splice(index, 1)
    this.#keys?.splice(index, 1)
    this.rows.splice(index, 1)
    return { op: 'delete', index, key: entry.key }
  }

  /** `next` has the key of `old`. Null when it shows nothing new. */
  replace(old: Entry, next: Entry): RowChange | null {
    const from = this.indexOf(old)
    next.place = old.place
    const stays =
      (from === 0 || this.#before(this.entries[from - 1]!, next)) &&
      (from === this.entries.length - 1 || this.#before(next, this.entries[from + 1]!))
    if (stays) {
      this.entries[from] = next
      if (sameRow(old.row, next.row)) {
        this.rows[from] = next.row
        return null
      }
      this.rows[from] = next.row
      return { op: 'update', index: from, key: next.key, row: next.row }
    }
    this.delete(old)
    const { index } = this.insert(next) as { index: number }
    return { op: 'move', from, index, key: next.key, row: next.row }
  }

  indexOf(entry: Entry): number {
    const index = this.#search(entry)
    if (this.entries[index] !== entry) throw new Error(`the order of the result is broken at ${entry.key}`)
    return index
  }

  #before(a: Entry, b: Entry): boolean {
    const order = this.#compare(a, b)
    return order < 0 || (order === 0 && a.place < b.place)
  }

  /** The index of the first entry that is not before `entry`. */
  #search(entry: Entry): number {
    let low = 0
    let high = this.entries.length
    // most new rows belong at one of the ends
    if (high > 0 && this.#before(this.entries[high - 1]!, entry)) return high
    if (high > 0 && !this.#before(this.entries[0]!, entry)) return 0
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#before(this.entries[middle]!, entry)) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** Rows whose keys nobody asked for yet. */
export class UnkeyedRows implements KeyedRows {
  readonly rows: readonly SqlValue[][]
  readonly entries: readonly Entry[]
  #keys: readonly string[] | null = null
  constructor(rows: readonly SqlValue[][], entries: readonly Entry[]) {
    this.rows = rows
    this.entries = entries
  }
  get keys(): readonly string[] {
    return (this.#keys ??= this.entries.map(({ key }) => key))
  }
}
