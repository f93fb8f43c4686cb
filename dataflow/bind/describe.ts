import type { Expr } from 'sqlite3-parser'
import type { BoundExpression, Source } from './bound.ts'

/** What an expression inherits from its operands. A COLLATE in one of them collates it, the leftmost first. */
export function describe(ast: Expr, operands: readonly BoundExpression[]) {
  const sources = new Set<Source>()
  for (const operand of operands) for (const source of operand.sources) sources.add(source)
  const collated = operands.find((operand) => operand.collatedBy === 'operator')
  return {
    ast,
    affinity: 'NONE' as const,
    collation: collated?.collation ?? 'BINARY',
    collatedBy: collated ? ('operator' as const) : ('nothing' as const),
    sources: sources as ReadonlySet<Source>,
    subquery: operands.some((operand) => operand.subquery),
    aggregate: operands.some((operand) => operand.aggregate),
    window: operands.some((operand) => operand.window),
    deterministic: operands.every((operand) => operand.deterministic),
    notNull: false,
  }
}
