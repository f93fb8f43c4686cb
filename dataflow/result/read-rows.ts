import type { RowChange, SqlValue } from '../../schema/live.ts'
import { diffRows, sameRow, sameValue, type KeyedRows } from '../../schema/live/row-changes.ts'
import { Real, type Value } from '../value.ts'
import { nameEntry, ReadEntry, type Entry, type EntryNames } from './entry.ts'

/** Bits of a number in JavaScript: wider results go by entries. */
export const mostColumns = 30

/**
 * A result as it was read as a whole: of a row there is no more than the row. A turn that reads everything again is mostly followed by
 * others; entries, the state of operators, are made when one is not.
 */
export class ReadRows implements KeyedRows {
  readonly rows: readonly SqlValue[][]
  /** of each row: bit i says that its value in column i is a REAL */
  readonly reals: readonly number[]
  readonly names: EntryNames
  /** made when somebody asks */
  readonly known: (string | null)[]

  constructor(rows: readonly SqlValue[][], reals: readonly number[], names: EntryNames, known: (string | null)[]) {
    this.rows = rows
    this.reals = reals
    this.names = names
    this.known = known
  }

  static of(entries: readonly Entry[], names: EntryNames): ReadRows {
    const bits = (values: readonly Value[]) => values.reduce<number>((bits, value, i) => (value instanceof Real ? bits | (1 << i) : bits), 0) // prettier-ignore
    const rows = entries.map(({ row }) => row)
    return new ReadRows(rows, entries.map(({ values }) => bits(values)), names, rows.map(() => null)) // prettier-ignore
  }

  get keys(): string[] {
    return this.rows.map((_, i) => this.keyOf(i))
  }

  keyOf(place: number): string {
    return (this.known[place] ??= nameEntry(this.#valuesOf(place), this.names, 0))
  }

  entries(): Entry[] {
    return this.rows.map((row, i) => {
      return new ReadEntry(this.#valuesOf(i), row.length, null, this.names, 0, { row, key: this.known[i]! })
    })
  }

  #valuesOf(place: number): readonly Value[] {
    const row = this.rows[place]!
    const reals = this.reals[place]!
    if (reals === 0) return row
    return row.map((value, i) => (reals & (1 << i) ? new Real(value as number) : value))
  }

  part(from: number, to: number): KeyedRows {
    const keys: string[] = []
    for (let i = from; i < to; i++) keys.push(this.keyOf(i))
    return { keys, rows: this.rows.slice(from, to) }
  }
}

/**
 * A result that is read again, laid beside the last: a row that is as it was is the old object, one of the same name takes its key.
 *
 * Law: `changes` lead from the old rows and their keys to the new; they are those of `diffRows`. Which old row a new one is a version of
 * is told by its name, and looked for at the next old place and the one behind; only where that fails are keys made.
 *
 *   old a1 b1 c1, read a1 b2 d1 c1   →   a1 (the old object), b2 (b's key), d1 (new), c1
 */
export class Reread {
  readonly #old: ReadRows
  readonly #rows: SqlValue[][] = []
  readonly #reals: number[] = []
  /** of each row: the place of the old one that it is a version of; −1: none, or not found yet */
  readonly #origins: number[] = []
  readonly #places: readonly number[]
  /** rows of which no old one was found */
  readonly #lost: number[] = []
  #next = 0

  constructor(old: ReadRows) {
    this.#old = old
    this.#places = [...old.names.keys, ...old.names.ids]
  }

  /** The next row; it is copied, unless it is as it was. */
  take(row: readonly SqlValue[], reals: number): void {
    const { rows } = this.#old
    const next = this.#next
    let origin = -1
    let isSame = next < rows.length && this.#isSame(row, reals, next)
    if (isSame || (next < rows.length && this.#hasName(row, reals, next))) origin = next
    else if (next + 1 < rows.length && this.#hasName(row, reals, next + 1)) {
      origin = next + 1
      isSame = this.#isSame(row, reals, origin)
    }
    if (origin >= 0) this.#next = origin + 1
    else this.#lost.push(this.#rows.length)
    this.#origins.push(origin)
    this.#rows.push(isSame ? rows[origin]! : row.slice())
    this.#reals.push(reals)
  }

  /** `keepsOrder`: rows without an order keep the places that they had; new ones come last. */
  end(keepsOrder: boolean): { readonly rows: ReadRows; readonly changes: () => RowChange[] } {
    const old = this.#old
    if (this.#lost.length > 0 && this.#rows.length - this.#lost.length < old.rows.length) this.#findLost()
    const order = keepsOrder ? this.#oldOrder() : null
    const inOrder = <T>(list: T[]) => (order ? order.map((at) => list[at]!) : list)
    const origins = inOrder(this.#origins)
    const isSame = origins.length === old.rows.length && origins.every((origin, i) => origin === i)
    const known = isSame ? old.known : origins.map((origin) => (origin < 0 ? null : old.known[origin]!))
    const rows = new ReadRows(inOrder(this.#rows), inOrder(this.#reals), old.names, known)
    return { rows, changes: () => changesBetween(old, rows, origins) }
  }

  #hasName(row: readonly SqlValue[], reals: number, place: number): boolean {
    const old = this.#old.rows[place]!
    const differs = reals ^ this.#old.reals[place]!
    for (const at of this.#places) if (differs & (1 << at) || !sameValue(row[at]!, old[at]!)) return false
    return true
  }

  #isSame(row: readonly SqlValue[], reals: number, place: number): boolean {
    return reals === this.#old.reals[place] && sameRow(this.#old.rows[place]!, row)
  }

  /** By their keys. */
  #findLost(): void {
    const old = this.#old
    const isFound = new Uint8Array(old.rows.length)
    for (const origin of this.#origins) if (origin >= 0) isFound[origin] = 1
    const free = new Map<string, number>()
    for (let i = 0; i < isFound.length; i++) if (isFound[i] === 0) free.set(old.keyOf(i), i)
    const lost = new ReadRows(this.#rows, this.#reals, old.names, [])
    for (const at of this.#lost) {
      const place = free.get(lost.keyOf(at))
      if (place === undefined) continue
      this.#origins[at] = place
      if (this.#isSame(this.#rows[at]!, this.#reals[at]!, place)) this.#rows[at] = old.rows[place]!
    }
  }

  /** Of each row: where it stands among these, if rows without an order keep their places. Null: they stand so. */
  #oldOrder(): number[] | null {
    const origins = this.#origins
    const places = new Int32Array(this.#old.rows.length)
    const added: number[] = []
    let last = -1
    let isOrdered = true
    for (let at = 0; at < origins.length; at++) {
      const origin = origins[at]!
      if (origin < 0) added.push(at)
      else {
        places[origin] = at + 1
        if (origin < last || added.length > 0) isOrdered = false
        last = origin
      }
    }
    if (isOrdered) return null
    const order: number[] = []
    for (const place of places) if (place > 0) order.push(place - 1)
    return [...order, ...added]
  }
}

function changesBetween(old: ReadRows, now: ReadRows, origins: readonly number[]): RowChange[] {
  const [before, after] = [old.rows, now.rows]
  const changes: RowChange[] = []
  const update = (index: number, was: number) => {
    const row = after[index]!
    if (row !== before[was] && !sameRow(before[was]!, row)) changes.push({ op: 'update', index, key: now.keyOf(index), row }) // prettier-ignore
  }
  const shortest = Math.min(before.length, after.length)
  let start = 0
  for (; start < shortest && origins[start] === start; start++) update(start, start)
  let end = 0
  while (end < shortest - start && origins[after.length - 1 - end] === before.length - 1 - end) end++
  for (const change of diffRows(old.part(start, before.length - end), now.part(start, after.length - end))) {
    const index = change.index + start
    changes.push(change.op === 'move' ? { ...change, from: change.from + start, index } : { ...change, index })
  }
  for (let i = after.length - end; i < after.length; i++) update(i, i - after.length + before.length)
  return changes
}
