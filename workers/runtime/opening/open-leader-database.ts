import type { Sqlite3Static } from '@sqlite.org/sqlite-wasm'
import { warmUp } from '../../../dataflow/index.ts'
import { namesOf } from '../../../schema/messages/runtime/protocol.ts'
import type { AnyApplication } from '../application.ts'
import { systemClock } from '../platform/clock.ts'
import { type LeaderDatabase, OpenFailure } from '../serving/leader-database.ts'
import { liveLeaderDatabase } from '../serving/live-leader-database.ts'
import { noBallast, openBallast } from '../storage/ballast.ts'
import { noCleanEnd, openCleanEnd } from '../storage/clean-end.ts'
import { keepDamagedCopy } from '../storage/damaged-copy.ts'
import { openFolder } from '../storage/opfs-folder.ts'
import { mendPoolHeaders } from '../storage/pool-headers.ts'
import { indexedDbSentinel } from '../storage/sentinel.ts'
import { databaseFile, hasOpfs, installStoragePool, type PoolFile } from '../storage/storage-pool.ts'
import { openDatabase, type OpenPlatform } from './open-database.ts'

/** Pool, database, application and engine, for a leader. Rejects with an OpenFailure that says what to do. */
export async function openLeaderDatabase(
  application: AnyApplication,
  compiling: Sqlite3Static | Promise<Sqlite3Static>,
  proposedEpoch: number,
  mark: (name: string) => void = () => {},
): Promise<LeaderDatabase> {
  const names = namesOf(application.name)
  const sentinel = indexedDbSentinel(names.sentinel)
  // beside the compiling of WASM, which takes longer
  const preparing = Promise.all([compiling, openPoolFolder(names.poolFolder)])
  warmUp() // while the browser is at work
  const [sqlite3, folder] = await preparing
  const installPool = async () => {
    const found = await installStoragePool(sqlite3, names.poolFolder)
    mark('pool-installed')
    return found
  }
  const keepCopy = (files: readonly PoolFile[]) => keepDamagedCopy(names.damagedFolder, files, new Date())
  const platform = { names, sqlite3, sentinel, installPool, keepCopy, now: Date.now, ...folder }
  try {
    const outcome = await openDatabase(application, platform, proposedEpoch)
    if (outcome.type === 'NotOpened') throw new OpenFailure(outcome.problem, outcome.final)
    return liveLeaderDatabase(application, outcome, platform, systemClock)
  } catch (error) {
    // this worker may be asked again
    platform.cleanEnd.close()
    throw error
  }
}

export async function openPoolFolder(path: string): Promise<Pick<OpenPlatform, 'ballast' | 'cleanEnd' | 'mended'>> {
  if (!(await hasOpfs())) return { ballast: noBallast, cleanEnd: noCleanEnd, mended: 0 }
  const folder = await openFolder(path)
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
