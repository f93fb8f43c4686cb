/**
 * What every operator of a query's graph owes, and what it may assume. graph/graph.ts runs them on d2ts; operators/ has them.
 *
 * May assume:
 *  - It runs at most once a turn, after all operators that feed it, with everything that they sent in that turn.
 *  - SQLite holds the state *after* the turn, and nothing writes to the caller's tables until the graph is done.
 *  - An entry that is taken away (weight −1) is one that was sent before (+1), the same object where it says `Entry`.
 *
 * Owes:
 *  - What it sends leads from what it sent before to what its law says now: state + Δ. It sends nothing that cancels out.
 *  - State is kept under exact keys (key.ts), never under hashes, and counted in `stateRows`.
 *  - It fails before it changes its state or not at all: a query that failed is hydrated anew.
 *  - First state comes by `load`, from SQL; no operator is ever fed a whole table.
 *  - No copy of a table: what it must know of other rows it asks SQLite, by key, and names the statements in `sql`.
 */
export interface Operator {
  /** unique in its graph */
  readonly id: string
  readonly kind: OperatorKind
  readonly label: string
  readonly inputs: readonly Operator[]
  /** entries kept in memory */
  readonly stateRows: number
  /** the SQL of its look-ups */
  readonly sql: readonly string[]
  readonly rowsIn: number
  readonly rowsOut: number
  /** total milliseconds spent in it */
  readonly milliseconds: number
}

/** What an operator does; the last four are beside the graph: a sweep along a list, a kept table, an index of ours, a query that is run again. */
export type OperatorKind =
  | 'scan'
  | 'touch'
  | 'recompute'
  | 'first'
  | 'fold'
  | 'distinct'
  | 'set'
  | 'result'
  | 'sweep'
  | 'keep'
  | 'index'
  | 'rerun'

/** What an operator sent in one turn: entries with their weights. */
export interface TraceEvent {
  readonly operator: string
  readonly kind: OperatorKind
  readonly entries: readonly (readonly [unknown, number])[]
}
export type Trace = (event: TraceEvent) => void
