import type { Database, Sqlite3Static } from '@sqlite.org/sqlite-wasm'
import type { AnyEvent } from '../../schema/events/event.ts'
import type { Problem } from '../../schema/messages/status.ts'
import { migrate } from '../../schema/tables/migrate.ts'
import { isCorruption, isStorageFailure } from './failure.ts'
import { salvagePending } from './outbox.ts'
import { openRawSql } from './raw-sql.ts'
import type { Sentinel, SentinelMark } from './sentinel.ts'
import { installStoragePool, type PoolOutcome, type StoragePool } from './storage-pool.ts'

export type OpenOutcome =
  | OpenedDatabase
  /** nothing is open; `final`: trying again will not help */
  | { readonly type: 'NotOpened'; readonly problem: Problem; readonly final: boolean }

export interface OpenedDatabase {
  readonly type: 'Opened'
  readonly db: Database
  readonly storage: 'opfs' | 'memory'
  /** what the person should know, though the app goes on */
  readonly problem: Problem | null
  /** of a damaged database that was replaced: events that the server has not had, for `requeueEvents` */
  readonly salvaged: readonly AnyEvent[]
  /** the next start checks the file before it uses it; to be called when SQLite reports damage or failing storage */
  readonly suspect: () => void
}

export interface OpenPlatform {
  readonly sqlite3: Sqlite3Static
  readonly sentinel: Sentinel
  readonly installPool: () => Promise<PoolOutcome>
  readonly estimate: () => Promise<{ readonly usage?: number; readonly quota?: number }>
}

/** The platform of a Dedicated Worker. The directory carries a version: a layout that old builds cannot read gets a new one. */
export function browserPlatform(sqlite3: Sqlite3Static, sentinel: Sentinel, directory = '/rsql-v1'): OpenPlatform {
  return {
    sqlite3,
    sentinel,
    installPool: () => installStoragePool(sqlite3, directory),
    estimate: () => navigator.storage.estimate(),
  }
}

/**
 * Opens and migrates the database, with the database lock held. Falls back to memory only where there is no OPFS at
 * all, and says so. A damaged file is replaced, since the server has everything but what is salvaged from it; a file of
 * a newer build is left alone.
 */
export async function openDatabase(platform: OpenPlatform): Promise<OpenOutcome> {
  const [mark, found] = await Promise.all([platform.sentinel.read(), platform.installPool()])
  if (found.type === 'NoOpfs') return openInMemory(platform)
  if (found.type === 'Held') {
    return notOpened('OPEN_FAILED', `the files of the database are still held: ${found.message}`, false)
  }
  const { pool } = found
  const existed = pool.exists()
  try {
    const opened = openFile(platform.sqlite3, pool, mark?.suspect ?? false)
    if (opened.type === 'SchemaTooNew') {
      const message = `This database belongs to a newer version of the app (schema ${opened.needs}, this one knows ${opened.have}): reload to update.`
      return notOpened('SCHEMA_TOO_NEW', message, true)
    }
    const lost = mark !== null && !existed
    const message = 'The browser removed the data of this device; it is being synced again.'
    return ready(platform, mark, opened.db, lost ? { code: 'STORAGE_LOST', message } : null, [])
  } catch (error) {
    if (isCorruption(error)) return replaceDamaged(platform, pool)
    if (isStorageFailure(error) && (await isFull(platform))) {
      return notOpened('QUOTA_EXCEEDED', 'There is no room left on this device: free some and try again.', false)
    }
    throw error
  }
}

async function openInMemory(platform: OpenPlatform): Promise<OpenOutcome> {
  const db = new platform.sqlite3.oo1.DB(':memory:')
  withRawSql(platform.sqlite3, db, (sql) => migrate(sql))
  const message = 'This browser gives the app no storage here: what you see is gone when the last tab closes.'
  return {
    type: 'Opened',
    db,
    storage: 'memory',
    problem: { code: 'STORAGE_MEMORY', message },
    salvaged: [],
    suspect() {},
  }
}

type Opened =
  { readonly type: 'Open'; readonly db: Database } | Extract<ReturnType<typeof migrate>, { type: 'SchemaTooNew' }>

function openFile(sqlite3: Sqlite3Static, pool: StoragePool, check: boolean): Opened {
  const db = pool.open()
  try {
    // exclusive first: only then does WAL work without shared memory
    db.exec('PRAGMA locking_mode = exclusive')
    const mode = db.selectValue('PRAGMA journal_mode = wal')
    db.exec(
      mode === 'wal' ? 'PRAGMA synchronous = normal' : 'PRAGMA journal_mode = truncate; PRAGMA synchronous = full',
    )
    db.exec(tuning)
    if (check && db.selectValue('PRAGMA quick_check(1)') !== 'ok') throw new DamagedFile()
    const result = withRawSql(sqlite3, db, (sql) => migrate(sql))
    if (result.type === 'Migrated') return { type: 'Open', db }
    db.close()
    return result
  } catch (error) {
    db.close()
    throw error
  }
}

/** 16 MB of cache for the hot index pages; not measured yet. The WAL is cut back to 16 MB after a checkpoint. */
const tuning = 'PRAGMA cache_size = -16384; PRAGMA temp_store = memory; PRAGMA journal_size_limit = 16777216'

async function replaceDamaged(platform: OpenPlatform, pool: StoragePool): Promise<OpenOutcome> {
  const salvaged = salvage(platform.sqlite3, pool)
  pool.remove()
  const opened = openFile(platform.sqlite3, pool, false)
  if (opened.type !== 'Open') throw new Error('a new file cannot have a newer schema')
  const message = 'The data on this device was damaged; it is being synced again.'
  return ready(platform, null, opened.db, { code: 'STORAGE_CORRUPT', message }, salvaged)
}

/** As much of the outbox as can still be read. */
function salvage(sqlite3: Sqlite3Static, pool: StoragePool): AnyEvent[] {
  let db: Database | undefined
  try {
    db = pool.open()
    db.exec('PRAGMA locking_mode = exclusive')
    return withRawSql(sqlite3, db, salvagePending)
  } catch {
    return []
  } finally {
    db?.close()
  }
}

function ready(
  { sqlite3, sentinel }: OpenPlatform,
  mark: SentinelMark | null,
  db: Database,
  problem: Problem | null,
  salvaged: readonly AnyEvent[],
): OpenOutcome {
  const generation = withRawSql(sqlite3, db, (sql) => {
    sql
      .prepare("INSERT INTO meta (key, value) VALUES ('generation', ?) ON CONFLICT DO NOTHING")
      .run(crypto.randomUUID())
    return sql.prepare("SELECT value FROM meta WHERE key = 'generation'").rows()[0]![0] as string
  })
  // not waited for: a start without it only cannot tell a lost database from a first one
  if (mark?.generation !== generation || mark.suspect) void sentinel.write({ generation, suspect: false })
  const suspect = () => void sentinel.write({ generation, suspect: true })
  return { type: 'Opened', db, storage: 'opfs', problem, salvaged, suspect }
}

function withRawSql<T>(sqlite3: Sqlite3Static, db: Database, work: (sql: ReturnType<typeof openRawSql>) => T): T {
  const sql = openRawSql(sqlite3, db)
  try {
    return work(sql)
  } finally {
    sql.close()
  }
}

async function isFull({ estimate }: OpenPlatform): Promise<boolean> {
  const { usage = 0, quota = 0 } = await estimate()
  return quota > 0 && usage > quota * 0.9
}

function notOpened(code: Problem['code'], message: string, final: boolean): OpenOutcome {
  return { type: 'NotOpened', problem: { code, message }, final }
}

/** in the shape of SQLite's own complaint */
class DamagedFile extends Error {
  readonly code = 11
}
