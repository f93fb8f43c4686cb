import { namesOf } from '../../schema/projections/names.ts'
import { createProjector, type Projector } from '../../schema/projections/projector.ts'
import { says } from '../../schema/search/says.ts'
import { erasuresOf, type Erasures } from './erasures.ts'
import { eventLog, type EventLogTable } from './event-log-table.ts'
import type { RawSql } from '../runtime/serving/raw-sql.ts'

/** What the database core works on: one open, migrated database. */
export interface Store {
  readonly sql: RawSql
  readonly projector: Projector
  readonly log: EventLogTable
  readonly erasures: Erasures
  /** unix ms, by the server's clock as far as it is known */
  readonly now: () => number
  /** how far the server's clock is ahead of this device's (server-clock.ts) */
  skewMs: number
  /** One transaction, all or none. In the app it is the engine's, so that its diffs become one turn. */
  readonly transaction: <T>(work: () => T) => T
  readonly seal: SealSizes
  /** highest clock that this device has seen or written */
  clock: bigint
  close(): void
}

export interface StoreOptions {
  readonly sql: RawSql
  readonly transaction?: <T>(work: () => T) => T
  readonly now?: () => number
  readonly seal?: SealSizes
}

export function openStore({ sql, transaction, now = Date.now, seal = sealSizes }: StoreOptions): Store {
  sql.define('says', says)
  const names = namesOf(sql)
  const log = eventLog(sql, names)
  const projector = createProjector(sql, names, log)
  const store: Store = {
    sql,
    log,
    projector,
    erasures: erasuresOf(sql, names, log, projector),
    now: () => now() + store.skewMs,
    skewMs: log.readSkew(),
    seal,
    transaction: transaction ?? plainTransaction(sql),
    clock: log.readClock(),
    close: () => sql.close(),
  }
  return store
}

/** How many events are sealed together (seal.ts). */
export interface SealSizes {
  /** a batch of so many goes into a block at once */
  readonly atOnce: number
  /** the newest of a stream, which stay open to queries of the log */
  readonly open: number
  /** a smaller block is not much smaller than its rows */
  readonly smallest: number
  readonly largest: number
}
const sealSizes: SealSizes = { atOnce: 128, open: 32, smallest: 96, largest: 500 }

/**
 * Runs `work` in one transaction of the store and forgets, with the rows, what it left half done in memory.
 */
export function inTransaction<T>(store: Store, work: () => T): T {
  const { clock } = store
  try {
    return store.transaction(() => {
      const result = work()
      store.projector.flush()
      if (store.clock !== clock) store.log.writeClock(store.clock)
      return result
    })
  } catch (error) {
    store.projector.reset()
    store.log.blocks.forget()
    store.erasures.forget()
    store.clock = clock
    throw error
  }
}

function plainTransaction(sql: RawSql): <T>(work: () => T) => T {
  return (work) => {
    sql.exec('BEGIN IMMEDIATE')
    try {
      const result = work()
      sql.exec('COMMIT')
      return result
    } catch (error) {
      // a full disk has rolled it back already
      if (!sql.autocommit) sql.exec('ROLLBACK')
      throw error
    }
  }
}
