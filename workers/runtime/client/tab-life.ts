import type { RuntimeNames } from '../../../schema/messages/runtime/protocol.ts'
import type { FromTab, ToTab } from '../../../schema/messages/runtime/tab.ts'
import type { Clock } from '../platform/clock.ts'
import { holdPatiently, type Locks } from '../platform/locks.ts'
import type { Port, TransferredPort } from '../platform/port.ts'
import { CoordinatorReplacer } from './replace-coordinator.ts'

/** A way to the coordinator: the SharedWorker, or whichever tab's Dedicated Worker runs it. */
export interface CoordinatorWay {
  readonly coordinator: 'shared' | 'leader'
  /** A line to the coordinator, which may be dead: only REGISTERED proves that it lives. Throws, or calls `failed`, where there is no way. */
  connect(tabId: string, failed: () => void): Port
  /** The ends of a line from the coordinator to the worker; null where nothing can be transferred to the coordinator. */
  channel(): readonly [TransferredPort, TransferredPort] | null
  /** From now on `connect` leads to a fresh coordinator, also from other tabs. Absent: only a worker's end makes way for one. */
  readonly replace?: () => void
  /** how often that has happened */
  readonly replaced?: () => number
  /** Calls when another tab did it; returns how to stop. */
  readonly onReplaced?: (heard: () => void) => () => void
}

export interface TabWorker {
  /** null: run the coordinator yourself, if no other one serves */
  connect(port: TransferredPort | null, tabId: string): void
  /** No coordinator can reach it: it lets go of the database, if need be by its end. */
  standBack(): void
  terminate(): void
}

export interface LifeOptions {
  readonly platform: {
    readonly names: RuntimeNames
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
/** silent attempts before another way is tried: a slow start is no failure */
const attemptsOnAWay = 2

/**
 * From one registration to the page's freeze, hiding or close: one tab lock, one worker, one coordinator after another.
 * Laws: while it lives it is registered with a coordinator or on its way to one, whatever fails. A coordinator that
 * hangs is dead to all tabs at once: its lock, by which they watch it, is taken from it.
 */
export function startLife(options: LifeOptions): Life {
  const { platform, tabId, life, registration, receive } = options
  const { names, locks, clock, ways } = platform
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
  const point = () => ways.forEach((way) => way.replace?.())
  const replacer = new CoordinatorReplacer({ names, locks, clock, point })
  const worker = platform.spawnWorker(() => {
    if (!ended) options.workerDied()
  })

  const watching = ways.map((way, at) =>
    way.onReplaced?.(() => {
      if (ended || watch || !letGo) return
      wayAt = at
      silent = 0
      patience = patienceMs.first
      connect()
    }),
  )

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
      replacer.end()
      for (const stop of watching) stop?.()
    },
  }

  async function start(): Promise<void> {
    try {
      letGo = await locks.hold(names.tabLock(tabId, life), holding.signal)
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
      if (toTab.type === 'REGISTERED') registered(way, toTab.coordinatorId, toTab.electable)
      if (toTab.type === 'BEAT') expectBeat(way)
      silent = 0
      if (toTab.type === 'COORDINATOR_READY' && !watch) return goTo(toTab.coordinator)
      receive(toTab)
    })
    const ends = way.channel()
    worker.connect(ends?.[0] ?? null, tabId)
    mine.post(registration(), ends ? [ends[1]] : [])
    // Twice: after a busy stretch the answer may stand in line behind the timer.
    cancelTimer = clock.after(patience, () => (cancelTimer = clock.after(0, nobodyAnswered)))
    patience = Math.min(patience * 2, patienceMs.last)
  }

  /** Where there is a way to it. */
  function goTo(coordinator: CoordinatorWay['coordinator']): void {
    const at = ways.findIndex((way) => way.coordinator === coordinator)
    if (at < 0) return
    wayAt = at
    connect()
  }

  function nobodyAnswered(): void {
    silent += 1
    if (silent % attemptsOnAWay === 0) wayAt += 1
    if (silent >= attemptsOnAWay * 2) void serverHangs()
    connect()
  }

  /** At once, unless every way has just failed. */
  function tryNextWay(): void {
    disconnect()
    wayAt += 1
    cancelTimer = clock.after(wayAt % ways.length === 0 ? patience : 0, connect)
  }

  function registered(way: CoordinatorWay, id: string, electable: boolean): void {
    if (!electable) worker.standBack()
    cancelTimer()
    patience = patienceMs.first
    silent = 0
    watch?.abort()
    const mine = new AbortController()
    watch = mine
    coordinatorId = id
    platform.mark('registered')
    options.registered(way.coordinator)
    void holdPatiently(locks, clock, names.coordinatorLock(id), mine.signal).then((release) => {
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

  async function coordinatorHangs(way: CoordinatorWay): Promise<void> {
    // it may be our own worker that hangs, and everybody's coordinator with it
    if (!way.replace) return options.workerDied()
    const itsLock = names.coordinatorLock(coordinatorId)
    await replacer.replace(itsLock, [itsLock, names.servingLock])
  }

  /**
   * No way has answered, and one that serves answers on any: if some coordinator serves, it hangs, and we never heard its
   * name. (Who is registered with it finds out by its beats.)
   */
  async function serverHangs(): Promise<void> {
    silent = 0
    const before = replacedSoFar()
    await replacer.replace(names.servingLock, [names.servingLock], () => !watch && replacedSoFar() === before)
  }

  function replacedSoFar(): number {
    return ways.reduce((sum, way) => sum + (way.replaced?.() ?? 0), 0)
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
