import { assertNever } from '../../../schema/assert.ts'
import { protocolVersion, type RuntimeNames } from '../../../schema/messages/runtime/protocol.ts'
import type { ClientStatus } from '../../../schema/messages/runtime/status.ts'
import type { Context, FromTab, ToTab } from '../../../schema/messages/runtime/tab.ts'
import type { Clock } from '../platform/clock.ts'
import type { Locks } from '../platform/locks.ts'
import type { Client } from './client.ts'
import { liveQuery } from './live.ts'
import { openRequests, type Requests } from './open-requests.ts'
import { runtimeSwitches } from './runtime-switches.ts'
import { openSubscriptions, type Subscriptions } from './open-subscriptions.ts'
import type { CoordinatorWay, TabWorker } from './tab-life.ts'
import { startLives } from './tab-lives.ts'

export interface TabPlatform {
  readonly names: RuntimeNames
  readonly locks: Locks
  readonly clock: Clock
  /** The tab's Dedicated Worker: it starts to compile WASM at once. `died`: it could not start, or ended by itself. */
  spawnWorker(died: () => void): TabWorker
  /** the best first */
  readonly ways: readonly [CoordinatorWay, ...CoordinatorWay[]]
  wakePeer(): void
  mark(name: string): void
}

export interface Tab extends Omit<Client, 'status$'> {
  onStatus(listener: (status: ClientStatus) => void): void
  /** The page is about to be frozen or hidden away: hand over now; nothing runs later. */
  suspend(): void
  resume(): void
  setVisible(visible: boolean): void
}

/**
 * A tab's end of the runtime. Laws: it holds its lock before it registers and until its life ends; what it asked for
 * and has no answer to (subscriptions, requests) it says again to every coordinator that it meets; it believes the
 * highest epoch.
 */
export function openTab(tabId: string, platform: TabPlatform, visibleAtStart: boolean): Tab {
  const { names } = platform
  let attempts = 0
  let visible = visibleAtStart
  let context: Context = {}
  let closed = false
  const statusListeners = new Set<(status: ClientStatus) => void>()
  let status: ClientStatus = {
    tabId,
    activeTab: null,
    role: 'starting',
    epoch: 0,
    storage: 'unknown',
    coordinator: platform.ways[0].coordinator,
    space: null,
    problem: null,
    application: {},
  }
  const requests: Requests = openRequests(tabId, platform.clock, (message) => lives.post(message))
  const subscriptions: Subscriptions = openSubscriptions((message) => lives.post(message))
  const runtime = runtimeSwitches(platform.clock, (message) => lives.post(message))

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
      case 'BEAT':
        return
      case 'ACTIVE_CHANGED':
        if (message.epoch < status.epoch) return
        if (message.activeTab === tabId) platform.mark('leader')
        return changeStatus({ activeTab: message.activeTab, epoch: message.epoch })
      case 'STATUS_CHANGED': {
        const { storage, space, problem, application } = message
        return changeStatus({ storage, space, problem, application })
      }
      case 'QUERY_ACCEPTED':
        return requests.accepted(message.requestId, message.epoch)
      case 'QUERY_RESPONSE':
      case 'CALL_RESPONSE':
      case 'INSPECT_RESPONSE':
        return requests.answered(message.requestId, message.result)
      case 'QUERY_ERROR':
        return requests.failed(message.requestId, message.code, message.message)
      case 'DELTAS':
        lives.post({ type: 'DELTAS_RECEIVED', n: message.n })
        return subscriptions.update(message.updates)
      case 'REPLACE_WORKER':
        lives.suspend()
        return lives.resume()
      case 'WAKE_PEER':
        return platform.wakePeer()
      case 'RUNTIME_FACTS':
        return runtime.answered(message.n, message.facts)
      default:
        return assertNever(message)
    }
  }

  function registration(life: number): FromTab {
    return {
      type: 'REGISTER_TAB',
      tabId,
      life,
      attempt: ++attempts,
      protocol: protocolVersion,
      lock: names.tabLock(tabId, life),
      visible,
      epoch: status.epoch,
      context,
      subscriptions: subscriptions.all(),
      requests: requests.all(),
    }
  }

  /** An acceptance may have been on its way to this page, and is not heard any more. */
  function doubtRequests(): void {
    requests.doubt(status.epoch)
  }

  const lives = startLives({
    platform,
    tabId,
    registration,
    receive,
    registered: (coordinator) => changeStatus({ coordinator }),
    coordinatorLost: doubtRequests,
    ended() {
      doubtRequests()
      if (!closed) changeStatus({ activeTab: null })
    },
  })
  lives.resume()
  return {
    tabId,
    onStatus(listener) {
      statusListeners.add(listener)
      listener(status)
    },
    subscribe: subscriptions.add,
    live: (query) => liveQuery(subscriptions.add, query),
    query: (sql, parameters = []) => requests.query(sql, parameters),
    guarded: (sql, guard) => requests.query(sql, [], guard),
    inspect: (question) => requests.inspect(question),
    call: (command: string, ...[argument]: [argument?: unknown]) => requests.call(command, argument),
    setContext(key, said) {
      const value: unknown = structuredClone(said) // else no coordinator could ever be told of this tab
      context = { ...context, [key]: value }
      lives.post({ type: 'SET_CONTEXT', key, value })
    },
    runtime,
    setVisible(next) {
      visible = next
      lives.post({ type: 'VISIBILITY', visible: next })
    },
    suspend: lives.suspend,
    resume: lives.resume,
    close() {
      closed = true
      lives.close()
      requests.close()
      subscriptions.close()
      statusListeners.clear()
    },
  }
}
