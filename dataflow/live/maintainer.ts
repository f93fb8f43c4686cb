import type { RowChange, SqlValue } from '../../schema/live.ts'
import type { Detail, TurnDiff } from '../capture/diff.ts'
import { tableKey } from '../table-key.ts'
import type { TableShape } from '../capture/table-shape.ts'
import type { Trace } from '../operator.ts'
import type { KeyedRows } from '../../schema/live/row-changes.ts'
import type { Explanation } from '../types.ts'
import type { Routing } from './partition/arm.ts'

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
  /** To follow it cost more than to run it again, time after time. */
  readonly isDear: boolean
  /** What is shown now, as it stays when `apply` fails. */
  readonly shown: KeyedRows
  /** How changed rows of its tables find it; the same each time. */
  routings(): readonly Routing[]
  /**
   * Called after the turn's commit with the diffs that can concern it. Returns the steps from the last rows to the new.
   * If it throws, `rows` and `keys` are still the last ones; `refresh` comes next.
   */
  apply(diff: TurnDiff): RowChange[]
  /** Computes everything anew into new lists. */
  refresh(): void
  explain(): Maintenance
  /** told of what every operator sends; null: off */
  trace: Trace | null
  close(): void
}

/** What only the maintainer itself can say of how it goes. */
export type Maintenance = Omit<Explanation, 'tables'>

/** Every row of every table. */
export function allOf(tables: Maintainer['tables']): Routing[] {
  return tables.map(({ shape }) => ({ kind: 'table', table: tableKey(shape.schema, shape.name) }))
}
