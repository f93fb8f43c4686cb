import type { RawSql } from './raw-sql.ts'
import { RequestFailure } from './leader-database.ts'

/**
 * The calls that were answered, in the database itself: written in the command's own transaction, so that either both are
 * there or neither. Law: a call that is repeated, to this leader or another, is answered and does not run again. Bounded:
 * `kept.calls` of them, for `kept.ms`; no call is repeated for so long.
 *
 * Example: the leader commits `add` and dies before its answer arrives. The next leader is asked the same, finds the id, and
 * answers what the first would have.
 */
export interface AnsweredCalls {
  /** null: it was not answered yet */
  read(requestId: string): { readonly result: unknown } | null
  /** inside the command's transaction */
  write(requestId: string, result: unknown, at: number): void
}

export const answeredCallsTable = `CREATE TABLE IF NOT EXISTS rsql_answered_calls (
  id INTEGER PRIMARY KEY,
  request_id TEXT NOT NULL UNIQUE,
  result,                           -- JSON; NULL: nothing; 0: it was not kept
  at INTEGER NOT NULL
)`

const kept = { calls: 10_000, ms: 24 * 60 * 60 * 1000, resultLength: 16_384 }

export function answeredCalls(sql: RawSql): AnsweredCalls {
  const find = sql.prepare('SELECT result FROM rsql_answered_calls WHERE request_id = ?')
  const insert = sql.prepare('INSERT INTO rsql_answered_calls (request_id, result, at) VALUES (?, ?, ?)')
  // in the order of their ids they are in the order of their times: looking at the first few is enough
  const trim = sql.prepare(`DELETE FROM rsql_answered_calls WHERE id IN (
    SELECT id FROM (SELECT id, at FROM rsql_answered_calls ORDER BY id LIMIT 8)
    WHERE at < ? OR id <= (SELECT max(id) FROM rsql_answered_calls) - ${kept.calls})`)
  return {
    read(requestId) {
      const row = find.rows(requestId)[0]
      if (!row) return null
      const [result] = row
      if (result === null) return { result: undefined }
      if (typeof result === 'string') return { result: JSON.parse(result) as unknown }
      throw new RequestFailure('LEADER_LOST', 'the command has run; its result was too large to be kept')
    },
    write(requestId, result, at) {
      insert.run(requestId, result === undefined ? null : (written(result) ?? 0), at)
      trim.run(at - kept.ms)
    },
  }
}

/** Null: not short, or not what JSON would give back. */
function written(result: unknown): string | null {
  if (!isJson(result)) return null
  const text = JSON.stringify(result)
  return text.length <= kept.resultLength ? text : null
}

/** JSON would give the same back. */
export function isJson(value: unknown, depth = 0): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0)
  if (typeof value !== 'object' || depth > 16) return false
  if (Array.isArray(value)) return value.every((item) => isJson(item, depth + 1))
  if (Object.getPrototypeOf(value) !== Object.prototype) return false
  return Object.values(value).every((item) => isJson(item, depth + 1))
}
