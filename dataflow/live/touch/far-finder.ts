import type { DiffTables } from '../../capture/diff-tables.ts'
import type { TurnDiff } from '../../capture/diff.ts'
import { encodeValue } from '../../key.ts'
import type { ArmPlan } from '../../plan/query-plan.ts'
import type { FarPlan } from '../../plan/touch/route.ts'
import type { Connection } from '../../sqlite/connection.ts'
import { mayBeMangled } from '../../value.ts'
import { TouchFinder, type Reading } from './touch-finder.ts'

/** Asks once for all queries of one plan: to which values of the far route's column do a turn's rows lead? (plan/touch/route.ts) */
export class FarFinder {
  readonly #connection: Connection
  readonly #diffTables: DiffTables
  readonly #finders = new WeakMap<ArmPlan, TouchFinder>()

  constructor(connection: Connection, diffTables: DiffTables) {
    this.#connection = connection
    this.#diffTables = diffTables
  }

  /** The values, encoded; null: any may be, or there are more than `most`, so that it is as good to visit every query. */
  find(arm: ArmPlan, far: FarPlan, diff: TurnDiff, most: number): ReadonlySet<string> | null {
    let finder = this.#finders.get(arm)
    if (!finder) {
      const readings = arm.occurrences.map((occurrence, i): Reading => ({
        occurrence,
        filter: anyRow,
        used: arm.used[i]!,
      }))
      this.#finders.set(
        arm,
        (finder = new TouchFinder(this.#connection, this.#diffTables, far.block, readings, [], () => mostSteps)),
      )
    }
    const values = new Set<string>()
    let tooMany = false
    try {
      const found = finder.find(diff, ([value]) => {
        // nothing equals NULL
        if (value !== null) values.add(encodeValue(value!, far.collation))
        tooMany = values.size > most || mayBeMangled(value)
        return !tooMany
      })
      // what is inside a derived table may still depend on a query's parameters
      return found && !tooMany && !finder.sql.some((sql) => /\?\d/.test(sql)) ? values : null
    } catch {
      // each query meets the error itself, if it is one for it
      return null
    }
  }
}

/** of SQLite's programs: some 6 ms */
const mostSteps = 200_000

const anyRow = { passes: () => true, admits: () => true, complete: false }
