import type { StorageSpace } from '../../../schema/messages/runtime/status.ts'
import type { Rescued } from '../application.ts'
import type { OpenedDatabase, OpenPlatform } from '../opening/open-database.ts'
import type { Clock } from '../platform/clock.ts'
import type { RawSql } from '../serving/raw-sql.ts'
import { folderExists } from './opfs-folder.ts'
import { watchStorage, type StorageHealth } from './storage-health.ts'

/** The health of an open database in a pool: how SQLite is asked for what `watchStorage` wants to know. */
export function databaseHealth(
  sql: RawSql,
  opened: OpenedDatabase,
  { sentinel, ballast, cleanEnd, now, names }: OpenPlatform,
  clock: Clock,
  pending: () => readonly Rescued[],
): StorageHealth {
  return watchStorage({
    clock,
    sentinel,
    ballast,
    cleanEnd,
    isThere: () => folderExists(names.poolFolder),
    measure: measureSpace,
    now,
    opened,
    database: {
      checkpoint: () => checkpoint(sql),
      tables: () => (sql.prepare(tables).rows() as [string][]).map(([name]) => name),
      check: (table) => sql.prepare('SELECT quick_check FROM pragma_quick_check(?)').rows(table)[0]?.[0] === 'ok',
      pending,
    },
  })
}

/** A WAL of more frames is emptied, since the next start reads all of it again; a shorter one is quicker to write on. */
const framesLeft = 512

function checkpoint(sql: RawSql): void {
  const frames = sql.prepare('PRAGMA wal_checkpoint(PASSIVE)').rows()[0]?.[1] as number
  if (frames > framesLeft) sql.exec('PRAGMA wal_checkpoint(TRUNCATE)')
}

/** Virtual ones are left out: the tables that they keep their data in are looked at, and the full text takes a second. */
const tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0 ORDER BY name"

async function measureSpace(): Promise<StorageSpace> {
  const { usage = 0, quota = 0 } = await navigator.storage.estimate()
  return { usage, quota }
}
