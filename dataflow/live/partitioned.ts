import type { Query, RowChange, SqlValue } from '../../schema/live.ts'
import type { Detail } from '../capture/capture-diff.ts'
import type { DeltaTables } from '../capture/delta-tables.ts'
import type { TurnDiff } from '../capture/diff.ts'
import type { TableShape } from '../capture/table-shape.ts'
import type { Trace } from '../operator.ts'
import type { Window } from '../operators/result-window.ts'
import type { Block } from '../plan/block.ts'
import type { QueryPlan } from '../plan/query-plan.ts'
import { diffRows, type KeyedRows } from '../../schema/live/row-changes.ts'
import type { Entry } from '../result/entry.ts'
import { UnkeyedRows } from '../result/ordered-list.ts'
import type { Connection } from '../sqlite/connection.ts'
import { fromSqlValue } from '../value.ts'
import { Arm, type Routing } from './arm.ts'
import { ArmReader } from './arm-reader.ts'
import type { Maintainer, Maintenance } from './maintainer.ts'
import { CheaperToRerun } from './partition-finder.ts'
import { QueryGraph, type GraphParts } from './query-graph.ts'
import { countCollations, orderEntries, readWindow } from './result-order.ts'

/**
 * Maintains a query by its partitions (plan/block.ts), each arm of a compound a block of its own.
 *
 * Hydration is the query itself. The operators are made, and given what was read as their state, when the first changed
 * row comes: most of many live queries never see one.
 */
export class Partitioned implements Maintainer {
  readonly columns: readonly string[]
  readonly tables: readonly { readonly shape: TableShape; readonly detail: Detail }[]
  readonly always = false
  readonly #deltas: DeltaTables
  readonly #arms: readonly Arm[]
  readonly #readers: readonly ArmReader[]
  readonly #window: Window | null
  readonly #descendingTies: boolean
  readonly #parts: GraphParts
  #graph: QueryGraph | null = null
  /** read, and not yet the state of a graph */
  #waiting: { readonly arms: Entry[][]; readonly capacity: number | null; readonly shown: KeyedRows } | null = null
  #trace: Trace | null = null
  /** milliseconds of the last full read */
  #refreshCost = 0

  constructor(connection: Connection, deltas: DeltaTables, query: Query, plan: QueryPlan) {
    this.#deltas = deltas
    this.columns = plan.columns
    this.tables = plan.tables
    const bound = plan.statement.query
    const parameters = query.parameters.map(fromSqlValue)
    this.#arms = plan.arms.map((arm) => new Arm(arm, parameters))
    this.#readers = this.#arms.map(
      (arm) => new ArmReader(connection, deltas.indexes, query.parameters, plan.statement.parameterCount, arm),
    )
    const [only] = plan.arms.length === 1 ? plan.arms : []
    this.#window = readWindow(connection, bound, query.parameters, only ?? null)
    const ties = this.#window !== null && this.#window.slack !== null
    this.#descendingTies = ties && plan.descendingTies(connection)
    this.#parts = {
      deltas,
      query: bound,
      tables: plan.tableKeys,
      arms: this.#arms,
      readers: this.#readers,
      window: this.#window,
      compare: orderEntries(bound.orderBy, plan.arms, ties ? { descending: this.#descendingTies } : null),
      countedBy: only && !only.block.distinctAfter ? null : countCollations(bound, plan.arms),
      refreshCost: () => this.#refreshCost,
    }
  }

  get rows(): readonly SqlValue[][] {
    return this.#waiting?.shown.rows ?? this.#graph?.result.rows ?? []
  }
  get keys(): readonly string[] {
    return this.#waiting?.shown.keys ?? this.#graph?.result.keys ?? []
  }
  get shown(): KeyedRows {
    return this.#waiting?.shown ?? this.#graph?.result.shown ?? { rows: [], keys: [] }
  }

  apply(diff: TurnDiff): RowChange[] {
    for (const table of this.#parts.tables) if (diff.get(table)?.rows === null) return this.#rerun(this.shown)
    const graph = this.#ready()
    const { result } = graph
    try {
      for (const arm of this.#arms) arm.bind()
      graph.run(diff)
      return result.dry ? this.#rerun(result.shown) : result.takeChanges()
    } catch (error) {
      this.#graph = null
      if (error instanceof CheaperToRerun) return this.#rerun(result.shown)
      throw error
    }
  }

  /** Reads everything again. */
  #rerun(before: KeyedRows): RowChange[] {
    this.#read(before)
    return diffRows(before, this.shown)
  }

  refresh(): void {
    this.#read(this.#waiting || this.#graph ? this.shown : null)
  }

  /** `before`: what is shown, whose order is kept where the query has none. */
  #read(before: KeyedRows | null): void {
    const start = performance.now()
    const window = this.#window
    const end = window && window.slack !== null ? window.offset + window.limit : null
    // a window that ran dry is filled with some rows to spare
    const capacity = end === null || !before ? end : end + window!.slack!
    try {
      this.#load(this.#hydrate(capacity), capacity, before)
    } catch (error) {
      // a row behind the window that cannot be computed is none of the query's business
      if (capacity === end) throw error
      this.#load(this.#hydrate(end), end, before)
    }
    this.#refreshCost = performance.now() - start
  }

  #hydrate(capacity: number | null): Entry[][] {
    const cut = capacity === null ? null : { limit: capacity, descendingTies: this.#descendingTies }
    return this.#readers.map((reader) => reader.hydrate(cut))
  }

  #load(arms: Entry[][], capacity: number | null, before: KeyedRows | null): void {
    // rows that a window is cut from are ordered by their keys where by nothing else
    const keepsOrder =
      before !== null && this.#parts.query.orderBy.length === 0 && (this.#window?.slack ?? null) === null
    if (this.#graph || this.#parts.countedBy || keepsOrder) {
      this.#waiting = null
      this.#graph ??= this.#makeGraph()
      this.#graph.load(arms, capacity, keepsOrder ? before.keys : [])
      return
    }
    const window = this.#window
    const shown = window ? arms[0]!.slice(window.offset, window.offset + window.limit) : arms[0]!
    const rows = shown.map(({ row }) => row)
    this.#waiting = { arms, capacity, shown: new UnkeyedRows(rows, shown) }
  }

  /** The operators, with what was read as their state. */
  #ready(): QueryGraph {
    this.#graph ??= this.#makeGraph()
    if (this.#waiting) {
      const { arms, capacity } = this.#waiting
      this.#waiting = null
      this.#graph.load(arms, capacity, [])
    }
    return this.#graph
  }

  #makeGraph(): QueryGraph {
    const graph = new QueryGraph(this.#parts)
    graph.trace = this.#trace
    return graph
  }

  get trace(): Trace | null {
    return this.#trace
  }
  set trace(trace: Trace | null) {
    this.#trace = trace
    if (this.#graph) this.#graph.trace = trace
  }

  routings(): Routing[] {
    return this.#arms.flatMap((arm) => arm.routings())
  }

  explain(): Maintenance {
    const byRows = this.#arms.every(({ plan }) => isOfRow(plan.block) || plan.functions.folding)
    const oneOnly = this.#arms.every(({ plan }) => plan.block.keys.length === 0)
    return {
      mode: byRows ? 'incremental' : 'partitioned',
      ...(!byRows && {
        reason: oneOnly
          ? 'one partition: read again as a whole'
          : this.#arms.every(({ plan }) => plan.block.first)
            ? 'touched partitions are read again, as far as they are wanted'
            : 'touched partitions are read again',
      }),
      operators: [...this.#ready().explain(), ...this.#deltas.indexes.explain(this.#lookUps())],
    }
  }

  #lookUps(): string[] {
    return this.#arms.flatMap(({ plan: { recompute, touches, moves } }) => [
      ...recompute.values(),
      ...[...touches.values(), ...moves.values()].flatMap((sqls) => sqls ?? []),
    ])
  }

  /** Nothing to give back: statements are the connection's. */
  close(): void {}
}

/** Its partitions are what is joined to one row of a table; those of a derived table have as many rows as they like. */
function isOfRow({ kind, keys }: Block): boolean {
  return kind === 'rows' && keys.every(({ plain }) => plain !== null)
}
