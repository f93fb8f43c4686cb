import type { BoundSelect, BoundSubquery, From } from './bound.ts'

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
