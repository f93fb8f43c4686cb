import { Reach } from './reach.ts'

/**
 * Rows that are read again, laid beside those of the last time: one that is as it was is the old object, so that what hangs on it, its
 * key and its place among the others, need not be made anew.
 *
 * Law: the result equals `read`, element by element. Which old one stands for which is a guess of some comparisons a row (reach.ts): rows
 * that came, went or changed leave all others aligned.
 *
 *   old a b c d, read a x c d   →   a, x, c, d    (a, c, d the old objects)
 */
export class Alignment<T> {
  /** of each row: its place among the old ones, or −1 */
  readonly places: number[] = []
  readonly #old: readonly T[]
  readonly #same: (old: T, row: T) => boolean
  readonly #reach: Reach
  #next = 0

  constructor(old: readonly T[], same: (old: T, row: T) => boolean) {
    this.#old = old
    this.#reach = new Reach(old.length)
    this.#same = same
  }

  /** What stands for the next row that is read. */
  take(row: T): T {
    const place = this.#placeOf(row)
    this.places.push(place)
    if (place < 0) return row
    this.#next = place + 1
    return this.#old[place]!
  }

  #placeOf(row: T): number {
    const end = Math.min(this.#next + this.#reach.places, this.#old.length)
    for (let place = this.#next; place < end; place++) {
      if (!this.#same(this.#old[place]!, row)) continue
      this.#reach.found()
      return place
    }
    this.#reach.missed()
    return -1
  }
}
