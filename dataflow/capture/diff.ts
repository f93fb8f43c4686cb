import type { Value } from '../value.ts'
import type { TableShape } from './table-shape.ts'

/** The columns in declaration order, then the rowid. */
export type Row = readonly Value[]

/**
 * One row that a turn changed: `before` null is an insert, `after` null a delete. A changed document of an FTS5 table
 * is `before` alone, and of that only the rowid is known.
 */
export interface RowDiff {
  readonly before: Row | null
  readonly after: Row | null
}

/** What a turn did to one table. `rows` null: more than was worth reading, or not readable; re-run. */
export interface TableDiff {
  readonly shape: TableShape
  readonly rows: readonly RowDiff[] | null
}

/** `schema.table` in lower case → its diff */
export type TurnDiff = ReadonlyMap<string, TableDiff>

/** What a query wants to be told of a table: its changed rows, or that there are some. */
export type Detail = 'rows' | 'touched'
