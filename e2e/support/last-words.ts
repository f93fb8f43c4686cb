import type { BrowserContext, Page } from '@playwright/test'

const linesMax = 60
const lineMax = 300

/** The end of a log, in lines of a bounded length. */
export const lastLines = (log: string): string =>
  log
    .trimEnd()
    .split('\n')
    .slice(-linesMax / 2)
    .map((line) => line.slice(0, lineMax))
    .join('\n')

/**
 * What a browser's tabs did and said, with times, and what each is at the end: printed for a test that failed, since
 * what a test run prints may be all that there is to explain a race by.
 */
export class LastWords {
  readonly #began = Date.now()
  readonly #lines: string[] = []
  readonly #names = new Map<Page, string>()

  watch(context: BrowserContext): void {
    for (const page of context.pages()) this.#follow(page)
    context.on('page', (page) => this.#follow(page))
    context.on('console', (message) => {
      const page = message.page()
      const worker = message.worker()
      const where = page ? this.#name(page) : (worker?.url() ?? 'a worker')
      this.note(`${where} ${message.type()}: ${message.text()}`)
    })
    context.on('weberror', (each) => {
      const page = each.page()
      this.note(`${page ? this.#name(page) : 'somewhere'} uncaught: ${each.error().message}`)
    })
    context.on('serviceworker', (worker) => this.note(`a Service Worker: ${worker.url()}`))
  }

  note(line: string): void {
    this.#lines.push(
      `${String(Date.now() - this.#began).padStart(6)} ms  ${line.replaceAll('\n', ' ').slice(0, lineMax)}`,
    )
    if (this.#lines.length > linesMax) this.#lines.shift()
  }

  async report(): Promise<string> {
    const open = [...this.#names].filter(([page]) => !page.isClosed())
    const states = await Promise.all(
      open.map(async ([page, name]) => `${name} at ${page.url()}: ${await stateOf(page)}`),
    )
    return ['── what the tabs did, and what they are at the end', ...this.#lines, ...states].join('\n')
  }

  #name(page: Page): string {
    const name = this.#names.get(page) ?? `tab ${this.#names.size + 1}`
    this.#names.set(page, name)
    return name
  }

  #follow(page: Page): void {
    const name = this.#name(page)
    page.on('framenavigated', (frame) => {
      if (frame === page.mainFrame()) this.note(`${name} goes to ${frame.url()}`)
    })
    page.on('requestfailed', (request) => this.note(`${name} ${request.failure()?.errorText}: ${request.url()}`))
    page.on('close', () => this.note(`${name} is closed`))
    page.on('crash', () => this.note(`${name} crashed`))
  }
}

/** One that hangs or crashed answers nothing. */
async function stateOf(page: Page): Promise<string> {
  const late = new Promise<string>((resolve) => setTimeout(resolve, 3_000, 'no answer within 3 s'))
  const state = page.evaluate(readState).then(JSON.stringify, (error: Error) => error.message.split('\n')[0]!)
  return (await Promise.race([state, late])).slice(0, 1_500)
}

/** In the page. */
async function readState() {
  const container = (navigator as { serviceWorker?: ServiceWorkerContainer }).serviceWorker
  // what a Service Worker is asked may never be answered
  const within = <T>(work: Promise<T> | undefined) =>
    Promise.race([work, new Promise<'no answer'>((resolve) => setTimeout(resolve, 1_000, 'no answer' as const))])
  const [registration, served] = await Promise.all([
    within(container?.getRegistration()),
    within(fetch('/index.html').then((answer) => answer.text(), String)),
  ])
  const element = document.activeElement
  return {
    build: document.querySelector('meta[name="build"]')?.getAttribute('content') ?? null,
    page: { ...document.documentElement.dataset },
    visible: document.visibilityState,
    focus: element && `${element.localName} ${element.getAttribute('aria-label') ?? element.textContent?.slice(0, 40)}`,
    tab: window.__TAB_ID?.slice(0, 8),
    leader: window.__ACTIVE?.slice(0, 8),
    controller: container?.controller?.state ?? null,
    served: served && (/<meta name="build" content="(\w+)"/.exec(served)?.[1] ?? served.slice(0, 60)),
    workers:
      typeof registration === 'object'
        ? [registration.installing?.state, registration.waiting?.state, registration.active?.state]
        : registration,
    session: location.protocol === 'about:' ? null : { ...sessionStorage },
    sync: { ...document.querySelector<HTMLElement>('[data-testid="sync-pill"]')?.dataset },
    problem: document.querySelector<HTMLElement>('[data-testid="problem"]')?.innerText,
    status: document.getElementById('status')?.textContent,
  }
}
