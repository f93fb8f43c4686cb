import type { BoundArm, BoundSubquery, From } from './bound.ts'

/** The subqueries in the expressions of a SELECT, those of its ORDER BY too, not those in FROM, nor those inside them. */
export function subqueriesIn(arm: BoundArm): BoundSubquery[] {
  if (arm.kind === 'values') return subqueriesWithin(arm.rows)
  const ons = (from: From | null): unknown[] =>
    from?.kind === 'join' ? [from.on, ...ons(from.left), ...ons(from.right)] : []
  const { columns, where, groupBy, having, aggregates, windows, orderBy } = arm
  const args = arm.sources.map(({ relation }) => ('arguments' in relation ? relation.arguments : []))
  return subqueriesWithin([columns, where, groupBy, having, aggregates, windows, orderBy, ons(arm.from), args])
}

/** Those in expressions, however these are nested. */
export function subqueriesWithin(expressions: unknown): BoundSubquery[] {
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
  visit(expressions)
  return [...found]
}
