import type { Database, Sqlite3Static } from '@sqlite.org/sqlite-wasm'

/**
 * Triggers (and actions of foreign keys) that follow one another, and bytes of a LIKE pattern. SQLite's own bounds, 1,000 and 50,000, are for
 * a larger stack than WASM has: a chain of 600 triggers overran it and left the memory broken, a pattern of 20,000 wildcards ended in the
 * script engine's error.
 */
const [triggers, likeBytes] = [100, 2000]

/** What nests too deeply is an SQL error, and the database lives. */
export function limitDepth({ capi }: Sqlite3Static, db: Database): void {
  capi.sqlite3_limit(db, capi.SQLITE_LIMIT_TRIGGER_DEPTH, triggers)
  capi.sqlite3_limit(db, capi.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, likeBytes)
}
