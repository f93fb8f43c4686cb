import { foldName } from '../fold-name.ts'
import type { CatalogTable } from '../catalog/catalog.ts'
import type { Connection } from '../sqlite/connection.ts'
import { tableKey } from '../table-key.ts'
import type { RowDiff, TurnDiff } from './diff.ts'
import type { LookupIndexes } from './lookup-indexes.ts'
import { quote } from './table-shape.ts'

/**
 * The rows that a turn changed, old and new images, as temp tables with the columns' own affinities and collations: a
 * parameter has neither, and would match other rows.
 *
 * A table is created when the first query wants it and stays (CREATE and DROP expire every statement); it is filled when
 * a query first asks in a turn, and emptied when the turn ends.
 */
export class DiffTables {
  /** what else is kept from the same diffs */
  readonly indexes: LookupIndexes
  readonly #connection: Connection
  readonly #names = new Map<string, string>()
  /** the same by the tables of one catalog */
  readonly #known = new WeakMap<CatalogTable, string>()
  readonly #filled = new Set<string>()
  /** A query that is routed sees a part of it; the tables, which all queries of a turn share, hold the whole. */
  #turn: TurnDiff = new Map()
  #count = 0

  constructor(connection: Connection, indexes: LookupIndexes) {
    this.#connection = connection
    this.indexes = indexes
  }

  /** Before the queries of a turn are brought up to date. */
  begin(turn: TurnDiff): void {
    this.#turn = turn
    this.indexes.apply(turn)
  }

  /** Names the table, creating it if need be; outside of a turn. */
  prepare(table: CatalogTable): string {
    let name = this.#known.get(table)
    if (!name) this.#known.set(table, (name = this.#create(table)))
    return name
  }

  #create(table: CatalogTable): string {
    const signature = JSON.stringify([
      tableKey(table.schema, table.name),
      table.columns.map(({ name, affinity, collation, expression }) => [name, affinity, collation, expression]),
    ])
    const known = this.#names.get(signature)
    if (known) return known
    const name = `temp."live_changed_${++this.#count}"`
    this.#names.set(signature, name)
    // VIRTUAL columns are computed from the old and new images as the table computes them from its rows
    const columns = table.columns.map(({ name, affinity, collation, expression }) => {
      return `${quote(name)} ${affinity} COLLATE ${quote(collation)}${expression === null ? '' : ` AS (${expression})`}`
    })
    const rowid = rowidColumns(table).map((column) => `${quote(column)} INTEGER`)
    const change = `${quote(changeColumn(table))} INTEGER PRIMARY KEY`
    this.#connection.rows(`CREATE TEMP TABLE ${name.slice(5)} (${[...columns, ...rowid, change].join(', ')})`)
    this.#connection.authorizer.takeSchemaChanges()
    return name
  }

  /** `rows` are those of a table that is no part of the turn's diff: a kept one. */
  fill(table: CatalogTable, rows: readonly RowDiff[]): string {
    const name = this.prepare(table)
    if (this.#filled.has(name)) return name
    this.#filled.add(name)
    this.#connection.keepRowid()
    // places in an image: what the table stores, then the rowid under each of its free names
    const places = table.columns.flatMap(({ expression }, i) => (expression === null ? [i] : []))
    for (const _ of rowidColumns(table)) places.push(table.columns.length)
    const sql = `INSERT INTO ${name} VALUES (${[...places, ''].map(() => '?').join(', ')})`
    const statement = this.#connection.take(sql)
    try {
      let change = 0
      for (const { before, after } of this.#turn.get(tableKey(table.schema, table.name))?.rows ?? rows) {
        change++
        for (const image of [before, after]) {
          if (!image) continue
          statement.bindAll([...places.map((place) => image[place]!), image === after ? change : -change])
          statement.step()
          statement.reset()
        }
      }
    } finally {
      this.#connection.giveBack(sql, statement)
    }
    return name
  }

  /** At the end of a turn. */
  empty(): void {
    for (const name of this.#filled) this.#connection.rows(`DELETE FROM ${name}`)
    this.#filled.clear()
    this.#turn = new Map()
  }

  close(): void {
    this.indexes.reset()
    for (const name of this.#names.values()) this.#connection.rows(`DROP TABLE IF EXISTS ${name}`)
  }
}

/** The column of a diff table that numbers the changed rows: negative for those that left, positive for those that came. */
export function changeColumn({ columns }: CatalogTable): string {
  let name = 'live_change'
  while (columns.some((column) => foldName(column.name) === name)) name += '_'
  return name
}

function rowidColumns(table: CatalogTable): string[] {
  if (table.withoutRowid) return []
  const taken = new Set(table.columns.map(({ name }) => foldName(name)))
  return ['rowid', '_rowid_', 'oid'].filter((name) => !taken.has(name))
}
