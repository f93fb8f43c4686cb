import { assertNever } from '../../schema/assert.ts'
import { coordinatorLock, protocolVersion, tabLock } from '../../schema/messages/protocol.ts'
import type { ClientStatus } from '../../schema/messages/status.ts'
import type { FromTab, OpenRoom, ToTab } from '../../schema/messages/tab.ts'
import type { Clock } from '../platform/clock.ts'
import type { Locks } from '../platform/locks.ts'
import type { Port, TransferredPort } from '../platform/port.ts'
import type { Client } from './client.ts'
import { openRequests, type Requests } from './open-requests.ts'
import { openSubscriptions, type Subscriptions } from './open-subscriptions.ts'

export interface TabPlatform {
  readonly locks: Locks
  readonly clock: Clock
  /** the tab's Dedicated Worker: it starts to compile WASM at once */
  spawnWorker(): TabWorker
  /** A line to the coordinator, which may be dead: only REGISTERED proves that it lives. */
  connectCoordinator(tabId: string): Port
  readonly coordinator: 'shared' | 'leader'
  /** Null where the coordinator is not a SharedWorker: nothing can be transferred to it. */
  channel(): readonly [TransferredPort, TransferredPort] | null
  nudgeServiceWorker(): void
  mark(name: string): void
}
export interface TabWorker {
  connect(port: TransferredPort | null, tabId: string): void
  terminate(): void
}

export interface Tab extends Omit<Client, 'status$'> {
  onStatus(listener: (status: ClientStatus) => void): void
  /** The page is about to be frozen or hidden away: hand over now; nothing runs later. */
  suspend(): void
  resume(): void
  setVisible(visible: boolean): void
}

/** How long to wait for REGISTERED before connecting again; doubles up to the last. */
const registerPatienceMs = { first: 1_000, last: 8_000 }

/**
 * A tab's end of the runtime. Laws: it holds its lock before it registers and until its life ends; what it asked for
 * and has no answer to (subscriptions, requests) it says again to every coordinator that it meets; it believes the
 * highest epoch.
 */
export function openTab(tabId: string, platform: TabPlatform, visibleAtStart: boolean): Tab {
  const { locks, clock } = platform
  let life = 0
  let attempts = 0
  let current: Life | null = null
  let visible = visibleAtStart
  let actor: string | null | undefined
  let openRoom: OpenRoom | null = null
  let closed = false
  const statusListeners = new Set<(status: ClientStatus) => void>()
  let status: ClientStatus = {
    tabId,
    activeTab: null,
    role: 'starting',
    epoch: 0,
    storage: 'unknown',
    coordinator: platform.coordinator,
    sync: { state: 'off', progress: [], error: null },
    outbox: { pending: 0, failed: 0 },
    space: null,
    problem: null,
  }
  const requests: Requests = openRequests(tabId, clock, (message) => current?.post(message))
  const subscriptions: Subscriptions = openSubscriptions((message) => current?.post(message))

  function changeStatus(change: Partial<ClientStatus>): void {
    const { activeTab } = { ...status, ...change }
    const role = activeTab === null ? 'starting' : activeTab === tabId ? 'leader' : 'follower'
    status = { ...status, ...change, role }
    for (const listener of statusListeners) listener(status)
  }

  function receive(message: ToTab): void {
    switch (message.type) {
      case 'REGISTERED':
      case 'COORDINATOR_READY':
        return
      case 'ACTIVE_CHANGED':
        if (message.epoch < status.epoch) return
        if (message.activeTab === tabId) platform.mark('leader')
        return changeStatus({ activeTab: message.activeTab, epoch: message.epoch })
      case 'STATUS_CHANGED': {
        const { storage, sync, outbox, space, problem } = message
        return changeStatus({ storage, sync, outbox, space, problem })
      }
      case 'QUERY_ACCEPTED':
        return requests.accepted(message.requestId, message.epoch)
      case 'QUERY_RESPONSE':
        return requests.answered(message.requestId, message.result)
      case 'QUERY_ERROR':
        return requests.failed(message.requestId, message.code, message.message)
      case 'DELTAS':
        current?.post({ type: 'DELTAS_RECEIVED', n: message.n })
        return subscriptions.update(message.updates)
      case 'REPLACE_WORKER':
        suspend()
        return resume()
      case 'NUDGE_SERVICE_WORKER':
        return platform.nudgeServiceWorker()
      default:
        return assertNever(message)
    }
  }

  function registration(): FromTab {
    return {
      type: 'REGISTER_TAB',
      tabId,
      life,
      attempt: ++attempts,
      protocol: protocolVersion,
      lock: tabLock(tabId, life),
      visible,
      epoch: status.epoch,
      actor,
      openRoom,
      subscriptions: subscriptions.all(),
      requests: requests.all(),
    }
  }

  /** An acceptance may have been on its way to this page, and is not heard any more. */
  function doubtRequests(): void {
    requests.doubt(status.epoch)
  }

  function suspend(): void {
    current?.end()
    current = null
    doubtRequests()
    if (!closed) changeStatus({ activeTab: null })
  }

  function resume(): void {
    if (closed || current) return
    life += 1
    current = startLife({ platform, locks, clock, tabId, life, registration, receive, lost: doubtRequests })
  }

  resume()
  return {
    tabId,
    onStatus(listener) {
      statusListeners.add(listener)
      listener(status)
    },
    subscribe: (query, onUpdate, onError) => subscriptions.add(query, onUpdate, onError),
    query: (sql, parameters = []) => requests.query(sql, parameters),
    dispatch: (events) => requests.write({ type: 'DISPATCH', events }),
    retry: (eventIds) => requests.write({ type: 'RETRY_EVENTS', eventIds }),
    discard: (eventIds) => requests.write({ type: 'DISCARD_EVENTS', eventIds }),
    setActor(next) {
      actor = next
      current?.post({ type: 'SET_ACTOR', actor: next })
    },
    setOpenRoom(room) {
      openRoom = room
      current?.post({ type: 'SET_OPEN_ROOM', room })
    },
    setVisible(next) {
      visible = next
      current?.post({ type: 'VISIBILITY', visible: next })
    },
    suspend,
    resume,
    close() {
      closed = true
      suspend()
      requests.close()
      subscriptions.close()
      statusListeners.clear()
    },
  }
}

interface LifeOptions {
  readonly platform: TabPlatform
  readonly locks: Locks
  readonly clock: Clock
  readonly tabId: string
  readonly life: number
  readonly registration: () => FromTab
  readonly receive: (message: ToTab) => void
  /** a coordinator died, and what it knew with it */
  readonly lost: () => void
}
interface Life {
  post(message: FromTab): void
  end(): void
}

/** From one registration to the page's freeze, hiding or close: one tab lock, one worker, one coordinator after another. */
function startLife({ platform, locks, clock, tabId, life, registration, receive, lost }: LifeOptions): Life {
  let ended = false
  let letGo: (() => void) | null = null
  let port: Port | null = null
  let watch: AbortController | null = null
  let cancelTimer = () => {}
  let patience = registerPatienceMs.first
  const holding = new AbortController()
  const worker = platform.spawnWorker()

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
    const mine = platform.connectCoordinator(tabId)
    port = mine
    mine.listen((message) => {
      if (port !== mine) return
      const toTab = message as ToTab
      if (toTab.type === 'REGISTERED') registered(toTab.coordinatorId)
      if (toTab.type === 'COORDINATOR_READY' && !watch) return connect()
      receive(toTab)
    })
    const ends = platform.channel()
    worker.connect(ends?.[0] ?? null, tabId)
    mine.post(registration(), ends ? [ends[1]] : [])
    // Twice: after a busy stretch the answer may stand in line behind the timer.
    cancelTimer = clock.after(patience, () => (cancelTimer = clock.after(0, connect)))
    patience = Math.min(patience * 2, registerPatienceMs.last)
  }

  function registered(coordinatorId: string): void {
    cancelTimer()
    patience = registerPatienceMs.first
    watch?.abort()
    const mine = new AbortController()
    watch = mine
    platform.mark('registered')
    locks.hold(coordinatorLock(coordinatorId), mine.signal).then(
      (release) => {
        // The coordinator is dead. What it had posted before is heard first: it may answer.
        release()
        clock.after(0, () => {
          if (mine.signal.aborted) return
          lost()
          connect()
        })
      },
      () => {},
    )
  }

  function disconnect(): void {
    cancelTimer()
    watch?.abort()
    watch = null
    port?.close()
    port = null
  }
}
