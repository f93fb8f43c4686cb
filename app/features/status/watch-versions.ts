/**
 * The versions of the app that this device holds: the page's, the one its Service Worker serves, and one that waits.
 * Laws: a page never stays under a Service Worker that serves another build than its own, however it came to be there
 * (its tab opened before there was a Service Worker, or while another tab took the update), also when a question of its
 * was put to a worker that was just ending, and is never answered; a version that waits is told, whoever found it and
 * whenever; to take it is to take what waits then, and never happens by itself.
 *
 * Example: a tab that was opened first of all has no controller when it registers. Another tab takes an update. The
 * controller changes, serves build 2, the page is build 1: it reloads.
 */
export interface VersionsPlatform {
  readonly container: Pick<ServiceWorkerContainer, 'controller' | 'addEventListener'>
  /** rejects, or is nothing, where there is none to be had; may never answer */
  register(): Promise<ServiceWorkerRegistration | undefined>
  /** asks the worker that waits, if there is one, to take over */
  skipWaiting(): void
  /** makes the browser look again whether it can */
  lookAgain(): void
  /** this page's build; null where builds have no names (in development) */
  readonly build: string | null
  /** the build that the controller serves; null when it cannot be told; rejects when it is silent for long */
  served(): Promise<string | null>
  /** returns how to stop */
  every(ms: number, work: () => void): () => void
  /** for this build (null: whichever) */
  reload(build: string | null): void
}

export interface Versions {
  /** Called with whether a new version waits, at once and whenever that changes. Returns how to stop. */
  onWaiting(tell: (waits: boolean) => void): () => void
  /** The waiting version takes over, and every tab reloads. */
  take(): void
  /** Asks the server for a newer version and takes it. Resolves when there is none, or when it serves. */
  newest(): Promise<void>
}

const hourMs = 3_600_000
const takeAgainMs = 1_000
const compareAgainMs = 2_000

export function watchVersions(platform: VersionsPlatform): Versions {
  const { container, build } = platform
  const listeners = new Set<(waits: boolean) => void>()
  const followed = new WeakSet<ServiceWorker>()
  let registration: ServiceWorkerRegistration | null = null
  let controller = container.controller
  let waits = false
  let stopTaking = () => {}
  let stopComparing = () => {}
  /** the build that this page reloads for, if it does (null: whichever) */
  let leavesFor: string | null | undefined

  container.addEventListener('controllerchange', () => {
    const before = controller
    controller = container.controller
    void compare(before !== null && controller !== before)
  })
  const registered = platform.register().then(
    (found) => {
      if (!found) return
      registration = found
      found.addEventListener('updatefound', look)
      platform.every(hourMs, () => void found.update().catch(() => {}))
      look()
    },
    () => {}, // not to be had here: a policy, a private window
  )
  // the registration may be long in coming while a version takes over
  void compare(false)

  /** Follows every worker on its way in, and tells what waits. */
  function look(): void {
    for (const worker of [registration?.installing, registration?.waiting]) {
      if (!worker || followed.has(worker)) continue
      followed.add(worker)
      worker.addEventListener('statechange', () => {
        look()
        // a page that was loading when it took over may not be told that it is its controller
        if (worker.state === 'activated') void compare(false)
      })
    }
    // the first version of all waits for nobody
    const now = Boolean(registration?.waiting && registration.active)
    if (now === waits) return
    waits = now
    for (const tell of listeners) tell(waits)
  }

  async function compare(replaced: boolean): Promise<void> {
    stopComparing()
    // A Service Worker that went (site data was cleared) left nothing to reload into.
    if (!container.controller) return
    const answer = await platform.served().catch(() => undefined)
    // the next question goes to whoever serves by then
    if (answer === undefined && !replaced) {
      stopComparing()
      stopComparing = platform.every(compareAgainMs, () => void compare(false))
      return
    }
    const its = answer ?? null
    const old = its === null || build === null ? replaced : its !== build
    if (!old || leavesFor === its) return
    leavesFor = its
    platform.reload(its)
  }

  /**
   * Until it is done. Chromium asks the old worker once to end as soon as it is idle. What any tab loads in that moment
   * starts that worker again, and then nothing asks it any more, skipWaiting() neither: for five minutes the update that
   * a person has asked for would not come.
   */
  function take(): void {
    stopTaking()
    if (!registration?.waiting) {
      // another tab was quicker
      if (registration) void compare(true)
      return
    }
    stopTaking = platform.every(takeAgainMs, () => {
      if (!registration?.waiting) return stopTaking()
      platform.skipWaiting()
      platform.lookAgain()
    })
    platform.skipWaiting()
  }

  return {
    onWaiting(tell) {
      listeners.add(tell)
      tell(waits)
      return () => listeners.delete(tell)
    },
    take,
    async newest() {
      await registered
      await registration?.update().catch(() => {})
      const worker = registration?.installing ?? registration?.waiting
      if (!worker) return
      await settled(worker, 'installing')
      if (registration?.waiting !== worker) return
      take()
      for (const state of ['installed', 'activating'] as const) await settled(worker, state)
    },
  }
}

/** Resolves when the worker is in this state no more. */
function settled(worker: ServiceWorker, state: ServiceWorkerState): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (worker.state === state) return
      worker.removeEventListener('statechange', look)
      resolve()
    }
    worker.addEventListener('statechange', look)
    look()
  })
}
