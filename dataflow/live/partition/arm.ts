import type { FarPlan, Route } from '../../plan/touch/route.ts'
import type { ArmPlan } from '../../plan/query-plan.ts'
import { farValue, routeOf } from '../../plan/touch/route.ts'
import type { EntryNames } from '../../result/entry.ts'
import type { Value } from '../../value.ts'

/** An arm of the plan with the values of one query's parameters put in. */
export class Arm {
  readonly plan: ArmPlan
  /** of the arms of its query */
  readonly number: number
  /** of the partition key */
  readonly collations: readonly string[]
  readonly names: EntryNames
  /** rows of which several may have the same name: those of VALUES, of derived tables and of table-valued functions */
  readonly namesRepeat: boolean
  readonly #parameters: readonly Value[]

  constructor(plan: ArmPlan, number: number, parameters: readonly Value[]) {
    this.plan = plan
    this.number = number
    this.#parameters = parameters
    this.collations = plan.collations
    this.names = plan.names
    const { single, select } = plan.block
    this.namesRepeat =
      !single && (select.sources.length === 0 || select.sources.some(({ relation }) => relation.kind !== 'table'))
  }

  /** Before the row functions are called. */
  bind(): void {
    this.plan.functions.bind(this.#parameters)
  }

  /** How changed rows find this query: by a value that they must have, by one that they lead to, or each of them does. */
  routings(): Routing[] {
    const { occurrences, tableKeys, far } = this.plan
    const near = occurrences.map((each, i): Routing => {
      const table = tableKeys[i]!
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
