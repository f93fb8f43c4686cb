import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { Worker } from 'node:worker_threads'
import { streamKind } from '../../schema/events/streams.ts'
import type { Directory } from '../directory.ts'
import type { Health } from '../health.ts'
import type { Limits } from '../limits.ts'
import type { EventLog, Seq } from '../log/event-log.ts'
import { homeOf } from '../../schema/events/home-of.ts'
import type { Answer, ToReadModel } from './messages.ts'
import { removeDatabase } from './remove-database.ts'
import { startThread } from './start-thread.ts'

/**
 * The log as tables: the project's own projections, in SQLite, in a thread of their own, so that no append waits for them. A projection
 * of the log and so never the truth: it keeps how far it has read each stream, and can be deleted at any time.
 *
 * It follows the spaces and private rooms that are large enough for a snapshot to be of use; a device takes in a smaller one as fast
 * event by event. Each is a file of its own, so that what one person may read never lies in one file with what they may not.
 */
export interface ReadModel {
  state(): ReadModelState
  /** Tells when a space's model is up to date with the log. */
  watch(listener: (space: FollowedSpace) => void): void
  close(): Promise<void>
}
/** `behind`: commits that it has not taken in yet */
export interface ReadModelState {
  readonly followed: number
  readonly behind: number
  readonly setAside: number
  readonly failed: number
}
export interface FollowedSpace {
  readonly home: string
  readonly path: string
  /** what is in the model of each stream, or null: nothing yet */
  readonly cursors: ReadonlyMap<string, Seq | null>
  readonly events: number
}

interface Followed {
  readonly home: string
  readonly path: string
  readonly cursors: Map<string, Seq | null>
  /** streams that have more than the model, and how many commits that came as */
  readonly dirty: Map<string, number>
  state: 'new' | 'busy' | 'idle' | 'failed'
  setAside: number
  failures: number
}

const pageItems = 2000
const pageBytes = 4 << 20

export function startReadModel(
  folder: string,
  log: EventLog,
  directory: Directory,
  health: Health,
  limits: Pick<Limits, 'snapshotEvents'>,
): ReadModel {
  const events = new Map<string, number>()
  const streams = new Map<string, Set<string>>()
  const followed = new Map<string, Followed>()
  const listeners: ((space: FollowedSpace) => void)[] = []
  let thread: { readonly worker: Worker; readonly waiting: ((answer: Answer) => void)[] } | null = null
  const stop = new AbortController()

  function ask(message: ToReadModel): Promise<Answer> {
    thread ??= begin()
    const { worker, waiting } = thread
    return new Promise((resolve) => {
      waiting.push(resolve)
      worker.postMessage(message)
    })
  }

  function begin() {
    const worker = startThread('read-model')
    const waiting: ((answer: Answer) => void)[] = []
    const end = (error: Error) => {
      if (thread?.worker === worker) thread = null
      for (const resolve of waiting.splice(0)) resolve({ type: 'failed', message: error.message })
    }
    worker.on('message', (answer: Answer) => waiting.shift()!(answer))
    worker.on('error', end)
    worker.on('exit', () => end(new Error('the thread of the read model ended')))
    return { worker, waiting }
  }

  /** A stream has grown, or is there. */
  function grew(stream: string, by: number): void {
    const home = homeOf(stream)
    if (home === null) return
    const total = (events.get(home) ?? 0) + by
    events.set(home, total)
    const own = streams.get(home) ?? new Set()
    streams.set(home, own.add(stream))
    if (total < limits.snapshotEvents) return
    let space = followed.get(home)
    if (!space) {
      const path = join(folder, `${nameOf(home)}.db`)
      space = { home, path, cursors: new Map(), dirty: new Map(), state: 'new', setAside: 0, failures: 0 }
      followed.set(home, space)
      for (const one of own) space.dirty.set(one, 1)
    }
    space.dirty.set(stream, (space.dirty.get(stream) ?? 0) + 1)
    if (space.state === 'new' || space.state === 'idle') follow(space).catch((error: unknown) => failed(space, error))
  }

  async function follow(space: Followed): Promise<void> {
    const isNew = space.state === 'new'
    space.state = 'busy'
    if (isNew) {
      const opened = await ask({ type: 'open', path: space.path })
      if (opened.type !== 'opened') throw new Error(opened.type === 'failed' ? opened.message : opened.type)
      for (const [stream, seq] of Object.entries(opened.cursors)) space.cursors.set(stream, seq)
      space.setAside = opened.setAside
    }
    for (
      let [stream] = space.dirty.keys();
      stream !== undefined && !stop.signal.aborted;
      [stream] = space.dirty.keys()
    ) {
      const commits = space.dirty.get(stream)!
      await takeAll(space, stream)
      const more = space.dirty.get(stream)! - commits
      if (more > 0) space.dirty.set(stream, more)
      else space.dirty.delete(stream)
    }
    space.state = 'idle'
    if (stop.signal.aborted) return
    const total = events.get(space.home) ?? 0
    for (const listener of listeners) listener({ ...space, events: total })
  }

  async function takeAll(space: Followed, stream: string): Promise<void> {
    for (let upToDate = false; !upToDate && !stop.signal.aborted;) {
      const after = space.cursors.get(stream) ?? null
      const page = await log.read(stream, after, pageItems, pageBytes)
      upToDate = page.upToDate
      if (page.items.length === 0) break
      const items = page.items.map(({ seq, receivedAt, data }) => ({ seq, receivedAt, data }))
      const answer = await ask({ type: 'apply', path: space.path, stream, items })
      if (answer.type !== 'applied') throw new Error(answer.type === 'failed' ? answer.message : answer.type)
      space.setAside = answer.setAside
      space.cursors.set(stream, items.at(-1)!.seq)
    }
  }

  /** It is made anew, once; then at the next start. Nothing else waits for it. */
  function failed(space: Followed, error: unknown): void {
    if (stop.signal.aborted) return
    if (!health.failed(error)) health.bug(error, `the read model of ${space.home}`)
    removeDatabase(space.path)
    space.cursors.clear()
    space.state = space.failures++ === 0 ? 'new' : 'failed'
    for (const stream of streams.get(space.home)!) space.dirty.set(stream, 1)
    if (space.state === 'new') follow(space).catch((again: unknown) => failed(space, again))
  }

  const stopWatching = directory.watch(({ stream, items }) => grew(stream, items.length))
  const started = log.streams().then((all) => {
    for (const stream of all) {
      const known = directory.entry(stream)?.events ?? 0
      if (streamKind(stream) !== 'person' && known > 0) grew(stream, known)
    }
  })
  started.catch((error: unknown) => health.bug(error, 'the read model, as it began'))

  return {
    state() {
      const all = [...followed.values()]
      const behind = all.flatMap(({ dirty }) => [...dirty.values()])
      return {
        followed: all.length,
        behind: behind.reduce((sum, commits) => sum + commits, 0),
        setAside: all.reduce((sum, { setAside }) => sum + setAside, 0),
        failed: all.filter(({ state }) => state === 'failed').length,
      }
    },
    watch: (listener) => void listeners.push(listener),
    async close() {
      stop.abort()
      stopWatching()
      await thread?.worker.terminate()
    },
  }
}

/** Of a space's file: names of streams have any characters. */
export const nameOf = (home: string): string => createHash('sha256').update(home).digest('hex').slice(0, 32)
