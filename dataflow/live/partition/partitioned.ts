import type { Query, RowChange, SqlValue } from '../../../schema/live.ts'
import type { DiffTables } from '../../capture/diff-tables.ts'
import type { Detail, RowDiff, TurnDiff } from '../../capture/diff.ts'
import type { TableShape } from '../../capture/table-shape.ts'
import type { Trace } from '../../operator.ts'
import type { FindKeys } from '../../operators/touch-partitions.ts'
import type { Window } from '../../operators/result-window.ts'
import type { Block } from '../../plan/partition/block.ts'
import type { Cut } from '../../plan/partition/block-sql.ts'
import type { QueryPlan } from '../../plan/query-plan.ts'
import { Unplannable } from '../../plan/unplannable.ts'
import { diffRows, type KeyedRows } from '../../../schema/live/row-changes.ts'
import { diffEntries } from '../../result/diff-entries.ts'
import type { Entry } from '../../result/entry.ts'
import { UnkeyedRows } from '../../result/ordered-list.ts'
import { ReadRows } from '../../result/read-rows.ts'
import type { Connection } from '../../sqlite/connection.ts'
import { TooManySteps } from '../../sqlite/step-limit.ts'
import { fromSqlValue, type Value } from '../../value.ts'
import { Arm, type Routing } from './arm.ts'
import { ArmReader } from './arm-reader.ts'
import type { Maintainer, Maintenance } from '../maintainer.ts'
import { changesOf, kindOf, partitionFinder } from '../touch/partition-finder.ts'
import { askedBy, QueryGraph, type GraphParts } from './query-graph.ts'
import { CheaperToRerun, TurnGuard } from '../turn-guard.ts'
import { countCollations, inPlacesOf, orderEntries, readWindow } from './result-order.ts'

/**
 * Maintains a query by its partitions (plan/partition/block.ts), each arm of a compound a block of its own.
 *
 * Hydration is the query itself. The operators are made, and given what was read as their state, when the first changed
 * row comes: most of many live queries never see one.
 */
export class Partitioned implements Maintainer {
  readonly columns: readonly string[]
  readonly tables: readonly { readonly shape: TableShape; readonly detail: Detail }[]
  readonly isDear = false
  readonly always = false
  readonly #diffTables: DiffTables
  readonly #arms: readonly Arm[]
  readonly #readers: readonly ArmReader[]
  readonly #window: Window | null
  readonly #descendingTies: boolean
  readonly #parts: GraphParts
  #graph: QueryGraph | null = null
  /** read, and not yet the state of a graph */
  #waiting: { readonly arms: () => Entry[][]; readonly capacity: number | null; readonly shown: KeyedRows } | null =
    null
  /** What is shown is what its only arm reads: nothing is cut, counted, or put in order here. */
  readonly #plain: ArmReader | null
  #trace: Trace | null = null
  readonly #guard = new TurnGuard()
  /** It is one partition: a row that touches it, if any, has it read again, and no operator is needed for that. */
  readonly #whole: FindKeys | null
  #turns = 0
  readonly #connection: Connection
  readonly #query: Query
  /** All rows of its arms were read once; of counted arms, and of groups under a LIMIT, they have to be, where SQLite itself may stop. */
  #isWorthItsArms = false

  constructor(connection: Connection, diffTables: DiffTables, query: Query, plan: QueryPlan) {
    this.#connection = connection
    this.#query = query
    this.#diffTables = diffTables
    this.columns = plan.columns
    this.tables = plan.tables
    const bound = plan.statement.query
    const parameters = query.parameters.map(fromSqlValue)
    this.#arms = plan.arms.map((arm, i) => new Arm(arm, i, parameters))
    this.#readers = this.#arms.map(
      (arm) =>
        new ArmReader(
          connection,
          diffTables.indexes,
          query.parameters,
          plan.statement.parameterCount,
          arm,
          this.#guard,
        ),
    )
    const [only] = plan.arms.length === 1 ? plan.arms : []
    this.#window = readWindow(connection, bound, query.parameters, only ?? null)
    // SQLite reads nothing for it, and its groups may be many
    if (this.#window?.limit === 0) throw new Unplannable('LIMIT 0')
    const ties = this.#window !== null && this.#window.slack !== null
    this.#descendingTies = ties && plan.descendingTies(connection)
    this.#parts = {
      diffTables,
      query: bound,
      tables: plan.tableKeys,
      arms: this.#arms,
      readers: this.#readers,
      window: this.#window,
      compare: orderEntries(bound.orderBy, plan.arms, ties ? { descending: this.#descendingTies } : null),
      countedBy: only && !only.block.distinctAfter ? null : countCollations(bound, plan.arms),
      guard: this.#guard,
    }
    const isPlain = !this.#window && !this.#parts.countedBy && this.#readers[0]!.readsPlainRows
    this.#plain = isPlain ? this.#readers[0]! : null
    const isWhole = only && only.block.keys.length === 0 && !only.functions.folding
    this.#whole = isWhole ? partitionFinder(diffTables, this.#arms[0]!, this.#readers[0]!, this.#guard) : null
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

  /** Until the next turn: of one row that is shown, its values as SQLite has them, and its key. */
  reader(): { readonly valuesAt: (index: number) => readonly Value[]; readonly keyAt: (index: number) => string } {
    const shown = this.#waiting?.shown
    if (shown instanceof ReadRows) {
      return { valuesAt: (index) => shown.valuesOf(index), keyAt: (index) => shown.keyOf(index) }
    }
    const entries = shown instanceof UnkeyedRows ? shown.entries : (this.#graph?.result.shownEntries ?? [])
    return { valuesAt: (index) => entries[index]!.values, keyAt: (index) => entries[index]!.key }
  }

  apply(diff: TurnDiff): RowChange[] {
    this.#turns++
    for (const table of this.#parts.tables) if (diff.get(table)?.rows === null) return this.#rerun(this.shown)
    this.#guard.begin()
    for (const arm of this.#arms) arm.bind()
    if (this.#whole) return this.#touches(this.#whole, diff) ? this.#rerun(this.shown) : []
    if (this.#guard.isWary && this.#isDear(diff)) return this.#rerun(this.shown)
    if (this.#waiting && this.rows.length > manyRows && this.#touchesMany(diff)) return this.#rerun(this.shown)
    const graph = this.#ready()
    const { result } = graph
    try {
      graph.run(diff)
    } catch (error) {
      this.#graph = null
      if (error instanceof CheaperToRerun) return this.#rerun(result.shown, graph.loaded)
      throw error
    }
    if (this.#guard.isWary) this.#guard.succeed()
    return result.dry ? this.#rerun(result.shown) : result.takeChanges()
  }

  #touches(find: FindKeys, diff: TurnDiff): boolean {
    try {
      let touched = false
      find(rowsOf(diff), () => (touched = true))
      return touched
    } catch (error) {
      if (error instanceof CheaperToRerun) return true
      throw error
    }
  }

  /** Of a long result, the operators get their state only for a turn that goes through them. */
  #touchesMany(diff: TurnDiff): boolean {
    const { diffTables, arms, readers } = this.#parts
    const rows = rowsOf(diff)
    try {
      arms.forEach((arm, i) => partitionFinder(diffTables, arm, readers[i]!, this.#guard)(rows, () => {}))
      return false
    } catch (error) {
      if (error instanceof CheaperToRerun) return true
      throw error
    }
  }

  /** Turns of this kind cost more than running again, the last times. */
  #isDear(diff: TurnDiff): boolean {
    const rows = rowsOf(diff)
    return this.#arms.some((arm) => {
      const changes = changesOf(arm, rows)
      return changes.length > 0 && this.#guard.isDear(kindOf(arm, changes))
    })
  }

  /** Reads everything again. */
  #rerun(before: KeyedRows, old?: readonly (readonly Entry[])[]): RowChange[] {
    if (this.#plain) return this.#reread(this.#plain, before, old)()
    this.#read(before, old)
    const { shown } = this
    if (before instanceof UnkeyedRows && shown instanceof UnkeyedRows) return diffEntries(before, shown)
    return diffRows(before, shown)
  }

  refresh(): void {
    const before = this.#waiting || this.#graph ? this.shown : null
    if (this.#plain) this.#reread(this.#plain, before)
    else this.#read(before)
  }

  /** The same of what needs no entries. Returns how to tell the steps from `before`. */
  #reread(
    reader: ArmReader,
    before: KeyedRows | null,
    loaded: readonly (readonly Entry[])[] = this.#graph?.loaded ?? [],
  ): () => RowChange[] {
    const start = performance.now()
    this.#guard.rerunSteps = 0
    const old = before instanceof ReadRows ? before : before && ReadRows.of(loaded[0]!, this.#arms[0]!.names)
    const { rows, changes } = reader.rereadRows(old, this.#parts.query.orderBy.length > 0).end()
    this.#graph?.unload()
    this.#waiting = { arms: () => [rows.entries()], capacity: null, shown: rows }
    this.#guard.rerunMs = performance.now() - start
    return changes
  }

  /** `before`: what is shown, whose order is kept where the query has none. */
  #read(
    before: KeyedRows | null,
    old: readonly (readonly Entry[])[] = this.#waiting?.arms() ?? this.#graph?.loaded ?? [],
  ): void {
    const start = performance.now()
    this.#guard.rerunSteps = 0
    const window = this.#window
    const isCut = window !== null && (window.slack !== null || (this.#whole !== null && !this.#parts.countedBy))
    const end = isCut && window.limit < Number.MAX_SAFE_INTEGER ? window.offset + window.limit : null
    // a window that ran dry is filled with some rows to spare
    const capacity = end === null || !before ? end : end + (window!.slack ?? 0)
    try {
      this.#load(this.#hydrate(capacity, old), capacity, before, old)
    } catch (error) {
      // a row behind the window that cannot be computed is none of the query's business
      if (capacity === end) throw error
      this.#load(this.#hydrate(end, old), end, before, old)
    }
    this.#guard.rerunMs = performance.now() - start
  }

  #hydrate(capacity: number | null, old: readonly (readonly Entry[])[]): Entry[][] {
    // what is read as a whole each time needs no more order than it was asked for
    const ties = this.#whole ? null : this.#descendingTies ? 'descending' : 'ascending'
    const cut: Cut | null = capacity === null ? null : { limit: capacity, ties }
    const read = () => this.#readers.map((reader, i) => reader.hydrate(cut, old[i]))
    const mayReadLess = this.#parts.countedBy !== null || (this.#window !== null && cut === null)
    if (!mayReadLess || this.#isWorthItsArms) return read()
    try {
      let arms: Entry[][] = []
      this.#connection.limit.within(stepsUntried, () => (arms = read()))
      return arms
    } catch (error) {
      if (!(error instanceof TooManySteps)) throw error
      if (this.#answersWithin(stepsUntried / 4)) throw new Unplannable('its arms hold far more rows than it reads')
      return read()
    } finally {
      this.#isWorthItsArms = true
    }
  }

  /** Does SQLite, which stops at a LIMIT and where a set must be empty? */
  #answersWithin(steps: number): boolean {
    const { sql, parameters } = this.#query
    const statement = this.#connection.take(sql)
    try {
      parameters.forEach((value, i) => statement.bind(i + 1, value))
      this.#connection.limit.within(steps, () => {
        while (statement.step());
      })
      return true
    } catch (error) {
      if (error instanceof TooManySteps) return false
      throw error
    } finally {
      this.#connection.giveBack(sql, statement)
    }
  }

  #load(read: Entry[][], capacity: number | null, before: KeyedRows | null, old: readonly (readonly Entry[])[]): void {
    // rows that a window is cut from are ordered by their keys where by nothing else
    const keepsOrder =
      before !== null && this.#parts.query.orderBy.length === 0 && (this.#window?.slack ?? null) === null
    if (this.#parts.countedBy) {
      this.#waiting = null
      this.#graph ??= this.#makeGraph()
      this.#graph.load(read, capacity, keepsOrder ? before.keys : [])
      return
    }
    const arms = keepsOrder ? [inPlacesOf(read[0]!, old[0] ?? [])] : read
    // a turn that is read again may be followed by others of its kind: no operator needs the state before one is not
    this.#graph?.unload()
    const window = this.#window
    const shown = window ? arms[0]!.slice(window.offset, window.offset + window.limit) : arms[0]!
    const rows = shown.map(({ row }) => row)
    this.#waiting = { arms: () => arms, capacity, shown: new UnkeyedRows(rows, shown) }
  }

  /** The operators, with what was read as their state. */
  #ready(): QueryGraph {
    this.#graph ??= this.#makeGraph()
    if (this.#waiting) {
      const { arms, capacity } = this.#waiting
      this.#waiting = null
      this.#graph.load(arms(), capacity, [])
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
    const how = byRows
      ? null
      : oneOnly
        ? 'one partition: read again as a whole'
        : this.#arms.every(({ plan }) => plan.block.first)
          ? 'touched partitions are read again, as far as they are wanted'
          : 'touched partitions are read again'
    const { reruns } = this.#guard
    const guarded = reruns > 0 ? `run again in ${reruns} of ${this.#turns} turns, where following cost more` : null
    const reason = [how, guarded].filter((each) => each !== null).join('; ')
    return {
      mode: byRows ? 'incremental' : 'partitioned',
      ...(reason && { reason }),
      operators: [...this.#ready().explain(), ...this.#diffTables.indexes.explain(this.#lookUps())],
    }
  }

  #lookUps(): string[] {
    return this.#arms.flatMap(({ plan }) => [...plan.recompute.values(), ...askedBy(plan)])
  }

  /** Nothing to give back: statements are the connection's. */
  close(): void {}
}

function rowsOf(diff: TurnDiff): ReadonlyMap<string, readonly RowDiff[]> {
  return new Map([...diff].map(([table, { rows }]) => [table, rows ?? []]))
}

const manyRows = 100
/** of SQLite's programs, some 60 ms: what arms may take before the query itself is tried */
const stepsUntried = 2_000_000

/** Its partitions are what is joined to one row of a table; those of a derived table have as many rows as they like. */
function isOfRow({ kind, keys }: Block): boolean {
  return kind === 'rows' && keys.every(({ plain }) => plain !== null)
}
