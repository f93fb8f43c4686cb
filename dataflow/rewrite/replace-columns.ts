import type { Expr } from 'sqlite3-parser'
import { foldName } from '../fold-name.ts'

/** The expression with qualified columns replaced: `replace` gets alias and column (in lower case) of each; null leaves it. */
export function replaceColumns(ast: Expr, replace: (alias: string, column: string) => Expr | null): Expr {
  const visit = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(visit)
    if (typeof node !== 'object' || node === null || node instanceof Uint8Array) return node
    const { type, table, column } = node as { type?: string; table?: { text: string }; column?: { text: string } }
    if (type === 'QualifiedExpr' && table && column) return replace(table.text, foldName(column.text)) ?? node
    return Object.fromEntries(Object.entries(node).map(([name, value]) => [name, visit(value)]))
  }
  return visit(ast) as Expr
}
