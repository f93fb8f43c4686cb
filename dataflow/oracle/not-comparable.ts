/**
 * Some queries have no single answer: which row stands for its group, REAL sums to the last bit, the order inside
 * group_concat. Here SQLite itself is asked whether it would answer otherwise, had it read the rows in another order: on a copy of
 * the database with unordered scans reversed, without indexes, and both. If those answers differ, the query says nothing.
 * Of what the copy does not have (temporary tables, attached databases) nothing can be said: it counts as having one answer.
 */
import type { Database, Sqlite3Static } from '@sqlite.org/sqlite-wasm'
import type { SqlValue } from '../../schema/live.ts'
import { plainQuery } from './plain-sqlite.ts'

export function answersVary(
  sqlite3: Sqlite3Static,
  db: Database,
  sql: string,
  parameters: readonly SqlValue[],
  isEqual: (rows: SqlValue[][]) => boolean,
): boolean {
  const image = sqlite3.capi.sqlite3_js_db_export(db)
  const variants = [
    ['PRAGMA reverse_unordered_selects = 1'],
    ['indexes'],
    ['indexes', 'PRAGMA reverse_unordered_selects = 1'],
    ['ANALYZE'],
  ]
  return variants.some((changes) => {
    const copy = openImage(sqlite3, image)
    try {
      for (const change of changes) {
        if (change === 'indexes') dropIndexes(sqlite3, copy)
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

function dropIndexes(sqlite3: Sqlite3Static, db: Database): void {
  const names = plainQuery(sqlite3, db, `SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL`)
  for (const [name] of names.rows) db.exec(`DROP INDEX "${String(name).replaceAll('"', '""')}"`)
}
