import type { Query, RowChange, SqlValue } from '../../schema/live.ts'
import type { BoundArm, BoundQuery, BoundStatement, Source } from '../bind/bound.ts'
import { sameValue, tableKey, type Detail } from '../capture/capture-diff.ts'
import type { DeltaTables } from '../capture/delta-tables.ts'
import type { Row, RowDiff, TurnDiff } from '../capture/diff.ts'
import type { TableShape } from '../capture/table-shape.ts'
import type { CatalogTable } from '../catalog/catalog.ts'
import { compareValues } from '../compare.ts'
import { Graph } from '../graph/graph.ts'
import { encodeKey, isKnownCollation, keyId, type KeyId } from '../key.ts'
import { CountRows } from '../operators/count-rows.ts'
import { RecomputePartitions } from '../operators/recompute-partitions.ts'
import { ResultWindow, type Window } from '../operators/result-window.ts'
import { TableSource } from '../operators/table-source.ts'
import { TouchPartitions, type FindKeys, type PartitionId, type Touch } from '../operators/touch-partitions.ts'
import { recomputeSql } from '../plan/block.ts'
import { compileFold, type FoldGroups } from '../plan/fold-groups.ts'
import { planProjection, type ProjectRow } from '../plan/project-row.ts'
import { planRowFilter, type Route, type RowFilter } from '../plan/row-filter.ts'
import { isDirect, type ArmPlan, type QueryPlan } from '../plan/query-plan.ts'
import { planTouches, type Occurrence, type TouchPlan } from '../plan/touch.ts'
import { Unplannable } from '../plan/unplannable.ts'
import { printExpression } from '../print/print.ts'
import { diffRows, type KeyedRows } from '../result/diff-rows.ts'
import { nameEntry, ReadEntry, type Entry, type EntryNames } from '../result/entry.ts'
import type { CompareEntries } from '../result/ordered-list.ts'
import { matchOrdinals } from '../result/row-keys.ts'
import type { Connection } from '../sqlite/connection.ts'
import type { Statement } from '../sqlite/statement.ts'
import type { Explanation } from '../types.ts'
import { fromSqlValue, mayBeMangled, type Value } from '../value.ts'
import type { Maintainer } from './maintainer.ts'

/** The guard: this turn would cost more than to run the query again. */
class CheaperToRerun extends Error {}

/**
 * Maintains a query by its partitions (plan/block.ts): tables → touched partitions → read again → (DISTINCT, set operators) →
 * order and window. Each arm of a compound is a block of its own.
 */
export class Partitioned implements Maintainer {
  readonly columns: readonly string[]
  readonly tables: readonly { readonly shape: TableShape; readonly detail: Detail }[]
  readonly always = false
  readonly #connection: Connection
  readonly #deltas: DeltaTables
  readonly #query: Query
  readonly #statement: BoundStatement
  readonly #arms: readonly Arm[]
  readonly #window: Window | null
  readonly #ties: boolean
  readonly #descendingTies: boolean
  readonly #compare: CompareEntries
  #graph!: Graph
  #sources!: TableSource[]
  #recomputes!: RecomputePartitions[]
  #counter: CountRows | null = null
  #result!: ResultWindow
  #hydrated = false
  /** milliseconds of the last full read, and of one partition */
  #refreshCost = 0
  #partitionCost = 0.02

  constructor(connection: Connection, deltas: DeltaTables, query: Query, plan: QueryPlan) {
    this.#connection = connection
    this.#deltas = deltas
    this.#query = query
    this.#statement = plan.statement
    this.columns = plan.columns
    this.tables = plan.tables
    const parameters = query.parameters.map(fromSqlValue)
    this.#arms = plan.arms.map((arm) => {
      const filters = arm.occurrences.map((each) => planRowFilter(each, parameters))
      const { layout, keys } = arm.block
      const collations = keys.map(({ collation }) => collation)
      return {
        ...arm,
        filters,
        collations,
        names: layout.names
          ? { prefix: arm.prefix, keys: [], collations: [], ids: layout.names }
          : { prefix: arm.prefix, keys: layout.keys, collations, ids: layout.ids },
        project: planProjection(arm.block, arm.occurrences, filters, parameters),
        folding: arm.fold && compileFold(arm.block, arm.fold, arm.occurrences[0]!, filters[0]!, parameters),
      }
    })
    this.#window = readWindow(connection, plan.statement.query, query.parameters, this.#arms)
    this.#ties = this.#window !== null && this.#window.slack !== null
    this.#descendingTies = this.#ties && plan.descendingTies(connection)
    this.#compare = this.#order()
    this.#build()
  }

  get rows(): readonly SqlValue[][] {
    return this.#result.rows
  }
  get keys(): readonly string[] {
    return this.#result.keys
  }

  apply(diff: TurnDiff): RowChange[] {
    const result = this.#result
    for (const { table } of this.#sources) if (diff.get(table)?.rows === null) return this.#rerun(result)
    try {
      for (const source of this.#sources) {
        const rows = diff.get(source.table)?.rows
        if (rows) source.push(rows)
      }
      this.#graph.run()
      return result.dry ? this.#rerun(result) : result.takeChanges()
    } catch (error) {
      this.#build()
      if (error instanceof CheaperToRerun) return this.#rerun(result)
      throw error
    }
  }

  /** Reads everything again. */
  #rerun(shown: KeyedRows): RowChange[] {
    const before = { keys: shown.keys, rows: shown.rows }
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
    const arms = this.#arms.map((arm, i) => {
      const entries = this.#hydrate(arm, capacity)
      this.#recomputes[i]!.load(entries)
      return entries
    })
    let entries = this.#counter ? this.#counter.load(arms) : arms[0]!
    if (this.#counter && this.#statement.query.orderBy.length > 0) entries.sort(this.#compare)
    if (shown.length > 0) entries = inOldOrder(entries, shown)
    this.#result.load(entries, capacity)
  }

  explain(): Explanation {
    const byRows = this.#arms.every(({ block, folding }) => block.kind === 'rows' || folding)
    const oneOnly = this.#arms.every(({ block }) => block.keys.length === 0)
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
    return this.#arms.flatMap(({ recompute, touches }) => [
      ...recompute.values(),
      ...[...touches.values()].flatMap((sqls) => sqls ?? []),
    ])
  }

  /** The condition by which the table's rows are routed here; null: all of its diffs must come. */
  routeOf(table: string): Route | null {
    const routes = this.#arms.flatMap(({ occurrences, filters }) =>
      filters.filter((_, i) => tableKey(occurrences[i]!.table.schema, occurrences[i]!.table.name) === table),
    )
    return routes.length === 1 ? routes[0]!.route : null
  }

  close(): void {
    this.#hydrated = false
  }

  // ------------------------------------------------------------------------------------------------------------ graph

  #build(): void {
    const graph = new Graph()
    this.#graph = graph
    this.#sources = this.tables.map(({ shape }) => new TableSource(graph, tableKey(shape.schema, shape.name)))
    this.#recomputes = this.#arms.map((arm) => {
      const inputs = this.#sources.filter(({ table }) =>
        arm.occurrences.some((each) => tableKey(each.table.schema, each.table.name) === table),
      )
      const touch = new TouchPartitions(graph, inputs, arm.collations, arm.label, this.#finder(arm), [])
      return new RecomputePartitions(
        graph,
        touch,
        arm.label,
        (partition, before) => this.#read(arm, partition, before),
        () => [...arm.recompute.values()],
      )
    })
    const bound = this.#statement.query
    const single = this.#arms.length === 1
    this.#counter =
      single && !this.#arms[0]!.block.distinctAfter
        ? null
        : new CountRows(
            graph,
            this.#recomputes,
            bound.arms.map(({ operator }) => operator),
            this.#arms.map(({ block }) => block.distinctAfter),
            countCollations(bound, this.#arms),
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

  /** By the terms of ORDER BY; where a window is cut from the rows, then by their keys, so that they have one order. */
  #order(): CompareEntries {
    const terms = this.#statement.query.orderBy
    const { layout, keys } = this.#arms[0]!.block
    // counted rows are no longer known by more than what they show
    const counted = this.#arms.length > 1 || this.#arms[0]!.block.distinctAfter
    const order = counted ? terms.map((term) => term.column) : layout.order
    const ties = this.#ties ? [...layout.keys.filter((k) => !layout.order.includes(k)), ...layout.ids] : []
    const tieCollations = keys.map(({ collation }) => collation)
    const descending = this.#descendingTies
    return compareEntries(
      order.map((place, i) => ({ place, ...terms[i]! })),
      ties.map((place, i) => ({ place, descending, nullsFirst: !descending, collation: tieCollations[i] ?? 'BINARY' })),
    )
  }

  // ------------------------------------------------------------------------------------------------------------ touch

  #finder(arm: Arm): FindKeys {
    const { block, occurrences } = arm
    return (diffs, touch) => {
      const changed = new Set(diffs.keys())
      const limit = Math.max(20, (1.1 * this.#refreshCost) / this.#partitionCost)
      let touches = 0
      const touchOne: Touch = (key, row, move) => {
        if (++touches > limit || key.some(mayBeMangled)) throw new CheaperToRerun()
        touch(key, row, move)
      }
      occurrences.forEach((occurrence, i) => {
        const all = diffs.get(tableKey(occurrence.table.schema, occurrence.table.name))
        if (!all) return
        const rows = all.filter((diff) => matters(diff, arm.filters[i]!, arm.used[i]!))
        if (rows.length === 0) return
        if (arm.folding || isDirect(block, occurrence)) touchDirectly(arm, rows, touchOne)
        else this.#touchBySql(arm, occurrence, changed, diffs, touchOne)
      })
    }
  }

  #touchBySql(
    arm: Arm,
    occurrence: Occurrence,
    changed: ReadonlySet<string>,
    diffs: ReadonlyMap<string, readonly RowDiff[]>,
    touch: (key: readonly Value[]) => void,
  ): void {
    const name = `${arm.occurrences.indexOf(occurrence)}|${[...changed].sort().join('|')}`
    let sqls = arm.touches.get(name)
    if (sqls === undefined) {
      const plans = planTouches(arm.block, occurrence, changed)
      sqls = plans && plans.flatMap((plan) => statementsOf(plan, occurrence, (table) => this.#deltas.prepare(table)))
      arm.touches.set(name, sqls)
    }
    if (sqls === null) throw new CheaperToRerun()
    for (const { table } of arm.occurrences) {
      const rows = diffs.get(tableKey(table.schema, table.name))
      if (rows) this.#deltas.fill(table, rows)
    }
    const width = arm.block.keys.length
    const { indexes } = this.#deltas
    for (const sql of sqls) this.#each(indexes.sqlFor(sql), [], (statement) => touch(statement.row(width)))
  }

  // ------------------------------------------------------------------------------------------------------------- read

  #read(arm: Arm, partition: PartitionId, before: readonly Entry[]): Entry[] {
    const start = performance.now()
    const { block } = arm
    if (arm.folding && partition.moves) {
      const values = arm.folding.next(before[0]?.values ?? null, partition.moves)
      if (values !== 'ask') return values ? [this.#entry(arm, values, 0)] : []
    }
    if (arm.project && partition.row !== undefined) {
      const values = arm.project(partition.row)
      if (values !== 'ask') return values ? [this.#entry(arm, values, 0)] : []
    }
    const nulls = partition.values.map((value) => value === null)
    const mask = nulls.map((isNull) => (isNull ? '1' : '0')).join('')
    let sql = arm.recompute.get(mask)
    if (sql === undefined) {
      sql = recomputeSql(block, nulls, this.#statement.parameterCount + 1)
      arm.recompute.set(mask, sql)
    }
    const rows: Value[][] = []
    const key = nulls.includes(true) ? partition.values.filter((value) => value !== null) : partition.values
    this.#each(this.#deltas.indexes.sqlFor(sql), key, (statement) => {
      const row = statement.row()
      // an affinity may let more through than the key says
      if (partitionOf(arm, row) === partition.id) rows.push(row)
    })
    const entries = namesRepeat(arm) ? this.#repeated(arm, rows, before) : rows.map((row) => this.#entry(arm, row, 0))
    this.#partitionCost += 0.1 * (performance.now() - start - this.#partitionCost)
    return entries
  }

  #hydrate(arm: Arm, capacity: number | null): Entry[] {
    const cut = capacity === null ? null : { limit: capacity, descendingTies: this.#descendingTies }
    const sql = arm.hydrate(cut)
    if (namesRepeat(arm)) {
      const rows: Value[][] = []
      this.#each(sql, [], (statement) => rows.push(statement.row()))
      return this.#repeated(arm, rows, [])
    }
    const entries: Entry[] = []
    this.#each(sql, [], (statement) => entries.push(this.#entry(arm, statement.row(), 0)))
    return entries
  }

  /** Entries of rows that may share names: those that are as they were `before` keep theirs. */
  #repeated(arm: Arm, rows: readonly (readonly Value[])[], before: readonly Entry[]): Entry[] {
    const names = rows.map((row) => nameEntry(row, arm.names, 0))
    const contentOf = (name: string, row: readonly Value[]) => `${name}|${encodeKey(row)}`
    const ordinals = matchOrdinals(
      names,
      rows.map((row, i) => contentOf(names[i]!, row)),
      before.map(({ values, ordinal }) => [contentOf(nameEntry(values, arm.names, 0), values), ordinal]),
    )
    return rows.map((row, i) => this.#entry(arm, row, ordinals[i]!))
  }

  #entry(arm: Arm, values: readonly Value[], ordinal: number): Entry {
    const { layout } = arm.block
    if (
      layout.keys.some((place) => mayBeMangled(values[place])) ||
      layout.order.some((place) => mayBeMangled(values[place]))
    ) {
      throw new Error('text that may not be UTF-8 cannot be a key')
    }
    return new ReadEntry(values, layout.columns, partitionOf(arm, values), arm.names, ordinal)
  }

  #each(sql: string, key: readonly Value[], visit: (statement: Statement) => void): void {
    const statement = this.#connection.take(sql)
    try {
      const { parameters } = this.#query
      for (let i = 0; i < parameters.length && i < statement.parameterCount; i++) statement.bind(i + 1, parameters[i]!)
      key.forEach((value, i) => statement.bind(this.#statement.parameterCount + 1 + i, value))
      while (statement.step()) visit(statement)
    } finally {
      this.#connection.giveBack(sql, statement)
    }
  }
}

function partitionOf({ block, collations }: Arm, values: readonly Value[]): KeyId {
  return keyId(
    block.layout.keys.map((place) => values[place]!),
    collations,
  )
}

/** An arm of the plan, with the parameters' values put in. */
interface Arm extends ArmPlan {
  /** by occurrence: which rows can matter there */
  readonly filters: readonly RowFilter[]
  /** of the partition key */
  readonly collations: readonly string[]
  readonly names: EntryNames
  /** makes the entry of a row without SQLite, null where that cannot be */
  readonly project: ProjectRow | null
  /** makes the next state of a group from its last and the rows that moved, null where that cannot be */
  readonly folding: FoldGroups | null
}

function readWindow(
  connection: Connection,
  query: BoundQuery,
  parameters: readonly SqlValue[],
  arms: readonly Arm[],
): Window | null {
  if (!query.limit) return null
  if (query.limit.subquery || query.offset?.subquery) throw new Unplannable('a subquery in LIMIT')
  const sql = `SELECT ${printExpression(query.limit.ast)}, ${query.offset ? printExpression(query.offset.ast) : '0'}`
  const statement = connection.take(sql)
  try {
    for (let i = 0; i < parameters.length && i < statement.parameterCount; i++) statement.bind(i + 1, parameters[i]!)
    statement.step()
    const [limit, offset] = [statement.value(0), statement.value(1)]
    if (typeof limit !== 'number' || typeof offset !== 'number') throw new Unplannable('LIMIT of no plain integer')
    const cut = arms.length === 1 && arms[0]!.block.kind === 'rows' && !arms[0]!.block.distinctAfter
    if (limit < 0) return { limit: Number.MAX_SAFE_INTEGER, offset: Math.max(0, offset), slack: null }
    return { limit, offset: Math.max(0, offset), slack: cut ? Math.max(20, Math.ceil(limit / 2)) : null }
  } finally {
    connection.giveBack(sql, statement)
  }
}

function touchDirectly({ block: { keys }, project, folding }: Arm, rows: readonly RowDiff[], touch: Touch): void {
  const keyOf = (row: Row) => keys.map(({ plain }) => row[plain!.column]!)
  for (const diff of rows) {
    const { before, after } = diff
    if (folding) folding.movesOf(diff, (key, row, weight) => touch(key, undefined, { row, weight }))
    else if (project) {
      if (before) touch(keyOf(before), null)
      if (after) touch(keyOf(after), after)
    } else {
      if (before) touch(keyOf(before))
      if (after) touch(keyOf(after))
    }
  }
}

/** A row that no condition lets in, before or after, changes nothing; nor does one whose change the query cannot see. */
function matters({ before, after }: RowDiff, { passes }: RowFilter, used: readonly number[] | null): boolean {
  if (before && after && used?.every((column) => sameValue(before[column]!, after[column]!))) return false
  return (before !== null && passes(before)) || (after !== null && passes(after))
}

/** One statement for every choice between a changed table's rows now and its changed rows. */
function statementsOf(
  plan: TouchPlan,
  occurrence: Occurrence,
  nameOfChanged: (table: CatalogTable) => string,
): string[] {
  if (plan.others.length > 5) throw new CheaperToRerun()
  const sqls: string[] = []
  for (let choice = 0; choice < 1 << plan.others.length; choice++) {
    const stands = new Map<Source, 'table' | 'changed'>([[occurrence.source, 'changed']])
    plan.others.forEach((source, i) => stands.set(source, choice & (1 << i) ? 'changed' : 'table'))
    sqls.push(plan.sql(stands, nameOfChanged))
  }
  return sqls
}

/** UNION ALL alone tells rows apart that a collation calls equal. */
function countCollations(query: BoundQuery, plans: readonly ArmPlan[]): string[] {
  const folds = ({ columns }: BoundArm) => columns.some(({ collation }) => collation !== 'BINARY')
  if (query.arms.length > 1 && query.arms.some((arm, i) => plans[i]!.block.distinctAfter && folds(arm))) {
    throw new Unplannable('an arm that is DISTINCT by a collation of its own')
  }
  const all = query.arms.every(({ operator }) => operator === null || operator === 'UNION ALL')
  if (all && query.arms.length > 1) return query.columns.map(() => 'BINARY')
  const collations = query.columns.map(({ collation }) => collation)
  if (!collations.every(isKnownCollation)) throw new Unplannable('a custom collation')
  const mixed = query.arms.some(({ operator }) => operator === 'UNION ALL')
  if (mixed && collations.some((collation) => collation !== 'BINARY'))
    throw new Unplannable('UNION ALL mixed with sets')
  return collations
}

interface Term {
  readonly place: number
  readonly descending: boolean
  readonly nullsFirst: boolean
  readonly collation: string
}

function compareEntries(terms: readonly Term[], ties: readonly Term[]): CompareEntries {
  const all = [...terms, ...ties]
  return ({ values: a }, { values: b }) => {
    for (let i = 0; i < all.length; i++) {
      const term = all[i]!
      const [x, y] = [a[term.place]!, b[term.place]!]
      if (x === y) continue
      if (x === null || y === null) return (x === null) === term.nullsFirst ? -1 : 1
      const order = typeof x === 'number' && typeof y === 'number' ? x - y : compareValues(x, y, term.collation)
      if (order !== 0) return term.descending ? -order : order
    }
    return 0
  }
}

/** Rows of which several may have the same name: those of VALUES, of derived tables and of table-valued functions. */
function namesRepeat({ block: { single, select } }: Arm): boolean {
  return !single && (select.sources.length === 0 || select.sources.some(({ relation }) => relation.kind !== 'table'))
}

function inOldOrder(entries: readonly Entry[], keys: readonly string[]): Entry[] {
  const left = new Map(entries.map((entry) => [entry.key, entry]))
  const sorted: Entry[] = []
  for (const key of keys) {
    const entry = left.get(key)
    if (!entry) continue
    sorted.push(entry)
    left.delete(key)
  }
  return [...sorted, ...left.values()]
}
