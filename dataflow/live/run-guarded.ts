import type { SqlValue } from '../../schema/live.ts'
import { isBlank, type Connection } from '../sqlite/connection.ts'
import { guardedSteps, memoryGuard, withLimits } from '../sqlite/guard.ts'
import type { GuardedResult, GuardedRight } from '../types.ts'

/** Of a result: what a page can show, and no more than this may cross threads. */
const resultBytes = 4 * 1024 * 1024
const longestSql = 50_000

/** One statement of unknown origin: it does no more than it may, takes no more than it may, and is read up to so many rows. */
export function runGuarded(
  connection: Connection,
  sql: string,
  parameters: readonly SqlValue[],
  right: GuardedRight,
  mostRows: number,
): GuardedResult {
  if (sql.length > longestSql) throw new Error(`the SQL is longer than ${longestSql} characters`)
  return guarded(connection, () =>
    connection.authorizer.guard(right, () => {
      const { statement, tail } = connection.prepareFirst(sql)
      if (!statement) throw new Error('there is no SQL statement')
      try {
        if (!isBlank(tail)) throw new Error('one statement at a time, please')
        if (right === 'reads' && !statement.readonly) throw new Error('refused: it would write')
        statement.bindAll(parameters)
        const rows: SqlValue[][] = []
        let bytes = 0
        let more = false
        while (statement.step()) {
          more = rows.length === mostRows || bytes > resultBytes
          if (more) break
          const row = statement.sqlRow()
          bytes += sizeOf(row)
          rows.push(row)
        }
        const changes = statement.readonly ? 0 : connection.raw.exports.sqlite3_changes(connection.raw.db)
        return { columns: statement.columnNames(), rows, changes, more }
      } finally {
        statement.finalize()
      }
    }),
  )
}

/** Whatever `work` asks of SQLite is bounded in memory, in the size of its values, and by the clock (`isToStop`). */
export function guarded<T>({ raw, limit }: Connection, work: () => T): T {
  const takesTooMuch = memoryGuard(raw)
  let tookTooMuch = false
  const isOver = () => (tookTooMuch ||= takesTooMuch())
  try {
    return withLimits(raw, () => limit.guarded(guardedSteps, isOver, work))
  } catch (error) {
    throw tookTooMuch ? new Error('it needs more memory than it may have') : error
  }
}

function sizeOf(row: readonly SqlValue[]): number {
  let size = 16 * row.length
  for (const value of row) if (typeof value === 'string' || value instanceof Uint8Array) size += value.length
  return size
}
