import type { Explanation } from '../types.ts'
import type { Played } from './run-case.ts'

/** What a run of the oracle (or of a corpus) saw: how many answers were held against SQLite's, and how they were maintained. */
export class Tally {
  readonly #modes = new Map<string, number>()
  readonly #reasons = new Map<string, number>()
  /** queries whose groups are folded, by the number of tables */
  readonly #folds = new Map<string, number>()
  cases = 0
  failures = 0
  #comparisons = 0
  #notComparable = 0
  #refused = 0
  #tooLarge = 0
  #tooSlow = 0
  #swept = 0

  add(played: Played): void {
    this.cases++
    if (played.failure) this.failures++
    this.#comparisons += played.comparisons
    this.#notComparable += played.notComparable
    this.#refused += played.refusedBySqlite
    this.#tooLarge += played.tooLarge
    if (played.tooSlow) this.#tooSlow++
    for (const explanation of played.explanations) this.addExplanation(explanation)
  }

  addExplanation({ mode, reason, operators }: Explanation): void {
    if (operators.some(({ kind }) => kind === 'fold')) {
      const tables = operators.filter(({ kind }) => kind === 'scan').length
      count(this.#folds, tables === 1 ? 'of one table' : 'of several')
    }
    if (operators.some(({ kind }) => kind === 'sweep')) this.#swept++
    count(this.#modes, mode)
    const kind = reason?.replace(/run again in \d+ of \d+ turns/, 'run again in some turns') ?? 'no reason given'
    if (mode !== 'incremental' || reason) count(this.#reasons, `${mode}: ${kind}`)
  }

  toString(): string {
    const total = [...this.#modes.values()].reduce((sum, n) => sum + n, 0)
    const modes = [...this.#modes].map(([mode, n]) => `${mode} ${n} (${((100 * n) / total).toFixed(1)} %)`).join(', ')
    return [
      `${this.cases} cases, ${this.#comparisons} answers compared, ${this.failures} failures`,
      `${this.#notComparable} answers not comparable, ${this.#refused} queries refused by SQLite itself`,
      `${this.#tooLarge} queries with too many rows (left out, or the end of their case), ${this.#tooSlow} cases ended by a turn that took long`,
      `${total} live queries: ${modes}`,
      `made along a list: ${this.#swept}; groups folded: ${[...this.#folds].map(([kind, n]) => `${n} ${kind}`).join(', ')}`,
    ].join('\n')
  }

  reasons(most = 20): string {
    const sorted = [...this.#reasons].sort((a, b) => b[1] - a[1])
    return sorted.slice(0, most).map(([reason, n]) => `${String(n).padStart(7)}  ${reason}`).join('\n') // prettier-ignore
  }
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}
