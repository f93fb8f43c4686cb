import type { Database } from '@sqlite.org/sqlite-wasm'

/**
 * The tables that SQLite reads from end to end for a statement, by their names. A search that an index answers is none, nor
 * is one in a full-text index that has words to look for.
 *
 * Example: 'SELECT 1 FROM rooms r JOIN events e ON e.stream = r.stream' → ['rooms'], if `events` has an index for it.
 */
export function scansOf(db: Database, sql: string): readonly string[] {
  const rows = db.exec(`EXPLAIN QUERY PLAN ${sql}`, { rowMode: 'object', returnValue: 'resultRows' }) as {
    detail: string
  }[]
  const tables = tableNames(db)
  const found = new Set<string>()
  for (const { detail } of rows) {
    const [, alias, rest] = /^SCAN (\S+)(.*)$/.exec(detail) ?? []
    if (alias === undefined || /VIRTUAL TABLE INDEX \d+:\S/.test(rest!)) continue
    for (const table of namedBy(alias, sql, tables)) found.add(table)
  }
  return [...found].sort()
}

/** A plan calls a table by its alias; one that is used for two tables may be either. */
function namedBy(alias: string, sql: string, tables: readonly string[]): readonly string[] {
  if (tables.includes(alias)) return [alias]
  return tables.filter((table) => new RegExp(`\\b${table}\\s+(?:AS\\s+)?${alias}\\b`, 'i').test(sql))
}

function tableNames(db: Database): readonly string[] {
  const sql = "SELECT name FROM sqlite_schema WHERE type = 'table'"
  return db.exec(sql, { rowMode: 0, returnValue: 'resultRows' }) as unknown as string[]
}
