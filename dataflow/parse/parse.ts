import { type CreateTokenizerOptions, type Select, type Stmt, type Token, withOptions } from 'sqlite3-parser'

/**
 * SQL text to AST, with the gaps of sqlite3-parser mended:
 *   - `filter`, `over` and `window` are identifiers unless they stand where SQLite takes them for keywords
 *     (`select window from t`): the text is tokenized first and such names are quoted;
 *   - `1_000` is a number;
 *   - ORDERSET stays off: SQLite's builds do not have `WITHIN GROUP`;
 *   - an unclosed comment ends at the end of the text, `/*` as the last token too.
 * Spans point into `Parsed.text`, which differs from the input only by those quotes.
 */
export interface Parsed {
  readonly text: string
  readonly statement: Stmt
}

const flags: CreateTokenizerOptions['flags'] = [
  'ALTER',
  'ANALYZE',
  'ATTACH',
  'AUTOINCR',
  'CAST',
  'COMPOUND',
  'CONFLICT',
  'EXPLAIN',
  'FKEY',
  'PRAGMA',
  'REINDEX',
  'SUBQUERY',
  'TRIGGER',
  'VACUUM',
  'VIEW',
  'VTAB',
  'AUTOVACUUM',
  'CTE',
  'UPSERT',
  'WINDOWFUNC',
  'GENCOL',
  'RETURNING',
]
const parser = withOptions({ digitSeparator: '_', flags })

/** The one statement of `sql`, or null if this parser cannot read it (SQLite is the judge of what is an error). */
export function parse(sql: string): Parsed | null {
  const text = quoteWindowWords(sql)
  const result = parser.parseStmt(text)
  return result.status === 'ok' ? { text, statement: result.root } : null
}

/** The SELECT of `sql`; null for any other statement. */
export function parseSelect(sql: string): { readonly text: string; readonly select: Select } | null {
  const parsed = parse(sql)
  return parsed?.statement.type === 'SelectStmt' ? { text: parsed.text, select: parsed.statement.body } : null
}

// SQLite's own rule (tokenize.c, analyzeWindowKeyword and its two neighbours).
function quoteWindowWords(sql: string): string {
  const unclosed = /\/\*\s*$/.exec(sql)
  if (unclosed) sql = sql.slice(0, unclosed.index)
  if (!/filter|over|window/i.test(sql)) return sql
  const tokens = [...parser.tokenize(sql)]
  const isKeyword = (index: number): boolean => {
    const [before, after] = [tokens[index - 1], tokens[index + 1]]
    switch (nameOf(tokens[index])) {
      case 'WINDOW':
        return isIdentifier(after) && nameOf(tokens[index + 2]) === 'AS'
      case 'OVER':
        return nameOf(before) === 'RP' && (nameOf(after) === 'LP' || isIdentifier(after))
      default:
        return nameOf(before) === 'RP' && nameOf(after) === 'LP'
    }
  }
  let text = ''
  let end = 0
  tokens.forEach((token, index) => {
    if (!/^(filter|over|window)$/i.test(token.text) || isKeyword(index)) return
    text += `${sql.slice(end, token.span.offset)}"${token.text}"`
    end = token.span.offset + token.span.length
  })
  return text + sql.slice(end)
}

function nameOf(token: Token | undefined): string | undefined {
  return token && parser.tokenName(token.type)
}

// Fallback keywords count as identifiers; those that never are one need not be told apart here.
function isIdentifier(token: Token | undefined): boolean {
  const name = nameOf(token)
  return name === 'ID' || name === 'STRING' || (token !== undefined && /^[a-z_]/i.test(token.text) && name !== 'AS')
}
