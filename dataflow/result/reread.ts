import type { RowChange, SqlValue } from '../../schema/live.ts'
import { sameRow, sameValue } from '../../schema/live/row-changes.ts'
import { Reach } from './reach.ts'
import { ReadRows } from './read-rows.ts'

/**
 * A result that is read again, laid beside the last: in the order in which it is read (reread-in-order.ts), or in the places that its rows
 * had (reread-in-place.ts).
 *
 * Law: `changes` lead from the old rows and their keys to the new. A row that shows what it showed is the old object; one of the same name
 * takes its key. Which old row a new one is a version of is told by its name, and looked for near the old place of the row before; only
 * where that fails are keys made.
 *
 *   old a1 b1 c1, read a1 b2 d1 c1   →   a1 (the old object), b2 (b's key), d1 (new), c1
 */
export abstract class Reread {
  protected readonly old: ReadRows
  readonly #named: readonly number[]
  readonly #reach: Reach
  #next = 0

  constructor(old: ReadRows) {
    this.old = old
    this.#named = [...old.names.keys, ...old.names.ids]
    this.#reach = new Reach(old.rows.length)
  }

  /** The next row; it is copied, unless it is as it was. `reals`: as in ReadRows. */
  abstract take(row: readonly SqlValue[], reals: number): void

  abstract end(): { readonly rows: ReadRows; readonly changes: () => RowChange[] }

  /** The old place of a row that was read now; −1: it is not near that of the row before. */
  protected find(row: readonly SqlValue[], reals: number): number {
    const end = Math.min(this.#next + this.#reach.places, this.old.rows.length)
    for (let place = this.#next; place < end; place++) {
      if (!this.#hasName(row, reals, place)) continue
      this.#next = place + 1
      this.#reach.found()
      return place
    }
    this.#reach.missed()
    return -1
  }

  /** What stands for a row whose old place is known. */
  protected version(row: readonly SqlValue[], place: number): SqlValue[] {
    const old = this.old.rows[place]!
    return sameRow(old, row) ? old : row.slice()
  }

  /** The old place of each of these rows by its key, if it is one of `free`; −1: it is new. */
  protected findByKey(rows: readonly SqlValue[][], reals: readonly number[], free: readonly number[]): number[] {
    if (rows.length === 0 || free.length === 0) return rows.map(() => -1)
    const { old } = this
    const places = new Map(free.map((place) => [old.keyOf(place), place]))
    const lost = new ReadRows(rows, reals, old.names, [])
    return rows.map((_, at) => places.get(lost.keyOf(at)) ?? -1)
  }

  #hasName(row: readonly SqlValue[], reals: number, place: number): boolean {
    const old = this.old.rows[place]!
    const differs = reals ^ this.old.reals[place]!
    for (const at of this.#named) if (differs & (1 << at) || !sameValue(row[at]!, old[at]!)) return false
    return true
  }
}

/** Where a value stands in a list. */
export function placesOf(list: Uint8Array, value: number): number[] {
  const places: number[] = []
  for (let place = list.indexOf(value); place >= 0; place = list.indexOf(value, place + 1)) places.push(place)
  return places
}
