import type { Database, Sqlite3Static } from '@sqlite.org/sqlite-wasm'
import { openLiveDatabase } from '../../dataflow/index.ts'
import { migrate } from '../../schema/tables/migrate.ts'
import { dispatchDrafts } from './dispatch-drafts.ts'
import { type LeaderDatabase, RequestFailure } from './leader-database.ts'
import { discardEvents, outboxCount, retryEvents } from './outbox.ts'
import { openRawSql } from './raw-sql.ts'
import { runSql } from './run-sql.ts'
import { openStore } from './store.ts'
import { syncConversation } from './sync-messages.ts'

/** Store and engine on one connection, as the leader uses them. */
export async function openLeaderDatabase(
  sqlite3: Sqlite3Static,
  proposedEpoch: number,
  mark: (name: string) => void = () => {},
): Promise<LeaderDatabase> {
  const pool = await sqlite3.installOpfsSAHPoolVfs({
    name: 'rsql',
    directory: '/rsql-v1',
    initialCapacity: 8,
    preserveOnInitFailure: true,
    forceReinitIfPreviouslyFailed: true,
  } as Parameters<Sqlite3Static['installOpfsSAHPoolVfs']>[0])
  mark('pool-installed')
  const db: Database = new pool.OpfsSAHPoolDb('/rooms.db')
  db.exec('PRAGMA locking_mode=exclusive; PRAGMA journal_mode=wal; PRAGMA synchronous=normal')
  const sql = openRawSql(sqlite3, db)
  migrate(sql)
  sql.close()
  return leaderDatabase(sqlite3, db, 'opfs', proposedEpoch)
}

export function leaderDatabase(
  sqlite3: Sqlite3Static,
  db: Database,
  storage: LeaderDatabase['storage'],
  proposedEpoch: number,
): LeaderDatabase {
  const live = openLiveDatabase(sqlite3, db)
  const store = openStore({ sqlite3, db, transaction: (work) => live.transaction(work) })
  const epoch = live.transaction(() => nextEpoch(store.sql, proposedEpoch))
  const sync = syncConversation(store, epoch)
  return {
    epoch,
    storage,
    problem: null,
    query: (sql, parameters) => runSql(sqlite3, db, live, sql, parameters),
    subscribe(query, onUpdate, onError) {
      let turn = 0
      const found = live.subscribe(
        query,
        (delta) => {
          turn = delta.turn
          onUpdate({ type: 'delta', ...delta })
        },
        (error) => onError(error, !compiles(db, query.sql)),
      )
      if (found.error) onError(found.error, false)
      return {
        snapshot: () => ({
          type: 'snapshot',
          turn,
          columns: [...found.columns],
          keys: [...found.keys],
          rows: [...found.rows],
        }),
        unsubscribe: () => found.unsubscribe(),
      }
    },
    dispatch(events, toSync) {
      const outcome = dispatchDrafts(store, events)
      if (outcome.type === 'InvalidEvent') {
        const { index, fault } = outcome
        throw new RequestFailure('INVALID_EVENT', `event ${index}: ${fault.message}`)
      }
      sync.dispatched(outcome.events, toSync)
    },
    retry(eventIds, toSync) {
      sync.dispatched(retryEvents(store, eventIds), toSync)
    },
    discard(eventIds, toSync) {
      const ids = discardEvents(store, eventIds)
      if (ids.length > 0) toSync({ type: 'OUTBOX_DISCARDED', epoch, ids })
    },
    receive: sync.receive,
    setPerson: sync.setPerson,
    outbox: () => outboxCount(store),
  }
}

/** A query that SQLite no longer compiles (its table is gone) has ended; any other error clears with a later turn. */
function compiles(db: Database, sql: string): boolean {
  try {
    db.prepare(sql).finalize()
    return true
  } catch {
    return false
  }
}

/** Kept in the database and so above every earlier leader's, whatever the tabs remember. */
function nextEpoch(sql: ReturnType<typeof openRawSql>, proposed: number): number {
  const kept = Number(sql.prepare(`SELECT value FROM meta WHERE key = 'epoch'`).rows()[0]?.[0] ?? 0)
  const epoch = Math.max(proposed, kept + 1)
  sql
    .prepare(`INSERT INTO meta (key, value) VALUES ('epoch', ?) ON CONFLICT DO UPDATE SET value = excluded.value`)
    .run(epoch)
  return epoch
}
