import { expect, test, vi } from 'vitest'
import { watchVersions } from './watch-versions.ts'

/** What a browser does with one registration, as far as a page sees it. */
class FakeWorker extends EventTarget {
  state: ServiceWorkerState = 'installing'
  readonly build: string
  readonly heard: string[] = []
  constructor(build: string) {
    super()
    this.build = build
  }
  postMessage({ type }: { type: string }): void {
    this.heard.push(type)
  }
  become(state: ServiceWorkerState): void {
    this.state = state
    this.dispatchEvent(new Event('statechange'))
  }
}

class FakeRegistration extends EventTarget {
  installing: FakeWorker | null = null
  waiting: FakeWorker | null = null
  active: FakeWorker | null = null
  /** what the server has; null: nothing newer */
  deployed: string | null = null
  readonly container = new FakeContainer()

  find(build: string): FakeWorker {
    this.installing = new FakeWorker(build)
    this.dispatchEvent(new Event('updatefound'))
    return this.installing
  }
  install(): void {
    this.waiting?.become('redundant')
    this.waiting = this.installing
    this.installing = null
    this.waiting?.become('installed')
  }
  activate(): void {
    const next = this.waiting!
    this.waiting = null
    this.active = next
    next.become('activating')
    this.container.takeOver(next)
    next.become('activated')
  }
  async update(): Promise<void> {
    if (this.deployed !== null) this.find(this.deployed)
    this.deployed = null
  }
}
class FakeContainer extends EventTarget {
  controller: FakeWorker | null = null
  clear(): void {
    this.controller = null
    this.dispatchEvent(new Event('controllerchange'))
  }
  takeOver(worker: FakeWorker): void {
    this.controller = worker
    this.dispatchEvent(new Event('controllerchange'))
  }
}

function device(options: { active?: string; waiting?: string; installing?: string } = {}): FakeRegistration {
  const registration = new FakeRegistration()
  for (const [place, state] of [
    ['installing', 'installing'],
    ['waiting', 'installed'],
    ['active', 'activated'],
  ] as const) {
    const build = options[place]
    if (build === undefined) continue
    const worker = new FakeWorker(build)
    worker.state = state
    registration[place] = worker
  }
  registration.container.controller = registration.active
  return registration
}

/** A page of this build that opens now. */
function open(
  registration: FakeRegistration,
  build: string | null = '1',
  served?: () => Promise<string | null>,
  register: () => Promise<unknown> = async () => registration,
) {
  const reload = vi.fn<(build: string | null) => void>()
  const lookAgain = vi.fn<() => void>()
  const again = new Set<() => void>()
  const versions = watchVersions({
    container: registration.container as unknown as ServiceWorkerContainer,
    register: register as () => Promise<ServiceWorkerRegistration>,
    skipWaiting: () => registration.waiting?.postMessage({ type: 'SKIP_WAITING' }),
    lookAgain,
    build,
    served: served ?? (async () => registration.container.controller?.build ?? null),
    every: (ms, work) => {
      if (ms < 3_600_000) again.add(work)
      return () => again.delete(work)
    },
    reload,
  })
  const told: boolean[] = []
  versions.onWaiting((waits) => told.push(waits))
  return { versions, reload, lookAgain, told, timePasses: () => [...again].forEach((work) => work()) }
}
const settled = () => new Promise((resolve) => setTimeout(resolve))

test('a tab that was opened before there was a Service Worker takes part in the first update', async () => {
  const registration = device()
  const tab = open(registration)
  await settled()
  registration.find('1')
  registration.install()
  registration.activate()
  await settled()
  expect(tab.told, 'the first version of all waits for nobody').toEqual([false])
  expect(tab.reload).not.toHaveBeenCalled()

  registration.find('2')
  registration.install()
  expect(tab.told).toEqual([false, true])
  tab.versions.take()
  expect(registration.waiting?.heard).toEqual(['SKIP_WAITING'])
  registration.activate()
  await settled()
  expect(tab.told).toEqual([false, true, false])
  expect(tab.reload).toHaveBeenCalledExactlyOnceWith('2')
})

test('a tab that asks for its Service Worker while the first of them is being installed does so too', async () => {
  const registration = device({ installing: '1' })
  const tab = open(registration)
  await settled()
  registration.install()
  registration.activate()
  registration.find('2')
  registration.install()
  registration.activate()
  await settled()
  expect(tab.reload).toHaveBeenCalledExactlyOnceWith('2')
})

test('a tab whose page is old, and whose Service Worker was replaced while it opened, reloads', async () => {
  const registration = device({ active: '2' })
  const tab = open(registration, '1')
  await settled()
  expect(tab.reload).toHaveBeenCalledExactlyOnceWith('2')
})

test('a tab that opens while a version is being installed, or waits, is told of it', async () => {
  const waits = open(device({ active: '1', waiting: '2' }))
  await settled()
  expect(waits.told).toEqual([false, true])
  const registration = device({ active: '1', installing: '2' })
  const installs = open(registration)
  await settled()
  registration.install()
  expect(installs.told).toEqual([false, true])
})

test('a question that a Service Worker never answers is asked again, until it is told what is served', async () => {
  const registration = device({ active: '2' })
  let silent = 3
  const tab = open(registration, '1', async () => {
    if (silent-- > 0) throw new DOMException('silent', 'TimeoutError')
    return '2'
  })
  for (let n = 0; n < 3; n++) {
    await settled()
    expect(tab.reload).not.toHaveBeenCalled()
    tab.timePasses()
  }
  await settled()
  expect(tab.reload).toHaveBeenCalledExactlyOnceWith('2')
  tab.timePasses()
  await settled()
  expect(tab.reload).toHaveBeenCalledTimes(1)
})

test('a page whose registration never comes compares all the same', async () => {
  const registration = device({ active: '2' })
  const tab = open(registration, '1', undefined, () => new Promise(() => {}))
  await settled()
  expect(tab.reload).toHaveBeenCalledExactlyOnceWith('2')
})

test('a page that was loading when a version took over, and is told of no new controller, compares as it is active', async () => {
  const registration = device({ active: '1', waiting: '2' })
  let serves = '1'
  const tab = open(registration, '1', async () => serves)
  await settled()
  const next = registration.waiting!
  registration.waiting = null
  registration.active = next
  next.become('activating')
  await settled()
  serves = '2' // the old worker's cache has gone by now
  next.become('activated')
  await settled()
  expect(tab.reload).toHaveBeenCalledExactlyOnceWith('2')
})

test('a page that is newer than its Service Worker (loaded past it) is left alone by the update that catches up', async () => {
  const registration = device({ active: '1', waiting: '2' })
  registration.container.controller = null
  const tab = open(registration, '2')
  await settled()
  registration.activate()
  await settled()
  expect(tab.reload).not.toHaveBeenCalled()
})

test('to take an update is to take the newest that waits; when another tab was quicker, to be as new as it', async () => {
  const registration = device({ active: '1', waiting: '2' })
  const tab = open(registration)
  await settled()
  const second = registration.waiting!
  registration.find('3')
  registration.install()
  tab.versions.take()
  expect([second.heard, registration.waiting!.heard]).toEqual([[], ['SKIP_WAITING']])

  const late = device({ active: '1', waiting: '2' })
  const slow = open(late)
  await settled()
  // it is told nothing of the change: the page was frozen
  late.container.controller = late.active = late.waiting
  late.waiting = null
  slow.versions.take()
  await settled()
  expect(slow.reload).toHaveBeenCalledExactlyOnceWith('2')
})

test('an update that the browser lets lie, because the old worker was started again, is looked after until it is there', async () => {
  const registration = device({ active: '1', waiting: '2' })
  const tab = open(registration)
  await settled()
  const next = registration.waiting!
  tab.versions.take()
  expect(next.heard).toHaveLength(1)
  expect(tab.lookAgain).not.toHaveBeenCalled()
  tab.timePasses()
  tab.timePasses()
  expect(next.heard).toHaveLength(3)
  expect(tab.lookAgain).toHaveBeenCalledTimes(2)
  registration.activate()
  tab.timePasses()
  tab.timePasses()
  expect(next.heard).toHaveLength(3)
  expect(tab.lookAgain).toHaveBeenCalledTimes(2)
  await settled()
  expect(tab.reload).toHaveBeenCalledExactlyOnceWith('2')
})

test('where what is served cannot be told, another controller than before counts as another version', async () => {
  const registration = device({ active: '1', waiting: '2' })
  const tab = open(registration, '1', () => Promise.reject(new TypeError('Failed to fetch')))
  await settled()
  expect(tab.reload).not.toHaveBeenCalled()
  registration.activate()
  await settled()
  expect(tab.reload).toHaveBeenCalledExactlyOnceWith(null)

  const first = device()
  const page = open(first, null)
  await settled()
  first.find('1')
  first.install()
  first.activate()
  await settled()
  expect(page.reload, 'the first Service Worker of an open page').not.toHaveBeenCalled()
})

test('the newest version is asked for, installed and taken; a broken one is given up', async () => {
  const registration = device({ active: '1' })
  const tab = open(registration)
  await tab.versions.newest() // nothing newer
  registration.deployed = '2'
  let done = false
  const asked = tab.versions.newest().then(() => (done = true))
  await settled()
  registration.install()
  await settled()
  expect(registration.waiting?.heard).toEqual(['SKIP_WAITING'])
  expect(done).toBe(false)
  registration.activate()
  await asked
  expect(tab.reload).toHaveBeenCalledExactlyOnceWith('2')

  registration.deployed = '3'
  const broken = tab.versions.newest()
  await settled()
  const worker = registration.installing!
  registration.installing = null
  worker.become('redundant')
  await broken
  expect(worker.heard).toEqual([])
})

test('without a Service Worker nothing waits, and nothing fails', async () => {
  const reload = vi.fn()
  const container = new FakeContainer() as unknown as ServiceWorkerContainer
  const register = () => Promise.reject(new DOMException('a policy', 'SecurityError'))
  const versions = watchVersions({
    container,
    register,
    skipWaiting: () => {},
    lookAgain: () => {},
    build: '1',
    served: async () => '2',
    every: () => () => {},
    reload,
  })
  await versions.newest()
  versions.take()
  await settled()
  expect(reload).not.toHaveBeenCalled()
})

test('a Service Worker that goes with the site’s data reloads nothing: the page has to tell of the loss', async () => {
  for (const build of ['1', null]) {
    const registration = device({ active: '1' })
    const tab = open(registration, build)
    await settled()
    registration.container.clear()
    await settled()
    expect(tab.reload).not.toHaveBeenCalled()
  }
})
