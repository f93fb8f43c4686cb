import type { Database } from '@sqlite.org/sqlite-wasm'
import { openLiveDatabase } from '../../../dataflow/index.ts'
import { SqliteError } from '../../../dataflow/sqlite/raw.ts'
import type { Guard, Query, QueryResult, SqlValue } from '../../../schema/live.ts'
import type { ApplicationStatus } from '../../../schema/messages/runtime/status.ts'
import {
  isIdempotent,
  isReading,
  type AnyApplication,
  type ApplicationDatabase,
  type Command,
  type Session,
} from '../application.ts'
import type { OpenedDatabase, OpenPlatform } from '../opening/open-database.ts'
import type { Clock } from '../platform/clock.ts'
import { attachBytes } from '../storage/attached-bytes.ts'
import { databaseHealth } from '../storage/database-health.ts'
import { deviceFailure } from '../storage/failure.ts'
import { memoryHealth } from '../storage/storage-health.ts'
import { answeredCalls, isJson } from './answered-calls.ts'
import { type LeaderDatabase, type LeaderListener, RequestFailure } from './leader-database.ts'
import { openRawSql } from './raw-sql.ts'
import { runSql } from './run-sql.ts'
import { timeLimit } from './time-limit.ts'

/** The application and the engine on one connection, as the leader uses them. */
export function liveLeaderDatabase(
  { commands, opened: openApplication }: AnyApplication,
  opened: OpenedDatabase,
  platform: OpenPlatform,
  clock: Clock,
): LeaderDatabase {
  const { db, storage, epoch, generation } = opened
  const { sqlite3 } = platform
  const limit = timeLimit(() => clock.now())
  const live = openLiveDatabase(sqlite3, db, {
    isToStop: () => limit.isToStop(),
    within: (milliseconds, work) => limit.within(work, milliseconds),
  })
  const sql = openRawSql(sqlite3, db)
  const calls = answeredCalls(sql)
  let listener: LeaderListener | null = null
  const health =
    storage === 'memory'
      ? memoryHealth(opened.problem)
      : databaseHealth(sql, opened, platform, clock, () => session.pending?.() ?? [])
  const database: ApplicationDatabase = {
    epoch,
    generation,
    sql,
    get full() {
      return health.full
    },
    run: (text, parameters) => byItself(() => live.run(text, parameters)),
    all: (text, parameters) => live.all(text, parameters),
    transaction: (work) => byItself(() => health.writing(() => live.transaction(work))),
    attach: (name, bytes) => attachBytes(sqlite3, db, name, bytes),
    scratch: () => openRawSql(sqlite3, new sqlite3.oo1.DB(':memory:')),
    build(name, fill) {
      db.exec(`ATTACH ':memory:' AS ${name}`)
      try {
        fill()
        return sqlite3.capi.sqlite3_js_db_export(db, name)
      } finally {
        db.exec(`DETACH ${name}`)
      }
    },
    toPeer: (message) => listener?.toPeer(message),
    after: (ms, work) => clock.after(ms, () => byItself(work)),
    failed: health.met,
  }

  /** requests and work within one another */
  let depth = 0

  /** A request: whoever asked tells what it changed. */
  function asked<T>(work: () => T): T {
    depth++
    try {
      return work()
    } finally {
      depth--
    }
  }

  /** What the application does: outside of a request, nobody else would tell what it changed. */
  function byItself<T>(work: () => T): T {
    try {
      return asked(work)
    } finally {
      if (depth === 0) listener?.changed()
    }
  }

  const session: Session = openApplication(database)
  restoreRescued(session, opened, platform)
  let application: ApplicationStatus = {}

  function applicationNow(): ApplicationStatus {
    try {
      application = health.reading(() => session.status?.() ?? application)
    } catch (error) {
      if (deviceFailure(error) === null) throw error // else it was told, and the last one stands
    }
    return application
  }

  function callOnce(command: Command<never>, requestId: string, argument: unknown): unknown {
    const known = health.reading(() => calls.read(requestId))
    if (known) return known.result
    return database.transaction(() => {
      const result = sendable(command(session as never, argument as never))
      calls.write(requestId, result, platform.now())
      return result
    })
  }

  function runGuarded(text: string, parameters: readonly SqlValue[], guard: Guard): QueryResult {
    const { mayWrite, rows, milliseconds } = guard
    const run = () =>
      limit.within(() => live.guarded(text, parameters, mayWrite ? 'writes rows' : 'reads', rows), milliseconds)
    return asked(() => (mayWrite ? health.writing(run) : health.reading(run)))
  }

  return {
    epoch,
    storage,
    get problem() {
      return health.problem
    },
    get space() {
      return health.space
    },
    get application() {
      return applicationNow()
    },
    watch(next) {
      listener = next
      health.watch({ ...next, roomAgain: () => byItself(() => session.roomAgain?.()) })
    },
    query(text, parameters, guard) {
      if (guard) return runGuarded(text, parameters, guard)
      const run = () => asked(() => limit.within(() => runSql(sqlite3, db, live, text, parameters)))
      return onlyReads(text) ? health.reading(run) : health.writing(run)
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
          // one with bounds has ended, whatever it was
          (error) => failed(inTime(error, query), query.bounds !== undefined || !compiles(db, query.sql)),
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
        inspected: found,
      }
    },
    call(requestId, name, argument) {
      const command = Object.hasOwn(commands, name) ? commands[name] : undefined
      if (!command) throw new RequestFailure('INVALID_ARGUMENT', `there is no command "${name}"`)
      if (!isIdempotent(command)) return asked(() => callOnce(command, requestId, argument))
      return asked(() => sendable(command(session as never, argument as never)))
    },
    reads: (name) => Object.hasOwn(commands, name) && isReading(commands[name]!),
    setContext: (context) => asked(() => health.reading(() => session.context?.(context))),
    receive: (message) => asked(() => health.reading(() => session.peer?.(message))),
  }
}

/** The result as it is, or an error while the command can still be taken back. */
function sendable(result: unknown): unknown {
  if (result !== undefined && !isJson(result)) structuredClone(result)
  return result
}

/** What only the sentinel has: it stays there until it is in this database. */
function restoreRescued(session: Session, { rescued }: OpenedDatabase, { sentinel }: OpenPlatform): void {
  if (rescued.length === 0 || !session.restore) return
  try {
    session.restore(rescued)
    void sentinel.forgetRescued()
  } catch (error) {
    if (deviceFailure(error) !== 'full') throw error
  }
}

/** SQLite says only that it was interrupted. */
function inTime(error: Error, { bounds }: Query): Error {
  if (!bounds || !(error instanceof SqliteError) || error.code !== SQLITE_INTERRUPT) return error
  return new RequestFailure('TIMEOUT', `it took longer than ${bounds.milliseconds / 1000} s and was stopped`)
}
const SQLITE_INTERRUPT = 9

/** A query that SQLite no longer compiles (its table is gone) has ended; any other error clears with a later turn. */
function compiles(db: Database, sql: string): boolean {
  try {
    db.prepare(sql).finalize()
    return true
  } catch {
    return false
  }
}

/** Sure only when it says true. */
const onlyReads = (sql: string): boolean => /^\s*(?:select|values|explain)\b/i.test(sql)
