import { namesOf } from '../../../schema/messages/runtime/protocol.ts'
import { pointHere } from '../coordinator/point-here.ts'
import { startCoordinator, type Coordinator, type CoordinatorPlatform } from '../coordinator/start-coordinator.ts'
import { defaultOptions, type CoordinatorOptions } from '../coordinator/state.ts'
import { startDatabaseWorker } from '../host/database-worker.ts'
import { lineToHost } from '../platform/broadcast-port.ts'
import { FakeBroadcast } from '../platform/fake-broadcast.ts'
import { FakeLockManager } from '../platform/fake-locks.ts'
import { FakePort } from '../platform/fake-port.ts'
import { FakeWorld, type Context } from '../platform/fake-world.ts'
import type { TabWorker } from '../client/tab-life.ts'
import { openTab, type Tab, type TabPlatform } from '../client/tab.ts'
import { followPage } from '../host/host-coordinator.ts'
import { FakeDisk } from './fake-database.ts'

export const names = namesOf('app')

interface SharedWorkerOf {
  readonly context: Context
  readonly creator: Context
  /** null until its script is loaded */
  coordinator: Coordinator | null
}

/** One browser profile of the fake world: a disk, locks, at most one SharedWorker, and the pages that are open. */
export class FakeBrowser {
  readonly world: FakeWorld
  readonly locks: FakeLockManager
  readonly disk = new FakeDisk()
  readonly hostChannel: FakeBroadcast
  readonly options: CoordinatorOptions
  /** how often opening the database fails, 0 to 1 */
  openFailures = 0
  /** how often a SharedWorker starts so slowly that tabs lose patience and connect again, 0 to 1 */
  slowStarts = 0.2
  /** how slowly then, ms */
  slowStartMs: readonly [number, number] = [500, 5_000]
  /** whether the SharedWorker ends with the last page, as it does in a browser */
  diesWithItsPages = false
  #alive = 0
  replaced = 0
  readonly #replacedListeners = new Set<{ readonly page: Context; readonly heard: () => void }>()
  #shared: SharedWorkerOf | null = null
  #made = 0

  constructor(seed: number, options: Partial<CoordinatorOptions> = {}) {
    this.world = new FakeWorld(seed)
    this.locks = new FakeLockManager(this.world)
    this.hostChannel = new FakeBroadcast(this.world)
    this.options = { ...defaultOptions, ...options }
  }

  get coordinator(): Coordinator | null {
    return this.#shared?.context.alive ? this.#shared.coordinator : null
  }

  openPage(): FakePage {
    return new FakePage(this, `page${++this.#made}`)
  }

  pageOpened(page: Context): void {
    this.#alive += 1
    page.onDeath.push(() => {
      this.#alive -= 1
      if (this.#alive === 0 && this.diesWithItsPages) this.killCoordinator()
    })
  }

  /** Nothing of it runs for so long; it holds what it holds. */
  hangCoordinator(ms: number): void {
    if (this.#shared?.context.alive) this.world.block(this.#shared.context, ms)
  }

  /** As a page hears of a change in localStorage: a little later, and not of its own. */
  onReplaced(page: Context, heard: () => void): () => void {
    const listener = { page, heard }
    this.#replacedListeners.add(listener)
    return () => void this.#replacedListeners.delete(listener)
  }

  replaceCoordinator(by: Context): void {
    this.replaced += 1
    for (const { page, heard } of this.#replacedListeners) {
      if (page !== by) this.world.at(page, this.world.between(0.5, 30), heard)
    }
    this.#shared = null
  }

  killCoordinator(): void {
    if (!this.#shared?.context.alive) return
    this.world.kill(this.#shared.context)
    this.#shared.coordinator?.stop()
  }

  coordinatorCreatedBy(context: Context): boolean {
    return this.#shared?.creator === context
  }

  connectCoordinator(page: Context) {
    if (!this.#shared?.context.alive) {
      const context = this.world.context(`coordinator${++this.#made}`)
      const slowly = () => {
        if (this.world.random() < this.slowStarts) this.world.block(context, this.world.between(...this.slowStartMs))
      }
      const shared: SharedWorkerOf = { context, creator: page, coordinator: null }
      this.#shared = shared
      // it may be slow to load its script, or once it has asked for its locks
      const slowToLoad = this.world.random() < 0.5
      if (slowToLoad) slowly()
      this.world.at(context, 0, () => {
        shared.coordinator = startCoordinator(this.#coordinatorIn(context, () => this.world.kill(context)))
        pointHere(shared.coordinator, () => this.hostChannel.openedBy(context))
        if (!slowToLoad) slowly()
      })
    }
    const shared = this.#shared
    const { context } = shared
    const [here, there] = FakePort.pair(this.world, page, context)
    this.world.at(context, this.world.between(0.1, 2), () => shared.coordinator!.connect(there.ownedBy(context)))
    return here.ownedBy(page)
  }

  #coordinatorIn(context: Context, replaced: () => void): CoordinatorPlatform {
    return {
      names,
      locks: this.locks.for(context),
      clock: this.world.clock(context),
      coordinatorId: `coordinator ${++this.#made} in ${context.name}`,
      peer: { post() {}, listen() {} },
      options: this.options,
      replaced,
    }
  }

  spawnWorker(page: Context, died: () => void): TabWorker & { readonly context: Context } {
    const { world } = this
    const context = world.context(`worker${++this.#made} of ${page.name}`)
    const database = startDatabaseWorker({
      databaseLock: names.databaseLock,
      locks: this.locks.for(context),
      clock: world.clock(context),
      rehearse: () => {},
      mark() {},
      end: () => world.kill(context),
      open: async (epoch) => {
        await pause(world, context, world.between(5, 120))
        return this.disk.open(context, epoch, world.random() < this.openFailures)
      },
    })
    world.at(context, world.between(20, 200), () => database.ready())
    page.onDeath.push(() => world.kill(context))
    // As with every lock, the browser takes a moment to notice a death.
    context.onDeath.push(() => world.at(page, world.between(1, 40), died))
    const follow = followPage(
      {
        coordinator: () => this.#coordinatorIn(context, () => {}),
        channel: () => this.hostChannel.openedBy(context),
        pair: () => {
          const [near, far] = FakePort.pair(world, context, context)
          return [near.ownedBy(context), far.ownedBy(context)]
        },
      },
      database,
    )
    let lastArrival = 0
    return {
      context,
      connect: (port, tabId) => {
        const end = port as FakePort | null
        lastArrival = Math.max(lastArrival, world.now + world.between(0.1, 2))
        world.at(context, lastArrival - world.now, () =>
          follow({ type: end ? 'CONNECT' : 'HOST_COORDINATOR', tabId }, end?.ownedBy(context)),
        )
      },
      standBack: () => world.at(context, world.between(0.1, 2), () => follow({ type: 'STAND_BACK' }, undefined)),
      terminate: () => world.kill(context),
    }
  }
}

function pause(world: FakeWorld, context: Context, ms: number): Promise<void> {
  return new Promise((resolve) => world.at(context, ms, resolve))
}

/** A page: it can be closed, crash, be frozen and come back, or be too busy to run. */
export class FakePage {
  readonly context: Context
  readonly tab: Tab
  readonly #browser: FakeBrowser
  worker: (TabWorker & { readonly context: Context }) | null = null
  /** whom it believes to lead */
  activeTab: string | null = null

  constructor(browser: FakeBrowser, name: string) {
    this.#browser = browser
    const { world } = browser
    this.context = world.context(name)
    browser.pageOpened(this.context)
    const platform: TabPlatform = {
      names,
      locks: browser.locks.for(this.context),
      clock: world.clock(this.context),
      spawnWorker: (died) => (this.worker = browser.spawnWorker(this.context, died)),
      ways: [
        {
          coordinator: 'shared',
          connect: () => browser.connectCoordinator(this.context),
          channel: () => FakePort.pair(world, this.context, this.context),
          replace: () => browser.replaceCoordinator(this.context),
          replaced: () => browser.replaced,
          onReplaced: (heard) => browser.onReplaced(this.context, heard),
        },
        {
          coordinator: 'leader',
          connect: (tabId) => lineToHost(browser.hostChannel.openedBy(this.context), tabId),
          channel: () => null,
        },
      ],
      wakePeer() {},
      mark() {},
    }
    this.tab = openTab(name, platform, world.random() < 0.5)
    this.tab.onStatus((status) => (this.activeTab = status.activeTab))
  }

  /** The person closes it: pagehide runs first. */
  close(): void {
    if (!this.context.frozen) this.tab.suspend()
    this.#browser.world.kill(this.context)
  }

  /** Nothing runs. The SharedWorker dies with the page that made it. */
  crash(): void {
    if (this.#browser.coordinatorCreatedBy(this.context)) this.#browser.killCoordinator()
    this.#browser.world.kill(this.context)
  }

  freeze(): void {
    this.tab.suspend()
    this.#browser.world.freeze(this.context)
  }

  thaw(): void {
    this.#browser.world.thaw(this.context)
    this.tab.resume()
  }

  block(ms: number): void {
    this.#browser.world.block(this.context, ms)
  }

  /** Somebody ends it, and the page is not told. */
  killWorker(): void {
    if (this.worker) this.#browser.world.kill(this.worker.context)
  }

  blockWorker(ms: number): void {
    if (this.worker) this.#browser.world.block(this.worker.context, ms)
  }
}
