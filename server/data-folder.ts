import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CannotStart } from './cannot-start.ts'
import { openLockFile, diskFaultOf } from './sqlite.ts'

/**
 * The folder with the server's files, for one process alone. Law: the lock is the operating system's, held through
 * SQLite, so it ends with the process however that ends; what lies in `server.json` only says who holds it.
 */
export interface DataFolder {
  readonly path: string
  /** nothing can be written here: the server answers reads, and 507 to every write */
  readonly readOnly: boolean
  release(): void
}

/** Rejects with CannotStart. */
export async function takeDataFolder(path: string): Promise<DataFolder> {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 })
    closeSync(openSync(join(path, 'lock.db'), 'a'))
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM') return { path, readOnly: true, release: () => {} }
    throw new CannotStart(`The data folder ${path} cannot be used: ${message}`, { cause: error })
  }
  const lock = await openLockFile(join(path, 'lock.db'))
  try {
    lock.exec('PRAGMA journal_mode = MEMORY') // it needs no room on the disk
    lock.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    lock.close()
    if (diskFaultOf(error) !== null) throw error
    throw new CannotStart(`The data folder ${path} is in use by ${holderOf(path)}. Stop it, or choose another folder.`)
  }
  try {
    const holder = { pid: process.pid, since: new Date().toISOString() }
    writeFileSync(join(path, 'server.json'), JSON.stringify(holder), { mode: 0o600 })
  } catch {
    // a full disk: the lock holds without it
  }
  return { path, readOnly: false, release: () => lock.close() }
}

function holderOf(path: string): string {
  try {
    const { pid, since } = JSON.parse(readFileSync(join(path, 'server.json'), 'utf8')) as Record<string, unknown>
    return `the server with process id ${String(pid)}, since ${String(since)}`
  } catch {
    return 'another server'
  }
}
