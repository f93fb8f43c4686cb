import { join as joinPath } from 'node:path'
import type { Page } from '@playwright/test'
import type { SqlValue } from '../../schema/live.ts'
import type { BenchSite } from '../bench-site.ts'
import { percentile, type Figures } from '../figures.ts'
import { busiestRooms, loadHistory, writeBatches, type BenchRoom } from '../history-events.ts'
import { step } from '../step.ts'
import { timelineQuery, timelinesOf, unreadQuery } from '../main-job/queries.ts'

export interface FailoverOptions {
  readonly messages: number
  readonly closes: number
  readonly crashes: number
}

/** What it costs when the leader goes, and what a tab pays for not being the leader. */
export async function benchFailover(site: BenchSite, figures: Figures, options: FailoverOptions): Promise<void> {
  const patience = 60 + options.messages / 1000
  const rooms = await step('apply the history', patience, () => fill(site, figures, options.messages))
  const tabs = new Tabs(site, rooms)
  await step('ten tabs at once', 60, () => benchTenTabs(site, figures))
  await step('the first tab', 60, () => tabs.open())
  await step('the second tab', 60, () => tabs.open())
  await step('round trips', 60, () => benchRoundTrip(tabs, figures))
  const bare = `first answer in a follower, ${options.messages.toLocaleString('en-US')} messages, a timeline and 15 counts live`
  const { closes, crashes } = options
  await step(`the leader closed ${closes} times`, 30 + 10 * closes, () =>
    rounds(tabs, figures, `leader closed → ${bare}`, closes, (page) => page.close()),
  )
  await step(`the leader crashed ${crashes} times`, 30 + 10 * crashes, () =>
    rounds(tabs, figures, `leader crashed → ${bare}`, crashes, crash),
  )
  await tabs.close()
}

/** A database of the history. Returns its busiest rooms. */
async function fill(site: BenchSite, figures: Figures, messages: number): Promise<BenchRoom[]> {
  const history = loadHistory(messages)
  figures.note(`${history.real ? 'real history' : 'no real history here: generated one'}: ${history.messages} messages`)
  await writeBatches(history.events, joinPath(site.dataFolder, 'events.ndjson'), 500)
  const { page, worker } = await site.openWorker()
  await worker.open()
  await worker.apply({ url: '/data/events.ndjson', queries: [] })
  await page.close()
  return busiestRooms(history.events).slice(0, 15)
}

/** Two tabs at a time, the older one leads; each keeps live queries as a tab of the app does. */
class Tabs {
  readonly #site: BenchSite
  readonly #rooms: readonly BenchRoom[]
  readonly #pages: Page[] = []

  constructor(site: BenchSite, rooms: readonly BenchRoom[]) {
    this.#site = site
    this.#rooms = rooms
  }

  async open(): Promise<void> {
    const page = await this.#site.openPage()
    await page.evaluate((who) => window.bench.join(who), 'bench-writer')
    const ask = (sql: string, parameters: SqlValue[]) =>
      page.evaluate((asked) => window.bench.ask(...asked), [sql, parameters] as const)
    const timelines = await timelinesOf(ask, this.#rooms)
    const newestOf = 'SELECT max(order_key) - 4294967296 FROM timeline_items WHERE timeline_id = ?'
    const [newest] = await ask(newestOf, [timelines[0]!])
    const from = newest?.[0] ?? 0
    const queries = [
      timelineQuery(this.#rooms[0]!.stream, timelines[0]!, from),
      ...timelines.map((timeline) => unreadQuery(timeline, from)),
    ]
    for (const query of queries) await page.evaluate((asked) => window.bench.listen(asked), query)
    this.#pages.push(page)
  }

  get leader(): Page {
    return this.#pages[0]!
  }
  get follower(): Page {
    return this.#pages[1]!
  }
  dropLeader(): void {
    this.#pages.shift()
  }
  async close(): Promise<void> {
    for (const page of this.#pages.splice(0)) await page.close()
  }
}

async function rounds(
  tabs: Tabs,
  figures: Figures,
  name: string,
  count: number,
  end: (page: Page) => Promise<void>,
): Promise<void> {
  const outages: number[] = []
  const steps = new Map<string, number[]>()
  for (let round = 0; round < count; round++) {
    await tabs.follower.waitForTimeout(300)
    const outage = tabs.follower.evaluate(() => window.bench.outage())
    await tabs.follower.waitForTimeout(20)
    await end(tabs.leader)
    const { ms, steps: reached } = await outage
    outages.push(ms)
    for (const [step, at] of Object.entries(reached)) steps.set(step, [...(steps.get(step) ?? []), at])
    tabs.dropLeader()
    await tabs.open()
  }
  const section = `failover (${count} each)`
  figures.add(section, `${name}, p50`, percentile(outages, 50), 'ms', { atMost: 150 })
  figures.add(section, `${name}, p95`, percentile(outages, 95), 'ms', { atMost: 400 })
  figures.add(section, `${name}, slowest`, Math.max(...outages), 'ms')
  for (const [step, at] of steps) figures.add(section, `of it until ${step}, p50`, percentile(at, 50), 'ms')
}

/** The renderer dies: nothing of the page runs any more, not even pagehide. */
async function crash(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page)
  const crashed = new Promise<void>((resolve) => page.once('crash', () => resolve()))
  session.send('Page.crash').catch(() => {}) // it has nobody left to answer
  await crashed
  await page.close()
}

async function benchRoundTrip(tabs: Tabs, figures: Figures): Promise<void> {
  const section = 'round trip of a query of one row, 500 times'
  const { leader, follower } = tabs
  const trips = (page: Page): Promise<number[]> => page.evaluate(() => window.bench.roundTrips(500))
  await trips(leader)
  await trips(follower)
  const own = percentile(await trips(leader), 50)
  const far = percentile(await trips(follower), 50)
  figures.add(section, 'in the leader, p50', own, 'ms')
  figures.add(section, 'in a follower, p50', far, 'ms')
  figures.add(section, 'a follower pays, p50', far - own, 'ms', { atMost: 1 })
  let blocked = true
  const blocking = leader.evaluate(() => window.bench.block(5_000)).then(() => (blocked = false))
  await follower.waitForTimeout(200)
  const beside = percentile(await trips(follower), 50)
  if (!blocked) throw new Error('the trips took longer than the leader was blocked')
  await blocking
  figures.add(section, 'in a follower, the leader’s page blocked for 5 s, p50', beside, 'ms', { atMost: 2 })
}

/** Ten tabs that a person restores at once, with nothing running before. */
async function benchTenTabs(site: BenchSite, figures: Figures): Promise<void> {
  const pages = await Promise.all(Array.from({ length: 10 }, () => site.context.newPage()))
  const start = performance.now()
  await Promise.all(
    pages.map(async (page) => {
      await page.goto(site.url)
      await page.waitForFunction(() => 'bench' in window)
      await page.evaluate((who) => window.bench.join(who), 'bench-writer')
      await page.evaluate(() => window.bench.ask('SELECT id FROM rooms LIMIT 1', []))
    }),
  )
  figures.add('ten tabs at once', 'all of them answered a query after', performance.now() - start, 'ms', {
    atMost: 3000,
  })
  await Promise.all(pages.map((page) => page.close()))
}
