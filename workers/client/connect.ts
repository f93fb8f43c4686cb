import { BehaviorSubject } from 'rxjs'
import { hostChannel } from '../../schema/messages/protocol.ts'
import type { ClientStatus } from '../../schema/messages/status.ts'
import type { FromWorker, ToWorker } from '../../schema/messages/worker.ts'
import { systemClock } from '../platform/clock.ts'
import { webLocks } from '../platform/locks.ts'
import { lineToHost } from '../platform/broadcast-port.ts'
import { portOf } from '../platform/port.ts'
import type { Client } from './client.ts'
import { syncNudges, type SyncNudges } from './nudge-sync.ts'
import { spawnCoordinator, spawnDatabase, spawnHost } from './spawn.ts'
import { openTab, type TabPlatform, type TabWorker } from './tab.ts'
import { watchLifecycle } from './watch-lifecycle.ts'

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
  const base = { locks: webLocks(), clock: systemClock, nudgeServiceWorker: sync.nudge, mark }
  if (typeof SharedWorker === 'undefined') {
    return {
      ...base,
      coordinator: 'leader',
      spawnWorker: () => workerOf(spawnHost()),
      connectCoordinator: (tabId) => lineToHost(hostChannel, tabId),
      channel: () => null,
    }
  }
  return {
    ...base,
    coordinator: 'shared',
    spawnWorker: () => workerOf(spawnDatabase()),
    connectCoordinator: () => portOf(spawnCoordinator()),
    channel() {
      const { port1, port2 } = new MessageChannel()
      return [port1, port2]
    },
  }
}

function workerOf(worker: Worker): TabWorker {
  worker.addEventListener('message', (event: MessageEvent<FromWorker>) => {
    const { name, at } = event.data
    performance.mark(`rsql:${name}`, { startTime: Math.max(0, at - performance.timeOrigin) })
  })
  return {
    connect(port, tabId) {
      const message: ToWorker = { type: port ? 'CONNECT' : 'HOST_COORDINATOR', tabId }
      worker.postMessage(message, port ? [port as MessagePort] : [])
    },
    terminate: () => worker.terminate(),
  }
}

function mark(name: string): void {
  performance.mark(`rsql:${name}`)
}
