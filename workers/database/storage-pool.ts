import type { Database, Sqlite3Static } from '@sqlite.org/sqlite-wasm'

/** Where the database file lives. Its worker holds the database lock. */
export interface StoragePool {
  /** the database file is there */
  exists(): boolean
  open(): Database
  remove(): void
}

export type PoolOutcome =
  | { readonly type: 'Pool'; readonly pool: StoragePool }
  /** no OPFS here (private window, old browser, policy) */
  | { readonly type: 'NoOpfs' }
  /** its files are held, though the lock is ours: a dying worker has not let go yet */
  | { readonly type: 'Held'; readonly message: string }

const file = '/rooms.db'
/** database, journal, WAL, temporary files and a spare */
const capacity = 8
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
      const options = { name: 'rsql', directory, initialCapacity: capacity }
      const pool = await sqlite3.installOpfsSAHPoolVfs({ ...options, ...keepOnFailure })
      return {
        type: 'Pool',
        pool: {
          exists: () => pool.getFileNames().includes(file),
          open: () => new pool.OpfsSAHPoolDb(file),
          remove() {
            for (const name of pool.getFileNames()) if (name.startsWith(file)) pool.unlink(name)
          },
        },
      }
    } catch (error) {
      message = error instanceof Error ? error.message : String(error)
    }
  }
  return { type: 'Held', message }
}

const keepOnFailure = { preserveOnInitFailure: true, forceReinitIfPreviouslyFailed: true }

async function hasOpfs(): Promise<boolean> {
  if (!globalThis.FileSystemFileHandle?.prototype.createSyncAccessHandle) return false
  try {
    await navigator.storage.getDirectory()
    return true
  } catch {
    return false
  }
}
