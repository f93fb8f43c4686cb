import type { Bounds, QueryDelta, SqlValue } from '../schema/live.ts'
import type { OperatorKind, Trace } from './operator.ts'

export type { Query, QueryDelta, RowChange, SqlValue } from '../schema/live.ts'

export interface OpenOptions {
  /**
   * Asked every million steps of SQLite's programs (some 30 ms): true stops the statement that runs. The connection's progress handler
   * is the live database's, so set none beside it.
   */
  readonly isToStop?: () => boolean
  /** Does `work`, and has `isToStop` say so after so many milliseconds: the engine has no clock. Bounds of time are kept by it alone. */
  readonly within?: <T>(milliseconds: number, work: () => T) => T
}

/**
 * What openLiveDatabase returns. All of it is synchronous, and an error of SQLite is thrown. What became durable in one call
 * of `run`, `all` or `transaction` is one turn: before the call returns, every live query that it changed has been told.
 * (What a listener writes is told after the turn that it is told of.)
 */
export interface LiveDatabase {
  /** Runs any statement(s), DDL too. Parameters go to the one statement that takes them. */
  run(sql: string, parameters?: readonly SqlValue[]): void
  /** Plain SQLite: rows as arrays. */
  all(sql: string, parameters?: readonly SqlValue[]): SqlValue[][]
  /**
   * One statement that a person wrote, or was given. It reads, or writes rows where it may; whatever else it would do (the schema,
   * files, settings, transactions) is refused before it runs. SQLite bounds how long it runs, its memory and its values, and no more
   * than so many rows are read.
   */
  guarded(sql: string, parameters: readonly SqlValue[], may: GuardedRight, rows: number): GuardedResult
  /** One turn. It is rolled back and nothing is emitted if `work` throws; `work` must not be asynchronous. */
  transaction<T>(work: () => T): T
  /**
   * Maintains a query. Its rows are there when this returns; `onDelta` is told of every turn that changes them. Throws what
   * cannot be a query (syntax, an unknown table), and inside an open transaction. A first read that fails does not throw:
   * look at `error`. Later `onError` is told when SQLite has no answer any more; the next `onDelta` says that it has. Equal
   * queries share the work.
   */
  subscribe(query: QueryInput, onDelta: (delta: QueryDelta) => void, onError?: (error: Error) => void): LiveQuery
  /** Ends all live queries; the connection stays open. */
  close(): void
}

export type GuardedRight = 'reads' | 'writes rows'
export interface GuardedResult {
  readonly columns: readonly string[]
  readonly rows: readonly SqlValue[][]
  /** rows that it wrote */
  readonly changes: number
  /** there are more than were read */
  readonly more: boolean
}

export interface QueryInput {
  readonly sql: string
  readonly parameters: readonly SqlValue[]
  /** It ends, with `onError`, when it takes more than this or fails. */
  readonly bounds?: Bounds
}

export interface LiveQuery {
  readonly columns: readonly string[]
  /** result after the last turn handed out, in order */
  readonly rows: readonly SqlValue[][]
  /** `keys[i]` is the stable key of `rows[i]` */
  readonly keys: readonly string[]
  /** set when the query can no longer be answered (table dropped, malformed JSON in a new row, …) */
  readonly error: Error | null
  explain(): Explanation
  /** Tells `listener` what every operator sends from now on. Free while nobody listens. Returns how to stop. */
  trace(listener: Trace): () => void
  /** Tells `listener` what every turn that visits it costs from now on. Free while nobody listens. Returns how to stop. */
  meter(listener: Meter): () => void
  unsubscribe(): void
}

/** What one turn cost one query. */
export interface TurnCost {
  readonly milliseconds: number
  /** steps of its delta */
  readonly changes: number
}
export type Meter = (cost: TurnCost) => void

/** How a query is kept up to date. */
export interface Explanation {
  /**
   * incremental: from the changed rows. partitioned: parts of the result are read again. rerun: all of it is, when a table
   * that it reads has changed.
   */
  readonly mode: 'incremental' | 'partitioned' | 'rerun'
  /** why not incremental */
  readonly reason?: string
  readonly operators: readonly OperatorExplanation[]
  /** `schema.table` in lower case: whose changed rows it is told of */
  readonly tables: readonly string[]
}
export interface OperatorExplanation {
  readonly id: string
  readonly kind: OperatorKind
  readonly label: string
  /** ids of the operators that feed it */
  readonly inputs: readonly string[]
  /** entries kept in memory */
  readonly stateRows: number
  readonly rowsIn: number
  readonly rowsOut: number
  /** total milliseconds spent in it */
  readonly milliseconds: number
  /** the SQL of its look-ups */
  readonly sql: readonly string[]
}
