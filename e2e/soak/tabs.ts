import { execFileSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import type { LaunchOptions, Page } from '@playwright/test'
import { ulid } from 'ulid'
import type { EventDraft } from '../../schema/events/event.ts'
import type { Random } from '../../schema/demo/random.ts'
import type { Identity } from '../../schema/messages/http.ts'
import { FreeBrowser } from '../support/free-browser.ts'
import { ServiceWorkerControl } from '../support/service-worker.ts'
import { untilConnected } from '../support/tab.ts'
import type { SoakSite } from './site.ts'

type Fault = 'close' | 'reload' | 'crash' | 'freeze' | 'leave' | 'stop the Service Worker' | 'kill the coordinator'
const tabCount = 5

/** One tab that lasts and shows what leaks, and five whose lives are short. */
export class SoakTabs {
  readonly #site: SoakSite
  readonly #browser: FreeBrowser
  readonly #serviceWorker: ServiceWorkerControl
  readonly #pages: Page[] = []
  readonly #done = new Map<Fault, number>()
  readonly #observer: Page
  #person: Identity | null = null
  readonly random: Random

  static async open(site: SoakSite, launch: LaunchOptions, random: Random): Promise<SoakTabs> {
    const browser = await FreeBrowser.launch(launch)
    const observer = await browser.context.newPage()
    await observer.goto(site.page)
    await observer.evaluate(async () => {
      await navigator.serviceWorker.register('/service-worker.js')
      await navigator.serviceWorker.ready
    })
    const tabs = new SoakTabs(
      site,
      browser,
      observer,
      await ServiceWorkerControl.attach(browser.context, site.url),
      random,
    )
    await tabs.#signIn()
    while (tabs.#pages.length < tabCount) tabs.#pages.push(await tabs.#openTab())
    return tabs
  }

  private constructor(
    site: SoakSite,
    browser: FreeBrowser,
    observer: Page,
    serviceWorker: ServiceWorkerControl,
    random: Random,
  ) {
    this.#site = site
    this.#browser = browser
    this.#observer = observer
    this.#serviceWorker = serviceWorker
    this.random = random
  }

  get actor(): string {
    return this.#person!.actor
  }
  get all(): readonly Page[] {
    return [this.#observer, ...this.#pages]
  }

  /** Does one thing that happens to tabs, at random; when it returns, five tabs are there again. */
  async disturb(): Promise<void> {
    const fault = this.random.pick<Fault>([
      'close',
      'close',
      'reload',
      'reload',
      'crash',
      'freeze',
      'leave',
      'stop the Service Worker',
      'kill the coordinator',
    ])
    this.#done.set(fault, (this.#done.get(fault) ?? 0) + 1)
    const at = this.random.between(0, tabCount - 1)
    const page = this.#pages[at]!
    const other = this.#pages[(at + 1) % tabCount]!
    await other.bringToFront()
    switch (fault) {
      case 'close':
        await page.close()
        this.#pages[at] = await this.#openTab()
        return
      case 'reload':
        await page.reload()
        return this.#settle(page)
      case 'crash':
        await this.#browser.crash(page)
        await page.close()
        this.#pages[at] = await this.#openTab()
        return
      case 'freeze':
        await this.#browser.freeze(page)
        await sleep(this.random.between(100, 3000))
        await this.#browser.resume(page)
        return
      case 'leave':
        await page.goto(`${this.#site.url}/healthz`)
        await sleep(this.random.between(50, 1500))
        await page.goBack({ waitUntil: 'commit' })
        return this.#settle(page)
      case 'stop the Service Worker':
        return this.#serviceWorker.stop()
      case 'kill the coordinator':
        return void (await this.#browser.killSharedWorkers(this.#site.url))
    }
  }

  counts(): string {
    return [...this.#done].map(([fault, count]) => `${fault} ${count}`).join(', ')
  }

  /** Megabytes of JavaScript in the lasting tab, after a collection. */
  async observerHeap(): Promise<number> {
    const session = await this.#browser.context.newCDPSession(this.#observer)
    await session.send('HeapProfiler.collectGarbage')
    const { usedSize } = await session.send('Runtime.getHeapUsage')
    await session.detach()
    return usedSize / 2 ** 20
  }

  /** Megabytes of all processes of the browser. */
  async browserMemory(): Promise<number> {
    const lines = execFileSync('ps', ['-eo', 'rss=,args='], { encoding: 'utf8', maxBuffer: 2 ** 26 }).split('\n')
    const mine = lines.filter((line) => line.includes(this.#browser.folder))
    return mine.reduce((sum, line) => sum + Number(line.trim().split(' ', 1)[0]), 0) / 1024
  }

  async close(): Promise<void> {
    await this.#browser.close()
  }

  async #signIn(): Promise<void> {
    this.#person = await this.#observer.evaluate(async () => {
      const body = JSON.stringify({ name: 'Soak' })
      const headers = { 'content-type': 'application/json' }
      return (await (await fetch('/api/guest', { method: 'POST', headers, body })).json()) as Identity
    })
    await this.#settle(this.#observer)
    const { ofSpace: stream } = this.#site
    const { actor, name } = this.#person
    const join: EventDraft = {
      id: ulid(),
      type: 'member.join',
      stream,
      actor,
      at: Date.now(),
      entity: actor,
      payload: { name },
    }
    await this.#observer.evaluate((draft) => runtime.client.dispatch([draft]), join)
  }

  async #openTab(): Promise<Page> {
    const page = await this.#browser.context.newPage()
    await page.goto(this.#site.page)
    await this.#settle(page)
    return page
  }

  /** A page that may have come back from the cache as it was, or be a new one. */
  async #settle(page: Page): Promise<void> {
    await untilConnected(page).catch(async (error: unknown) => {
      throw new Error(`no leader for this tab: ${await this.#whoHoldsWhat()}`, { cause: error })
    })
    await page.evaluate(
      ([actor, queries]) => {
        runtime.client.setActor(actor)
        for (const sql of queries) if (runtime.watched.length < queries.length) runtime.watch(sql)
      },
      [this.actor, watchedQueries(this.#site.room)] as const,
    )
  }

  /** For the report of a stand-still: what each tab says of itself, and who holds or waits for which lock. */
  async #whoHoldsWhat(): Promise<string> {
    const say = (page: Page) => page.evaluate(() => `${runtime.client.tabId.slice(0, 8)} ${document.title}`)
    const frozen = () => sleep(2000).then(() => 'does not answer')
    const titles = await Promise.all(this.all.map((page) => Promise.race([say(page).catch(String), frozen()])))
    const locks = await this.#observer.evaluate(async () => {
      const { held = [], pending = [] } = await navigator.locks.query()
      const name = (lock: LockInfo) => `${lock.name} ${lock.clientId?.slice(0, 8)}`
      return { held: held.map(name), pending: pending.map(name) }
    })
    return JSON.stringify({ titles, ...locks }, null, 1)
  }
}

/** What every tab keeps live. */
export function watchedQueries(room: string): readonly string[] {
  return [
    `SELECT id, order_key, snippet, author_name FROM timeline_items WHERE timeline_id = (SELECT id FROM entities WHERE name = '${room}') ORDER BY order_key DESC, id LIMIT 50`,
    `SELECT count(*) FROM timeline_items WHERE timeline_id = (SELECT id FROM entities WHERE name = '${room}')`,
    `SELECT author_id, count(*) AS messages FROM timeline_items WHERE timeline_id = (SELECT id FROM entities WHERE name = '${room}') GROUP BY author_id ORDER BY author_id`,
  ]
}
