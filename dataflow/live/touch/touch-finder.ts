import { sameValue } from '../../same-value.ts'
import { tableKey } from '../../table-key.ts'
import type { CatalogTable } from '../../catalog/catalog.ts'
import type { DiffTables } from '../../capture/diff-tables.ts'
import type { RowDiff, TurnDiff } from '../../capture/diff.ts'
import type { Block } from '../../plan/partition/block.ts'
import type { RowFilter } from '../../plan/sources/row-filter.ts'
import type { Occurrence } from '../../plan/sources/occurrences.ts'
import { touchStatements, type TouchStatement } from '../../plan/touch/touch-statements.ts'
import type { Connection } from '../../sqlite/connection.ts'
import type { Value } from '../../value.ts'

/** A place where the query reads a table, with what a row must meet to matter there. */
export interface Reading {
  readonly occurrence: Occurrence
  readonly filter: RowFilter
  /** the columns that the query reads there, as places in a row image; null: any may matter */
  readonly used: readonly number[] | null
}

/**
 * Runs the statements of plan/touch/touch.ts for one block: the keys of every partition that a turn's diff can touch.
 *
 * Law: no partition whose rows differ after the turn is left out. A diff that no filter lets in touches none.
 */
export class TouchFinder {
  readonly #connection: Connection
  readonly #diffTables: DiffTables
  readonly #block: Block
  readonly #readings: readonly Reading[]
  readonly #parameters: readonly Value[]
  readonly #steps: () => number
  /** by reading and by what else changed; null: any partition may be touched */
  readonly #statements = new Map<string, readonly TouchStatement[] | null>()

  constructor(
    connection: Connection,
    diffTables: DiffTables,
    block: Block,
    readings: readonly Reading[],
    parameters: readonly Value[],
    /** of SQLite's programs, in one turn */
    steps: () => number,
  ) {
    this.#connection = connection
    this.#diffTables = diffTables
    this.#block = block
    this.#readings = readings
    this.#parameters = parameters
    this.#steps = steps
  }

  get sql(): readonly string[] {
    return [...this.#statements.values()].flatMap((each) => each ?? []).map(({ sql }) => sql)
  }

  /** Calls `touch` with each key, until it says false. Returns false when any partition may be touched. Throws TooManySteps. */
  find(diff: TurnDiff, touch: (key: readonly Value[]) => boolean): boolean {
    const changed = new Set(diff.keys())
    let left = this.#steps()
    for (const reading of this.#readings) {
      const { table } = reading.occurrence
      const change = diff.get(tableKey(table.schema, table.name))
      if (!change) continue
      if (!change.rows) return false
      if (!change.rows.some((row) => matters(row, reading))) continue
      const statements = this.#statementsOf(reading, changed)
      if (!statements) {
        if (this.#block.keys.length > 0) return false
        // the only one
        if (!touch([])) return true
        continue
      }
      for (const { occurrence } of this.#readings) {
        const rows = diff.get(tableKey(occurrence.table.schema, occurrence.table.name))?.rows
        if (rows) this.#diffTables.fill(occurrence.table, rows)
      }
      for (const statement of statements) {
        let isEnough = false
        left = this.#connection.limit.within(left, () => (isEnough = !this.#run(statement, touch)))
        if (isEnough) return !statement.isOfEvery
      }
    }
    return true
  }

  #statementsOf(reading: Reading, changed: ReadonlySet<string>): readonly TouchStatement[] | null {
    const name = `${this.#readings.indexOf(reading)}|${[...changed].sort().join('|')}`
    let statements = this.#statements.get(name)
    if (statements === undefined) {
      const prepare = (table: CatalogTable) => this.#diffTables.prepare(table)
      statements = touchStatements(this.#block, reading.occurrence, changed, prepare)
      this.#statements.set(name, statements)
    }
    return statements
  }

  /** False: it need not be asked further. */
  #run({ sql, isOfEvery }: TouchStatement, touch: (key: readonly Value[]) => boolean): boolean {
    const better = this.#diffTables.indexes.sqlFor(sql)
    const statement = this.#connection.take(better)
    try {
      this.#parameters.forEach((value, i) => {
        if (i < statement.parameterCount) statement.bind(i + 1, value)
      })
      while (statement.step()) if (isOfEvery || !touch(statement.row(this.#block.keys.length))) return false
      return true
    } finally {
      this.#connection.giveBack(better, statement)
    }
  }
}

/** A row that no condition lets in, before or after, changes nothing; nor does one whose change the query cannot see. */
export function matters({ before, after }: RowDiff, { filter, used }: Pick<Reading, 'filter' | 'used'>): boolean {
  if (before && after && used?.every((column) => sameValue(before[column]!, after[column]!))) return false
  return (before !== null && filter.passes(before)) || (after !== null && filter.passes(after))
}
