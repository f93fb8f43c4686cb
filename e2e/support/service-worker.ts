import type { BrowserContext, CDPSession } from '@playwright/test'

interface Registration {
  readonly registrationId: string
  readonly scopeURL: string
  readonly isDeleted: boolean
}
interface Version {
  readonly versionId: string
  readonly registrationId: string
  readonly runningStatus: 'stopped' | 'starting' | 'running' | 'stopping'
  readonly status: string
}

/** The Service Worker of one origin, through the DevTools protocol: it can be stopped, and woken by a push. */
export class ServiceWorkerControl {
  readonly #context: BrowserContext
  readonly #session: CDPSession
  readonly #origin: string
  readonly #registrations = new Map<string, Registration>()
  readonly #versions = new Map<string, Version>()
  /** since they were last told to */
  readonly #stopped = new Set<string>()

  /** Works from any open page, also one of no origin: `about:blank` when no tab of the app may be open. */
  static async attach(context: BrowserContext, origin: string): Promise<ServiceWorkerControl> {
    const page = context.pages()[0] ?? (await context.newPage())
    const control = new ServiceWorkerControl(context, await context.newCDPSession(page), origin)
    await control.#session.send('ServiceWorker.enable')
    return control
  }

  private constructor(context: BrowserContext, session: CDPSession, origin: string) {
    this.#context = context
    this.#session = session
    this.#origin = origin
    session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      for (const registration of registrations) this.#registrations.set(registration.registrationId, registration)
    })
    session.on('ServiceWorker.workerVersionUpdated', ({ versions }) => {
      for (const version of versions) {
        this.#versions.set(version.versionId, version)
        if (version.runningStatus === 'stopped') this.#stopped.add(version.versionId)
      }
    })
  }

  /** A page may wake it again at once. */
  async stop(): Promise<void> {
    await until(() => this.#registrations.size > 0, 'a registration')
    const running = [...this.#versions.values()].filter(
      ({ registrationId, runningStatus }) =>
        runningStatus !== 'stopped' && this.#registrations.get(registrationId)?.scopeURL.startsWith(this.#origin),
    )
    for (const { versionId } of running) this.#stopped.delete(versionId)
    for (const { versionId } of running) await this.#session.send('ServiceWorker.stopWorker', { versionId })
    await until(() => running.every(({ versionId }) => this.#stopped.has(versionId)), 'the Service Worker to stop')
  }

  async untilRunning(): Promise<void> {
    const { registrationId: id } = await this.#registration()
    const runs = () =>
      [...this.#versions.values()].some((each) => each.registrationId === id && each.runningStatus === 'running')
    await until(runs, 'the Service Worker to run')
  }

  async push(data: unknown): Promise<void> {
    await this.#session.send('ServiceWorker.deliverPushMessage', {
      origin: this.#origin,
      registrationId: (await this.#registration()).registrationId,
      data: JSON.stringify(data),
    })
  }

  /** Titles (or texts) of the notifications that it shows now; asked in the worker itself, so it needs no tab. */
  async notifications(part: 'title' | 'body' = 'title'): Promise<string[]> {
    const worker = this.#context.serviceWorkers().find((candidate) => candidate.url().startsWith(this.#origin))
    if (!worker) return []
    return worker.evaluate(async (name) => {
      const scope = globalThis as unknown as ServiceWorkerGlobalScope
      return (await scope.registration.getNotifications()).map((notification) => notification[name])
    }, part)
  }

  async #registration(): Promise<Registration> {
    const mine = (): Registration | undefined =>
      [...this.#registrations.values()].find(
        ({ scopeURL, isDeleted }) => !isDeleted && scopeURL.startsWith(this.#origin),
      )
    await until(() => mine() !== undefined, `a Service Worker of ${this.#origin}`)
    return mine() as Registration
  }
}

async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 30_000
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`waited 30 s for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}
