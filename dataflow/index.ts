import type { Database, Sqlite3Static } from '@sqlite.org/sqlite-wasm'
import { LiveSqlite } from './live/database.ts'
import type { LiveDatabase } from './types.ts'

export type { Query, QueryDelta, RowChange, SqlValue } from '../schema/live.ts'
export type { Explanation, LiveDatabase, LiveQuery, OperatorExplanation, QueryInput } from './types.ts'

/**
 * A live database over an open connection of @sqlite.org/sqlite-wasm, in the browser or in Node. From now on write
 * through it alone, or what others write goes unnoticed until the next turn. `close` ends all live queries; the connection
 * stays the caller's.
 */
export function openLiveDatabase(sqlite3: Sqlite3Static, db: Database): LiveDatabase {
  return new LiveSqlite(sqlite3, db)
}
