import type { Value } from '../value.ts'
import type { Block } from './partition/block.ts'
import { compileFold, type FoldGroups } from './fold/fold-groups.ts'
import type { FoldPlan } from './fold/fold-plan.ts'
import { planProjection, type ProjectRow } from './partition/project-row.ts'
import { planRowFilter, type RowFilter } from './sources/row-filter.ts'
import type { Occurrence } from './sources/occurrences.ts'

/**
 * What one SQL text does to rows in JavaScript, compiled once for all queries that have it. As with a prepared statement,
 * a query binds its parameters before it calls any of it: nothing of it may be kept for later.
 */
export class RowFunctions {
  readonly #block: Block
  readonly #fold: FoldPlan | null
  readonly #occurrences: readonly Occurrence[]
  /** compiled expressions read this very array */
  readonly #parameters: Value[] = []
  #bound: readonly Value[] | null = null
  #filters: readonly RowFilter[] | null = null
  #project: ProjectRow | null | undefined
  #folding: FoldGroups | null | undefined

  constructor(block: Block, fold: FoldPlan | null, occurrences: readonly Occurrence[]) {
    this.#block = block
    this.#fold = fold
    this.#occurrences = occurrences
  }

  bind(parameters: readonly Value[]): void {
    if (this.#bound === parameters) return
    this.#bound = parameters
    this.#parameters.length = parameters.length
    for (let i = 0; i < parameters.length; i++) this.#parameters[i] = parameters[i]!
  }

  /** by occurrence: which rows can matter there */
  get filters(): readonly RowFilter[] {
    return (this.#filters ??= this.#occurrences.map((each) => planRowFilter(each, this.#parameters)))
  }

  /** makes the entry of a row without SQLite, null where that cannot be */
  get project(): ProjectRow | null {
    if (this.#project === undefined) {
      this.#project = planProjection(this.#block, this.#occurrences, this.filters, this.#parameters)
    }
    return this.#project
  }

  /** makes the next state of a group from its last and the rows that moved, null where that cannot be */
  get folding(): FoldGroups | null {
    if (this.#folding === undefined) {
      this.#folding =
        this.#fold && compileFold(this.#block, this.#fold, this.#occurrences, this.filters, this.#parameters)
    }
    return this.#folding
  }
}
