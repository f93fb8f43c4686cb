import type { SqlValue } from '../../schema/live.ts'
import type { KeyedRows } from '../../schema/live/row-changes.ts'
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
    return (this.known[place] ??= nameEntry(this.valuesOf(place), this.names, 0))
  }

  entries(): Entry[] {
    return this.rows.map((row, i) => {
      return new ReadEntry(this.valuesOf(i), row.length, null, this.names, 0, { row, key: this.known[i]! })
    })
  }

  valuesOf(place: number): readonly Value[] {
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
