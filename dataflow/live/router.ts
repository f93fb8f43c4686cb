import type { RowDiff, TableDiff, TurnDiff } from '../capture/diff.ts'
import { keyIdOf, type KeyId } from '../key.ts'
import type { ArmPlan } from '../plan/query-plan.ts'
import type { FarPlan, Route } from '../plan/touch/route.ts'
import type { Routing } from './partition/arm.ts'
import type { SharedQuery } from './shared-query.ts'

/**
 * Which queries can a turn change? Those that read a changed table, and of those that ask for `column = constant` only the
 * ones whose constant a changed row has or had, or leads to (plan/touch/route.ts). So a turn's cost does not depend on how many
 * queries are live.
 *
 *   10,000 queries on room = 1 … 10,000; a row of room 7 is inserted: one look-up, one query, and it is handed that row alone
 */
export class Router {
  readonly #tables = new Map<string, TableRoutes>()
  readonly #far = new Map<ArmPlan, FarRoutes>()
  readonly #always = new Set<SharedQuery>()
  readonly #findFar: FindFar

  constructor(findFar: FindFar) {
    this.#findFar = findFar
  }

  /** Is there a query whose answer may change with nothing written to a table that can be watched? */
  get visitsAlways(): boolean {
    return this.#always.size > 0
  }

  add(query: SharedQuery): void {
    const { maintainer } = query
    if (maintainer.always) this.#always.add(query)
    for (const routing of maintainer.routings()) this.#placeOf(routing).add(query)
  }

  delete(query: SharedQuery): void {
    const { maintainer } = query
    this.#always.delete(query)
    for (const routing of maintainer.routings()) {
      const place = this.#placeOf(routing)
      place.delete(query)
      if (place.size === 0) this.#forget(routing)
    }
  }

  /** Every query that must look, with the part of the diff that concerns it. */
  route(diff: TurnDiff): Map<SharedQuery, Map<string, TableDiff>> {
    const routed = new Map<SharedQuery, Map<string, TableDiff>>()
    for (const query of this.#always) routed.set(query, new Map())
    for (const [name, change] of diff) {
      const table = this.#tables.get(name)
      if (!table) continue
      for (const query of table.unrouted) hand(routed, query, name, change)
      for (const column of table.columns.values()) routeByValue(routed, name, change, column)
    }
    for (const [arm, { far, asked, tables, values }] of this.#far) {
      if (!someIn(asked, diff)) continue
      const found = values.size > fewValues ? this.#findFar(arm, far, diff, values.size) : null
      for (const value of found ?? values.keys()) {
        for (const query of values.get(value) ?? none) {
          for (const name of tables) {
            const change = diff.get(name)
            if (change) hand(routed, query, name, change)
          }
        }
      }
    }
    return routed
  }

  #placeOf(routing: Routing): Set<SharedQuery> {
    if (routing.kind === 'far') {
      const { arm, far, value } = routing
      let routes = this.#far.get(arm)
      if (!routes) {
        const tables = new Set(arm.tableKeys)
        this.#far.set(arm, (routes = { far, asked: new Set(), tables: [...tables], values: new Map() }))
      }
      for (const table of routing.tables) routes.asked.add(table)
      return queriesAt(routes.values, value)
    }
    let table = this.#tables.get(routing.table)
    if (!table) this.#tables.set(routing.table, (table = { unrouted: new Set(), columns: new Map() }))
    if (routing.kind === 'table') return table.unrouted
    const { column, collation, value } = routing.route
    const name = columnKey(routing.route)
    let routes = table.columns.get(name)
    if (!routes) table.columns.set(name, (routes = { column, collation, values: new Map() }))
    return queriesAt(routes.values, value)
  }

  /** Nobody is left there. */
  #forget(routing: Routing): void {
    if (routing.kind === 'far') {
      const routes = this.#far.get(routing.arm)
      routes?.values.delete(routing.value)
      if (routes?.values.size === 0) this.#far.delete(routing.arm)
    } else if (routing.kind === 'value') {
      const table = this.#tables.get(routing.table)
      const routes = table?.columns.get(columnKey(routing.route))
      routes?.values.delete(routing.route.value)
      if (routes?.values.size === 0) table!.columns.delete(columnKey(routing.route))
    }
  }
}

/** The values, encoded, to which a turn's rows lead; null: any may be, or more than `most` are. */
export type FindFar = (arm: ArmPlan, far: FarPlan, diff: TurnDiff, most: number) => ReadonlySet<string> | null

/** So few queries look for themselves as fast, and each with its own conditions. */
const fewValues = 3

interface TableRoutes {
  readonly unrouted: Set<SharedQuery>
  readonly columns: Map<string, ColumnRoutes>
}
interface ColumnRoutes {
  readonly column: number
  readonly collation: string
  readonly values: Map<KeyId, Set<SharedQuery>>
}
interface FarRoutes {
  readonly far: FarPlan
  /** tables whose changes are asked about */
  readonly asked: Set<string>
  /** tables whose changes a query that is found is handed */
  readonly tables: readonly string[]
  readonly values: Map<string, Set<SharedQuery>>
}

const none: readonly SharedQuery[] = []

function someIn(tables: ReadonlySet<string>, diff: TurnDiff): boolean {
  for (const name of tables) if (diff.has(name)) return true
  return false
}

function columnKey({ column, collation }: Route): string {
  return `${column} ${collation}`
}

function queriesAt<K>(values: Map<K, Set<SharedQuery>>, value: K): Set<SharedQuery> {
  let queries = values.get(value)
  if (!queries) values.set(value, (queries = new Set()))
  return queries
}

function routeByValue(
  routed: Map<SharedQuery, Map<string, TableDiff>>,
  name: string,
  change: TableDiff,
  { column, collation, values }: ColumnRoutes,
): void {
  if (!change.rows) {
    for (const queries of values.values()) for (const query of queries) hand(routed, query, name, change)
    return
  }
  if (change.rows.length === 1) {
    const { before, after } = change.rows[0]!
    const left = before ? keyIdOf(before[column]!, collation) : null
    const came = after ? keyIdOf(after[column]!, collation) : null
    if (left !== null) for (const query of values.get(left) ?? none) hand(routed, query, name, change)
    if (came !== null && came !== left) for (const query of values.get(came) ?? none) hand(routed, query, name, change)
    return
  }
  const byQuery = new Map<SharedQuery, RowDiff[]>()
  for (const row of change.rows) {
    const left = row.before ? keyIdOf(row.before[column]!, collation) : null
    const came = row.after ? keyIdOf(row.after[column]!, collation) : null
    if (left !== null) note(byQuery, values.get(left), row)
    if (came !== null && came !== left) note(byQuery, values.get(came), row)
  }
  for (const [query, rows] of byQuery) hand(routed, query, name, { shape: change.shape, rows })
}

function note(byQuery: Map<SharedQuery, RowDiff[]>, queries: Set<SharedQuery> | undefined, row: RowDiff): void {
  for (const query of queries ?? none) {
    const rows = byQuery.get(query)
    if (rows) rows.push(row)
    else byQuery.set(query, [row])
  }
}

/** A query that reads the table in several places may be handed several parts of it. */
function hand(
  routed: Map<SharedQuery, Map<string, TableDiff>>,
  query: SharedQuery,
  name: string,
  change: TableDiff,
): void {
  const tables = routed.get(query)
  if (!tables) {
    routed.set(query, new Map([[name, change]]))
    return
  }
  const known = tables.get(name)
  tables.set(name, known && known !== change ? union(known, change) : change)
}

function union(a: TableDiff, b: TableDiff): TableDiff {
  if (!a.rows || !b.rows) return a.rows ? b : a
  return { shape: a.shape, rows: [...new Set([...a.rows, ...b.rows])] }
}
