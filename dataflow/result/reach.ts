/**
 * Rows that are read again come mostly in the order that they had. How many of the old ones, from the one after the last that was found, are
 * looked at for the next: two, so that a row that came, went or changed costs nothing; after a miss twice as many, so that many that went
 * together are passed over. All misses together may look at two old rows for each that there is: rows in quite another order are not
 * searched for.
 */
export class Reach {
  places = 2
  #spare: number

  constructor(rows: number) {
    this.#spare = 2 * rows
  }

  found(): void {
    this.places = 2
  }

  missed(): void {
    this.#spare -= this.places
    this.places = this.#spare > 0 ? 2 * this.places : 2
  }
}
