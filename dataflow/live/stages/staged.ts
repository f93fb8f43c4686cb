import type { Query, RowChange, SqlValue } from '../../../schema/live.ts'
import type { BoundStatement } from '../../bind/bound.ts'
import type { DiffTables } from '../../capture/diff-tables.ts'
import type { Detail, TurnDiff } from '../../capture/diff.ts'
import { readTableShape, type TableShape } from '../../capture/table-shape.ts'
import { Unplannable } from '../../plan/unplannable.ts'
import { diffRows, type KeyedRows } from '../../../schema/live/row-changes.ts'
import type { Trace } from '../../operator.ts'
import type { Connection } from '../../sqlite/connection.ts'
import { fromSqlValue } from '../../value.ts'
import type { Routing } from '../partition/arm.ts'
import { keepDerivedTables, KeptTable } from './kept-table.ts'
import { patience } from '../turn-guard.ts'
import { allOf, type Maintainer, type Maintenance } from '../maintainer.ts'

/**
 * A query in stages: derived tables that are kept as tables (kept-table.ts), then the query over them, maintained by parts.
 * `statement` is bound for this query alone: it is changed.
 */
export class Staged implements Maintainer {
  readonly always = false
  readonly tables: readonly { readonly shape: TableShape; readonly detail: Detail }[]
  readonly #kept: readonly KeptTable[]
  readonly #last: Maintainer
  /** dear turns, of late */
  #dear = 0
  #refreshMs = 0

  constructor(
    connection: Connection,
    diffTables: DiffTables,
    query: Query,
    statement: BoundStatement,
    maintainRest: (statement: BoundStatement) => Maintainer,
  ) {
    const kept: KeptTable[] = []
    try {
      const parameters = query.parameters.map(fromSqlValue)
      const arms = statement.query.arms.map((arm) =>
        arm.kind === 'select' ? keepDerivedTables(connection, diffTables, statement, parameters, arm, kept) : arm,
      )
      if (kept.length === 0) throw new Unplannable('a changed row may touch every partition')
      this.#kept = kept
      this.#last = maintainRest({ ...statement, query: { ...statement.query, arms } })
      const own = this.#last.tables.filter(({ shape }) => !kept.some(({ table }) => table.name === shape.name))
      const shapes = new Map(own.map((each) => [`${each.shape.schema}.${each.shape.name}`, each]))
      for (const { schema, name } of kept.flatMap((each) => each.tables)) {
        const shape = readTableShape(connection, schema, name)
        if (!shape?.keyed) throw new Unplannable(`rows of ${name} cannot be found again by a key`)
        shapes.set(`${schema}.${name}`, { shape, detail: 'rows' })
      }
      this.tables = [...shapes.values()]
    } catch (error) {
      for (const each of kept) each.close()
      throw error
    }
  }

  get columns(): readonly string[] {
    return this.#last.columns
  }
  get rows(): readonly SqlValue[][] {
    return this.#last.rows
  }
  get keys(): readonly string[] {
    return this.#last.keys
  }

  get trace(): Trace | null {
    return this.#last.trace
  }
  set trace(trace: Trace | null) {
    this.#last.trace = trace
  }
  get shown(): KeyedRows {
    return this.#last.shown
  }

  /** Keeping tables up to date is no gain where they are made anew again and again. */
  get isDear(): boolean {
    return this.#dear > 2
  }

  /** The stages want all diffs of their tables. */
  routings(): Routing[] {
    return allOf(this.tables)
  }

  apply(diff: TurnDiff): RowChange[] {
    const start = performance.now()
    const around = new Map(diff)
    for (const each of this.#kept) {
      const rows = each.apply(diff)
      if (!rows) {
        this.#dear += 1
        return this.#rerun()
      }
      if (rows.length > 0) around.set(each.key, { shape: each.shape, rows })
    }
    const changes = this.#last.apply(around)
    const took = performance.now() - start
    const isDear = took > Math.max(patience.few, patience.share * this.#refreshMs)
    this.#dear = Math.max(0, this.#dear + (isDear ? 1 : -0.1))
    return changes
  }

  #rerun(): RowChange[] {
    const before = { keys: this.keys, rows: this.rows }
    this.refresh()
    return diffRows(before, this)
  }

  refresh(): void {
    const start = performance.now()
    for (const each of this.#kept) each.refresh()
    this.#last.refresh()
    this.#refreshMs = performance.now() - start
  }

  explain(): Maintenance {
    const { operators, ...rest } = this.#last.explain()
    const kept = this.#kept.flatMap((each, i) => each.explain(`kept ${i}`))
    return {
      ...rest,
      mode: 'partitioned',
      reason: 'touched partitions are read again',
      operators: [...kept, ...operators],
    }
  }

  close(): void {
    this.#last.close()
    for (const each of this.#kept) each.close()
  }
}
