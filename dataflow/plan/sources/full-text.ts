import type { Expr } from 'sqlite3-parser'
import { isIndexModule } from '../../capture/full-text.ts'
import type { BoundColumn, BoundExpression, BoundQuery, BoundSelect, Source } from '../../bind/bound.ts'

/*
 * FTS5 in a plan. A document is a partition by its rowid: MATCH beside `rowid = ?` looks at it alone, and so do snippet() and
 * highlight(). Ranks do not: bm25() weighs a word by how many documents have it.
 */

const ofTheDocument = new Set(['snippet', 'highlight', 'fts5_get_locale'])

/** What in a SELECT or a query, and in those inside it, takes all documents of an FTS5 table into account: that table's sources, and by what. */
export function rankingsIn(part: BoundSelect | BoundQuery): Map<Source, string> {
  const seen = new Set<object>()
  const found = new Map<Source, string>()
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null || seen.has(value)) return
    seen.add(value)
    if (value instanceof Map || value instanceof Set) return value.forEach(visit)
    if ('kind' in value && value.kind === 'column') {
      const { source, column } = value as BoundColumn
      if (isFullText(source) && source.columns[column]?.hidden && source.columns[column].name === 'rank') {
        found.set(source, 'rank')
      }
    }
    if ('kind' in value && value.kind === 'call') {
      const { name, arguments: args } = value as Extract<BoundExpression, { kind: 'call' }>
      const [first] = args
      if (first?.kind === 'column' && isFullText(first.source) && first.source.columns[first.column]?.hidden) {
        if (!ofTheDocument.has(name)) found.set(first.source, `${name}()`)
      }
    }
    for (const [name, each] of Object.entries(value)) if (name !== 'ast') visit(each)
  }
  visit(part)
  return found
}

/** Or an R*Tree: of its changed rows too only the rowid is known. */
export function isFullText({ relation }: Source): boolean {
  return relation.kind === 'table' && isIndexModule(relation.table.virtual)
}

/** May a condition stand where changed documents stand for the table? MATCH and what a document says cannot. */
export function asksMatch(ast: Expr): boolean {
  let found = false
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null || node instanceof Uint8Array) return
    const { type, op } = node as { type?: string; op?: unknown }
    if (type === 'LikeExpr' && /^match$/i.test(String(op))) found = true
    Object.values(node).forEach(visit)
  }
  visit(ast)
  return found
}
