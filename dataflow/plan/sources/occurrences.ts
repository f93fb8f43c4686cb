import type { BoundQuery, BoundSelect, BoundSubquery, Source } from '../../bind/bound.ts'
import { subqueriesIn, subqueriesWithin } from '../../bind/subqueries.ts'
import type { CatalogTable } from '../../catalog/catalog.ts'
import { selectsOfValues } from './values.ts'

/**
 * Every place where a SELECT reads a table, however deep, with the path from there outwards.
 *
 *   SELECT …, (SELECT count(*) FROM o WHERE o.c = d.id) FROM (SELECT * FROM c) AS d
 *   c: in the SELECT inside, through d          o: in the subquery, through an expression
 */
export interface Occurrence {
  readonly table: CatalogTable
  readonly source: Source
  /** from the SELECT that reads the table outwards to the block */
  readonly path: readonly Step[]
}
export interface Step {
  readonly select: BoundSelect
  /** the source of `select` that the path comes through; null: a subquery in an expression */
  readonly through: Source | null
  /** the nested query ends in LIMIT, or recurs: any of its rows may change with another */
  readonly limited: boolean
  /** the `x IN (…)` that the path comes through */
  readonly membership: BoundSubquery | null
}

export function occurrencesIn(select: BoundSelect): Occurrence[] {
  const found: Occurrence[] = []
  const nested = (query: BoundQuery, step: Step) => {
    // what a row leads to in a recursion, others follow from
    const limited = step.limited || query.limit !== null || step.through?.relation.kind === 'recursive'
    for (const arm of query.arms.flatMap((each) => (each.kind === 'select' ? [each] : selectsOfValues(each)))) {
      for (const inner of occurrencesIn(arm)) found.push({ ...inner, path: [...inner.path, { ...step, limited }] })
    }
    // of its LIMIT and OFFSET, all its rows hang
    const ends = subqueriesWithin([query.limit, query.offset])
    for (const end of ends) nested(end.query, { ...step, limited: true, membership: null })
  }
  const step = { select, limited: false, membership: null }
  for (const source of select.sources) {
    const { relation } = source
    if (relation.kind === 'table') {
      found.push({
        table: relation.table,
        source,
        path: [{ select, through: source, limited: false, membership: null }],
      })
    } else if (relation.kind === 'query') nested(relation.query, { ...step, through: source })
    else if (relation.kind === 'recursive' && relation.query) nested(relation.query, { ...step, through: source })
  }
  for (const each of subqueriesIn(select)) {
    nested(each.query, { ...step, through: null, membership: each.form === 'in' ? each : null })
  }
  return found
}
