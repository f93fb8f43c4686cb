import type { Query, RowChange, SqlValue } from '../../../schema/live.ts'
import type { Detail } from '../../capture/diff.ts'
import type { TableShape } from '../../capture/table-shape.ts'
import { diffRows, sameRow, type KeyedRows } from '../../../schema/live/row-changes.ts'
import { Alignment } from '../../result/align-rows.ts'
import { RowKeys } from '../../result/row-keys.ts'
import type { Trace } from '../../operator.ts'
import type { Connection } from '../../sqlite/connection.ts'
import type { Statement } from '../../sqlite/statement.ts'
import type { Dependencies } from '../dependencies.ts'
import type { Routing } from '../partition/arm.ts'
import { allOf, type Maintainer, type Maintenance } from '../maintainer.ts'

/**
 * The fallback that is right for every SELECT: run it again when a table that it reads was touched, and diff.
 *
 * Law: the rows are those of the last run, and every turn that touched a table of the query, or could change its answer with none
 * touched, runs it. Rows keep their keys from run to run (result/row-keys.ts).
 *
 *   SELECT id, random() FROM m    a row of m changes → all of it again;   a row of another table → nothing
 */
export class Rerun implements Maintainer {
  columns: readonly string[]
  rows: SqlValue[][] = []
  keys: readonly string[] = []
  readonly tables: readonly { shape: TableShape; detail: Detail }[]
  readonly isDear = false
  readonly always: boolean
  readonly #connection: Connection
  readonly #query: Query
  readonly #reason: string
  readonly #statement: Statement
  readonly #names: RowKeys
  trace: Trace | null = null
  /** of SQLite's programs, the last time */
  steps = 0
  #rowsOut = 0
  #milliseconds = 0

  /** Takes the statement over, and closes it. */
  constructor(
    connection: Connection,
    query: Query,
    statement: Statement,
    dependencies: Dependencies,
    reason: string,
    keyColumns?: readonly number[],
  ) {
    this.#connection = connection
    this.#query = query
    this.#reason = reason
    this.#statement = statement
    this.columns = statement.columnNames()
    this.tables = dependencies.tables.map((shape) => ({ shape, detail: 'touched' as const }))
    this.always = dependencies.volatile !== null
    this.#names = new RowKeys(keyColumns ?? keyColumnsOf(connection, statement))
  }

  get shown(): KeyedRows {
    return { rows: this.rows, keys: this.keys }
  }

  routings(): Routing[] {
    return allOf(this.tables)
  }

  apply(): RowChange[] {
    const before = { keys: this.keys, rows: this.rows }
    this.refresh()
    const changes = diffRows(before, this)
    this.#rowsOut += changes.length
    if (changes.length > 0)
      this.trace?.({ operator: 'rerun', kind: 'rerun', entries: changes.map((each) => [each, 1]) })
    return changes
  }

  refresh(): void {
    const start = performance.now()
    const alignment = new Alignment<SqlValue[]>(this.rows, sameRow)
    const rows = this.#run(alignment)
    this.keys = this.#names.assign(rows, alignment.places)
    this.rows = rows
    this.#milliseconds += performance.now() - start
  }

  explain(): Maintenance {
    return {
      mode: 'rerun',
      reason: this.#reason,
      operators: [
        {
          id: 'rerun',
          kind: 'rerun',
          label: this.#reason,
          inputs: [],
          stateRows: this.rows.length,
          rowsIn: 0,
          rowsOut: this.#rowsOut,
          milliseconds: this.#milliseconds,
          sql: [this.#query.sql],
        },
      ],
    }
  }

  close(): void {
    this.#statement.finalize()
  }

  #run(alignment: Alignment<SqlValue[]>): SqlValue[][] {
    const statement = this.#statement
    const { limit } = this.#connection
    const rows: SqlValue[][] = []
    limit.takenBy(statement.pointer)
    try {
      statement.bindAll(this.#query.parameters)
      while (statement.step()) rows.push(alignment.take(statement.sqlRow()))
    } finally {
      this.steps = limit.takenBy(statement.pointer)
      statement.reset()
    }
    return rows
  }
}

/** The result columns that are primary keys of tables whose whole primary key is there; null when there is no such table. */
function keyColumnsOf(connection: Connection, statement: Statement): number[] | null {
  const byTable = new Map<string, { schema: string; table: string; columns: Map<string, number[]> }>()
  for (let i = 0; i < statement.columnCount; i++) {
    const origin = statement.origin(i)
    if (!origin) continue
    const name = `${origin.schema}.${origin.table}`
    let entry = byTable.get(name)
    if (!entry) byTable.set(name, (entry = { ...origin, columns: new Map() }))
    const columns = entry.columns.get(origin.column)
    if (columns) columns.push(i)
    else entry.columns.set(origin.column, [i])
  }
  const keyColumns: number[] = []
  for (const { schema, table, columns } of byTable.values()) {
    const primaryKey = connection
      .rows('SELECT name FROM pragma_table_xinfo(?, ?) WHERE pk > 0', [table, schema])
      .map(([name]) => String(name))
    if (primaryKey.length === 0 || !primaryKey.every((name) => columns.has(name))) continue
    for (const name of primaryKey) keyColumns.push(...columns.get(name)!)
  }
  return keyColumns.length > 0 ? keyColumns : null
}
