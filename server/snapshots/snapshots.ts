import { existsSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import { erasedBy } from '../../schema/events/erasure.ts'
import type { AnyEvent } from '../../schema/events/event.ts'
import { homeOf } from '../../schema/events/home-of.ts'
import type { Directory } from '../directory.ts'
import type { LogItem, Seq } from '../log/event-log.ts'
import type { Health } from '../health.ts'
import type { Limits } from '../limits.ts'
import type { MadeSnapshot, SnapshotOrder } from '../read-model/messages.ts'
import { nameOf, type FollowedSpace, type ReadModel } from '../read-model/read-model.ts'
import { startThread } from '../read-model/start-thread.ts'
import { thisBuild } from '../../workers/snapshot/snapshot-info.ts'

/**
 * The newest snapshot of each space that has one, as files. It need not be up to date, since the events behind it come one by one; it is made
 * anew when they would take long, one at a time, in a thread of its own.
 */
export interface Snapshots {
  /** `build`: which tables and projections the asker knows (snapshot-info.ts); null: any */
  newest(home: string, build: string | null): Snapshot | null
  close(): Promise<void>
}
export interface Snapshot extends MadeSnapshot {
  readonly home: string
  readonly path: string
  /** so many events were in its space */
  readonly events: number
}

const stored = v.object({
  /** the tables and projections that it is of */
  build: v.literal(thisBuild),
  home: v.string(),
  file: v.string(),
  events: v.number(),
  bytes: v.number(),
  sha256: v.string(),
  streams: v.array(v.object({ stream: v.string(), seq: v.nullable(v.string()), events: v.number() })),
})

export function keepSnapshots(
  folder: string,
  readModel: ReadModel,
  directory: Pick<Directory, 'watch'>,
  health: Health,
  limits: Pick<Limits, 'snapshotQuietMs' | 'snapshotsBehind'>,
): Snapshots {
  const newest = readStored(folder)
  const timers = new Map<string, NodeJS.Timeout>()
  let making: Promise<void> = Promise.resolve()
  let closed = false

  /** the newest erasure of each stream: a snapshot that stands before it is not kept, whenever it was begun */
  const erasures = new Map<string, Seq>()
  const stopWatching = directory.watch(({ stream, items }) => {
    const home = homeOf(stream)
    const erasure = items.findLast(erases)
    if (home === null || !erasure) return
    erasures.set(stream, erasure.seq)
    drop(home)
  })
  const lacksErasure = ({ stream, seq }: MadeSnapshot['streams'][number]): boolean => {
    const erasure = erasures.get(stream)
    return erasure !== undefined && (seq === null || seq < erasure)
  }

  /** What was erased is in no file any more. */
  function drop(home: string): void {
    const snapshot = newest.get(home)
    newest.delete(home)
    rmSync(join(folder, `${nameOf(home)}.json`), { force: true })
    if (snapshot) rmSync(snapshot.path, { force: true })
  }

  readModel.watch((space) => {
    clearTimeout(timers.get(space.home))
    const had = newest.get(space.home)?.events ?? 0
    const behind = (space.events - had) / space.events
    if (behind < limits.snapshotsBehind) return
    // while a history comes in, there is always more; but half of it is worth a file
    timers.set(space.home, setTimeout(order, behind > 0.5 && had > 0 ? 0 : limits.snapshotQuietMs, space).unref())
  })

  function order(space: FollowedSpace): void {
    making = making
      .then(() => make(space))
      .catch((error: unknown) => {
        if (!closed && !health.failed(error)) health.bug(error, `the snapshot of ${space.home}`)
      })
  }

  async function make({ home, path: model, cursors, events }: FollowedSpace): Promise<void> {
    if (closed) return
    const name = nameOf(home)
    const before = newest.get(home)
    const file = `${name}-${Date.now()}.sqlite.gz`
    const made = await inThread({ model, path: join(folder, file), streams: [...cursors.keys()] })
    // the next one is ordered once the read model has followed
    if (made.streams.some(lacksErasure)) return rmSync(join(folder, file), { force: true })
    newest.set(home, { ...made, home, events, path: join(folder, file) })
    const { path: _, ...kept } = newest.get(home)!
    writeFileSync(join(folder, `${name}.json.part`), JSON.stringify({ build: thisBuild, ...kept, file }))
    renameSync(join(folder, `${name}.json.part`), join(folder, `${name}.json`))
    if (before) rmSync(before.path, { force: true }) // who is reading it reads on
  }

  async function inThread(what: SnapshotOrder): Promise<MadeSnapshot> {
    const worker = startThread('snapshot', what)
    threads.add(worker)
    try {
      return await new Promise((resolve, reject) => {
        worker.once('message', resolve)
        worker.once('error', reject)
        worker.once('exit', () => reject(new Error('the thread of a snapshot ended')))
      })
    } finally {
      threads.delete(worker)
    }
  }
  const threads = new Set<ReturnType<typeof startThread>>()

  return {
    newest: (home, build) => (build === null || build === thisBuild ? (newest.get(home) ?? null) : null),
    async close() {
      closed = true
      stopWatching()
      for (const timer of timers.values()) clearTimeout(timer)
      for (const worker of threads) await worker.terminate()
    },
  }
}

const erases = ({ data }: LogItem): boolean =>
  data.includes('.erase"') && erasedBy(JSON.parse(data) as AnyEvent) !== null

/** What an earlier process of the same build made. Files that nothing names are of one that was killed; of an older build's, new ones are made. */
function readStored(folder: string): Map<string, Snapshot> {
  const found = new Map<string, Snapshot>()
  const names = existsSync(folder) ? readdirSync(folder) : []
  for (const name of names.filter((one) => one.endsWith('.json'))) {
    try {
      const parsed = v.safeParse(stored, JSON.parse(readFileSync(join(folder, name), 'utf8')))
      if (!parsed.success || !names.includes(parsed.output.file)) continue
      const { file, build: _, ...rest } = parsed.output
      found.set(rest.home, { ...rest, path: join(folder, file) })
    } catch {
      // half written: there is none
    }
  }
  const kept = new Set([...found.values()].map(({ path }) => path))
  for (const name of names)
    if (!name.endsWith('.json') && !kept.has(join(folder, name))) rmSync(join(folder, name), { force: true })
  return found
}
