import type { Pointer, Raw } from './raw.ts'

/** A statement took more steps than it was given. */
export class TooManySteps extends Error {}

/** How often SQLite asks, in steps of its programs: some 30 µs while reading is bounded, some 30 ms else. */
const [often, seldom] = [1000, 1_000_000]
const VM_STEP = 4

/**
 * Bounds what reading may cost by the steps of SQLite's programs: other work on the machine does not lengthen them, and a statement that
 * finds no row for seconds is stopped in its midst.
 *
 * The connection has one progress handler, which this takes. `isToStop` is asked by it too, of any statement, every million steps.
 */
export class StepLimit {
  readonly #raw: Raw
  readonly #isToStop: () => boolean
  readonly #always: boolean
  #look: Pointer = 0
  /** asked too, and as often as that wants, while SQL runs that nobody knows */
  #guard: { readonly every: number; readonly isOver: () => boolean } | null = null
  #every = 0
  #left = Infinity
  #asked = 0

  constructor(raw: Raw, isToStop?: () => boolean) {
    this.#raw = raw
    this.#isToStop = isToStop ?? (() => false)
    this.#always = isToStop !== undefined
    if (this.#always) this.#ask(seldom)
  }

  /** Does `work`, which only reads, within so many steps; returns how many are left. Throws TooManySteps. */
  within(steps: number, work: () => void): number {
    if (steps === Infinity) {
      work()
      return steps
    }
    this.#left = steps
    this.#ask(Math.min(often, this.#guard?.every ?? often))
    try {
      work()
      return this.#left
    } catch (error) {
      throw this.#left < 0 ? new TooManySteps() : error
    } finally {
      this.#left = Infinity
      this.#rest()
    }
  }

  /** Does `work`, and looks every so many steps whether it `isOver`, or is to stop. */
  guarded<T>(every: number, isOver: () => boolean, work: () => T): T {
    const outer = this.#guard
    this.#guard = { every, isOver }
    this.#rest()
    try {
      return work()
    } finally {
      this.#guard = outer
      this.#rest()
    }
  }

  /** Steps that a statement took since this was last asked of it. */
  takenBy(statement: Pointer): number {
    return this.#raw.exports.sqlite3_stmt_status(statement, VM_STEP, 1)
  }

  close(): void {
    if (!this.#look) return
    if (this.#raw.isOpen) this.#ask(0)
    this.#raw.uninstallFunction(this.#look)
    this.#look = 0
  }

  #rest(): void {
    this.#ask(this.#guard?.every ?? (this.#always ? seldom : 0))
  }

  #ask(every: number): void {
    this.#every = every
    this.#look ||= this.#raw.installFunction('i(p)', () => Number(this.#isOver()))
    this.#raw.exports.sqlite3_progress_handler(this.#raw.db, every, every > 0 ? this.#look : 0, 0)
  }

  #isOver(): boolean {
    if (this.#guard && (this.#guard.isOver() || this.#isToStop())) return true
    if (this.#left === Infinity) return !this.#guard && this.#isToStop()
    this.#left -= this.#every
    return this.#left < 0 || (++this.#asked % (seldom / often) === 0 && this.#isToStop())
  }
}
