import type { Query, RowChange, SqlValue } from '../../../schema/live.ts'
import { tableKey } from '../../table-key.ts'
import type { DiffTables } from '../../capture/diff-tables.ts'
import type { Detail, TurnDiff } from '../../capture/diff.ts'
import type { TableShape } from '../../capture/table-shape.ts'
import { routeOf } from '../../plan/touch/route.ts'
import { planRowFilter } from '../../plan/sources/row-filter.ts'
import { Unplannable } from '../../plan/unplannable.ts'
import type { WholePlan } from '../../plan/whole/whole-plan.ts'
import type { KeyedRows } from '../../../schema/live/row-changes.ts'
import type { Trace } from '../../operator.ts'
import type { Connection } from '../../sqlite/connection.ts'
import { fromSqlValue, type Value } from '../../value.ts'
import type { Routing } from '../partition/arm.ts'
import type { Dependencies } from '../dependencies.ts'
import type { Maintainer, Maintenance } from '../maintainer.ts'
import { Rerun } from './rerun.ts'
import { TouchFinder, type Reading } from '../touch/touch-finder.ts'
import { stepsBeside } from '../turn-guard.ts'

/**
 * A query that is one partition: it is read again as a whole, but only when a changed row can take part in it.
 *
 * Law: as long as no row that changed, old image or new, meets the conditions under which the query reads it, the answer stays.
 *
 *   … (SELECT … FROM comment WHERE thread = 7 ORDER BY score LIMIT 3) …    a comment of thread 8: nothing is read
 */
export class Whole implements Maintainer {
  readonly isDear = false
  readonly always = false
  readonly tables: readonly { readonly shape: TableShape; readonly detail: Detail }[]
  readonly #reason: string
  readonly #parameters: readonly Value[]
  readonly #reader: Rerun
  readonly #readings: readonly Reading[]
  readonly #finder: TouchFinder
  /** tables of which any change matters */
  readonly #blind: ReadonlySet<string>
  #turns = 0
  #skipped = 0
  #milliseconds = 0

  constructor(
    connection: Connection,
    diffTables: DiffTables,
    query: Query,
    plan: WholePlan,
    dependencies: Dependencies,
  ) {
    const parameters = query.parameters.map(fromSqlValue)
    this.#parameters = parameters
    this.#readings = plan.occurrences.map((occurrence, i) => {
      return { occurrence, filter: planRowFilter(occurrence, parameters), used: plan.used[i]! }
    })
    const reached = new Set(plan.occurrences.map(({ table }) => tableKey(table.schema, table.name)))
    const elsewhere = new Set(plan.elsewhere.map((table) => tableKey(table.schema, table.name)))
    this.tables = dependencies.tables.map((shape) => {
      const name = tableKey(shape.schema, shape.name)
      return { shape, detail: shape.keyed && reached.has(name) && !elsewhere.has(name) ? 'rows' : 'touched' }
    })
    const named = ({ shape }: { shape: TableShape }) => tableKey(shape.schema, shape.name)
    this.#blind = new Set(this.tables.filter(({ detail }) => detail === 'touched').map(named))
    if (this.#blind.size === this.tables.length && !plan.ranked) throw new Unplannable(plan.reason)
    this.#reason = plan.reason
    this.#finder = new TouchFinder(connection, diffTables, plan.block, this.#readings, parameters, () =>
      stepsBeside(this.#reader.steps),
    )
    this.#reader = new Rerun(connection, query, connection.prepare(query.sql), dependencies, plan.reason)
  }

  get columns(): readonly string[] {
    return this.#reader.columns
  }
  get rows(): readonly SqlValue[][] {
    return this.#reader.rows
  }
  get keys(): readonly string[] {
    return this.#reader.keys
  }

  get trace(): Trace | null {
    return this.#reader.trace
  }
  set trace(trace: Trace | null) {
    // as `explain` calls it
    this.#reader.trace = trace && ((event) => trace({ ...event, operator: 'read', kind: 'recompute' }))
  }
  get shown(): KeyedRows {
    return this.#reader.shown
  }

  routings(): Routing[] {
    const read = this.#readings.map(({ occurrence }): Routing => {
      const table = tableKey(occurrence.table.schema, occurrence.table.name)
      const route = this.#blind.has(table) ? null : routeOf(occurrence, this.#parameters)
      return route ? { kind: 'value', table, route } : { kind: 'table', table }
    })
    return [...read, ...[...this.#blind].map((table): Routing => ({ kind: 'table', table }))]
  }

  apply(diff: TurnDiff): RowChange[] {
    this.#turns++
    if (this.#matters(diff)) return this.#reader.apply()
    this.#skipped++
    return []
  }

  refresh(): void {
    this.#reader.refresh()
  }

  explain(): Maintenance {
    const read = this.#reader.explain().operators[0]!
    const touch = { id: 'touch', kind: 'touch' as const, label: '()', inputs: [], stateRows: 0 }
    return {
      mode: 'partitioned',
      reason: `one partition: read again as a whole (${this.#reason})`,
      operators: [
        {
          ...touch,
          rowsIn: this.#turns,
          rowsOut: this.#turns - this.#skipped,
          milliseconds: this.#milliseconds,
          sql: this.#finder.sql,
        },
        { ...read, id: 'read', kind: 'recompute', inputs: ['touch'] },
      ],
    }
  }

  close(): void {
    this.#reader.close()
  }

  #matters(diff: TurnDiff): boolean {
    for (const name of diff.keys()) if (this.#blind.has(name)) return true
    const start = performance.now()
    try {
      let touched = false
      const known = this.#finder.find(diff, () => {
        touched = true
        return false
      })
      return touched || !known
    } catch {
      // a condition that fails on a changed row, or is dear to ask: the query itself must say
      return true
    } finally {
      this.#milliseconds += performance.now() - start
    }
  }
}
