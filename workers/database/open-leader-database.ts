import type { Database, Sqlite3Static } from '@sqlite.org/sqlite-wasm'
import { openLiveDatabase } from '../../dataflow/index.ts'
import { dispatchDrafts } from './dispatch-drafts.ts'
import { type LeaderDatabase, OpenFailure, RequestFailure } from './leader-database.ts'
import { browserPlatform, openDatabase, type OpenedDatabase } from './open-database.ts'
import { discardEvents, outboxCount, requeueEvents, retryEvents } from './outbox.ts'
import type { RawSql } from './raw-sql.ts'
import { needsReplay, projectStored, replay } from './replay.ts'
import { runSql } from './run-sql.ts'
import { indexedDbSentinel } from './sentinel.ts'
import { openStore } from './store.ts'
import { syncConversation } from './sync-messages.ts'

/** Store and engine on one connection, as the leader uses them. Rejects with an OpenFailure that says what to do. */
export async function openLeaderDatabase(
  sqlite3: Sqlite3Static,
  proposedEpoch: number,
  mark: (name: string) => void = () => {},
): Promise<LeaderDatabase> {
  const platform = browserPlatform(sqlite3, indexedDbSentinel())
  const installPool = async () => {
    const found = await platform.installPool()
    mark('pool-installed')
    return found
  }
  const outcome = await openDatabase({ ...platform, installPool })
  if (outcome.type === 'NotOpened') throw new OpenFailure(outcome.problem, outcome.final)
  return leaderDatabase(sqlite3, outcome, proposedEpoch)
}

export function leaderDatabase(sqlite3: Sqlite3Static, opened: OpenedDatabase, proposedEpoch: number): LeaderDatabase {
  const { db, storage, problem } = opened
  const live = openLiveDatabase(sqlite3, db)
  const store = openStore({
    sqlite3,
    db,
    transaction: (work) => live.transaction(work),
    onDeviceFailure: opened.suspect,
  })
  const epoch = live.transaction(() => nextEpoch(store.sql, proposedEpoch))
  requeueEvents(store, opened.salvaged)
  projectStored(store)
  if (needsReplay(store)) replay(store, () => {}).catch(opened.suspect) // it goes on at the next start
  const sync = syncConversation(store, epoch)
  return {
    epoch,
    storage,
    problem,
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
function nextEpoch(sql: RawSql, proposed: number): number {
  const kept = Number(sql.prepare(`SELECT value FROM meta WHERE key = 'epoch'`).rows()[0]?.[0] ?? 0)
  const epoch = Math.max(proposed, kept + 1)
  sql
    .prepare(`INSERT INTO meta (key, value) VALUES ('epoch', ?) ON CONFLICT DO UPDATE SET value = excluded.value`)
    .run(epoch)
  return epoch
}
