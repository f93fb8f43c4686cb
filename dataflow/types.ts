import type { QueryDelta, SqlValue } from '../schema/live.ts'
import type { OperatorKind, Trace } from './operator.ts'

export type { Query, QueryDelta, RowChange, SqlValue } from '../schema/live.ts'

export interface OpenOptions {
  /**
   * Asked every million steps of SQLite's programs (some 30 ms): true stops the statement that runs. The connection's progress handler
   * is the live database's, so set none beside it.
   */
  readonly isToStop?: () => boolean
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

export interface QueryInput {
  readonly sql: string
  readonly parameters: readonly SqlValue[]
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
  unsubscribe(): void
}

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
