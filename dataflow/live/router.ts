import type { RowDiff, TableDiff, TurnDiff } from '../capture/diff.ts'
import { tableKey } from '../capture/capture-diff.ts'
import { encodeValue } from '../key.ts'
import type { Route } from '../plan/row-filter.ts'
import type { SharedQuery } from './shared-query.ts'

/**
 * Which queries can a turn change? Those that read a changed table, and of those that filter it by `column = constant` only
 * the ones whose constant a changed row has or had. So a turn's cost does not depend on how many queries are live.
 *
 *   10,000 queries on room = 1 … 10,000; a row of room 7 is inserted: one look-up, one query, and it is handed that row alone
 */
export class Router {
  readonly #tables = new Map<string, TableRoutes>()
  readonly #always = new Set<SharedQuery>()

  /** Is there a query whose answer may change with nothing written to a table that can be watched? */
  get visitsAlways(): boolean {
    return this.#always.size > 0
  }

  add(query: SharedQuery): void {
    const { maintainer } = query
    if (maintainer.always) this.#always.add(query)
    for (const { shape } of maintainer.tables) {
      const name = tableKey(shape.schema, shape.name)
      let table = this.#tables.get(name)
      if (!table) this.#tables.set(name, (table = { unrouted: new Set(), columns: new Map() }))
      const route = maintainer.routeOf(name)
      if (route) queriesAt(table, route).add(query)
      else table.unrouted.add(query)
    }
  }

  delete(query: SharedQuery): void {
    const { maintainer } = query
    this.#always.delete(query)
    for (const { shape } of maintainer.tables) {
      const name = tableKey(shape.schema, shape.name)
      const table = this.#tables.get(name)
      if (!table) continue
      table.unrouted.delete(query)
      const route = maintainer.routeOf(name)
      const column = route && table.columns.get(columnKey(route))
      const queries = column && column.values.get(route.value)
      if (!queries) continue
      queries.delete(query)
      if (queries.size > 0) continue
      column.values.delete(route.value)
      if (column.values.size === 0) table.columns.delete(columnKey(route))
    }
  }

  /** Every query that must look, with the part of the diff that concerns it. */
  route(diff: TurnDiff): Map<SharedQuery, Map<string, TableDiff>> {
    const routed = new Map<SharedQuery, Map<string, TableDiff>>()
    for (const query of this.#always) routed.set(query, new Map())
    const hand = (query: SharedQuery, name: string, table: TableDiff) => {
      const tables = routed.get(query)
      if (tables) tables.set(name, table)
      else routed.set(query, new Map([[name, table]]))
    }
    for (const [name, change] of diff) {
      const table = this.#tables.get(name)
      if (!table) continue
      for (const query of table.unrouted) hand(query, name, change)
      for (const { column, collation, values } of table.columns.values()) {
        if (!change.rows) {
          for (const queries of values.values()) for (const query of queries) hand(query, name, change)
          continue
        }
        const byQuery = new Map<SharedQuery, RowDiff[]>()
        for (const row of change.rows) {
          const before = row.before ? encodeValue(row.before[column]!, collation) : null
          const after = row.after ? encodeValue(row.after[column]!, collation) : null
          if (before !== null) note(byQuery, values.get(before), row)
          if (after !== null && after !== before) note(byQuery, values.get(after), row)
        }
        for (const [query, rows] of byQuery) hand(query, name, { shape: change.shape, rows })
      }
    }
    return routed
  }
}

interface TableRoutes {
  readonly unrouted: Set<SharedQuery>
  readonly columns: Map<string, ColumnRoutes>
}
interface ColumnRoutes {
  readonly column: number
  readonly collation: string
  readonly values: Map<string, Set<SharedQuery>>
}

function columnKey({ column, collation }: Route): string {
  return `${column} ${collation}`
}

function queriesAt(table: TableRoutes, route: Route): Set<SharedQuery> {
  let column = table.columns.get(columnKey(route))
  if (!column) {
    column = { column: route.column, collation: route.collation, values: new Map() }
    table.columns.set(columnKey(route), column)
  }
  let queries = column.values.get(route.value)
  if (!queries) column.values.set(route.value, (queries = new Set()))
  return queries
}

function note(byQuery: Map<SharedQuery, RowDiff[]>, queries: Set<SharedQuery> | undefined, row: RowDiff): void {
  for (const query of queries ?? []) {
    const rows = byQuery.get(query)
    if (rows) rows.push(row)
    else byQuery.set(query, [row])
  }
}
