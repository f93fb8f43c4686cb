/**
 * Places of a list whose rows, or whose neighbours, changed, as the steps of a turn move them.
 *
 *   reach 1;  delete at 4, then insert at 0   →   3, 4 (what stood around it), then 0, 1 and 4, 5
 */
export class Marks {
  readonly #reach: number
  #marked: number[] = []

  constructor(reach: number) {
    this.#reach = reach
  }

  inserted(at: number): void {
    this.#marked = this.#marked.map((place) => (place >= at ? place + 1 : place))
    this.updated(at)
  }

  deleted(at: number): void {
    this.#marked = this.#marked.map((place) => (place > at ? place - 1 : place))
    for (let place = at - this.#reach; place < at + this.#reach; place++) this.#marked.push(place)
  }

  updated(at: number): void {
    for (let place = at - this.#reach; place <= at + this.#reach; place++) this.#marked.push(place)
  }

  /** In order, of a list of so many. */
  in(length: number): number[] {
    return [...new Set(this.#marked)].filter((place) => place >= 0 && place < length).sort((a, b) => a - b)
  }
}
