import type { RowChange, SqlValue } from '../../schema/live.ts'
import type { TurnDiff } from '../capture/diff.ts'
import type { Detail } from '../capture/capture-diff.ts'
import type { TableShape } from '../capture/table-shape.ts'
import type { Route } from '../plan/row-filter.ts'
import type { Explanation } from '../types.ts'

/** What keeps one query's result current. Every method that runs SQL throws SQLite's error. */
export interface Maintainer {
  readonly columns: readonly string[]
  /** The live list; `apply` changes it in place or replaces it. */
  readonly rows: readonly SqlValue[][]
  readonly keys: readonly string[]
  /** tables whose diffs `apply` wants to see, and in what detail */
  readonly tables: readonly { readonly shape: TableShape; readonly detail: Detail }[]
  /** visited at every turn, because its answer may change with nothing written to a table that can be watched */
  readonly always: boolean
  /** The condition by which the rows of one of its tables are routed to it; null: it wants all. */
  routeOf(table: string): Route | null
  /**
   * Called after the turn's commit with the diffs that can concern it. Returns the steps from the last rows to the new.
   * If it throws, `rows` and `keys` are still the last ones; `refresh` comes next.
   */
  apply(diff: TurnDiff): RowChange[]
  /** Computes everything anew into new lists. */
  refresh(): void
  explain(): Explanation
  close(): void
}
