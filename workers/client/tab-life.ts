import { coordinatorLock, replacingLock, servingLock, tabLock } from '../../schema/messages/protocol.ts'
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
  /** From now on `connect` leads to a fresh coordinator, also from other tabs. Absent: only a worker's end makes way for one. */
  readonly replace?: () => void
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
/**
 * After so many turns of our own clock without a BEAT the coordinator hangs. Turns, not time: a device that slept, or a
 * page that was busy, has had one.
 */
const beat = { turnMs: 3_000, turns: 4 }
/** a lock that nobody holds is granted in far less */
const askingMs = 1_000
/** silent attempts before another way is tried: a slow start is no failure */
const attemptsOnAWay = 2

/**
 * From one registration to the page's freeze, hiding or close: one tab lock, one worker, one coordinator after another.
 * Laws: while it lives it is registered with a coordinator or on its way to one, whatever fails. A coordinator that
 * hangs is dead to all tabs at once: its lock, by which they watch it, is taken from it.
 */
export function startLife(options: LifeOptions): Life {
  const { platform, tabId, life, registration, receive } = options
  const { locks, clock, ways } = platform
  let ended = false
  let letGo: (() => void) | null = null
  let port: Port | null = null
  let watch: AbortController | null = null
  let coordinatorId = ''
  let cancelTimer = () => {}
  let cancelBeat = () => {}
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
      if (toTab.type === 'BEAT') expectBeat(way)
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

  function registered(way: CoordinatorWay, id: string): void {
    cancelTimer()
    patience = patienceMs.first
    silent = 0
    watch?.abort()
    const mine = new AbortController()
    watch = mine
    coordinatorId = id
    platform.mark('registered')
    options.registered(way.coordinator)
    void holdPatiently(locks, clock, coordinatorLock(id), mine.signal).then((release) => {
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

  function expectBeat(way: CoordinatorWay, turns = 0): void {
    cancelBeat()
    if (turns < beat.turns) cancelBeat = clock.after(beat.turnMs, () => expectBeat(way, turns + 1))
    else cancelBeat = clock.after(0, () => void coordinatorHangs(way))
  }

  /** It lives in a worker that no tab can end. Should it wake, it finds its locks gone and its ports closed, and ends itself. */
  async function coordinatorHangs(way: CoordinatorWay): Promise<void> {
    // it may be our own worker that hangs, and everybody's coordinator with it
    if (!way.replace) return options.workerDied()
    const id = coordinatorId
    const one = await holdPatiently(locks, clock, replacingLock, holding.signal)
    if (one && !(await isDead(id)) && !ended) {
      way.replace()
      for (const lock of [servingLock, coordinatorLock(id)]) (await locks.take(lock))()
    }
    one?.()
  }

  /** Another tab may have declared it so meanwhile. */
  async function isDead(id: string): Promise<boolean> {
    const asking = new AbortController()
    const cancel = clock.after(askingMs, () => asking.abort())
    const release = await locks.hold(coordinatorLock(id), asking.signal).catch(() => null)
    cancel()
    release?.()
    return release !== null
  }

  function disconnect(): void {
    cancelTimer()
    cancelBeat()
    watch?.abort()
    watch = null
    port?.close()
    port = null
  }
}
