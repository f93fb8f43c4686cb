import type { RuntimeNames } from '../../../schema/messages/runtime/protocol.ts'
import type { FromDatabase } from '../../../schema/messages/runtime/database.ts'
import type { FromPeer, ToPeer } from '../../../schema/messages/runtime/peer.ts'
import type { FromTab, ToTab } from '../../../schema/messages/runtime/tab.ts'
import type { Clock } from '../platform/clock.ts'
import { holdPatiently, type Locks } from '../platform/locks.ts'
import type { Port } from '../platform/port.ts'
import { Observer } from './observe.ts'
import { route } from './route.ts'
import {
  type CoordinatorOptions,
  type CoordinatorState,
  defaultOptions,
  type Delivery,
  emptyState,
  type Input,
} from './state.ts'

export interface CoordinatorPlatform {
  readonly names: RuntimeNames
  readonly locks: Locks
  readonly clock: Clock
  readonly coordinatorId: string
  /** the line to the peer */
  readonly peer: { post(message: ToPeer): void; listen(listener: (message: FromPeer) => void): void }
  readonly options?: CoordinatorOptions
  /** It hung, and its locks were taken from it: it has stopped, and its tabs have gone elsewhere. */
  replaced?(): void
  /** Ends the thread, as if it had died. Absent where it is not the coordinator's own. */
  end?(): void
}

export interface Coordinator {
  /** A tab's port. Its first message is REGISTER_TAB, and hands over the port to the tab's worker. */
  connect(port: Port): void
  readonly state: CoordinatorState
  /** it serves, its lock is held, and tabs can watch it; false: it was stopped before */
  readonly ready: Promise<boolean>
  stop(): void
}

const tickMs = 50

/** Carries what `route` decides to ports, locks and timers. It decides nothing itself. Law: one coordinator serves at a time. */
export function startCoordinator(platform: CoordinatorPlatform): Coordinator {
  const { names, locks, clock, coordinatorId, peer } = platform
  const state = emptyState(coordinatorId, platform.options ?? defaultOptions)
  const observer = new Observer(state, clock.now())
  const lines = new Map<string, { readonly tab: Port; readonly database: Port | null }>()
  const watches = new Map<string, AbortController>()
  const waiting: Port[] = []
  let serving = false
  let stopped = false

  function step(input: Input): void {
    if (stopped) return
    const now = clock.now()
    const deliveries = route(state, input, now)
    observer.stepped(input, deliveries, now)
    for (const delivery of deliveries) deliver(delivery)
  }

  function deliver(delivery: Delivery): void {
    switch (delivery.to) {
      case 'tab':
        lines.get(delivery.tabId)?.tab.post(delivery.message)
        return
      case 'database':
        lines.get(delivery.tabId)?.database?.post(delivery.message)
        return
      case 'peer':
        peer.post(delivery.message)
        return
      case 'locks':
        if (delivery.type === 'WATCH_PEER') {
          const { peerId } = delivery
          watch('peer', names.peerLock(peerId), { from: 'locks', type: 'PEER_ENDED', peerId })
        } else {
          const { tabId, life, lock } = delivery
          watch(tabId, lock, { from: 'locks', type: 'LOCK_RELEASED', tabId, life })
        }
        return
      case 'ports':
        watches.get(delivery.tabId)?.abort()
        watches.delete(delivery.tabId)
        lines.get(delivery.tabId)?.tab.close()
        lines.get(delivery.tabId)?.database?.close()
        lines.delete(delivery.tabId)
    }
  }

  function watch(who: string, lock: string, released: Input): void {
    watches.get(who)?.abort()
    const mine = new AbortController()
    watches.set(who, mine)
    void holdPatiently(locks, clock, lock, mine.signal).then((release) => {
      release?.()
      if (release && !mine.signal.aborted) step(released)
    })
  }

  function accept(port: Port): void {
    let tabId: string | null = null
    port.listen((data, handedOver) => {
      const message = data as FromTab
      if (message.type === 'REGISTER_TAB') {
        tabId = message.tabId
        const known = state.tabs.get(tabId)
        if (known && known.attempt > message.attempt) return
        const database = handedOver[0] ?? null
        connectLines(tabId, port, database)
        step({ from: 'tab', tabId, message, electable: database !== null })
        // Not before: what the worker already said on this port concerns a registered tab.
        database?.listen((data) => fromDatabase(message.tabId, database, data as FromDatabase))
      } else if (tabId !== null && lines.get(tabId)?.tab === port) {
        if (message.type === 'ASK_RUNTIME') {
          port.post({ type: 'RUNTIME_FACTS', n: message.n, facts: observer.facts(clock.now()) } satisfies ToTab)
        } else if (message.type === 'END_COORDINATOR') platform.end?.()
        else step({ from: 'tab', tabId, message })
      }
    })
  }

  function connectLines(tabId: string, tab: Port, database: Port | null): void {
    const before = lines.get(tabId)
    if (before && before.tab !== tab) before.tab.close()
    before?.database?.close()
    lines.set(tabId, { tab, database })
  }

  function fromDatabase(tabId: string, database: Port, message: FromDatabase): void {
    if (lines.get(tabId)?.database === database) step({ from: 'database', tabId, message })
  }

  const stopping = new AbortController()
  const ready = serve()

  /** No tab may be told of us before we are the one that serves, nor before the lock is held by which it can watch us. */
  async function serve(): Promise<boolean> {
    const wanted = [names.servingLock, names.coordinatorLock(coordinatorId)]
    const held = await Promise.all(wanted.map((lock) => holdPatiently(locks, clock, lock, stopping.signal, replaced)))
    const letGo = () => held.forEach((release) => release?.())
    stopping.signal.addEventListener('abort', letGo)
    if (stopped) {
      letGo()
      return false
    }
    serving = true
    peer.listen((message) => step({ from: 'peer', message }))
    peer.post({ type: 'COORDINATOR_STARTED' })
    tick()
    for (const port of waiting.splice(0)) accept(port)
    return true
  }

  function replaced(): void {
    if (stopped) return
    stop()
    platform.replaced?.()
  }

  function stop(): void {
    stopped = true
    stopping.abort()
    for (const watch of watches.values()) watch.abort()
  }

  function tick(): void {
    if (stopped) return
    step({ from: 'clock' })
    clock.after(tickMs, tick)
  }

  return {
    state,
    ready,
    connect: (port) => (serving ? accept(port) : void waiting.push(port)),
    stop,
  }
}
