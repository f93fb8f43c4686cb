import { isQuery } from '../../order-evidence.ts'

export type SqlRecord =
  { readonly kind: 'statement'; readonly sql: string } | { readonly kind: 'query'; readonly sql: string }

const view = /^create\s+(?:or\s+replace\s+)?(?:temp(?:orary)?\s+|local\s+|recursive\s+)*(?:materialized\s+|incremental\s+)?view\s+(?:if\s+not\s+exists\s+)?([\w."]+)\s*(\([^()]*\))?\s*(?:with\s*\([^()]*\)\s*)?as\s+([\s\S]+)$/i // prettier-ignore
const immv = /^select\s+(?:pgivm\.)?create_immv\s*\(\s*'([^']+)'\s*,\s*'((?:[^']|'')*)'\s*\)$/i

/**
 * One statement of a test as records. What other engines maintain as a view is what we maintain as a live query: a materialized view is a
 * view of SQLite, and its SELECT a query.
 */
export function recordsOf(sql: string, kind: SqlRecord['kind'] = isQuery(sql) ? 'query' : 'statement'): SqlRecord[] {
  const text = sql.replace(/^(?:\s+|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)+/, '').trim().replace(/;\s*$/, '') // prettier-ignore
  if (text === '') return []
  const [, name, columns = '', select] = view.exec(text) ?? immvParts(text) ?? []
  if (name !== undefined && select !== undefined) {
    const body = select.replace(/\s+with\s+(?:no\s+)?data\s*$/i, '')
    return [
      { kind: 'statement', sql: `CREATE VIEW ${name}${columns} AS ${body}` },
      { kind: 'query', sql: body },
    ]
  }
  const ours = text
    .replace(/^drop\s+materialized\s+view/i, 'DROP VIEW')
    .replace(/^truncate(?:\s+table)?\b/i, 'DELETE FROM')
    .replace(/\s+cascade$/i, '')
  return [{ kind, sql: kind === 'statement' ? ours : text }]
}

function immvParts(text: string): string[] | null {
  const found = immv.exec(text)
  const [, name = '', columns = ''] = /^([^(]*)(.*)$/.exec(found?.[1] ?? '') ?? []
  return found && ['', name, columns, found[2]!.replaceAll("''", "'")]
}
