import type { Database, Sqlite3Static } from '@sqlite.org/sqlite-wasm'
import type { Random } from '../../schema/demo/random.ts'
import { makeDurable } from '../runtime/opening/open-database.ts'
import { FakeOpfs, installOpfs, type FileChange } from '../runtime/platform/fake-opfs.ts'
import { nameIn } from '../runtime/storage/pool-headers.ts'
import { installStoragePool } from '../runtime/storage/storage-pool.ts'

export type JournalMode = 'wal' | 'truncate'
export type FileKind = 'database' | 'wal' | 'journal' | 'free'

export interface History {
  readonly start: FakeOpfs
  /** each with the file of the pool that it was made to */
  readonly changes: readonly RecordedChange[]
  /** commits in order: the first is the empty database */
  readonly commits: readonly Commit[]
}
export interface RecordedChange {
  readonly change: FileChange
  readonly kind: FileKind
}
interface Commit {
  /** changes that had been made when it was acknowledged */
  readonly at: number
  readonly content: string
}

export const poolFolder = 'power-cuts'

/**
 * A worker's random life on the real pool, from an empty folder on: transactions small and larger than the cache, some rolled back,
 * and checkpoints. Every change of a file is recorded.
 */
export async function recordHistory(
  sqlite3: Sqlite3Static,
  mode: JournalMode,
  random: Random,
  { unsafe = false } = {},
): Promise<History> {
  const disk = new FakeOpfs()
  installOpfs(disk)
  const found = await installStoragePool(sqlite3, poolFolder)
  if (found.type !== 'Pool') throw new Error(`no pool: ${found.type}`)
  const start = disk.copy()
  const changes = recordChanges(disk)
  const db = found.pool.open()
  makeDurable(db, mode)
  if (unsafe) db.exec('PRAGMA synchronous = off')
  const commits: Commit[] = [{ at: 0, content: contentOf(db) }]
  const acknowledged = () => commits.push({ at: changes.length, content: contentOf(db) })
  // a small cache: a transaction that does not fit writes into the file before it commits
  db.exec(`PRAGMA cache_size = 12; PRAGMA wal_autocheckpoint = ${random.pick([0, 5, 40])}`)
  db.exec(tables)
  acknowledged()
  const transactions = random.between(8, 24)
  for (let n = 1; n <= transactions; n++) {
    if (write(db, n, random)) acknowledged()
    if (random.chance(0.15)) db.exec(`PRAGMA wal_checkpoint(${random.pick(['PASSIVE', 'RESTART', 'TRUNCATE'])})`)
  }
  db.close()
  found.pool.close()
  disk.changed = () => {}
  disk.letGo()
  return { start, changes, commits }
}

/** What happens to `disk` from now on. */
export function recordChanges(disk: FakeOpfs): RecordedChange[] {
  const changes: RecordedChange[] = []
  disk.changed = (change) => {
    const kept = change.type === 'write' ? { ...change, bytes: change.bytes.slice() } : change
    changes.push({ change: kept, kind: kindOf(disk, change.path) })
  }
  return changes
}

const tables = `BEGIN;
  CREATE TABLE last_commit (n INTEGER); INSERT INTO last_commit VALUES (0);
  CREATE TABLE t (id INTEGER PRIMARY KEY, k TEXT, body BLOB);
  CREATE INDEX t_by_k ON t(k, id);
  COMMIT`

/** True: committed. */
function write(db: Database, n: number, random: Random): boolean {
  const large = random.chance(0.15)
  db.exec('BEGIN IMMEDIATE')
  for (let statements = large ? 60 : random.between(1, 5); statements > 0; statements--) {
    const [id, what] = [random.between(1, 150), random.next()]
    const body = new Uint8Array(random.pick([8, 200, 900, random.chance(0.2) ? 15_000 : 3000])).fill(random.between(1, 255)) // prettier-ignore
    if (what < 0.25) db.exec({ sql: 'DELETE FROM t WHERE id = ?', bind: [id] })
    else if (what < 0.35)
      db.exec({ sql: 'UPDATE t SET k = k || ? WHERE id BETWEEN ? AND ?', bind: [`,${n}`, id, id + 9] }) // prettier-ignore
    else db.exec({ sql: 'INSERT OR REPLACE INTO t VALUES (?, ?, ?)', bind: [id, `k${random.between(1, 20)}`, body] })
  }
  db.exec({ sql: 'UPDATE last_commit SET n = ?', bind: [n] })
  const commits = random.chance(0.85)
  db.exec(commits ? 'COMMIT' : 'ROLLBACK')
  return commits
}

/** All that the database says; equal for equal content. */
export function contentOf(db: Database): string {
  const tables = db.selectValues("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
  if (tables.length === 0) return ''
  const rows = db.selectArrays("SELECT id, k, length(body), hex(substr(body, 1, 1)), hex(substr(body, -1)) FROM t ORDER BY id") // prettier-ignore
  return JSON.stringify([db.selectValue('SELECT n FROM last_commit'), rows])
}

function kindOf(disk: FakeOpfs, path: string): FileKind {
  const file = disk.files.get(path)
  const name = file && nameIn(file.bytes)
  if (!name) return 'free'
  return name.endsWith('-wal') ? 'wal' : name.endsWith('-journal') ? 'journal' : 'database'
}
