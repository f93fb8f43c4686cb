import type { Sqlite3Static } from '@sqlite.org/sqlite-wasm'
import { seededRandom } from '../../schema/demo/random.ts'
import { makeDurable } from '../runtime/opening/open-database.ts'
import { openPoolFolder } from '../runtime/opening/open-leader-database.ts'
import { browserSqlite } from '../runtime/platform/browser-sqlite.ts'
import { installOpfs, type FakeOpfs } from '../runtime/platform/fake-opfs.ts'
import { installStoragePool } from '../runtime/storage/storage-pool.ts'
import {
  contentOf,
  poolFolder,
  recordChanges,
  recordHistory,
  type History,
  type JournalMode,
} from './record-history.ts'
import { survivals, SurvivingDisk } from './surviving-disk.ts'

/**
 * Power cuts at every change of a file that random histories make, and while the database recovers from them, on the real pool and
 * by the product's own opening. Law: the
 * database opens, is whole, and holds what some commit left. That commit is the last one, or the one under way, wherever the journal
 * is flushed at each commit (`truncate`). With a WAL and NORMAL it is no earlier than the last that was acknowledged before the WAL
 * was last flushed.
 */
export interface SweepOptions {
  readonly seed: number
  readonly mode: JournalMode
  readonly cuts: number
  /** about so many of each history; otherwise two at each of its changes */
  readonly cutsOfOneHistory?: number
  /** for the sweep's own test: a database that never flushes */
  readonly unsafe?: boolean
  readonly onProgress?: (done: number) => void
}
export interface SweepResult {
  readonly cuts: number
  readonly faults: readonly string[]
  readonly places: ReadonlyMap<string, Place>
}
/** What followed from cuts of one kind. */
export interface Place {
  cuts: number
  /** cuts after which commits were gone that had been acknowledged, and the most that one cut took */
  lossy: number
  mostLost: number
}

/** of the cuts, those after which the power goes again while the database recovers */
const cutAgain = 0.1
/** a module's memory grows with each pool that it installs */
const cutsOfOneModule = 400

export async function sweepPowerCuts(options: SweepOptions): Promise<SweepResult> {
  const { seed, mode, cuts, cutsOfOneHistory = Infinity, unsafe, onProgress } = options
  const faults: string[] = []
  const places = new Map<string, Place>()
  let done = 0
  let sqlite3 = await browserSqlite()
  for (let each = seed; done < cuts; each++) {
    const random = seededRandom(each)
    const history = await recordHistory(sqlite3, mode, random, { unsafe })
    const disk = new SurvivingDisk(history.start)
    let flushedWal = 0
    for (const [place, { change, kind }] of history.changes.entries()) {
      disk.take(change)
      if (change.type === 'flush' && kind === 'wal') flushedWal = place + 1
      if (done >= cuts || !random.chance(cutsOfOneHistory / 2 / history.changes.length)) continue
      const ways = disk.waiting === 0 ? (['none'] as const) : random.sample(survivals, 2)
      for (const survival of ways) {
        if (done++ % cutsOfOneModule === 0) {
          sqlite3 = await browserSqlite()
          onProgress?.(done - 1)
        }
        const acknowledged = lastCommit(history, place + 1)
        const promised = mode === 'wal' ? lastCommit(history, flushedWal) : acknowledged
        const key = `${kind} ${change.type}, ${survival}`
        const at = `seed ${each}, ${mode}, change ${place + 1} of ${history.changes.length} (${key})`
        const check = (found: Reopened, where: string): void => {
          // the commit under way may have come about
          const kept = found.type === 'Opened' ? commitOf(history, found.content, promised, acknowledged + 1) : null
          if (found.type === 'Broken') faults.push(`${where}: ${found.message}`)
          else if (kept === null)
            faults.push(`${where}: not what any commit from ${promised} to ${acknowledged + 1} left`)
          count(places, where === at ? key : 'while it recovers', kept === null ? 0 : Math.max(0, acknowledged - kept))
        }
        const left = disk.afterCut(survival, random)
        const again = new SurvivingDisk(left)
        const recovery = recordChanges(left)
        check(await reopen(sqlite3, left, mode), at)
        if (recovery.length === 0 || !random.chance(cutAgain)) continue
        done++
        for (const { change } of recovery.slice(0, random.between(1, recovery.length))) again.take(change)
        check(await reopen(sqlite3, again.afterCut(random.pick(survivals), random), mode), `${at}, and again`)
      }
    }
  }
  return { cuts: done, faults, places }
}

/** Of the commits that were acknowledged within the first `changes`, the last; by its place in the history. */
function lastCommit({ commits }: History, changes: number): number {
  return commits.findLastIndex(({ at }) => at <= changes)
}

function commitOf({ commits }: History, content: string, from: number, to: number): number | null {
  for (let n = Math.min(to, commits.length - 1); n >= from; n--) if (commits[n]!.content === content) return n
  return null
}

type Reopened =
  { readonly type: 'Opened'; readonly content: string } | { readonly type: 'Broken'; readonly message: string }

/** The next start, as the product makes it. */
async function reopen(sqlite3: Sqlite3Static, disk: FakeOpfs, mode: JournalMode): Promise<Reopened> {
  installOpfs(disk)
  const { cleanEnd } = await openPoolFolder(poolFolder)
  const found = await installStoragePool(sqlite3, poolFolder)
  if (found.type !== 'Pool') return { type: 'Broken', message: `no pool: ${found.type}` }
  try {
    const db = found.pool.open()
    try {
      makeDurable(db, mode)
      const check = db.selectValue('PRAGMA integrity_check(1)')
      if (check !== 'ok') return { type: 'Broken', message: String(check) }
      return { type: 'Opened', content: contentOf(db) }
    } finally {
      db.close()
    }
  } catch (error) {
    return { type: 'Broken', message: error instanceof Error ? error.message : String(error) }
  } finally {
    found.pool.close()
    cleanEnd.close()
    disk.letGo()
  }
}

function count(places: Map<string, Place>, key: string, lost: number): void {
  let place = places.get(key)
  if (!place) places.set(key, (place = { cuts: 0, lossy: 0, mostLost: 0 }))
  place.cuts++
  if (lost > 0) place.lossy++
  place.mostLost = Math.max(place.mostLost, lost)
}
