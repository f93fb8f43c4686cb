import type { Database, Sqlite3Static } from '@sqlite.org/sqlite-wasm'
import { LiveSqlite } from './live/database.ts'
import { parseSelect } from './parse/parse.ts'
import type { LiveDatabase, OpenOptions } from './types.ts'

export type { Query, QueryDelta, RowChange, SqlValue } from '../schema/live.ts'
export type { OperatorKind, Trace, TraceEvent } from './operator.ts'
export type {
  Explanation,
  GuardedResult,
  GuardedRight,
  LiveDatabase,
  LiveQuery,
  Meter,
  OpenOptions,
  OperatorExplanation,
  QueryInput,
  TurnCost,
} from './types.ts'

/**
 * A live database over an open connection of @sqlite.org/sqlite-wasm, in the browser or in Node. From now on write
 * through it alone, or what others write goes unnoticed until the next turn. `close` ends all live queries; the connection
 * stays the caller's.
 */
export function openLiveDatabase(sqlite3: Sqlite3Static, db: Database, options: OpenOptions = {}): LiveDatabase {
  return new LiveSqlite(sqlite3, db, options)
}

/** The parser is large code that JavaScript engines compile when it first runs: called in an idle moment, no query waits for it. */
export function warmUp(): void {
  parseSelect(
    'SELECT a.x, max(b.y, ifnull(?, 0)) AS m FROM a LEFT JOIN b ON b.z = a.z WHERE a.x IN (?, ?) ORDER BY m DESC LIMIT 9',
  )
}
