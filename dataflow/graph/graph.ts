import { D2, MessageType, MultiSet, StreamBuilder, v, type IOperator, type MultiSetArray } from '@electric-sql/d2ts'
import type { Operator, OperatorKind, Trace } from '../operator.ts'

/**
 * The one file that knows d2ts. Two defects of the stock classes are designed around (graph.test.ts shows both):
 *  - every stock operator and input registers a reader that nobody drains. Our edges have the readers of their consumers and
 *    no other; readers that stock operators add are drained after each run.
 *  - `consolidate`, `distinct`, `reduce` and `join` hash rows to 32 bits. Our operators keep state under exact keys.
 *
 * A graph is run once for each turn, so one version serves for all turns; operators stand behind those that feed them, so one
 * step brings everything through.
 */
export class Graph extends D2 {
  readonly #strays: { drain(): unknown }[] = []
  /** every operator, inputs before those that they feed */
  readonly outlets: Outlet<unknown>[] = []
  /** called with everything that an operator sends; null: off, and free */
  trace: Trace | null = null

  constructor() {
    super({ initialFrontier: 0 })
  }

  override addStream(reader: Parameters<D2['addStream']>[0]): void {
    super.addStream(reader)
    this.#strays.push(reader)
  }

  override run(): void {
    this.step()
    for (const reader of this.#strays) reader.drain()
  }

  /** An edge: what is sent on it reaches exactly those who connect to it. */
  edge<T>(): StreamBuilder<T> {
    return new StreamBuilder<T>(this, new Writer<T>())
  }
}

// d2ts exports the builder of streams but not the writer that it wants
const Writer = new D2({ initialFrontier: 0 }).newInput().writer.constructor as new <T>() => StreamBuilder<T>['writer']

const VERSION = v(0)

export type Entries<T> = MultiSetArray<T>

/** The sending half of an operator: what others connect to, and what `explain` shows. The contract: ../operator.ts. */
export abstract class Outlet<O> implements Operator {
  readonly id: string
  abstract readonly kind: OperatorKind
  abstract readonly label: string
  readonly graph: Graph
  readonly stream: StreamBuilder<O>
  readonly inputs: readonly Outlet<unknown>[]
  rowsIn = 0
  rowsOut = 0
  milliseconds = 0

  constructor(graph: Graph, inputs: readonly Outlet<unknown>[]) {
    this.graph = graph
    this.inputs = inputs
    this.stream = graph.edge<O>()
    this.id = String(graph.outlets.push(this) - 1)
  }

  /** entries kept in memory */
  get stateRows(): number {
    return 0
  }
  /** the SQL of its look-ups */
  get sql(): readonly string[] {
    return []
  }

  protected emit(entries: Entries<O>): void {
    if (entries.length === 0) return
    this.rowsOut += entries.length
    this.graph.trace?.({ operator: this.id, kind: this.kind, entries })
    this.stream.writer.sendData(VERSION, new MultiSet(entries))
  }
}

/** An operator: it takes what waits on its inputs, and sends on what that changes. */
export abstract class Node<I, O> extends Outlet<O> implements IOperator<O> {
  readonly #readers: ReturnType<StreamBuilder<I>['connectReader']>[]

  constructor(graph: Graph, inputs: readonly Outlet<I>[]) {
    super(graph, inputs)
    this.#readers = inputs.map((input) => input.stream.connectReader())
    graph.addOperator(this as never)
  }

  /** One batch for each input, all of the same turn; weights are +1 and −1 (or more, where rows are alike). */
  protected abstract process(batches: readonly Entries<I>[]): Entries<O>

  run(): void {
    if (!this.hasPendingWork()) return
    const start = performance.now()
    const batches = this.#readers.map((reader) => {
      let entries: Entries<I> = []
      if (reader.isEmpty()) return entries
      for (const message of reader.drain()) {
        if (message.type !== MessageType.DATA) continue
        const inner = message.data.collection.getInner()
        if (entries.length === 0) entries = inner
        else entries = entries.concat(inner)
      }
      this.rowsIn += entries.length
      return entries
    })
    const entries = this.process(batches)
    this.milliseconds += performance.now() - start
    this.emit(entries)
  }

  hasPendingWork(): boolean {
    for (const reader of this.#readers) if (!reader.isEmpty()) return true
    return false
  }

  frontiers(): ReturnType<IOperator<O>['frontiers']> {
    return [[], this.graph.frontier()]
  }
}
