import { TooManySteps, type StepLimit } from '../sqlite/step-limit.ts'

/** This turn would cost more than to run the query again. */
export class CheaperToRerun extends Error {}

/** Of what running again costs, so much may a turn spend before it gives up: then both together cost 1.5 times that. */
export const patience = {
  share: 0.5,
  /** the same, and the least, in steps of SQLite's programs: known from the first turn on, and stopped in the midst of a statement */
  shareOfSteps: 0.5,
  steps: 30_000,
  /** turns of a query that no clock ends */
  untimed: 3,
  /**
   * milliseconds that a turn may spend whatever running again costs, for of less no clock tells the cheaper: in a query's first turns, while
   * statements and code are compiled; then, of few look-ups; and of many
   */
  first: 20,
  few: 1,
  many: 0.03,
}
const [firstTurns, fewLookUps] = [8, 4]

/** Steps that following a turn may take, where running again takes so many. */
export function stepsBeside(rerun: number): number {
  return Math.max(patience.steps, patience.shareOfSteps * rerun)
}

/**
 * No turn costs much more than running the query again. What following a turn will cost is not known before, so:
 *  - it is stopped when it has spent a share of what running again last cost, and the query is run again (where a few short look-ups took long,
 *    not the first time), and even in the first turn when the soonest of the first partitions, taken for all that are to be read, says so;
 *  - turns of its kind (which places of the query changed, how many rows: powers of four) are then run again at once: 4 of them, and after each
 *    try that fails twice as many, up to 256. A try that does not fail halves it.
 *
 *   percent of total: a new row moves every row's percentage   →   1.5, 1, 1, 1, 1, 1.5, then 8 times 1, 1.5, …
 */
export class TurnGuard {
  /** milliseconds of reading everything again, and steps of SQLite's programs */
  rerunMs = 0
  rerunSteps = 0
  /** turns that it had run again */
  reruns = 0
  #turns = 0
  #spent = 0
  #lookUps = 0
  #partitions = 0
  #read = 0
  /** milliseconds of the partition that was read soonest: a pause of the machine is not in it */
  #shortest = Infinity
  #steps = 0
  #kind = 0
  /** this turn is one too long, the first of its kind */
  #isLong = false
  readonly #dear = new Map<number, { left: number; wait: number }>()

  /** Were turns of some kind dear? Else `isDear` need not be asked. */
  get isWary(): boolean {
    return this.#dear.size > 0
  }

  begin(): void {
    this.#turns++
    this.#spent = 0
    this.#lookUps = 0
    this.#partitions = 0
    this.#read = 0
    this.#shortest = Infinity
    this.#isLong = false
    this.#steps = stepsBeside(this.rerunSteps)
  }

  /** A look-up. Throws CheaperToRerun once SQLite's programs took too many steps in this turn. */
  lookUp(limit: StepLimit, read: () => void): void {
    try {
      this.#steps = limit.within(this.#steps, read)
    } catch (error) {
      if (error instanceof TooManySteps) this.giveUp()
      throw error
    }
  }

  /** Is a turn of this kind to be run again, without a try? */
  isDear(kind: number): boolean {
    const known = this.#dear.get(kind)
    if (!known || known.left === 0) return false
    known.left--
    this.reruns++
    return true
  }

  enter(kind: number): void {
    this.#kind = kind
  }

  /** So many partitions are going to be read. */
  expect(partitions: number): void {
    this.#partitions = partitions
  }

  /** One of them was. Throws CheaperToRerun once it is too much, or would be if all were read. */
  spendOnPartition(milliseconds: number): void {
    this.#shortest = Math.min(this.#shortest, milliseconds)
    this.#read++
    const limit = Math.max(patience.first, patience.share * this.rerunMs)
    if (this.#read === fewLookUps && this.#shortest * this.#partitions > 2 * limit) this.giveUp()
    this.spend(milliseconds)
  }

  /** Throws CheaperToRerun once it is too much. */
  spend(milliseconds: number): void {
    this.#spent += milliseconds
    this.#lookUps++
    this.check(0)
  }

  /** The same of time that is still being spent. */
  check(more: number): void {
    const { share, untimed, first, few, many } = patience
    if (this.#turns <= untimed) return
    const least = this.#turns <= firstTurns ? first : this.#lookUps <= fewLookUps ? few : many
    const spent = this.#spent + more
    if (this.#isLong ? spent <= first : spent <= Math.max(least, share * this.rerunMs)) return
    // a pause of the machine is no cost of the turn's: it may happen once
    if (this.#lookUps <= fewLookUps && spent <= first && !this.#dear.has(this.#kind)) {
      this.#isLong = true
      this.#dear.set(this.#kind, { left: 0, wait: 2 })
    } else this.giveUp()
  }

  giveUp(): never {
    const wait = Math.min(256, 2 * (this.#dear.get(this.#kind)?.wait ?? 2))
    this.#dear.set(this.#kind, { left: wait, wait })
    this.reruns++
    throw new CheaperToRerun()
  }

  /** The turn came through. */
  succeed(): void {
    const known = this.#dear.get(this.#kind)
    if (!known || this.#isLong) return
    if (known.wait <= 4) this.#dear.delete(this.#kind)
    else known.wait >>= 1
  }
}

/** Which places of an arm changed, and by how much: a number. */
export function kindOfTurn(arm: number, places: number, rows: number): number {
  return (arm << 26) | (((31 - Math.clz32(rows)) >> 1) << 20) | (places & 0xfffff)
}
