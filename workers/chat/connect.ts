import { BehaviorSubject } from 'rxjs'
import { hostChannel } from '../../schema/messages/runtime/protocol.ts'
import type { ClientStatus } from '../../schema/messages/runtime/status.ts'
import type { FromWorker, ToWorker } from '../../schema/messages/runtime/worker.ts'
import { systemClock } from '../runtime/platform/clock.ts'
import { webLocks } from '../runtime/platform/locks.ts'
import { broadcastOf, lineToHost } from '../runtime/platform/broadcast-port.ts'
import { portOf } from '../runtime/platform/port.ts'
import type { Client } from '../runtime/client/client.ts'
import { takeEarlyHost } from '../runtime/client/early-host.ts'
import { syncNudges, type SyncNudges } from './nudge-sync.ts'
import { spawnCoordinator, spawnHost } from './spawn.ts'
import type { CoordinatorWay, TabWorker } from '../runtime/client/tab-life.ts'
import { openTab, type TabPlatform } from '../runtime/client/tab.ts'
import { watchLifecycle } from '../runtime/client/watch-lifecycle.ts'

/** Joins this page to the stack below: its lock, its Dedicated Worker, the coordinator. Nothing is awaited. */
export function connect(): Client {
  const sync = syncNudges()
  const tab = openTab(crypto.randomUUID(), browserPlatform(sync), document.visibilityState === 'visible')
  const unwatch = watchLifecycle(tab)
  let status$: BehaviorSubject<ClientStatus> | null = null
  tab.onStatus((status) => {
    sync.setLeader(status.role === 'leader')
    if (status$) status$.next(status)
    else status$ = new BehaviorSubject(status)
  })
  if (!status$) throw new Error('assertion failed: onStatus replays the present status')
  const present = status$ as BehaviorSubject<ClientStatus>
  return {
    ...tab,
    status$: present.asObservable(),
    close() {
      unwatch()
      sync.close()
      tab.close()
      present.complete()
    },
  }
}

function browserPlatform(sync: SyncNudges): TabPlatform {
  return {
    locks: webLocks(),
    clock: systemClock,
    nudgeServiceWorker: sync.nudge,
    mark,
    spawnWorker: (died) => workerOf(died),
    ways: typeof SharedWorker === 'undefined' ? [hostedCoordinator] : [sharedCoordinator, hostedCoordinator],
  }
}

const sharedCoordinator: CoordinatorWay = {
  coordinator: 'shared',
  connect(_tabId, failed) {
    const worker = spawnCoordinator(coordinatorNumber())
    worker.addEventListener('error', failed)
    return portOf(worker.port)
  },
  channel() {
    const { port1, port2 } = new MessageChannel()
    return [port1, port2]
  },
  replace: () => localStorage.setItem(coordinatorKey, String(coordinatorNumber() + 1)),
  replaced: coordinatorNumber,
  onReplaced(heard) {
    const hear = ({ key }: StorageEvent) => key === coordinatorKey && heard()
    window.addEventListener('storage', hear)
    return () => window.removeEventListener('storage', hear)
  },
}

/** How many coordinators have hung: a name leads to the same SharedWorker for as long as a tab is open, so the next has another. */
const coordinatorKey = 'rsql-coordinator'
function coordinatorNumber(): number {
  return Number(localStorage.getItem(coordinatorKey) ?? 0)
}

const hostedCoordinator: CoordinatorWay = {
  coordinator: 'leader',
  connect: (tabId) => lineToHost(broadcastOf(hostChannel), tabId),
  channel: () => null,
}

/** It says which lock it holds while it lives: to get that one is to know that it is dead. */
function workerOf(died: () => void): TabWorker {
  const early = takeEarlyHost()
  const worker = early?.worker ?? spawnHost()
  const watching = new AbortController()
  let alive = false
  // Later errors are uncaught exceptions: they end nothing.
  worker.addEventListener('error', () => !alive && died())
  worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => hear(data))
  for (const message of early?.said ?? []) hear(message)
  if (early?.failed && !alive) queueMicrotask(died)

  function hear(data: FromWorker): void {
    alive = true
    if (data.type === 'MARK') {
      performance.mark(`rsql:${data.name}`, { startTime: Math.max(0, data.at - performance.timeOrigin) })
    } else {
      const held = webLocks().hold(data.lock, watching.signal)
      held.then(
        (release) => (release(), died()),
        () => {},
      )
    }
  }
  return {
    connect(port, tabId) {
      const message: ToWorker = { type: port ? 'CONNECT' : 'HOST_COORDINATOR', tabId }
      worker.postMessage(message, port ? [port as MessagePort] : [])
    },
    standBack: () => worker.postMessage({ type: 'STAND_BACK' } satisfies ToWorker),
    terminate() {
      watching.abort()
      worker.terminate()
    },
  }
}

function mark(name: string): void {
  performance.mark(`rsql:${name}`)
}
