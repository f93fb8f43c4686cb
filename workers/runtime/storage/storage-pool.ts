import type { Database, Sqlite3Static } from '@sqlite.org/sqlite-wasm'
import { isQuotaError } from './pool-errors.ts'

/** Where the database file lives. Its worker holds the database lock. */
export interface StoragePool {
  /** the database file is there */
  exists(): boolean
  open(): Database
  remove(): void
  /** the bytes as they lie there, of the database and of its WAL; closed, and damaged or not */
  read(): PoolFile[]
  /** lets go of the files, where nothing is open */
  close(): void
}
export interface PoolFile {
  /** '' of the database, '-wal' of its log */
  readonly suffix: string
  readonly bytes: Uint8Array
}

export type PoolOutcome =
  | { readonly type: 'Pool'; readonly pool: StoragePool }
  /** no OPFS here (private window, old browser, policy) */
  | { readonly type: 'NoOpfs' }
  /** its files are held, though the lock is ours: a dying worker has not let go yet */
  | { readonly type: 'Held'; readonly message: string }

export const databaseFile = '/database.db'
/** journal, WAL, two temporary files and a spare: a full pool shows as "unable to open database file" */
const spare = 5
const capacity = 8
/** a name of its own for each: a pool that was installed before may hold files that are gone by now */
let installs = 0
const patienceMs = [0, 50, 100, 200, 400, 800]

/**
 * Installs the pool of OPFS files. A failed install must never delete what is there, and may be tried again: both are
 * options, and neither is the default.
 */
export async function installStoragePool(sqlite3: Sqlite3Static, directory: string): Promise<PoolOutcome> {
  if (!(await hasOpfs())) return { type: 'NoOpfs' }
  let message = ''
  for (const wait of patienceMs) {
    await new Promise((resolve) => setTimeout(resolve, wait))
    try {
      const options = { name: `rsql-${++installs}`, directory, initialCapacity: capacity }
      const pool = await sqlite3.installOpfsSAHPoolVfs({ ...options, ...keepOnFailure })
      await reserve(pool)
      return {
        type: 'Pool',
        pool: {
          exists: () => pool.getFileNames().includes(databaseFile),
          open: () => new pool.OpfsSAHPoolDb(databaseFile),
          remove() {
            for (const name of pool.getFileNames()) if (name.startsWith(databaseFile)) pool.unlink(name)
          },
          read() {
            const names = [databaseFile, `${databaseFile}-wal`].filter((name) => pool.getFileNames().includes(name))
            return names.map((name) => ({
              suffix: name.slice(databaseFile.length),
              bytes: pool.exportFile(name) as Uint8Array,
            }))
          },
          close: () => void pool.pauseVfs(),
        },
      }
    } catch (error) {
      if (isUnsupported(error)) return { type: 'NoOpfs' }
      message = error instanceof Error ? error.message : String(error)
    }
  }
  return { type: 'Held', message }
}

const keepOnFailure = { preserveOnInitFailure: true, forceReinitIfPreviouslyFailed: true }

/** WebKitGTK has the calls, and no file behind them: no time is lost on it. */
function isUnsupported(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'name' in error && error.name === 'NotSupportedError'
}

async function reserve(pool: Awaited<ReturnType<Sqlite3Static['installOpfsSAHPoolVfs']>>): Promise<void> {
  try {
    await pool.reserveMinimumCapacity(pool.getFileCount() + spare)
  } catch (error) {
    if (!isQuotaError(error)) throw error // full: what is there has to do
  }
}

export async function hasOpfs(): Promise<boolean> {
  if (!globalThis.FileSystemFileHandle?.prototype.createSyncAccessHandle) return false
  try {
    await navigator.storage.getDirectory()
    return true
  } catch {
    return false
  }
}
