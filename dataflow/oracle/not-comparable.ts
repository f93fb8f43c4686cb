import type { Database, Sqlite3Static } from '@sqlite.org/sqlite-wasm'
import type { SqlValue } from '../../schema/live.ts'
import { plainQuery } from './plain-sqlite.ts'

/**
 * Some queries have no single answer: which row stands for its group, REAL sums to the last bit, the order inside
 * group_concat. Here SQLite itself is asked whether it would answer otherwise, had it read the rows in another order: on a copy of
 * the database with unordered scans reversed, without indexes, both, and with and without statistics. If those answers differ, the query says nothing.
 * Of what the copy does not have (temporary tables, attached databases) nothing can be said: it counts as having one answer.
 */
export function answersVary(
  sqlite3: Sqlite3Static,
  db: Database,
  sql: string,
  parameters: readonly SqlValue[],
  isEqual: (rows: SqlValue[][]) => boolean,
): boolean {
  let image: Uint8Array
  try {
    image = sqlite3.capi.sqlite3_js_db_export(db)
  } catch {
    return false // of an empty database there is no image
  }
  const variants = [
    ['PRAGMA reverse_unordered_selects = 1'],
    ['indexes'],
    ['indexes', 'PRAGMA reverse_unordered_selects = 1'],
    ['ANALYZE'],
    ['statistics'],
  ]
  return variants.some((changes) => {
    const copy = openImage(sqlite3, image)
    try {
      for (const change of changes) {
        if (change === 'indexes') dropIndexes(sqlite3, copy)
        else if (change === 'statistics') forgetStatistics(sqlite3, copy)
        else copy.exec(change)
      }
      return !isEqual(plainQuery(sqlite3, copy, sql, parameters).rows)
    } catch {
      return prepares(sqlite3, copy, sql)
    } finally {
      copy.close()
    }
  })
}

/** Does the query, or a view that it may read, choose one of several equal values to stand for all? */
export function choosesRepresentative(sqlite3: Sqlite3Static, db: Database, sql: string): boolean {
  const views = plainQuery(sqlite3, db, `SELECT sql FROM sqlite_schema WHERE type = 'view'`).rows.map(String)
  return /\b(?:distinct|group\s+by|union|intersect|except|min\s*\(|max\s*\()/i.test([sql, ...views].join('\n'))
}

/** The row with one value in place of all that some collation calls equal. */
export function withRepresentatives(row: readonly SqlValue[], folds: boolean): SqlValue[] {
  return row.map((value) => {
    if (Object.is(value, -0)) return 0
    // an INTEGER past 2⁵³ and the REAL that equals it
    if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) return BigInt(value)
    return typeof value === 'string' && folds ? value.replace(/ +$/, '').toLowerCase() : value
  })
}

function prepares(sqlite3: Sqlite3Static, db: Database, sql: string): boolean {
  try {
    plainQuery(sqlite3, db, `EXPLAIN ${sql}`)
    return true
  } catch {
    return false
  }
}

function openImage(sqlite3: Sqlite3Static, image: Uint8Array): Database {
  const { capi, wasm } = sqlite3
  const copy = new sqlite3.oo1.DB(':memory:')
  const pointer = wasm.allocFromTypedArray(image)
  const flags = capi.SQLITE_DESERIALIZE_FREEONCLOSE | capi.SQLITE_DESERIALIZE_RESIZEABLE
  copy.checkRc(capi.sqlite3_deserialize(copy, 'main', pointer, image.length, image.length, flags))
  return copy
}

function forgetStatistics(sqlite3: Sqlite3Static, db: Database): void {
  const tables = plainQuery(sqlite3, db, `SELECT name FROM sqlite_schema WHERE name LIKE 'sqlite\\_stat%' ESCAPE '\\'`)
  if (tables.rows.length === 0) return
  for (const [name] of tables.rows) db.exec(`DELETE FROM ${String(name)}`)
  db.exec('ANALYZE sqlite_schema')
}

function dropIndexes(sqlite3: Sqlite3Static, db: Database): void {
  const names = plainQuery(sqlite3, db, `SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL`)
  for (const [name] of names.rows) db.exec(`DROP INDEX "${String(name).replaceAll('"', '""')}"`)
}
