import { coordinatorLock, tabLock } from '../../schema/messages/protocol.ts'
import type { FromTab, ToTab } from '../../schema/messages/tab.ts'
import type { Clock } from '../platform/clock.ts'
import { holdPatiently, type Locks } from '../platform/locks.ts'
import type { Port, TransferredPort } from '../platform/port.ts'

/** A way to the coordinator: the SharedWorker, or whichever tab's Dedicated Worker runs it. */
export interface CoordinatorWay {
  readonly coordinator: 'shared' | 'leader'
  /** A line to the coordinator, which may be dead: only REGISTERED proves that it lives. Throws, or calls `failed`, where there is no way. */
  connect(tabId: string, failed: () => void): Port
  /** The ends of a line from the coordinator to the worker; null where nothing can be transferred to the coordinator. */
  channel(): readonly [TransferredPort, TransferredPort] | null
}

export interface TabWorker {
  /** null: run the coordinator yourself, if no other one serves */
  connect(port: TransferredPort | null, tabId: string): void
  terminate(): void
}

export interface LifeOptions {
  readonly platform: {
    readonly locks: Locks
    readonly clock: Clock
    readonly ways: readonly [CoordinatorWay, ...CoordinatorWay[]]
    spawnWorker(died: () => void): TabWorker
    mark(name: string): void
  }
  readonly tabId: string
  readonly life: number
  readonly registration: () => FromTab
  readonly receive: (message: ToTab) => void
  readonly registered: (coordinator: CoordinatorWay['coordinator']) => void
  /** a coordinator died, and what it knew with it */
  readonly coordinatorLost: () => void
  readonly workerDied: () => void
}
export interface Life {
  post(message: FromTab): void
  end(): void
}

/** How long to wait for REGISTERED before connecting again; doubles up to the last. */
const patienceMs = { first: 1_000, last: 8_000 }
/** silent attempts before another way is tried: a slow start is no failure */
const attemptsOnAWay = 2

/**
 * From one registration to the page's freeze, hiding or close: one tab lock, one worker, one coordinator after another.
 * Law: while it lives it is registered with a coordinator or on its way to one, whatever fails.
 */
export function startLife(options: LifeOptions): Life {
  const { platform, tabId, life, registration, receive } = options
  const { locks, clock, ways } = platform
  let ended = false
  let letGo: (() => void) | null = null
  let port: Port | null = null
  let watch: AbortController | null = null
  let cancelTimer = () => {}
  let patience = patienceMs.first
  /** which way is being tried, and how often it was silent */
  let wayAt = 0
  let silent = 0
  const holding = new AbortController()
  const worker = platform.spawnWorker(() => {
    if (!ended) options.workerDied()
  })

  void start()
  return {
    post: (message) => port?.post(message),
    end() {
      ended = true
      // First of all: only the worker's death frees the database for the next leader.
      worker.terminate()
      port?.post({ type: 'UNREGISTER_TAB' } satisfies FromTab)
      disconnect()
      holding.abort()
      letGo?.()
    },
  }

  async function start(): Promise<void> {
    try {
      letGo = await locks.hold(tabLock(tabId, life), holding.signal)
    } catch {
      return
    }
    if (ended) letGo()
    else connect()
  }

  function connect(): void {
    disconnect()
    const way = ways[wayAt % ways.length] as CoordinatorWay
    let mine: Port
    try {
      mine = way.connect(tabId, () => {
        if (port === mine && !watch) tryNextWay()
      })
    } catch {
      return tryNextWay()
    }
    port = mine
    mine.listen((message) => {
      if (port !== mine) return
      const toTab = message as ToTab
      if (toTab.type === 'REGISTERED') registered(way, toTab.coordinatorId)
      if (toTab.type === 'COORDINATOR_READY' && !watch) return connect()
      receive(toTab)
    })
    const ends = way.channel()
    worker.connect(ends?.[0] ?? null, tabId)
    mine.post(registration(), ends ? [ends[1]] : [])
    // Twice: after a busy stretch the answer may stand in line behind the timer.
    cancelTimer = clock.after(patience, () => (cancelTimer = clock.after(0, nobodyAnswered)))
    patience = Math.min(patience * 2, patienceMs.last)
  }

  function nobodyAnswered(): void {
    silent += 1
    if (silent % attemptsOnAWay === 0) wayAt += 1
    connect()
  }

  /** At once, unless every way has just failed. */
  function tryNextWay(): void {
    disconnect()
    wayAt += 1
    cancelTimer = clock.after(wayAt % ways.length === 0 ? patience : 0, connect)
  }

  function registered(way: CoordinatorWay, coordinatorId: string): void {
    cancelTimer()
    patience = patienceMs.first
    silent = 0
    watch?.abort()
    const mine = new AbortController()
    watch = mine
    platform.mark('registered')
    options.registered(way.coordinator)
    void holdPatiently(locks, clock, coordinatorLock(coordinatorId), mine.signal).then((release) => {
      if (!release) return
      // The coordinator is dead. What it had posted before is heard first: it may answer.
      release()
      clock.after(0, () => {
        if (mine.signal.aborted) return
        options.coordinatorLost()
        wayAt = 0
        connect()
      })
    })
  }

  function disconnect(): void {
    cancelTimer()
    watch?.abort()
    watch = null
    port?.close()
    port = null
  }
}
