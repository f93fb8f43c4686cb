import { BehaviorSubject } from 'rxjs'
import { namesOf, type RuntimeNames } from '../../../schema/messages/runtime/protocol.ts'
import type { ClientStatus } from '../../../schema/messages/runtime/status.ts'
import type { FromWorker, ToWorker } from '../../../schema/messages/runtime/worker.ts'
import type { Application } from '../application.ts'
import { broadcastOf, lineToHost } from '../platform/broadcast-port.ts'
import { systemClock } from '../platform/clock.ts'
import { webLocks } from '../platform/locks.ts'
import { portOf } from '../platform/port.ts'
import type { Client } from './client.ts'
import type { StartedWorker } from './started-worker.ts'
import type { CoordinatorWay, TabWorker } from './tab-life.ts'
import { openTab, type TabPlatform } from './tab.ts'
import { watchLifecycle } from './watch-lifecycle.ts'

/**
 * How a page reaches its application. A bundler finds workers by the expression `new Worker(new URL('…', import.meta.url), …)`
 * alone, so the page writes it; it gives the worker the name that it is passed.
 */
export interface ConnectOptions<Name extends string> {
  readonly name: Name
  /** a Dedicated Worker that calls `serveDatabase` */
  worker(name: string): Worker | StartedWorker
  /** A SharedWorker that calls `serveCoordinator`. Left out or throwing: a tab's worker does its work. */
  coordinator?(name: string): SharedWorker
  /** called in the leader's page, now and then: the peer may have been stopped */
  wakePeer?(): void
}

/** Joins this page to the database of its application: its lock, its Dedicated Worker, the coordinator. Nothing is awaited. */
export function connect<App extends Application>(options: ConnectOptions<App['name']>): Client<App['commands']> {
  const tab = openTab(crypto.randomUUID(), browserPlatform(options), document.visibilityState === 'visible')
  const unwatch = watchLifecycle(tab)
  let status$: BehaviorSubject<ClientStatus> | null = null
  tab.onStatus((status) => {
    if (status$) status$.next(status)
    else status$ = new BehaviorSubject(status)
  })
  if (!status$) throw new Error('assertion failed: onStatus replays the present status')
  const present = status$ as BehaviorSubject<ClientStatus>
  const client: Client = {
    ...tab,
    status$: present.asObservable(),
    close() {
      unwatch()
      tab.close()
      present.complete()
    },
  }
  return client as Client<App['commands']>
}

function browserPlatform(options: ConnectOptions<string>): TabPlatform {
  const names = namesOf(options.name)
  const { coordinator } = options
  const hosted = hostedCoordinator(names)
  const hasShared = coordinator && typeof SharedWorker !== 'undefined'
  return {
    names,
    locks: webLocks(),
    clock: systemClock,
    wakePeer: () => options.wakePeer?.(),
    mark,
    spawnWorker: (died) => workerOf(options.worker(names.worker), died),
    ways: hasShared ? [sharedCoordinator(names, coordinator), hosted] : [hosted],
  }
}

function sharedCoordinator(names: RuntimeNames, spawn: (name: string) => SharedWorker): CoordinatorWay {
  // How many have hung: a name leads to the same SharedWorker for as long as a tab is open, so the next has another.
  const replaced = () => Number(localStorage.getItem(names.replacedKey) ?? 0)
  return {
    coordinator: 'shared',
    connect(_tabId, failed) {
      const worker = spawn(names.sharedWorker(replaced()))
      worker.addEventListener('error', failed)
      return portOf(worker.port)
    },
    channel() {
      const { port1, port2 } = new MessageChannel()
      return [port1, port2]
    },
    replace: () => localStorage.setItem(names.replacedKey, String(replaced() + 1)),
    replaced,
    onReplaced(heard) {
      const hear = ({ key }: StorageEvent) => key === names.replacedKey && heard()
      window.addEventListener('storage', hear)
      return () => window.removeEventListener('storage', hear)
    },
  }
}

const hostedCoordinator = (names: RuntimeNames): CoordinatorWay => ({
  coordinator: 'leader',
  connect: (tabId) => lineToHost(broadcastOf(names.hostChannel), tabId),
  channel: () => null,
})

/** It says which lock it holds while it lives: to get that one is to know that it is dead. */
function workerOf(started: Worker | StartedWorker, died: () => void): TabWorker {
  const early = 'said' in started ? started : null
  const worker = 'said' in started ? started.worker : started
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
