/*
 * The vocabulary of live SQL that crosses threads: values, queries, and the row-level changes of a query.
 * The engine (dataflow/) produces them, the wire carries them, each tab applies them to its rows (LiveRows).
 */

/** INTEGER is a number up to 2⁵³−1 and a bigint beyond; REAL a number; TEXT a string; BLOB bytes. */
export type SqlValue = null | number | bigint | string | Uint8Array

/** SQL text and the values of its parameters, in order: what Kysely's `compile()` returns. */
export interface Query {
  readonly sql: string
  readonly parameters: readonly SqlValue[]
  /** of SQL that a person wrote, or was given: it only reads, and ends with an error where it takes more than this */
  readonly bounds?: Bounds
}

export interface Bounds {
  /** of the result, at any time */
  readonly rows: number
  /** of its first rows, and of each turn */
  readonly milliseconds: number
}

/** One step of a delta, applied in sequence to an ordered list of rows. */
export type RowChange<Row = SqlValue[]> =
  | { readonly op: 'insert' | 'update'; readonly index: number; readonly key: string; readonly row: Row }
  /** taken out at `from`, then put in at `index` */
  | { readonly op: 'move'; readonly from: number; readonly index: number; readonly key: string; readonly row: Row }
  | { readonly op: 'delete'; readonly index: number; readonly key: string }

/** What one turn changed in one query's result. `columns` only when a schema change altered them. */
export interface QueryDelta {
  readonly turn: number
  readonly changes: readonly RowChange[]
  readonly columns?: readonly string[]
}

/** The whole result at one moment; `keys[i]` is the stable key of `rows[i]`. */
export interface QuerySnapshot {
  readonly turn: number
  readonly columns: readonly string[]
  readonly keys: readonly string[]
  readonly rows: readonly SqlValue[][]
}

/** What crosses the wire: the snapshot first, deltas from then on (a snapshot again if it fell too far behind). */
export type LiveUpdate = ({ readonly type: 'snapshot' } & QuerySnapshot) | ({ readonly type: 'delta' } & QueryDelta)

/** How one statement that a person wrote, or was given, is run: it reads, or writes rows where it may, and nothing else. */
export interface Guard extends Bounds {
  readonly mayWrite: boolean
}

/** Result of plain SQL. `changes` counts the rows that the statements changed. */
export interface QueryResult {
  readonly columns: readonly string[]
  readonly rows: readonly SqlValue[][]
  readonly changes: number
  /** of a guarded statement: there are more rows than were read */
  readonly more?: boolean
}
