import type { DatabaseSync } from 'node:sqlite'

/**
 * The one place that knows which SQLite this Node has: its own (≥ 22.13), or the same API from a package on Node 20.
 * Opens with a write-ahead log; `durable: true` survives a power cut (for what cannot be rebuilt), false a crash only.
 */
export type Sqlite = DatabaseSync

export async function openSqlite(path: string, options: { durable: boolean }): Promise<Sqlite> {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const own = major > 22 || (major === 22 && minor >= 13)
  const module = own ? await import('node:sqlite') : await import('@photostructure/sqlite')
  const database = new module.DatabaseSync(path) as Sqlite
  database.exec('PRAGMA journal_mode = WAL')
  database.exec(`PRAGMA synchronous = ${options.durable ? 'FULL' : 'NORMAL'}`)
  database.exec('PRAGMA busy_timeout = 5000')
  return database
}

/** All of `work` or nothing of it. */
export function inTransaction<T>(database: Sqlite, work: () => T): T {
  database.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    database.exec('COMMIT')
    return result
  } catch (error) {
    database.exec('ROLLBACK')
    throw error
  }
}
