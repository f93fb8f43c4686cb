import type { QueryDelta, SqlValue } from '../schema/live.ts'
import type { Trace } from './operator.ts'

export type { Query, QueryDelta, RowChange, SqlValue } from '../schema/live.ts'

export interface LiveDatabase {
  /** Runs any statement(s), DDL too. Parameters go to the one statement that takes them. */
  run(sql: string, parameters?: readonly SqlValue[]): void
  /** Plain SQLite: rows as arrays. */
  all(sql: string, parameters?: readonly SqlValue[]): SqlValue[][]
  /** One turn; nothing is emitted if `work` throws. */
  transaction<T>(work: () => T): T
  subscribe(query: QueryInput, onDelta: (delta: QueryDelta) => void, onError?: (error: Error) => void): LiveQuery
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

export interface Explanation {
  readonly mode: 'incremental' | 'partitioned' | 'rerun'
  /** why not incremental */
  readonly reason?: string
  readonly operators: readonly OperatorExplanation[]
  /** `schema.table` in lower case: whose changed rows it is told of */
  readonly tables: readonly string[]
}
export interface OperatorExplanation {
  readonly id: string
  /** scan, touch, recompute, first, fold, distinct, set, result; keep, index, rerun */
  readonly kind: string
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
