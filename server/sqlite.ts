import { copyFileSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { open, type FileHandle } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

/**
 * The one place that knows which SQLite this Node has: its own (≥ 22.13), or the same API from a package on Node 20.
 * Opens with a write-ahead log; `durable: true` survives a power cut (for what cannot be rebuilt), false a crash only.
 * The files belong to this process alone (data-folder.ts), so the log's index is kept in memory: a full disk then needs
 * no space for it, and the server starts there.
 */
export type Sqlite = DatabaseSync

export interface OpenOptions {
  readonly durable: boolean
  /** the folder cannot be written to: what lies in it is read, and every write fails */
  readonly readOnly?: boolean
}

export async function openSqlite(path: string, { durable, readOnly = false }: OpenOptions): Promise<Sqlite> {
  const make = await opener()
  if (readOnly) return openReadOnly(path, make)
  const database = make(path)
  database.exec('PRAGMA locking_mode = EXCLUSIVE') // first of all: else the log's index is a file
  writeAhead(database)
  database.exec('PRAGMA secure_delete = ON') // what is deleted is written over with zeros
  database.exec(`PRAGMA synchronous = ${durable ? 'FULL' : 'NORMAL'}`)
  database.exec('PRAGMA busy_timeout = 5000')
  return database
}

/** A full disk has no room for the change: then the file is read as it is, until there is room. */
export function writeAhead(database: Sqlite): void {
  try {
    database.exec('PRAGMA journal_mode = WAL')
    cutLog(database) // what a process that was killed left in it may have been erased since
  } catch (error) {
    if (diskFaultOf(error) === null) throw error
  }
}

/** Leaves the syncs of commits to LogSync; false: there is no write-ahead log, and SQLite syncs each commit itself. */
export function syncBySelf(database: Sqlite): boolean {
  const { journal_mode: mode } = database.prepare('PRAGMA journal_mode').get() as { journal_mode: string }
  if (mode === 'wal') database.exec('PRAGMA synchronous = NORMAL')
  return mode === 'wal'
}

/** A file that can be made again, and that several threads of this process may open. */
export async function openPlainSqlite(path: string): Promise<Sqlite> {
  const database = (await opener())(path)
  database.exec('PRAGMA busy_timeout = 5000')
  return database
}

/**
 * Syncs a database's write-ahead log in another thread, while this one goes on: what was committed before is durable when it
 * resolves. Law: SQLite itself (`synchronous = NORMAL`) syncs the log before it merges it into the file, and the file before
 * it begins the log anew; so of what is durable all is in the file or in the part of the log that was synced.
 */
export class LogSync {
  readonly #path: string
  #file: FileHandle | null = null

  constructor(path: string) {
    this.#path = path
  }

  async sync(): Promise<void> {
    if (!this.#file) {
      this.#file = await open(`${this.#path}-wal`, 'r+')
      await syncFolder(dirname(this.#path)) // its name is durable too
    }
    await this.#file.datasync()
  }

  async close(): Promise<void> {
    await this.#file?.close()
    this.#file = null
  }
}

/** Some systems cannot; their files have names without it. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => null)
  await folder?.sync().catch(() => {})
  await folder?.close()
}

/** Merges the write-ahead log into the file and empties it. */
const cutLog = (database: Sqlite): void => database.exec('PRAGMA wal_checkpoint(TRUNCATE)')

/** Something was erased: what it said stands in the write-ahead log, which is cut a moment later, once for all that comes till then. */
export interface LogCutter {
  soon(): void
  stop(): void
}
export function logCutter(database: Sqlite, failed: (error: unknown) => void): LogCutter {
  let timer: NodeJS.Timeout | null = null
  const cut = () => {
    timer = null
    try {
      cutLog(database)
    } catch (error) {
      failed(error) // a full disk: the next start does it
    }
  }
  return {
    soon: () => void (timer ??= setTimeout(cut, 250).unref()),
    stop: () => void (timer && clearTimeout(timer)),
  }
}

/** A file that is locked and never written; see data-folder.ts. */
export async function openLockFile(path: string): Promise<Sqlite> {
  const database = (await opener())(path)
  database.exec('PRAGMA busy_timeout = 2000') // one that is being stopped may have it for a moment
  return database
}

async function opener(): Promise<(location: string | URL) => Sqlite> {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const own = major > 22 || (major === 22 && minor >= 13)
  const module = own ? await import('node:sqlite') : await import('@photostructure/sqlite')
  return (location) => new module.DatabaseSync(location as string) as Sqlite
}

/** A file that was not closed cleanly can be read only where it can be mended: then a copy is. */
function openReadOnly(path: string, open: (location: string | URL) => Sqlite): Sqlite {
  const log = `${path}-wal`
  if (!existsSync(log) || statSync(log).size === 0) {
    const address = pathToFileURL(path)
    address.searchParams.set('immutable', '1')
    return open(address)
  }
  const folder = mkdtempSync(join(tmpdir(), 'read-only-'))
  const copy = join(folder, 'copy.db')
  copyFileSync(path, copy)
  copyFileSync(log, `${copy}-wal`)
  const database = open(copy)
  database.exec('PRAGMA locking_mode = EXCLUSIVE')
  database.prepare('SELECT count(*) FROM sqlite_schema').get()
  database.exec('PRAGMA query_only = 1')
  rmSync(folder, { recursive: true, force: true }) // the open files stay
  return database
}

/**
 * Merges the write-ahead log into the file, lets go of the lock and closes. (The package for Node 20 closes a database
 * whose statements are still known to somebody only later, lock and all.)
 */
export function closeSqlite(database: Sqlite): void {
  try {
    database.exec('PRAGMA journal_mode = DELETE')
    database.exec('PRAGMA locking_mode = NORMAL')
    database.prepare('SELECT count(*) FROM sqlite_schema').get()
  } catch {
    // a full or read-only disk: the next start merges it
  }
  database.close()
}

/** All of `work` or nothing of it. */
export function inTransaction<T>(database: Sqlite, work: () => T): T {
  database.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    database.exec('COMMIT')
    return result
  } catch (error) {
    rollBack(database)
    throw error
  }
}

/** A full disk may have rolled back already; then there is nothing left to do. */
function rollBack(database: Sqlite): void {
  try {
    database.exec('ROLLBACK')
  } catch {
    // the error that brought us here says more
  }
}

/** What is wrong with the disk, when it is the disk's fault; null for every other error. */
export type DiskFault = 'full' | 'read-only' | 'failing'

export function diskFaultOf(error: unknown): DiskFault | null {
  const { code, errcode } = error as { code?: unknown; errcode?: unknown }
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'full'
  if (code === 'EROFS') return 'read-only'
  if (code !== 'ERR_SQLITE_ERROR' || typeof errcode !== 'number') return null
  switch (errcode & 0xff) {
    case 13: // FULL
      return 'full'
    case 8: // READONLY
      return 'read-only'
    case 10: // IOERR: quotas and file size limits show like this too
    case 14: // CANTOPEN
      return 'failing'
    default:
      return null
  }
}
