import type { Random } from '../../../../../schema/demo/random.ts'
import { RowSizes } from '../row-sizes.ts'

/** A timeline with rows of random heights, of which a part is loaded, and a window to look at it: what a browser does, without one. */
export class World {
  readonly random: Random
  viewport: number
  /** of all that has a say in the layout */
  version = 0
  /** of text; every height follows it */
  zoom = 1
  /** the browser keeps scrollTop on whole device pixels */
  readonly devicePixels: number
  readonly rows: Row[]
  /** loaded: [low, high) of the rows */
  low = 0
  high = 0
  #made = 0
  readonly #tallest: number
  /** what visits measured, some of it long ago */
  readonly sizes = new RowSizes()
  readonly padding = { top: 8, bottom: 16 }

  constructor(random: Random) {
    this.random = random
    this.viewport = random.between(300, 4000)
    this.devicePixels = random.pick([1, 1, 1.25, 1.5, 2, 3])
    // most rooms chat, some are full of essays
    this.#tallest = random.pick([60, 200, 1000, 5000])
    this.rows = Array.from({ length: random.pick([0, 1, 5, 30, 120, 300, 700]) }, () => this.#row())
  }

  #row(): Row {
    const { random } = this
    const height = random.chance(0.8) ? random.pick([20, 26, 30, 48, 70]) : random.between(20, this.#tallest)
    return { key: `m${this.#made++}`, height }
  }

  get loaded(): readonly Row[] {
    return this.rows.slice(this.low, this.high)
  }
  get hasOlder(): boolean {
    return this.low > 0
  }
  get hasNewer(): boolean {
    return this.high < this.rows.length
  }
  heightOf(row: Row): number {
    // a zoomed page has rows of broken heights
    return Math.max(16, row.height * this.zoom)
  }

  openAtEnd(): void {
    this.high = this.rows.length
    this.low = Math.max(0, this.high - page)
  }
  openAround(at: number): void {
    this.low = Math.max(0, at - page / 2)
    this.high = Math.min(this.rows.length, at + page / 2)
  }
  growOlder(): void {
    this.low = Math.max(0, this.low - page)
  }
  growNewer(): void {
    this.high = Math.min(this.rows.length, this.high + page)
  }

  arrive(count: number): void {
    const atEnd = !this.hasNewer
    for (let index = 0; index < count; index++) this.rows.push(this.#row())
    if (atEnd) this.high = this.rows.length
  }
  /** what was written offline elsewhere comes in where it belongs */
  insert(at: number, count: number): void {
    this.rows.splice(at, 0, ...Array.from({ length: count }, () => this.#row()))
    if (at < this.low) this.low += count
    if (at <= this.high) this.high += count
  }
  remove(at: number, count: number): void {
    const removed = Math.min(count, this.rows.length - at)
    this.rows.splice(at, removed)
    const before = (edge: number): number => edge - Math.max(0, Math.min(edge - at, removed))
    this.low = before(this.low)
    this.high = before(this.high)
  }
  /** images load, a message is edited or shown whole */
  resizeRow(row: Row): void {
    row.height = this.random.chance(0.7) ? row.height + this.random.between(1, 600) : this.random.between(20, 400)
  }
}

export interface Row {
  readonly key: string
  height: number
}

export const page = 60
