import type { Source } from '../../bind/bound.ts'
import type { CatalogTable } from '../../catalog/catalog.ts'
import type { Occurrence } from '../sources/occurrences.ts'
import { planTouches, type Stand } from './touch.ts'
import type { Block } from '../partition/block.ts'

/** Names partitions in its first columns, or says with its first row that every one is touched. */
export interface TouchStatement {
  readonly sql: string
  readonly isOfEvery: boolean
}

/**
 * The statements that name the partitions which a changed table touches: one for every choice, at each other place that
 * changed in the same turn, between its rows now and its changed rows. Null: any partition may be touched, and there is nothing to ask.
 */
export function touchStatements(
  block: Block,
  occurrence: Occurrence,
  changed: ReadonlySet<string>,
  nameOfChanged: (table: CatalogTable) => string,
): readonly TouchStatement[] | null {
  const plans = planTouches(block, occurrence, changed)
  if (!plans || plans.some(({ others }) => others.length > 5)) return null
  if (plans.some(({ isSure, isOfEvery }) => isSure && (isOfEvery || block.keys.length === 0))) return null
  return plans.flatMap((plan) =>
    Array.from({ length: 1 << plan.others.length }, (_, choice) => {
      const stands = new Map<Source, Stand>([[occurrence.source, 'changed']])
      plan.others.forEach((other, i) => stands.set(other, choice & (1 << i) ? 'changed' : 'table'))
      return { sql: plan.sql(stands, nameOfChanged), isOfEvery: plan.isOfEvery }
    }),
  )
}
