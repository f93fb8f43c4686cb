import type { FromDatabase, ToDatabase } from '../../../schema/messages/runtime/database.ts'
import type { Clock } from '../platform/clock.ts'
import { holdPatiently, type Locks } from '../platform/locks.ts'
import type { Port } from '../platform/port.ts'
import { type LeaderDatabase, OpenFailure } from '../serving/leader-database.ts'
import { serveRequests, type Serving } from '../serving/serve-requests.ts'

export interface DatabasePlatform {
  readonly databaseLock: string
  readonly locks: Locks
  readonly clock: Clock
  /** Called with the database lock held. Rejects with an OpenFailure. */
  open(proposedEpoch: number): Promise<LeaderDatabase>
  /** called in an idle moment of a worker that does not lead */
  rehearse(): void
  mark(name: string): void
  /** ends this worker */
  end(): void
}

export interface DatabaseWorker {
  /** Talk to this coordinator from now on, and tell it at once if this worker leads. */
  connect(port: Port, tabId: string): void
  /** WASM is compiled. */
  ready(): void
  /** No coordinator that serves can reach this worker. One that has the database, or opens it, ends: only that frees it. */
  standBack(): void
}

/** Long enough for a start to be over. */
const idleMs = 1_000

/**
 * A tab's Dedicated Worker. Law: the database is opened only with the database lock held, and the lock is never let go
 * while it is open: only the worker's death hands both over.
 */
export function startDatabaseWorker(platform: DatabasePlatform): DatabaseWorker {
  const { databaseLock, locks, clock } = platform
  let port: Port | null = null
  let tabId = ''
  let compiled = false
  let leading: Serving | null = null
  /** the epoch proposed to this worker while it is asked to lead */
  let proposed: number | null = null
  let candidacy: AbortController | null = null
  let opening = false

  const post = (message: FromDatabase) => port?.post(message)

  function receive(message: ToDatabase): void {
    switch (message.type) {
      case 'PROMOTE_TO_ACTIVE':
        if (leading) return leading.announce()
        proposed = Math.max(proposed ?? 0, message.epoch)
        if (!candidacy) void lead()
        return
      case 'STAND_DOWN':
        proposed = null
        candidacy?.abort()
        return
      case 'HEARTBEAT':
        return post({ type: 'HEARTBEAT_PONG', n: message.n })
      default:
        leading?.receive(message)
    }
  }

  async function lead(): Promise<void> {
    try {
      while (proposed !== null && !leading) {
        candidacy = new AbortController()
        const letGo = await holdPatiently(locks, clock, databaseLock, candidacy.signal)
        if (letGo && proposed !== null) await open(letGo, proposed)
        else letGo?.()
      }
    } catch (error) {
      // the browser gives no lock
      proposed = null
      tellNotOpened(error)
    }
    candidacy = null
  }

  async function open(letGo: () => void, epoch: number): Promise<void> {
    platform.mark('lock-held')
    opening = true
    post({ type: 'LOCK_HELD', tabId })
    try {
      const database = await platform.open(epoch)
      platform.mark('database-open')
      leading = serveRequests(database, tabId, post)
      leading.announce()
    } catch (error) {
      // Nothing is open, so the lock may go on to another tab.
      opening = false
      letGo()
      proposed = null
      tellNotOpened(error)
    }
  }

  function tellNotOpened(error: unknown): void {
    const { problem, final } = error instanceof OpenFailure ? error : openFailed(error)
    post({ type: 'OPEN_FAILED', tabId, problem, final })
  }

  return {
    connect(next, ownTabId) {
      port?.close()
      port = next
      tabId = ownTabId
      next.listen((message) => {
        if (port === next) receive(message as ToDatabase)
      })
      leading?.reset()
      if (compiled) post({ type: 'WORKER_READY' })
      leading?.announce()
    },
    standBack() {
      if (leading || opening) return platform.end()
      proposed = null
      candidacy?.abort()
    },
    ready() {
      compiled = true
      post({ type: 'WORKER_READY' })
      clock.after(idleMs, () => {
        if (proposed === null && !leading) platform.rehearse()
      })
    },
  }
}

function openFailed(error: unknown): OpenFailure {
  const message = error instanceof Error ? error.message : String(error)
  return new OpenFailure({ code: 'OPEN_FAILED', message: `The database could not be opened: ${message}` }, false)
}
