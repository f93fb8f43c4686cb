import type { BoundQuery, BoundSelect, BoundSubquery, From, Source } from '../bind/bound.ts'
import type { CatalogTable } from '../catalog/catalog.ts'
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
  const nested = (query: BoundQuery, through: Source | null, membership: BoundSubquery | null = null) => {
    for (const arm of query.arms.flatMap((each) => (each.kind === 'select' ? [each] : selectsOfValues(each)))) {
      // what a row leads to in a recursion, others follow from
      const limited = query.limit !== null || through?.relation.kind === 'recursive'
      for (const inner of occurrencesIn(arm))
        found.push({ ...inner, path: [...inner.path, { select, through, limited, membership }] })
    }
  }
  for (const source of select.sources) {
    const { relation } = source
    if (relation.kind === 'table') {
      found.push({
        table: relation.table,
        source,
        path: [{ select, through: source, limited: false, membership: null }],
      })
    } else if (relation.kind === 'query') nested(relation.query, source)
    else if (relation.kind === 'recursive' && relation.query) nested(relation.query, source)
  }
  for (const each of subqueriesIn(select)) nested(each.query, null, each.form === 'in' ? each : null)
  return found
}

/** The subqueries in the expressions of a SELECT, not those in FROM, nor those inside them. */
export function subqueriesIn(select: BoundSelect): BoundSubquery[] {
  const found = new Set<BoundSubquery>()
  const seen = new Set<object>()
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null || seen.has(value)) return
    seen.add(value)
    if ('kind' in value && value.kind === 'subquery') {
      const subquery = value as BoundSubquery
      found.add(subquery)
      visit(subquery.operand)
      return
    }
    for (const [name, each] of Object.entries(value)) {
      if (name !== 'ast' && name !== 'source' && name !== 'sources' && name !== 'relation') visit(each)
    }
  }
  const ons = (from: From | null): unknown[] =>
    from?.kind === 'join' ? [from.on, ...ons(from.left), ...ons(from.right)] : []
  const args = select.sources.map(({ relation }) => (relation.kind === 'function' ? relation.arguments : []))
  visit([
    select.columns,
    select.where,
    select.groupBy,
    select.having,
    select.aggregates,
    select.windows,
    ons(select.from),
    args,
  ])
  return [...found]
}
