import type { RawSql } from '../serving/raw-sql.ts'

export type MigrationResult =
  | { readonly type: 'Migrated'; readonly from: number; readonly to: number }
  | { readonly type: 'SchemaTooNew'; readonly needs: number; readonly have: number }

/**
 * Brings a database to the newest schema: each version in one transaction with its number, so that a death halfway
 * leaves a whole older version. A database written by a newer build is left untouched.
 */
export function migrate(sql: RawSql, versions: readonly string[]): MigrationResult {
  const from = sql.prepare('PRAGMA user_version').rows()[0]![0] as number
  if (from > versions.length) return { type: 'SchemaTooNew', needs: from, have: versions.length }
  for (let version = from; version < versions.length; version++) {
    sql.exec('BEGIN IMMEDIATE')
    try {
      sql.exec(versions[version]!)
      sql.exec(`PRAGMA user_version = ${version + 1}`)
      sql.exec('COMMIT')
    } catch (error) {
      try {
        sql.exec('ROLLBACK')
      } catch {} // a full disk has rolled it back already: the first error is the one to tell
      throw error
    }
  }
  return { type: 'Migrated', from, to: versions.length }
}
