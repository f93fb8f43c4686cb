import type { Expr } from 'sqlite3-parser'
import type { Value } from '../value.ts'
import type { BoundLiteral } from './bound.ts'
import { describe } from './describe.ts'

export function literal(ast: Expr, value: Value): BoundLiteral {
  return { ...describe(ast, []), notNull: value !== null, kind: 'literal', value }
}
