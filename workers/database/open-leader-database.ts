import type { Sqlite3Static, Database } from '@sqlite.org/sqlite-wasm'
import { openLiveDatabase } from '../../dataflow/index.ts'
import { migration1 } from '../../schema/tables/migration-1.ts'
import { type LeaderDatabase, RequestFailure } from './leader-database.ts'
import { runSql } from './run-sql.ts'

export async function openLeaderDatabase(sqlite3: Sqlite3Static, proposedEpoch: number): Promise<LeaderDatabase> {
  const pool = await sqlite3.installOpfsSAHPoolVfs({
    name: 'rsql',
    directory: '/rsql-v1',
    initialCapacity: 8,
    preserveOnInitFailure: true,
    forceReinitIfPreviouslyFailed: true,
  } as Parameters<Sqlite3Static['installOpfsSAHPoolVfs']>[0])
  const db: Database = new pool.OpfsSAHPoolDb('/rooms.db')
  db.exec('PRAGMA locking_mode=exclusive; PRAGMA journal_mode=wal; PRAGMA synchronous=normal')
  const live = openLiveDatabase(sqlite3, db)
  if (live.all(`SELECT 1 FROM sqlite_schema WHERE name = 'meta'`).length === 0) live.run(migration1)
  const kept = Number(live.all(`SELECT value FROM meta WHERE key = 'epoch'`)[0]?.[0] ?? 0)
  const epoch = Math.max(proposedEpoch, kept + 1)
  live.run(`INSERT OR REPLACE INTO meta(key, value) VALUES ('epoch', ?)`, [epoch])
  return {
    epoch,
    storage: 'opfs',
    problem: null,
    query: (sql, parameters) => runSql(sqlite3, db, live, sql, parameters),
    subscribe(query, onUpdate, onError) {
      const found = live.subscribe(
        query,
        (delta) => onUpdate({ type: 'delta', ...delta }),
        (error) => onError(error, false),
      )
      return {
        snapshot: () => ({
          type: 'snapshot',
          turn: 0,
          columns: [...found.columns],
          keys: [...found.keys],
          rows: [...found.rows],
        }),
        unsubscribe: () => found.unsubscribe(),
      }
    },
    dispatch() {
      throw new RequestFailure('UNAVAILABLE', 'dispatch is not wired yet')
    },
    retry() {},
    discard() {},
    receive() {},
    setPerson() {},
    outbox: () => ({ pending: 0, failed: 0 }),
  }
}
