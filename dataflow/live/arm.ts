import type { FarPlan, Route } from '../plan/route.ts'
import { tableKey } from '../capture/capture-diff.ts'
import { compileFold, type FoldGroups } from '../plan/fold-groups.ts'
import { planProjection, type ProjectRow } from '../plan/project-row.ts'
import type { ArmPlan } from '../plan/query-plan.ts'
import { farValue, routeOf } from '../plan/route.ts'
import { planRowFilter, type RowFilter } from '../plan/row-filter.ts'
import type { EntryNames } from '../result/entry.ts'
import type { Value } from '../value.ts'

/**
 * An arm of the plan with the values of one query's parameters put in. What only a changed row asks for is made when the
 * first one comes: most of many live queries never see one.
 */
export class Arm {
  readonly plan: ArmPlan
  /** of the partition key */
  readonly collations: readonly string[]
  readonly names: EntryNames
  /** rows of which several may have the same name: those of VALUES, of derived tables and of table-valued functions */
  readonly namesRepeat: boolean
  readonly #parameters: readonly Value[]
  #filters: readonly RowFilter[] | null = null
  #project: ProjectRow | null | undefined
  #folding: FoldGroups | null | undefined

  constructor(plan: ArmPlan, parameters: readonly Value[]) {
    this.plan = plan
    this.#parameters = parameters
    this.collations = plan.collations
    this.names = plan.names
    const { single, select } = plan.block
    this.namesRepeat =
      !single && (select.sources.length === 0 || select.sources.some(({ relation }) => relation.kind !== 'table'))
  }

  /** by occurrence: which rows can matter there */
  get filters(): readonly RowFilter[] {
    return (this.#filters ??= this.plan.occurrences.map((each) => planRowFilter(each, this.#parameters)))
  }

  /** makes the entry of a row without SQLite, null where that cannot be */
  get project(): ProjectRow | null {
    if (this.#project === undefined) {
      const { block, occurrences } = this.plan
      this.#project = planProjection(block, occurrences, this.filters, this.#parameters)
    }
    return this.#project
  }

  /** makes the next state of a group from its last and the rows that moved, null where that cannot be */
  get folding(): FoldGroups | null {
    if (this.#folding === undefined) {
      const { block, fold, occurrences } = this.plan
      this.#folding = fold && compileFold(block, fold, occurrences[0]!, this.filters[0]!, this.#parameters)
    }
    return this.#folding
  }

  /** How changed rows find this query: by a value that they must have, by one that they lead to, or each of them does. */
  routings(): Routing[] {
    const { occurrences, far } = this.plan
    const near = occurrences.map((each): Routing => {
      const table = tableKey(each.table.schema, each.table.name)
      const route = routeOf(each, this.#parameters)
      return route ? { kind: 'value', table, route } : { kind: 'table', table }
    })
    const lost = near.filter(({ kind }) => kind === 'table') as Extract<Routing, { kind: 'table' }>[]
    const value = far && lost.length > 0 ? farValue(far, this.#parameters) : null
    if (!far || value === null) return near
    const tables = lost.map(({ table }) => table)
    return [...near.filter(({ kind }) => kind === 'value'), { kind: 'far', arm: this.plan, far, tables, value }]
  }
}

export type Routing =
  | { readonly kind: 'table'; readonly table: string }
  | { readonly kind: 'value'; readonly table: string; readonly route: Route }
  | {
      readonly kind: 'far'
      readonly arm: ArmPlan
      readonly far: FarPlan
      /** whose rows do not say it themselves */
      readonly tables: readonly string[]
      readonly value: string
    }
