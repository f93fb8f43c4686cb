import type { Database, Sqlite3Static } from '@sqlite.org/sqlite-wasm'
import { noBallast } from '../storage/ballast.ts'
import { noCleanEnd } from '../storage/clean-end.ts'
import { openDatabase, type OpenPlatform } from './open-database.ts'
import { leaderDatabase } from './open-leader-database.ts'
import { noSentinel } from '../storage/sentinel.ts'

/**
 * JavaScript that runs for the first time is slow, as it is compiled then. A follower in an idle moment opens an empty
 * database in memory and asks it what an app asks, so that its promotion runs warm code.
 */
export async function rehearse(sqlite3: Sqlite3Static): Promise<void> {
  const platform: OpenPlatform = {
    sqlite3,
    sentinel: noSentinel,
    installPool: async () => ({ type: 'NoOpfs' }),
    ballast: noBallast,
    cleanEnd: noCleanEnd,
    mended: 0,
    keepCopy: async () => false,
    now: Date.now,
  }
  const opened = await openDatabase(platform)
  if (opened.type === 'NotOpened') return
  const database = leaderDatabase(opened, platform)
  for (const sql of asked) {
    database.subscribe({ sql, parameters: [''] }, ignore, ignore).unsubscribe()
    database.query(sql, [''])
  }
  closeWhole(sqlite3, opened.db)
}

/**
 * With every statement that is left on it: else its memory stays. But not those that the full-text index keeps of its own: it
 * finalizes them itself, and doing it twice spoils the heap of the database that this worker opens next.
 */
function closeWhole({ capi }: Sqlite3Static, db: Database): void {
  db.exec('DROP TABLE search_index')
  const handle = db.pointer!
  for (let rest = capi.sqlite3_next_stmt(handle, 0); rest; rest = capi.sqlite3_next_stmt(handle, 0)) {
    capi.sqlite3_finalize(rest)
  }
  db.close()
}

const ignore = () => {}
const asked = [
  `SELECT t.id, t.snippet, o.state FROM timeline_items t LEFT JOIN outbox o ON o.stream = t.stream AND o.event_id = t.id
   WHERE t.stream = ?1 AND t.timeline_id = ?1 ORDER BY t.order_key, t.id`,
  `SELECT r.id, count(*) AS unread FROM rooms r JOIN timeline_items t ON t.stream = r.stream AND t.timeline_id = r.id AND t.order_key > 0
   WHERE r.stream = ? GROUP BY r.stream, r.id`,
]
