import { keywordDefs } from 'sqlite3-parser'

const keywords = new Set(keywordDefs.keywords.map((keyword) => keyword.name))

/** A name as SQL: bare where that is safe, else in double quotes. */
export function quoteIdentifier(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !keywords.has(name.toUpperCase()) && !/^(true|false)$/i.test(name)
    ? name
    : `"${name.replaceAll('"', '""')}"`
}
