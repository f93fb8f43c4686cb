/**
 * The versions of the app that this device holds: the page's, the one its Service Worker serves, and one that waits.
 * Laws: a page never stays under a Service Worker that serves another build than its own, however it came to be there
 * (its tab opened before there was a Service Worker, or while another tab took the update); a version that waits is
 * told, whoever found it and whenever; to take it is to take what waits then, and never happens by itself.
 *
 * Example: a tab that was opened first of all has no controller when it registers. Another tab takes an update. The
 * controller changes, serves build 2, the page is build 1: it reloads.
 */
export interface VersionsPlatform {
  readonly container: Pick<ServiceWorkerContainer, 'controller' | 'addEventListener'>
  /** rejects, or is nothing, where there is none to be had */
  register(): Promise<ServiceWorkerRegistration | undefined>
  /** asks the worker that waits, if there is one, to take over */
  skipWaiting(): void
  /** this page's build; null where builds have no names (in development) */
  readonly build: string | null
  /** the build that the controller serves; null when it cannot be told */
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
const takeAgainMs = 500

export function watchVersions(platform: VersionsPlatform): Versions {
  const { container, build } = platform
  const listeners = new Set<(waits: boolean) => void>()
  const followed = new WeakSet<ServiceWorker>()
  let registration: ServiceWorkerRegistration | null = null
  let controller = container.controller
  let waits = false
  let stopTaking = () => {}

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
      if (container.controller) void compare(false)
    },
    () => {}, // not to be had here: a policy, a private window
  )

  /** Follows every worker on its way in, and tells what waits. */
  function look(): void {
    for (const worker of [registration?.installing, registration?.waiting]) {
      if (!worker || followed.has(worker)) continue
      followed.add(worker)
      worker.addEventListener('statechange', look)
    }
    // the first version of all waits for nobody
    const now = Boolean(registration?.waiting && registration.active)
    if (now === waits) return
    waits = now
    for (const tell of listeners) tell(waits)
  }

  async function compare(replaced: boolean): Promise<void> {
    // A Service Worker that went (site data was cleared) left nothing to reload into.
    if (!container.controller) return
    const its = await platform.served().catch(() => null)
    if (its === null || build === null ? replaced : its !== build) platform.reload(its)
  }

  /**
   * Until it is done: a tab that opens just when the browser stops the old worker starts that one again, and Chromium
   * then tries no more by itself.
   */
  function take(): void {
    stopTaking()
    if (!registration?.waiting) {
      // another tab was quicker
      if (registration) void compare(true)
      return
    }
    const ask = () => {
      if (registration?.waiting) platform.skipWaiting()
      else stopTaking()
    }
    stopTaking = platform.every(takeAgainMs, ask)
    ask()
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
