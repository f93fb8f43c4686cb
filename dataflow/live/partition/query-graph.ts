import type { BoundQuery } from '../../bind/bound.ts'
import type { DiffTables } from '../../capture/diff-tables.ts'
import type { TurnDiff } from '../../capture/diff.ts'
import { Graph } from '../../graph/graph.ts'
import type { Trace } from '../../operator.ts'
import { CountRows } from '../../operators/count-rows.ts'
import { RecomputePartitions } from '../../operators/recompute-partitions.ts'
import { ResultWindow, type Window } from '../../operators/result-window.ts'
import { TableSource } from '../../operators/table-source.ts'
import { TouchPartitions } from '../../operators/touch-partitions.ts'
import type { ArmPlan } from '../../plan/query-plan.ts'
import { printExpression } from '../../print/print.ts'
import type { Entry } from '../../result/entry.ts'
import type { CompareEntries } from '../../result/ordered-list.ts'
import type { OperatorExplanation } from '../../types.ts'
import type { Arm } from './arm.ts'
import type { ArmReader } from './arm-reader.ts'
import { partitionFinder } from '../touch/partition-finder.ts'
import type { TurnGuard } from '../turn-guard.ts'
import { inOldOrder } from './result-order.ts'

/** What the operators of one query are made with. */
export interface GraphParts {
  readonly diffTables: DiffTables
  readonly query: BoundQuery
  readonly tables: readonly string[]
  readonly arms: readonly Arm[]
  /** one for each arm */
  readonly readers: readonly ArmReader[]
  readonly window: Window | null
  readonly compare: CompareEntries
  /** by which rows are told apart, where they are counted (DISTINCT, set operations); null: they are not */
  readonly countedBy: readonly string[] | null
  readonly guard: TurnGuard
}

/**
 * The operators of one query, on a graph of its own:
 *   a table's diffs → touched partitions → read again → (counted) → order and window
 *   └─────────────── one for each arm ──────────────┘
 */
export class QueryGraph {
  readonly result: ResultWindow
  readonly #graph = new Graph()
  readonly #sources: readonly TableSource[]
  readonly #recomputes: readonly RecomputePartitions[]
  readonly #counter: CountRows | null
  readonly #parts: GraphParts

  constructor(parts: GraphParts) {
    const { query, arms, window, countedBy } = parts
    this.#parts = parts
    this.#sources = parts.tables.map((table) => new TableSource(this.#graph, table))
    this.#recomputes = arms.map((arm, i) => this.#addArm(arm, parts.readers[i]!))
    this.#counter =
      countedBy &&
      new CountRows(
        this.#graph,
        this.#recomputes,
        query.arms.map(({ operator }) => operator),
        arms.map(({ plan }) => plan.block.distinctAfter),
        countedBy,
      )
    const order = query.orderBy.map((term) => printExpression(term.expression.ast)).join(', ')
    const label = [order && `ORDER BY ${order}`, window && `LIMIT ${window.limit} OFFSET ${window.offset}`]
    const input = this.#counter ?? this.#recomputes[0]!
    const forget = (entry: Entry) => this.#recomputes[0]!.forget(entry)
    this.result = new ResultWindow(this.#graph, input, parts.compare, window, label.filter(Boolean).join(' '), forget)
    this.#graph.finalize()
  }

  set trace(trace: Trace | null) {
    this.#graph.trace = trace
  }

  /** The state after `read`: the entries of every arm. `oldOrder`: keys whose order is to be kept. */
  load(arms: readonly Entry[][], capacity: number | null, oldOrder: readonly string[]): void {
    this.#recomputes.forEach((each, i) => each.load(arms[i]!))
    let entries = this.#counter ? this.#counter.load(arms) : arms[0]!
    if (this.#counter && this.#parts.query.orderBy.length > 0) entries.sort(this.#parts.compare)
    if (oldOrder.length > 0) entries = inOldOrder(entries, oldOrder)
    this.result.load(entries, capacity)
  }

  /** The entries of its only arm, in order; none: they are counted, so that there is no telling. */
  get loaded(): readonly (readonly Entry[])[] {
    return this.#counter ? [] : [this.result.entries]
  }

  /** Forgets its state, until `load`. What was shown stays with who has it. */
  unload(): void {
    this.load(
      this.#recomputes.map(() => []),
      null,
      [],
    )
  }

  /** Runs the diffs of a turn through; the steps of the result are its `takeChanges`. */
  run(diff: TurnDiff): void {
    for (const source of this.#sources) {
      const rows = diff.get(source.table)?.rows
      if (rows) source.push(rows)
    }
    this.#graph.run()
  }

  explain(): OperatorExplanation[] {
    return this.#graph.outlets.map((outlet) => ({
      id: outlet.id,
      kind: outlet.kind,
      label: outlet.label,
      inputs: outlet.inputs.map(({ id }) => id),
      stateRows: outlet.stateRows,
      rowsIn: outlet.rowsIn,
      rowsOut: outlet.rowsOut,
      milliseconds: outlet.milliseconds,
      sql: outlet.sql,
    }))
  }

  #addArm(arm: Arm, reader: ArmReader): RecomputePartitions {
    const { plan } = arm
    const { first } = plan.block
    const inputs = this.#sources.filter(({ table }) => plan.tableKeys.includes(table))
    const find = partitionFinder(this.#parts.diffTables, arm, reader, this.#parts.guard)
    const touch = new TouchPartitions(this.#graph, inputs, arm.collations, plan.label, find, () => askedBy(plan))
    return new RecomputePartitions(
      this.#graph,
      touch,
      plan.functions.folding ? 'fold' : first ? 'first' : 'recompute',
      first ? `${plan.label} ${first.label}` : plan.label,
      reader,
      () => [...plan.recompute.values()],
    )
  }
}

/** The statements that find what moved, and what is touched, as far as they were made. */
export function askedBy({ moves, touches }: ArmPlan): string[] {
  const touching = [...touches.values()].flatMap((statements) => statements ?? [])
  return [...[...moves.values()].flatMap((sqls) => sqls ?? []), ...touching.map(({ sql }) => sql)]
}
