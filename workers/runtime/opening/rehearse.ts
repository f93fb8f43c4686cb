import type { Database, Sqlite3Static } from '@sqlite.org/sqlite-wasm'
import { namesOf } from '../../../schema/messages/runtime/protocol.ts'
import type { AnyApplication } from '../application.ts'
import { systemClock } from '../platform/clock.ts'
import { liveLeaderDatabase } from '../serving/live-leader-database.ts'
import { noBallast } from '../storage/ballast.ts'
import { noCleanEnd } from '../storage/clean-end.ts'
import { noSentinel } from '../storage/sentinel.ts'
import { openDatabase, type OpenPlatform } from './open-database.ts'

/**
 * JavaScript that runs for the first time is slow, as it is compiled then. A follower in an idle moment opens an empty
 * database in memory and asks it what its application asks, so that its promotion runs warm code.
 */
export async function rehearse(application: AnyApplication, sqlite3: Sqlite3Static): Promise<void> {
  const platform: OpenPlatform = {
    names: namesOf(application.name),
    sqlite3,
    sentinel: noSentinel,
    installPool: async () => ({ type: 'NoOpfs' }),
    ballast: noBallast,
    cleanEnd: noCleanEnd,
    mended: 0,
    keepCopy: async () => false,
    now: Date.now,
  }
  const opened = await openDatabase(application, platform)
  if (opened.type === 'NotOpened') return
  const database = liveLeaderDatabase(application, opened, platform, systemClock)
  for (const sql of application.rehearsal) {
    database.subscribe({ sql, parameters: [''] }, ignore, ignore).unsubscribe()
    database.query(sql, [''])
  }
  closeWhole(sqlite3, opened.db)
}

/**
 * With every statement that is left on it: else its memory stays. But not those that a virtual table keeps of its own: it
 * finalizes them itself, and doing it twice spoils the heap of the database that this worker opens next.
 */
function closeWhole({ capi }: Sqlite3Static, db: Database): void {
  const virtual = db.selectValues("SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage = 0")
  for (const name of virtual) db.exec(`DROP TABLE "${String(name).replaceAll('"', '""')}"`)
  const handle = db.pointer!
  for (let rest = capi.sqlite3_next_stmt(handle, 0); rest; rest = capi.sqlite3_next_stmt(handle, 0)) {
    capi.sqlite3_finalize(rest)
  }
  db.close()
}

const ignore = () => {}
