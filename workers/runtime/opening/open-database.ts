import type { Database, Sqlite3Static } from '@sqlite.org/sqlite-wasm'
import type { RuntimeNames } from '../../../schema/messages/runtime/protocol.ts'
import type { Problem } from '../../../schema/messages/runtime/status.ts'
import type { AnyApplication, Rescued } from '../application.ts'
import { answeredCallsTable } from '../serving/answered-calls.ts'
import { migrate, type MigrationResult } from './migrate.ts'
import type { Ballast } from '../storage/ballast.ts'
import type { CleanEnd } from '../storage/clean-end.ts'
import { deviceFailure } from '../storage/failure.ts'
import { openRawSql, type RawSql } from '../serving/raw-sql.ts'
import type { Sentinel, SentinelMark } from '../storage/sentinel.ts'
import type { PoolFile, PoolOutcome, StoragePool } from '../storage/storage-pool.ts'

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
  /** of a database that was lost or replaced: what only it held, for the application's `restore` */
  readonly rescued: readonly Rescued[]
  /** made with the file, and unlike any other file's */
  readonly generation: string
  /** kept in the database and so above every earlier leader's, whatever the tabs remember */
  readonly epoch: number
  /** the session before died while it wrote: the file is to be looked through, in passing */
  readonly unclean: boolean
}

export interface OpenPlatform {
  readonly names: RuntimeNames
  readonly sqlite3: Sqlite3Static
  readonly sentinel: Sentinel
  readonly installPool: () => Promise<PoolOutcome>
  readonly ballast: Ballast
  readonly cleanEnd: CleanEnd
  /** headers of pool files that were damaged and are mended */
  readonly mended: number
  readonly keepCopy: (files: readonly PoolFile[]) => Promise<boolean>
  readonly now: () => number
}

/**
 * Opens and migrates the database, with the database lock held. Falls back to memory only where there is no OPFS at
 * all, and says so. A damaged file is replaced, by one that gets what could be salvaged from it; a file of a newer build is
 * left alone.
 */
export async function openDatabase(
  application: AnyApplication,
  platform: OpenPlatform,
  proposedEpoch = 0,
): Promise<OpenOutcome> {
  const [{ mark, rescued }, found] = await Promise.all([platform.sentinel.read(), platform.installPool()])
  if (found.type === 'NoOpfs') return openInMemory(application, platform, proposedEpoch)
  if (found.type === 'Held') {
    return notOpened('OPEN_FAILED', `the files of the database are still held: ${found.message}`, false)
  }
  const { pool } = found
  let opened = false
  try {
    const outcome = await openInPool(application, platform, pool, proposedEpoch, mark, rescued)
    opened = outcome.type === 'Opened'
    return outcome
  } finally {
    if (!opened) pool.close()
  }
}

async function openInPool(
  application: AnyApplication,
  platform: OpenPlatform,
  pool: StoragePool,
  proposedEpoch: number,
  mark: SentinelMark | null,
  rescued: readonly Rescued[],
): Promise<OpenOutcome> {
  const existed = pool.exists()
  try {
    if (existed && mark?.suspect === 'damaged')
      return await replaceDamaged(application, platform, pool, proposedEpoch, rescued)
    const check = platform.mended > 0 || mark?.suspect === 'check'
    const opened = await openOrMakeRoom(application, platform, pool, proposedEpoch, check)
    if (opened.type === 'SchemaTooNew') {
      const message = `Its schema is version ${opened.needs}; this version of the app knows ${opened.have}.`
      return notOpened('SCHEMA_TOO_NEW', message, true)
    }
    const lost = mark !== null && !existed
    const problem: Problem | null = lost ? { code: 'STORAGE_LOST', message: '', at: platform.now() } : null
    return ready(platform, mark, opened, problem, rescued)
  } catch (error) {
    const failure = deviceFailure(error)
    if (failure === 'damaged') return await replaceDamaged(application, platform, pool, proposedEpoch, rescued)
    if (failure === 'full') return notOpened('QUOTA_EXCEEDED', '', false)
    throw error
  }
}

function openInMemory({ migrations }: AnyApplication, { sqlite3 }: OpenPlatform, proposedEpoch: number): OpenOutcome {
  const db = new sqlite3.oo1.DB(':memory:')
  const begun = withRawSql(sqlite3, db, (sql) => {
    migrate(sql, migrations)
    return beginSession(sql, proposedEpoch)
  })
  const problem: Problem = { code: 'STORAGE_MEMORY', message: '' }
  return { type: 'Opened', db, ...begun, storage: 'memory', problem, rescued: [], unclean: false }
}

type Opened =
  | { readonly type: 'Open'; readonly db: Database; readonly generation: string; readonly epoch: number }
  | Extract<MigrationResult, { type: 'SchemaTooNew' }>

/** A migration may need more room than there is: then what is kept for such times is given up for it. */
async function openOrMakeRoom(
  application: AnyApplication,
  platform: OpenPlatform,
  pool: StoragePool,
  proposedEpoch: number,
  check: boolean,
): Promise<Opened> {
  platform.cleanEnd.writing()
  try {
    return openFile(application, platform, pool, proposedEpoch, check)
  } catch (error) {
    if (deviceFailure(error) !== 'full') throw error
    await platform.ballast.throwOff()
    return openFile(application, platform, pool, proposedEpoch, check)
  }
}

function openFile(
  { migrations }: AnyApplication,
  { sqlite3 }: OpenPlatform,
  pool: StoragePool,
  epoch: number,
  check: boolean,
): Opened {
  const db = pool.open()
  try {
    makeDurable(db)
    db.exec(tuning)
    if (check && db.selectValue('PRAGMA quick_check(1)') !== 'ok') throw new DamagedFile()
    const result = withRawSql(sqlite3, db, (sql) => migrate(sql, migrations))
    if (result.type === 'Migrated') {
      return { type: 'Open', db, ...withRawSql(sqlite3, db, (sql) => beginSession(sql, epoch)) }
    }
    db.close()
    return result
  } catch (error) {
    db.close()
    throw error
  }
}

/**
 * WAL with NORMAL, or a truncated journal with FULL: the two that survived every kill. A mode that SQLite does not take
 * stays as it was without an error, so each is read back.
 */
export function makeDurable(db: Database, wanted: 'wal' | 'truncate' = 'wal'): void {
  // of a new file. Half of sqlite-wasm's own: what a batch changes lies here and there, and whole pages are written
  db.exec('PRAGMA page_size = 4096')
  // exclusive first: only then does WAL work without shared memory
  const locking = db.selectValue('PRAGMA locking_mode = exclusive')
  const wal = wanted === 'wal' && db.selectValue('PRAGMA journal_mode = wal') === 'wal'
  const mode = wal ? 'wal' : db.selectValue('PRAGMA journal_mode = truncate')
  db.exec(wal ? 'PRAGMA synchronous = normal' : 'PRAGMA synchronous = full')
  const synchronous = db.selectValue('PRAGMA synchronous')
  const durable = locking === 'exclusive' && (wal ? synchronous === 1 : mode === 'truncate' && synchronous === 2)
  if (!durable) throw new Error(`no durable journal here: locking ${locking}, mode ${mode}, synchronous ${synchronous}`)
}

/**
 * 16 MB of cache for the hot index pages; not measured yet. The WAL is cut back to 16 MB after a checkpoint. What is deleted
 * within a page is written over with zeros; pages that become free are not.
 */
const tuning =
  'PRAGMA cache_size = -16384; PRAGMA temp_store = memory; PRAGMA journal_size_limit = 16777216; PRAGMA secure_delete = FAST'

/** What can be salvaged is safe elsewhere before the file goes. */
async function replaceDamaged(
  application: AnyApplication,
  platform: OpenPlatform,
  pool: StoragePool,
  proposedEpoch: number,
  rescuedBefore: readonly Rescued[],
): Promise<OpenOutcome> {
  const { sentinel } = platform
  // before anybody opens it: closing it would change it
  const kept = await platform.keepCopy(pool.read())
  const salvaged = salvage(application, platform.sqlite3, pool)
  await sentinel.rescue(salvaged)
  pool.remove()
  const opened = await openOrMakeRoom(application, platform, pool, proposedEpoch, false)
  if (opened.type !== 'Open') throw new Error('a new file cannot have a newer schema')
  const message = kept ? 'A copy of the damaged file was kept.' : 'There was no room for a copy of the damaged file.'
  const problem: Problem = { code: 'STORAGE_CORRUPT', message, at: platform.now() }
  return ready(platform, null, opened, problem, [...rescuedBefore, ...salvaged])
}

/** As much of what only this file has as can still be read. */
function salvage(application: AnyApplication, sqlite3: Sqlite3Static, pool: StoragePool): readonly Rescued[] {
  let db: Database | undefined
  try {
    db = pool.open()
    db.exec('PRAGMA locking_mode = exclusive')
    return withRawSql(sqlite3, db, (sql) => application.salvage(sql))
  } catch {
    return []
  } finally {
    db?.close()
  }
}

function ready(
  { sentinel, cleanEnd }: OpenPlatform,
  mark: SentinelMark | null,
  { db, generation, epoch }: Extract<Opened, { type: 'Open' }>,
  problem: Problem | null,
  rescued: readonly Rescued[],
): OpenOutcome {
  // not waited for: a start without it only cannot tell a lost database from a first one
  if (mark?.generation !== generation || mark.suspect !== 'no') void sentinel.write({ generation, suspect: 'no' })
  return { type: 'Opened', db, generation, epoch, storage: 'opfs', problem, rescued, unclean: cleanEnd.wasUnclean }
}

/** What the runtime keeps in the database, beside the application's tables. */
const ownTables = `CREATE TABLE IF NOT EXISTS rsql_meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID; ${answeredCallsTable}`

function beginSession(sql: RawSql, proposedEpoch: number): { generation: string; epoch: number } {
  const kept = (key: string) => sql.prepare('SELECT value FROM rsql_meta WHERE key = ?').rows(key)[0]?.[0]
  const keep = sql.prepare(
    'INSERT INTO rsql_meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
  )
  // a long WAL that is found goes into the database when there is time for it
  sql.exec(`PRAGMA wal_autocheckpoint = 0; BEGIN IMMEDIATE; ${ownTables}`)
  const generation = (kept('generation') as string | undefined) ?? crypto.randomUUID()
  const epoch = Math.max(proposedEpoch, Number(kept('epoch') ?? 0) + 1)
  keep.run('generation', generation)
  keep.run('epoch', epoch)
  sql.exec('COMMIT; PRAGMA wal_autocheckpoint = 2000')
  return { generation, epoch }
}

function withRawSql<T>(sqlite3: Sqlite3Static, db: Database, work: (sql: RawSql) => T): T {
  const sql = openRawSql(sqlite3, db)
  try {
    return work(sql)
  } finally {
    sql.close()
  }
}

function notOpened(code: Problem['code'], message: string, final: boolean): OpenOutcome {
  return { type: 'NotOpened', problem: { code, message }, final }
}

/** in the shape of SQLite's own complaint */
class DamagedFile extends Error {
  readonly code = 11
}
