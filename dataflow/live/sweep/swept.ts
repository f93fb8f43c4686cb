import type { Query, RowChange, SqlValue } from '../../../schema/live.ts'
import { diffRows, sameValue as sameShown, type KeyedRows } from '../../../schema/live/row-changes.ts'
import type { DiffTables } from '../../capture/diff-tables.ts'
import type { Detail, TurnDiff } from '../../capture/diff.ts'
import type { TableShape } from '../../capture/table-shape.ts'
import { compareValues } from '../../compare.ts'
import { AskSqlite } from '../../expression/ask-sqlite.ts'
import { truth } from '../../expression/coerce.ts'
import { compileExpression, type Evaluate, type Layout } from '../../expression/compile.ts'
import type { Trace } from '../../operator.ts'
import type { SweepPlan } from '../../plan/sweep/sweep-plan.ts'
import { isOfAll, overAll, windowStep, type List, type WindowStep } from '../../plan/sweep/window-step.ts'
import { Unplannable } from '../../plan/unplannable.ts'
import { sameValue } from '../../same-value.ts'
import type { Connection } from '../../sqlite/connection.ts'
import { fromSqlValue, toSqlValue, type Value } from '../../value.ts'
import type { Maintainer, Maintenance } from '../maintainer.ts'
import type { Routing } from '../partition/arm.ts'
import { Partitioned } from '../partition/partitioned.ts'
import { Marks } from './marks.ts'
import { Scalar } from './scalar.ts'

/**
 * Maintains a query along a list (plan/sweep/sweep-plan.ts). A changed row of the list is made anew, then the rows behind it until one has
 * the windows' values that it had: what follows it follows from them.
 *
 *   dense_rank by n:  3 1, 5 2, 9 3    and a second 5 comes   →   3 1, 5 2, 5 2 (new), 9 3: the 9 has what it had, so that no more is read
 *
 * Of some lists only a beginning is shown (`until`), or a part of which a value says where it is (`slice`).
 *
 * `otherwise` maintains it where JavaScript cannot tell what SQLite would say: sums of REALs, from then on.
 */
export class Swept implements Maintainer {
  readonly columns: readonly string[]
  readonly always = false
  readonly tables: readonly { readonly shape: TableShape; readonly detail: Detail }[]
  readonly #plan: SweepPlan
  readonly #list: Partitioned
  readonly #scalars: readonly Scalar[]
  readonly #otherwise: () => Maintainer
  #other: Maintainer | null = null
  /** what was asked for last */
  #shown: Shown | null = null
  #rows: SqlValue[][] = []
  /** where only a beginning of the list is shown: its keys */
  #firstKeys: string[] = []
  /** of each row: what the windows gave; null: not made yet */
  #outputs: (readonly Value[] | null)[] = []
  readonly #along: List
  readonly #steps: readonly WindowStep[]
  readonly #evaluators: readonly Evaluate[]
  /** columns that are more than a column of the list */
  readonly #made: readonly number[]
  /** the list, in this turn */
  #read: ReturnType<Partitioned['reader']>
  readonly #until: Evaluate | null
  readonly #slice: { readonly limit: Evaluate; readonly offset: Evaluate } | null
  /** of the calls over all rows of the list: what they give, in this turn */
  #overAll: readonly Value[] = []
  readonly #cells: Value[] = []
  readonly #isOfAll: boolean
  readonly #isByPlace: boolean
  readonly #reach: number
  #trace: Trace | null = null
  #rowsOut = 0
  #milliseconds = 0

  constructor(
    connection: Connection,
    diffTables: DiffTables,
    query: Query,
    plan: SweepPlan,
    columns: readonly string[],
    maintainScalar: (query: Query) => Maintainer,
    otherwise: () => Maintainer,
  ) {
    this.columns = columns
    this.#plan = plan
    this.#otherwise = otherwise
    const most = plan.list.statement.parameterCount
    this.#list = new Partitioned(connection, diffTables, { sql: '', parameters: query.parameters.slice(0, most) }, plan.list)
    this.#scalars = plan.scalars.map(({ sql, parameterCount }) => {
      return new Scalar(maintainScalar({ sql, parameters: query.parameters.slice(0, parameterCount) }))
    })
    this.tables = [...this.#list.tables, ...this.#scalars.flatMap(({ maintainer }) => maintainer.tables)]
    const layout: Layout = {
      slotOf: plan.placeOf,
      slotOfAggregate: plan.placeOf,
      slotOfOther: plan.placeOf,
      parameters: query.parameters.map(fromSqlValue),
    }
    this.#read = this.#list.reader()
    this.#evaluators = plan.columns.map((each) => evaluatorOf(each, layout))
    this.#made = plan.columns.flatMap((each, i) => ((plan.placeOf(each) ?? plan.calls.length + this.#list.columns.length) < this.#list.columns.length ? [] : [i])) // prettier-ignore
    this.#until = plan.until && evaluatorOf(plan.until, layout)
    this.#slice = plan.slice && { limit: evaluatorOf(plan.slice.limit, layout), offset: evaluatorOf(plan.slice.offset, layout) }
    this.#along = this.#listOf(plan)
    this.#steps = plan.calls.map((call, i) => windowStep(call, i, this.#along, plan.backwards))
    this.#isOfAll = plan.calls.some(isOfAll)
    this.#isByPlace = plan.calls.some(({ name }) => name === 'rank')
    this.#reach = plan.calls.reduce((most, call) => ('by' in call ? Math.max(most, call.by) : most), 1)
  } // prettier-ignore

  get rows(): readonly SqlValue[][] {
    return this.#other?.rows ?? this.#rows
  }
  get keys(): readonly string[] {
    return this.#other?.keys ?? this.shown.keys
  }
  get isDear(): boolean {
    return this.#other?.isDear ?? false
  }
  get shown(): KeyedRows {
    if (this.#other) return this.#other.shown
    const { shown } = this.#list
    const keys = this.#isCut ? this.#firstKeys : null
    return (this.#shown = new Shown(this.#rows, () => keys ?? shown.keys))
  }

  get trace(): Trace | null {
    return this.#trace
  }
  set trace(trace: Trace | null) {
    this.#trace = trace
    this.#list.trace = trace
    if (this.#other) this.#other.trace = trace
  }

  routings(): Routing[] {
    return [...this.#list.routings(), ...this.#scalars.flatMap(({ maintainer }) => maintainer.routings())]
  }

  refresh(): void {
    if (this.#other) return this.#other.refresh()
    for (const scalar of this.#scalars) scalar.refresh()
    this.#list.refresh()
    this.#read = this.#list.reader()
    try {
      this.#makeAll()
    } catch (error) {
      if (!(error instanceof AskSqlite)) throw error
      this.#giveUp()
    }
  }

  apply(diff: TurnDiff): RowChange[] {
    if (this.#other) return this.#other.apply(diff)
    const start = performance.now()
    const moved = this.#scalars.map((scalar) => scalar.apply(diff))
    const steps = this.#list.apply(diff)
    this.#read = this.#list.reader()
    if (steps.length === 0 && !moved.includes(true)) return []
    const before = this.#rows
    this.#rows = before.slice()
    try {
      const changes = this.#follow(steps, moved, before)
      this.#rowsOut += changes.length
      this.#trace?.({ operator: 'sweep', kind: 'sweep', entries: changes.map((each) => [each, 1]) })
      return changes
    } catch (error) {
      if (!(error instanceof AskSqlite)) throw error
      const shown = new Shown(before, () => this.#keysBefore(steps))
      this.#shown?.hold(shown.keys)
      return diffRows(shown, this.#giveUp())
    } finally {
      this.#milliseconds += performance.now() - start
    }
  }

  explain(): Maintenance {
    if (this.#other) return this.#other.explain()
    const { mode, reason, operators } = this.#list.explain()
    const scalars = this.#scalars.map(({ maintainer }) => maintainer.explain())
    const inner = scalars.find((each) => each.mode !== 'incremental') ?? null
    const named = scalars.flatMap((each, i) => each.operators.map((operator) => ({ ...operator, id: `value ${i} ${operator.id}`, inputs: operator.inputs.map((id) => `value ${i} ${id}`) }))) // prettier-ignore
    const why = reason ?? inner?.reason
    return {
      mode: mode === 'incremental' && !inner ? 'incremental' : 'partitioned',
      ...(why !== undefined && { reason: why }),
      operators: [
        ...named,
        ...operators,
        {
          id: 'sweep',
          kind: 'sweep',
          label: this.#plan.label,
          inputs: [operators.find(({ kind }) => kind === 'result')!.id],
          stateRows: this.#rows.length,
          rowsIn: this.#list.rows.length,
          rowsOut: this.#rowsOut,
          milliseconds: this.#milliseconds,
          sql: [],
        },
      ],
    }
  }

  close(): void {
    this.#other?.close()
    this.#list.close()
    for (const { maintainer } of this.#scalars) maintainer.close()
  }

  #listOf({ totals }: SweepPlan): List {
    const [list, scalars] = [this.#list, this.#scalars]
    return {
      get length() {
        return list.rows.length
      },
      at: (row, input) => this.#read.valuesAt(row)[input]!,
      total: (call) => {
        const scalar = totals[call] ?? null
        return scalar === null ? this.#overAll[call]! : scalars[scalar]!.value
      },
      scalar: (index) => scalars[index]!.value,
    }
  }

  // ---------------------------------------------------------------------------------------------------------- its rows

  /** Not all rows of the list are shown. */
  get #isCut(): boolean {
    return this.#until !== null || this.#slice !== null
  }

  #giveUp(): Maintainer {
    const other = this.#otherwise()
    other.refresh()
    other.trace = this.#trace
    this.#other = other
    this.#rows = []
    this.#outputs = []
    return other
  }

  #makeAll(): void {
    if (this.#slice) return this.#takeSlice(this.#slice)
    this.#sumUp()
    this.#rows = []
    this.#outputs = []
    this.#extend()
    if (this.#until) this.#firstKeys = this.#rows.map((_, row) => this.#read.keyAt(row))
  }

  #takeSlice({ limit, offset }: { limit: Evaluate; offset: Evaluate }): void {
    this.#fillScalars(this.#list.columns.length)
    const [most, first] = [limit(this.#cells), offset(this.#cells)]
    if (typeof most !== 'number' || typeof first !== 'number') throw new AskSqlite('LIMIT of no plain integer')
    const start = Math.max(0, first)
    const end = most < 0 ? this.#along.length : Math.min(this.#along.length, start + most)
    const [rows, keys]: [SqlValue[][], string[]] = [[], []]
    for (let row = start; row < end; row++) {
      this.#fill(row, none)
      rows.push(this.#evaluators.map((evaluate) => toSqlValue(evaluate(this.#cells))))
      keys.push(this.#read.keyAt(row))
    }
    this.#rows = rows
    this.#firstKeys = keys
  }

  #keysBefore(steps: readonly RowChange[]): readonly string[] {
    return this.#isCut ? this.#firstKeys : undone(this.#list.keys, steps)
  }

  #sumUp(): void {
    this.#overAll = this.#plan.calls.map((call) => {
      return call.name === 'sum over all' || call.name === 'count over all' ? overAll(call.name, call.input, this.#along) : null
    })
  } // prettier-ignore

  /** Makes rows behind the last one, as far as rows are shown. */
  #extend(): void {
    for (let start = this.#rows.length; start < this.#along.length;) {
      const end = this.#endOfPeers(start)
      const first = this.#startOfPeers(start)
      const outputs = first < start ? this.#outputs[first]! : this.#step(start, end)
      for (let row = start; row < end; row++) {
        this.#fill(row, outputs)
        if (this.#until && truth(this.#until(this.#cells)) !== true) return
        this.#rows.push(this.#evaluators.map((evaluate) => toSqlValue(evaluate(this.#cells))))
        this.#outputs.push(outputs)
      }
      start = end
    }
  }

  #follow(steps: readonly RowChange[], moved: readonly boolean[], before: SqlValue[][]): RowChange[] {
    if (steps.length > mostSteps || this.#slice) {
      const keys = this.#keysBefore(steps)
      this.#makeAll()
      return diffRows({ rows: before, keys }, this.shown)
    }
    const changes: RowChange[] = []
    const marks = new Marks(this.#reach)
    for (const step of steps) this.#place(step, marks, changes)
    const isLonger = steps.some(({ op }) => op === 'insert' || op === 'delete')
    const last = this.#overAll
    if (this.#isOfAll) this.#sumUp()
    const showsMoved = moved.some((each, i) => each && this.#plan.inRows.has(i))
    // where the list goes backwards, its first row has the totals
    if (this.#plan.backwards && moved.includes(true)) marks.updated(0)
    const all = showsMoved || (this.#isOfAll && (isLonger || !last.every((value, i) => sameValue(value, this.#overAll[i]!)))) // prettier-ignore
    const shifts = this.#isByPlace && steps.some(({ op }) => op !== 'update')
    const updated = this.#sweep(marks.in(this.#rows.length), all, shifts)
    if (this.#until) return this.#cut(before)
    for (const row of updated) {
      changes.push({ op: 'update', index: row, key: this.#read.keyAt(row), row: this.#rows[row]! })
    }
    return changes
  }

  /** A step of the list, in the rows: what came has no values yet. */
  #place(step: RowChange, marks: Marks, changes: RowChange[]): void {
    const rows = this.#rows
    const outside = (index: number) => {
      if (this.#until === null || index < rows.length) return false
      // it may be a peer of the last that is shown
      marks.updated(index)
      return true
    }
    const take = (index: number) => {
      rows.splice(index, 1)
      this.#outputs.splice(index, 1)
      marks.deleted(index)
    }
    const put = (index: number) => {
      const row: SqlValue[] = []
      rows.splice(index, 0, row)
      this.#outputs.splice(index, 0, null)
      marks.inserted(index)
      return row
    }
    switch (step.op) {
      case 'insert':
        if (!outside(step.index)) changes.push({ ...step, row: put(step.index) })
        return
      case 'delete':
        if (outside(step.index)) return
        take(step.index)
        changes.push(step)
        return
      case 'update':
        if (outside(step.index)) return
        marks.updated(step.index)
        return
      case 'move': {
        const { from, index, key } = step
        const left = !outside(from)
        if (left) take(from)
        if (outside(index)) {
          if (left) changes.push({ op: 'delete', index: from, key })
          return
        }
        const row = put(index)
        changes.push(left ? { op: 'move', from, index, key, row } : { op: 'insert', index, key, row })
      }
    }
  }

  /**
   * Makes the rows at `marks` anew, and those behind each until one has what it had; where places in the list count (`shifts`), to the end.
   * Returns which rows show something else.
   */
  #sweep(marks: readonly number[], all: boolean, shifts: boolean): number[] {
    const updated: number[] = []
    const end = this.#rows.length
    let next = 0
    /** what comes next follows from what is not as it was */
    let goesOn = all
    for (let row = 0; row < end;) {
      if (!goesOn && next >= marks.length) break
      if (!goesOn) row = Math.max(row, this.#startOfPeers(marks[next]!))
      const peersEnd = this.#endOfPeers(row)
      const outputs = this.#step(row, peersEnd)
      let stays = true
      for (; row < Math.min(peersEnd, end); row++) {
        const isMarked = marks[next] === row
        if (isMarked) next++
        stays = this.#make(row, outputs, isMarked, updated) && stays
      }
      goesOn = all || shifts || !stays
    }
    return updated
  }

  /** What the windows give for rows [start, end), which are peers. */
  #step(start: number, end: number): readonly Value[] {
    const outputs: Value[] = []
    if (this.#steps.length === 0) return none
    const last = start > 0 ? this.#outputs[start - 1]! : null
    const peers = { start, end }
    for (const step of this.#steps) outputs.push(step(outputs, last, start, peers))
    return outputs
  }

  /** Does the row have the windows' values that it had? */
  #make(row: number, outputs: readonly Value[], isMarked: boolean, updated: number[]): boolean {
    const last = this.#outputs[row]!
    const stays = last !== null && sameValues(outputs, last)
    this.#outputs[row] = stays ? last : outputs
    this.#fill(row, outputs)
    const shown = this.#rows[row]!
    if (last === null) {
      for (const evaluate of this.#evaluators) shown.push(toSqlValue(evaluate(this.#cells)))
      return false
    }
    let made = shown
    for (let i = 0; i < (isMarked ? this.#evaluators : this.#made).length; i++) {
      const column = isMarked ? i : this.#made[i]!
      const value = toSqlValue(this.#evaluators[column]!(this.#cells))
      if (Object.is(value, shown[column]) || sameShown(value, shown[column]!)) continue
      if (made === shown) made = shown.slice()
      made[column] = value
    }
    if (made !== shown) {
      this.#rows[row] = made
      updated.push(row)
    }
    return stays
  }

  #fill(row: number, outputs: readonly Value[]): void {
    const cells = this.#cells
    const values = this.#read.valuesAt(row)
    const width = this.#list.columns.length
    for (let i = 0; i < width; i++) cells[i] = values[i]!
    for (let i = 0; i < outputs.length; i++) cells[width + i] = outputs[i]!
    this.#fillScalars(width + outputs.length)
  }

  #fillScalars(from: number): void {
    for (let i = 0; i < this.#scalars.length; i++) this.#cells[from + i] = this.#scalars[i]!.value
  }

  /** Only a beginning is shown: takes away what is no longer of it, and makes what is now. */
  #cut(before: readonly SqlValue[][]): RowChange[] {
    const rows = this.#rows
    const isShown = (row: number) => {
      this.#fill(row, this.#outputs[row]!)
      return truth(this.#until!(this.#cells)) === true
    }
    while (rows.length > 0 && !isShown(rows.length - 1)) {
      rows.pop()
      this.#outputs.pop()
    }
    this.#extend()
    const keys = this.#firstKeys
    this.#firstKeys = rows.map((_, row) => this.#read.keyAt(row))
    return diffRows({ rows: before, keys }, { rows, keys: this.#firstKeys })
  }

  #startOfPeers(row: number): number {
    if (!this.#plan.isTotal) while (row > 0 && this.#arePeers(row - 1, row)) row--
    return row
  }

  #endOfPeers(row: number): number {
    let end = row + 1
    if (!this.#plan.isTotal) while (end < this.#along.length && this.#arePeers(row, end)) end++
    return end
  }

  #arePeers(a: number, b: number): boolean {
    const [x, y] = [this.#read.valuesAt(a), this.#read.valuesAt(b)]
    return this.#plan.order.every(({ place, collation }) => compareValues(x[place]!, y[place]!, collation) === 0)
  }
}

/** Rows, and their keys when somebody asks. */
class Shown implements KeyedRows {
  readonly rows: readonly SqlValue[][]
  #keys: () => readonly string[]
  constructor(rows: readonly SqlValue[][], keys: () => readonly string[]) {
    this.rows = rows
    this.#keys = keys
  }
  get keys(): readonly string[] {
    return this.#keys()
  }
  /** The list moves on. */
  hold(keys: readonly string[]): void {
    this.#keys = () => keys
  }
}

/** Of more steps, all rows are made anew. */
const mostSteps = 64
const none: readonly Value[] = []

function evaluatorOf(expression: SweepPlan['columns'][number], layout: Layout): Evaluate {
  const evaluate = compileExpression(expression, layout)
  if (!evaluate) throw new Unplannable('an expression of windows that is left to SQLite')
  return evaluate
}

function sameValues(a: readonly Value[], b: readonly Value[]): boolean {
  for (let i = 0; i < a.length; i++) if (!sameValue(a[i]!, b[i]!)) return false
  return true
}

/** The keys before `steps`. */
function undone(keys: readonly string[], steps: readonly RowChange[]): string[] {
  const before = [...keys]
  for (const step of steps.toReversed()) {
    if (step.op === 'insert') before.splice(step.index, 1)
    else if (step.op === 'delete') before.splice(step.index, 0, step.key)
    else if (step.op === 'move') before.splice(step.from, 0, ...before.splice(step.index, 1))
  }
  return before
}
