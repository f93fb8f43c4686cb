import { minuteOf } from '../search/minute.ts'
import type { Sql } from './sql.ts'

/**
 * The keys of messages, which are also their row ids in the full-text index. A key grows with time: it is the minute of the
 * message, or else the next one that is free. So the newest of many matches are read first, without looking at all of them.
 */
export function messageKeys(sql: Sql) {
  const taken = sql.prepare('SELECT 1 FROM timeline_items WHERE key = ?')
  const endOfRun = sql.prepare(
    `SELECT one.key + 1 FROM timeline_items one LEFT JOIN timeline_items next ON next.key = one.key + 1
     WHERE one.key >= ? AND next.key IS NULL ORDER BY one.key LIMIT 1`,
  )
  /** minutes that were taken one after another: what falls among them comes behind them */
  let run = { from: 0, end: 0 }
  return {
    /** of a message that is inserted at once */
    next(at: number): number {
      const minute = minuteOf(at)
      let key = minute >= run.from && minute < run.end ? run.end : minute
      if (taken.rows(key).length > 0) key = endOfRun.rows(key)[0]![0] as number
      run = { from: key === run.end ? run.from : minute, end: key + 1 }
      return key
    },
  }
}
