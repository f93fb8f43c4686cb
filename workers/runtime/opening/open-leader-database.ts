import type { Database, Sqlite3Static } from '@sqlite.org/sqlite-wasm'
import { openLiveDatabase, warmUp } from '../../../dataflow/index.ts'
import { poolFolder } from '../../../schema/messages/runtime/storage.ts'
import { deviceBounds } from '../../../schema/device-bounds.ts'
import type { EventDraft } from '../../../schema/events/event.ts'
import { streamKind } from '../../../schema/events/streams.ts'
import type { StorageSpace } from '../../../schema/messages/runtime/status.ts'
import { systemClock, type Clock } from '../platform/clock.ts'
import { noBallast, openBallast } from '../storage/ballast.ts'
import { noCleanEnd, openCleanEnd } from '../storage/clean-end.ts'
import { keepDamagedCopy } from '../storage/damaged-copy.ts'
import { dispatchDrafts } from '../../event-store/dispatch-drafts.ts'
import { deviceFailure } from '../storage/failure.ts'
import { type LeaderDatabase, noRoom, OpenFailure, RequestFailure } from '../serving/leader-database.ts'
import { openDatabase, type OpenedDatabase, type OpenPlatform } from './open-database.ts'
import { folderExists, openFolder } from '../storage/opfs-folder.ts'
import { discardEvents, outboxCount, pendingEvents, requeueEvents, retryEvents } from '../../event-store/outbox.ts'
import { mendPoolHeaders } from '../storage/pool-headers.ts'
import { needsReplay, projectStored, replay } from '../../event-store/replay.ts'
import { runSql } from '../serving/run-sql.ts'
import { indexedDbSentinel } from '../storage/sentinel.ts'
import { memoryHealth, watchStorage, type StorageHealth } from '../storage/storage-health.ts'
import { databaseFile, hasOpfs, installStoragePool, type PoolFile } from '../storage/storage-pool.ts'
import { openStore, type Store } from '../../event-store/store.ts'
import { syncConversation } from '../../event-store/sync-messages.ts'
import { timeLimit } from '../serving/time-limit.ts'

/** Store and engine on one connection, as the leader uses them. Rejects with an OpenFailure that says what to do. */
export async function openLeaderDatabase(
  compiling: Sqlite3Static | Promise<Sqlite3Static>,
  proposedEpoch: number,
  mark: (name: string) => void = () => {},
): Promise<LeaderDatabase> {
  const sentinel = indexedDbSentinel()
  // beside the compiling of WASM, which takes longer
  const preparing = Promise.all([compiling, openPoolFolder()])
  warmUp() // while the browser is at work
  const [sqlite3, folder] = await preparing
  const installPool = async () => {
    const found = await installStoragePool(sqlite3, poolFolder)
    mark('pool-installed')
    return found
  }
  const keepCopy = (files: readonly PoolFile[]) => keepDamagedCopy(files, new Date())
  const platform = { sqlite3, sentinel, installPool, keepCopy, now: Date.now, ...folder }
  try {
    const outcome = await openDatabase(platform, proposedEpoch)
    if (outcome.type === 'NotOpened') throw new OpenFailure(outcome.problem, outcome.final)
    return leaderDatabase(outcome, platform)
  } catch (error) {
    // this worker may be asked again
    platform.cleanEnd.close()
    throw error
  }
}

export async function openPoolFolder(): Promise<Pick<OpenPlatform, 'ballast' | 'cleanEnd' | 'mended'>> {
  if (!(await hasOpfs())) return { ballast: noBallast, cleanEnd: noCleanEnd, mended: 0 }
  const folder = await openFolder(poolFolder)
  const [mended, cleanEnd] = await Promise.all([
    folder
      .getDirectoryHandle('.opaque', { create: true })
      .then((opaque) => mendPoolHeaders(opaque, databaseFile))
      .catch(() => 0),
    // Not knowing how it ended is no reason not to begin.
    openCleanEnd(folder).catch(() => ({ ...noCleanEnd, wasUnclean: true })),
  ])
  return { ballast: openBallast(folder), cleanEnd, mended }
}

export function leaderDatabase(
  opened: OpenedDatabase,
  platform: OpenPlatform,
  clock: Clock = systemClock,
): LeaderDatabase {
  const { db, storage, epoch } = opened
  const { sqlite3 } = platform
  const limit = timeLimit(() => clock.now())
  const live = openLiveDatabase(sqlite3, db, { isToStop: () => limit.isToStop() })
  const store = openStore({
    sqlite3,
    db,
    transaction: (work) => health.writing(() => live.transaction(work)),
  })
  const health = storage === 'memory' ? memoryHealth(opened.problem) : healthOf(store, opened, platform, clock)
  requeueRescued(store, opened, platform)
  projectStored(store)
  if (needsReplay(store)) replay(store, () => {}).catch(health.met) // it goes on at the next start
  const sync = syncConversation(store, opened, () => health.full)
  return {
    epoch,
    storage,
    get problem() {
      return health.problem
    },
    get space() {
      return health.space
    },
    watch(listener) {
      health.watch({ ...listener, roomAgain: () => sync.resume(listener.toSync) })
    },
    query(sql, parameters) {
      const run = () => limit.within(() => runSql(sqlite3, db, live, sql, parameters))
      return onlyReads(sql) ? health.reading(run) : health.writing(run)
    },
    subscribe(query, onUpdate, onError) {
      let turn = 0
      const failed = (error: Error, final: boolean) => {
        health.met(error)
        onError(error, final)
      }
      const open = () => {
        const found = live.subscribe(
          query,
          (delta) => {
            turn = delta.turn
            onUpdate({ type: 'delta', ...delta })
          },
          (error) => failed(error, !compiles(db, query.sql)),
        )
        if (!found.error || !limit.stopped) return found
        found.unsubscribe() // else every turn would try again, as long
        throw found.error
      }
      const found = health.reading(() => limit.within(open))
      if (found.error) failed(found.error, false)
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
      if (health.full && !events.every(makesRoom)) throw new RequestFailure('QUOTA_EXCEEDED', noRoom)
      if (events.some(isSent) && outboxCount(store).pending >= deviceBounds.outboxEvents) {
        throw new RequestFailure('UNAVAILABLE', tooMuchUnsent)
      }
      const outcome = dispatchDrafts(store, events)
      if (outcome.type === 'InvalidEvent') {
        const { index, fault } = outcome
        throw new RequestFailure('INVALID_EVENT', `event ${index}: ${fault.message}`)
      }
      sync.dispatched(outcome.events, toSync)
    },
    retry(events, toSync) {
      sync.dispatched(retryEvents(store, events), toSync)
    },
    discard(events, toSync) {
      const gone = discardEvents(store, events)
      if (gone.length > 0) toSync({ type: 'OUTBOX_DISCARDED', epoch, events: gone })
    },
    receive: (message, toSync) => health.reading(() => sync.receive(message, toSync)),
    setPerson: (actor, room, toSync) => health.reading(() => sync.setPerson(actor, room, toSync)),
    outbox: () => health.reading(() => outboxCount(store)),
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

function healthOf(store: Store, opened: OpenedDatabase, platform: OpenPlatform, clock: Clock): StorageHealth {
  const { sentinel, ballast, cleanEnd, now } = platform
  return watchStorage({
    clock,
    sentinel,
    ballast,
    cleanEnd,
    isThere: () => folderExists(poolFolder),
    measure: measureSpace,
    now,
    opened,
    database: {
      checkpoint: () => checkpoint(store),
      tables: () =>
        store.sql
          .prepare(tables)
          .rows()
          .map(([name]) => name as string),
      check: (table) => store.sql.prepare(`SELECT quick_check FROM pragma_quick_check(?)`).rows(table)[0]?.[0] === 'ok',
      pending: () => pendingEvents(store),
    },
  })
}

/** A WAL of more frames is emptied, since the next start reads all of it again; a shorter one is quicker to write on. */
const framesLeft = 256

function checkpoint({ sql }: Store): void {
  const frames = sql.prepare('PRAGMA wal_checkpoint(PASSIVE)').rows()[0]?.[1] as number
  if (frames > framesLeft) sql.exec('PRAGMA wal_checkpoint(TRUNCATE)')
}

/** Virtual ones are left out: the tables that they keep their data in are looked at, and the full text takes a second. */
const tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0 ORDER BY name"

async function measureSpace(): Promise<StorageSpace> {
  const { usage = 0, quota = 0 } = await navigator.storage.estimate()
  return { usage, quota }
}

/** Events that only the sentinel has: they stay there until they are in this database. */
function requeueRescued(store: Store, { rescued }: OpenedDatabase, { sentinel }: OpenPlatform): void {
  if (rescued.length === 0) return
  try {
    requeueEvents(store, rescued)
    void sentinel.forgetRescued()
  } catch (error) {
    if (deviceFailure(error) !== 'full') throw error
  }
}

/** Sure only when it says true. */
const onlyReads = (sql: string): boolean => /^\s*(?:select|values|explain)\b/i.test(sql)

const isSent = ({ stream }: EventDraft): boolean => streamKind(stream) !== 'local'
const tooMuchUnsent = `${deviceBounds.outboxEvents} events wait to be sent. Connect to the server before you write more.`

/** What is still taken on a full device, since it leads to more room than it takes. */
const makesRoom = ({ type }: EventDraft): boolean => /\.(?:delete|remove|leave)$/.test(type)
