import type { Query, RowChange, SqlValue } from '../../schema/live.ts'
import type { BoundStatement } from '../bind/bound.ts'
import { tableKey, type Detail } from '../capture/capture-diff.ts'
import type { DeltaTables } from '../capture/delta-tables.ts'
import type { TurnDiff } from '../capture/diff.ts'
import type { TableShape } from '../capture/table-shape.ts'
import { Graph } from '../graph/graph.ts'
import { CountRows } from '../operators/count-rows.ts'
import { RecomputePartitions } from '../operators/recompute-partitions.ts'
import { ResultWindow, type Window } from '../operators/result-window.ts'
import { TableSource } from '../operators/table-source.ts'
import { TouchPartitions } from '../operators/touch-partitions.ts'
import type { QueryPlan } from '../plan/query-plan.ts'
import { printExpression } from '../print/print.ts'
import { diffRows, type KeyedRows } from '../result/diff-rows.ts'
import type { Entry } from '../result/entry.ts'
import type { CompareEntries } from '../result/ordered-list.ts'
import type { Connection } from '../sqlite/connection.ts'
import type { Explanation } from '../types.ts'
import { fromSqlValue } from '../value.ts'
import { Arm, type Routing } from './arm.ts'
import { ArmReader } from './arm-reader.ts'
import type { Maintainer } from './maintainer.ts'
import { CheaperToRerun, partitionFinder } from './partition-finder.ts'
import { countCollations, inOldOrder, orderEntries, readWindow } from './result-order.ts'

/**
 * Maintains a query by its partitions (plan/block.ts): tables → touched partitions → read again → (DISTINCT, set operators) →
 * order and window. Each arm of a compound is a block of its own.
 */
export class Partitioned implements Maintainer {
  readonly columns: readonly string[]
  readonly tables: readonly { readonly shape: TableShape; readonly detail: Detail }[]
  readonly always = false
  readonly #deltas: DeltaTables
  readonly #statement: BoundStatement
  readonly #arms: readonly Arm[]
  readonly #readers: readonly ArmReader[]
  readonly #window: Window | null
  readonly #descendingTies: boolean
  readonly #compare: CompareEntries
  #graph!: Graph
  #sources!: TableSource[]
  #recomputes!: RecomputePartitions[]
  #counter: CountRows | null = null
  #result!: ResultWindow
  #hydrated = false
  /** milliseconds of the last full read */
  #refreshCost = 0

  constructor(connection: Connection, deltas: DeltaTables, query: Query, plan: QueryPlan) {
    this.#deltas = deltas
    this.#statement = plan.statement
    this.columns = plan.columns
    this.tables = plan.tables
    const parameters = query.parameters.map(fromSqlValue)
    this.#arms = plan.arms.map((arm) => new Arm(arm, parameters))
    this.#readers = this.#arms.map(
      (arm) => new ArmReader(connection, deltas.indexes, query.parameters, plan.statement.parameterCount, arm),
    )
    this.#window = readWindow(
      connection,
      plan.statement.query,
      query.parameters,
      plan.arms.length === 1 ? plan.arms[0]! : null,
    )
    const ties = this.#window !== null && this.#window.slack !== null
    this.#descendingTies = ties && plan.descendingTies(connection)
    this.#compare = orderEntries(
      plan.statement.query.orderBy,
      plan.arms,
      ties ? { descending: this.#descendingTies } : null,
    )
    this.#build()
  }

  get rows(): readonly SqlValue[][] {
    return this.#result.rows
  }
  get keys(): readonly string[] {
    return this.#result.keys
  }

  get shown(): KeyedRows {
    return this.#result.shown
  }

  apply(diff: TurnDiff): RowChange[] {
    const result = this.#result
    for (const { table } of this.#sources) if (diff.get(table)?.rows === null) return this.#rerun(result.shown)
    try {
      for (const source of this.#sources) {
        const rows = diff.get(source.table)?.rows
        if (rows) source.push(rows)
      }
      this.#graph.run()
      return result.dry ? this.#rerun(result.shown) : result.takeChanges()
    } catch (error) {
      this.#build()
      if (error instanceof CheaperToRerun) return this.#rerun(result.shown)
      throw error
    }
  }

  /** Reads everything again. */
  #rerun(before: KeyedRows): RowChange[] {
    this.refresh()
    return diffRows(before, this)
  }

  refresh(): void {
    const start = performance.now()
    const { capacity } = this.#result
    try {
      this.#load(capacity)
    } catch (error) {
      // a row behind the window that cannot be computed is none of the query's business: then without slack
      if (capacity === null) throw error
      this.#load(this.#window!.offset + this.#window!.limit)
    }
    this.#hydrated = true
    this.#refreshCost = performance.now() - start
  }

  #load(capacity: number | null): void {
    const shown = this.#hydrated && this.#statement.query.orderBy.length === 0 ? this.keys : []
    const cut = capacity === null ? null : { limit: capacity, descendingTies: this.#descendingTies }
    const arms = this.#arms.map((_, i) => {
      const entries = this.#readers[i]!.hydrate(cut)
      this.#recomputes[i]!.load(entries)
      return entries
    })
    let entries = this.#counter ? this.#counter.load(arms) : arms[0]!
    if (this.#counter && this.#statement.query.orderBy.length > 0) entries.sort(this.#compare)
    if (shown.length > 0) entries = inOldOrder(entries, shown)
    this.#result.load(entries, capacity)
  }

  explain(): Explanation {
    const byRows = this.#arms.every(({ plan, folding }) => plan.block.kind === 'rows' || folding)
    const oneOnly = this.#arms.every(({ plan }) => plan.block.keys.length === 0)
    return {
      mode: byRows ? 'incremental' : 'partitioned',
      ...(!byRows && {
        reason: oneOnly ? 'one partition: read again as a whole' : 'touched partitions are read again',
      }),
      operators: [
        ...this.#graph.outlets.map((outlet) => ({
          id: outlet.id,
          kind: outlet.kind,
          label: outlet.label,
          inputs: outlet.inputs.map(({ id }) => id),
          stateRows: outlet.stateRows,
          rowsIn: outlet.rowsIn,
          rowsOut: outlet.rowsOut,
          milliseconds: outlet.milliseconds,
          sql: outlet.sql,
        })),
        ...this.#deltas.indexes.explain(this.#lookUps()),
      ],
    }
  }

  #lookUps(): string[] {
    return this.#arms.flatMap(({ plan: { recompute, touches } }) => [
      ...recompute.values(),
      ...[...touches.values()].flatMap((sqls) => sqls ?? []),
    ])
  }

  routings(): Routing[] {
    return this.#arms.flatMap((arm) => arm.routings())
  }

  close(): void {
    this.#hydrated = false
  }

  // ------------------------------------------------------------------------------------------------------------ graph

  #build(): void {
    const graph = new Graph()
    this.#graph = graph
    this.#sources = this.tables.map(({ shape }) => new TableSource(graph, tableKey(shape.schema, shape.name)))
    this.#recomputes = this.#arms.map((arm, i) => {
      const { plan } = arm
      const reader = this.#readers[i]!
      const inputs = this.#sources.filter(({ table }) =>
        plan.occurrences.some((each) => tableKey(each.table.schema, each.table.name) === table),
      )
      const touch = new TouchPartitions(
        graph,
        inputs,
        arm.collations,
        plan.label,
        partitionFinder(this.#deltas, arm, reader, () => this.#refreshCost),
        [],
      )
      return new RecomputePartitions(
        graph,
        touch,
        plan.label,
        (partition, before) => reader.read(partition, before),
        () => [...plan.recompute.values()],
      )
    })
    const bound = this.#statement.query
    const single = this.#arms.length === 1
    this.#counter =
      single && !this.#arms[0]!.plan.block.distinctAfter
        ? null
        : new CountRows(
            graph,
            this.#recomputes,
            bound.arms.map(({ operator }) => operator),
            this.#arms.map(({ plan }) => plan.block.distinctAfter),
            countCollations(
              bound,
              this.#arms.map(({ plan }) => plan),
            ),
          )
    const label = [
      bound.orderBy.length > 0 ? `ORDER BY ${bound.orderBy.map((term) => printExpression(term.expression.ast)).join(', ')}` : '',
      this.#window ? `LIMIT ${this.#window.limit} OFFSET ${this.#window.offset}` : '',
    ].join(' ').trim() // prettier-ignore
    const input = this.#counter ?? this.#recomputes[0]!
    const forget = (entry: Entry) => this.#recomputes[0]!.forget(entry)
    this.#result = new ResultWindow(graph, input, this.#compare, this.#window, label, forget)
    graph.finalize()
    this.#hydrated = false
  }
}
