import type { Catalog } from '../catalog/catalog.ts'
import { foldName } from '../fold-name.ts'
import { isKnownCollation } from '../key.ts'
import { parseSelect } from '../parse/parse.ts'
import { printSelect } from '../print/print.ts'
import type { Connection } from '../sqlite/connection.ts'
import type { OperatorExplanation } from '../types.ts'
import { sameValue } from '../same-value.ts'
import { tableKey } from '../table-key.ts'
import { DiffCapture } from './capture-diff.ts'
import type { RowDiff, TurnDiff } from './diff.ts'
import { quote, readTableShape, type TableShape } from './table-shape.ts'
import {
  correlateMemberships,
  equationsOf,
  withIndexes,
  type Equation,
  type UsableIndex,
} from '../rewrite/with-indexes.ts'

/**
 * Where SQLite has no index for a look-up, the engine keeps one: a temp table (id, value) of the rowids and one column of a table,
 * kept from the diffs. Made when a look-up first scans a table of more than a few rows; `explain()` shows it.
 *
 *   SELECT … FROM message JOIN person ON person.name = message.author WHERE message.id = ?1      scans person, 100,000 rows
 *   → live_index_1 (id, value) of person.name, and   … AND person.rowid IN (SELECT id FROM live_index_1 WHERE value = message.author)
 *
 * Law: before the queries of a turn read anything, an index holds the column as the turn left it, or is marked as behind.
 */
export class LookupIndexes {
  readonly #connection: Connection
  readonly #capture: DiffCapture
  readonly #catalog: () => Catalog
  readonly #indexes = new Map<string, Index | null>()
  readonly #statements = new Map<string, Improved>()
  #count = 0

  constructor(connection: Connection, capture: DiffCapture, catalog: () => Catalog) {
    this.#connection = connection
    this.#capture = capture
    this.#catalog = catalog
  }

  /** A SELECT of ours to run in its place. */
  sqlFor(sql: string): string {
    let known = this.#statements.get(sql)
    if (known === undefined) {
      if (this.#statements.size >= mostStatements) this.#statements.clear()
      this.#statements.set(sql, (known = this.#look(sql)))
    }
    if (known.waits.length > 0 && known.waits.some((each) => this.#isWorth(each))) {
      this.#statements.set(sql, (known = this.#improve(sql, known)))
    }
    for (const index of known.indexes) this.#catchUp(index)
    return known.sql
  }

  /** The indexes that these statements use. */
  explain(sqls: readonly string[]): OperatorExplanation[] {
    const used = new Set(sqls.flatMap((sql) => this.#statements.get(sql)?.indexes ?? []))
    return [...used].map(({ name, label, rows, changes, milliseconds }) => ({
      id: name,
      kind: 'index',
      label,
      inputs: [],
      stateRows: rows,
      rowsIn: changes,
      rowsOut: 0,
      milliseconds,
      sql: [],
    }))
  }

  /** Before the queries of a turn read. */
  apply(diff: TurnDiff): void {
    for (const index of this.#indexes.values()) {
      if (!index || index.isBehind) continue
      const change = diff.get(index.table)
      if (!change) continue
      const start = performance.now()
      index.unused += change.rows?.length ?? Infinity
      if (!change.rows || index.unused > mostUnused) this.#leaveBehind(index)
      else for (const each of change.rows) this.#follow(index, each)
      index.milliseconds += performance.now() - start
    }
  }

  /** The schema is another: they are made anew when wanted. */
  reset(): void {
    for (const index of this.#indexes.values()) {
      if (!index) continue
      if (!index.isBehind) this.#capture.unwatch(index.shape, 'rows')
      this.#connection.authorizer.unnoticed(() => this.#connection.rows(`DROP TABLE IF EXISTS temp.${index.name}`))
    }
    this.#indexes.clear()
    this.#statements.clear()
  }

  // ---------------------------------------------------------------------------------------------------------- statements

  /** What a statement reads from end to end, and could look up. */
  #look(sql: string): Improved {
    const ast = parseSelect(sql)?.select
    if (!ast) return { sql, indexes: [], served: [], waits: [] }
    const correlated = correlateMemberships(ast)
    const equations = equationsOf(correlated.ast)
    if (equations.length === 0) return { sql, indexes: [], served: [], waits: [] }
    const better = correlated.aliases.length > 0 ? printSelect(correlated.ast) : sql
    const scanned = this.#scannedBy(better)
    const waits = equations.filter((each) => scanned(each.alias) && this.#shapeOf(each) !== null)
    return { sql: correlated.aliases.some(scanned) ? sql : better, indexes: [], served: [], waits }
  }

  #scannedBy(sql: string): (alias: string) => boolean {
    const statement = this.#connection.prepare(`EXPLAIN QUERY PLAN ${sql}`)
    const steps: string[] = []
    try {
      while (statement.step()) steps.push(String(statement.value(3)))
    } finally {
      statement.finalize()
    }
    return (alias) =>
      steps.some(
        (step) =>
          `${step} `.startsWith(`SCAN ${alias} `) ||
          step.startsWith(`SEARCH ${alias} USING AUTOMATIC `) ||
          // max() from the end, until a row meets the conditions
          step === `SEARCH ${alias}`,
      )
  }

  #improve(sql: string, { sql: soFar, indexes: before, served, waits }: Improved): Improved {
    const rest = waits.filter((each) => !this.#isWorth(each))
    const ready = [...served, ...waits.filter((each) => !rest.includes(each))]
    const ast = parseSelect(sql)!.select
    const correlated = correlateMemberships(ast)
    for (const way of [correlated, { ast, aliases: [] }]) {
      const indexes = new Set<Index>()
      const indexed = withIndexes(way.ast, (equation) => {
        const index = ready.some((each) => isSame(each, equation)) ? this.#indexOf(equation) : null
        if (index) indexes.add(index)
        return index
      })
      if (indexes.size === 0) continue
      const better = printSelect(indexed)
      const scanned = this.#scannedBy(better)
      if (way.aliases.some(scanned) || ready.every(({ alias }) => scanned(alias))) continue
      return { sql: better, indexes: [...indexes], served: ready, waits: rest }
    }
    return { sql: soFar, indexes: before, served, waits: rest }
  }

  #isWorth({ schema, table }: Equation): boolean {
    const sql = `SELECT 1 FROM ${quote(schema)}.${quote(table)} LIMIT 1 OFFSET ${worth.rows}`
    return this.#connection.rows(sql).length > 0
  }

  // ------------------------------------------------------------------------------------------------------------- indexes

  #indexOf(equation: Equation): Index | null {
    const key = `${tableKey(equation.schema, equation.table)}.${foldName(equation.column)}`
    let index = this.#indexes.get(key)
    if (index === undefined) this.#indexes.set(key, (index = this.#make(equation)))
    return index
  }

  #shapeOf({ schema, table, column }: Equation): (TableShape & { readonly rowidName: string }) | null {
    const entry = this.#catalog().find(table, schema)
    if (entry?.kind !== 'table' || entry.virtual !== null) return null
    const known = entry.columns.find(({ name }) => foldName(name) === foldName(column))
    if (!known || !isKnownCollation(known.collation)) return null
    const shape = readTableShape(this.#connection, schema, table)
    return shape?.keyed && shape.rowidName !== null ? { ...shape, rowidName: shape.rowidName } : null
  }

  #make(equation: Equation): Index | null {
    const shape = this.#shapeOf(equation)!
    const entry = this.#catalog().find(equation.table, equation.schema)
    if (entry?.kind !== 'table') return null
    const at = entry.columns.findIndex(({ name }) => foldName(name) === foldName(equation.column))
    const { name: column, affinity, collation, generated } = entry.columns[at]!
    const name = `live_index_${++this.#count}`
    const { authorizer } = this.#connection
    authorizer.unnoticed(() => {
      this.#connection.rows(`CREATE TEMP TABLE ${name} (id INTEGER PRIMARY KEY, value ${affinity} COLLATE ${quote(collation)})`) // prettier-ignore
    })
    const index: Index = {
      name,
      rowidName: shape.rowidName,
      label: `${equation.table}(${column})`,
      table: tableKey(equation.schema, equation.table),
      shape,
      at: generated === 'virtual' ? null : at,
      source: `SELECT ${quote(shape.rowidName)}, ${quote(column)} FROM ${quote(equation.schema)}.${quote(equation.table)}`,
      isBehind: true,
      unused: 0,
      rows: 0,
      changes: 0,
      milliseconds: 0,
    }
    this.#catchUp(index)
    authorizer.unnoticed(() => this.#connection.rows(`CREATE INDEX temp.${name}_value ON ${name} (value)`))
    const [row] = this.#connection.rows(`SELECT count(DISTINCT value) FROM temp.${name}`)
    if (Number(row![0]) >= worth.values) return index
    // a few values for all rows: to read the table is as good
    this.#leaveBehind(index)
    authorizer.unnoticed(() => this.#connection.rows(`DROP TABLE temp.${name}`))
    return null
  }

  #catchUp(index: Index): void {
    index.unused = 0
    if (!index.isBehind) return
    const start = performance.now()
    this.#connection.keepRowid()
    this.#connection.rows(`DELETE FROM temp.${index.name}`)
    this.#connection.rows(`INSERT INTO temp.${index.name} ${index.source}`)
    index.rows = Number(this.#connection.rows(`SELECT count(*) FROM temp.${index.name}`)[0]![0])
    this.#capture.watch(index.shape, 'rows')
    index.isBehind = false
    index.milliseconds += performance.now() - start
  }

  #leaveBehind(index: Index): void {
    this.#capture.unwatch(index.shape, 'rows')
    index.isBehind = true
  }

  /** SQLite copies the value itself: text need not be UTF-8. */
  #follow(index: Index, { before, after }: RowDiff): void {
    const { at, name, rowidName, source } = index
    const isText = (value: unknown) => typeof value === 'string'
    if (before && after && at !== null && !isText(after[at]) && sameValue(before[at]!, after[at]!)) return
    index.changes++
    if (before && !after) this.#connection.rows(`DELETE FROM temp.${name} WHERE id = ?`, [before.at(-1)!])
    if (after) this.#connection.rows(`REPLACE INTO temp.${name} ${source} WHERE ${quote(rowidName)} = ?`, [after.at(-1)!]) // prettier-ignore
    index.rows += Number(after !== null && before === null) - Number(before !== null && after === null)
  }
}

/** When an index is worth keeping; the oracle, whose tables are small, lowers it. */
export const worth = {
  /** a table with fewer rows is read as fast */
  rows: 400,
  /** with fewer values in the column, most of the table would be read anyway */
  values: 20,
}
const mostStatements = 2000
/** changed rows that nobody looked up */
const mostUnused = 5000

interface Improved {
  readonly sql: string
  readonly indexes: readonly Index[]
  /** what these are for */
  readonly served: readonly Equation[]
  /** scans of tables that were too small to matter when it was last looked at */
  readonly waits: readonly Equation[]
}

interface Index extends UsableIndex {
  readonly label: string
  /** as `tableKey` names it */
  readonly table: string
  readonly shape: TableShape
  /** the column's place in an image; null: no image has it */
  readonly at: number | null
  readonly source: string
  isBehind: boolean
  unused: number
  rows: number
  changes: number
  milliseconds: number
}

function isSame(a: Equation, b: Equation): boolean {
  return a.alias === b.alias && a.column === b.column && a.table === b.table
}
