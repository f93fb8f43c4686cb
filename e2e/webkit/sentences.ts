import { strict as assert } from 'node:assert'
import type { Page } from '@playwright/test'
import type { FaultName } from '../runtime/page/chaos.ts'
import type { RuntimeSite } from '../support/runtime-site.ts'
import type { SyncServer } from '../support/sync-server.ts'
import { isLeader, leaderAmong, rowsOf, valueOf } from '../support/tab.ts'
import { createWritten, expectLive, startWriting, untilWritten, watch } from '../support/writing.ts'
import type { WebKit, WebKitPage } from './driver.ts'

export interface World {
  readonly server: SyncServer
  readonly site: RuntimeSite
  readonly webkit: WebKit
  /** a picture for a person to look at */
  look(page: WebKitPage, name: string): Promise<void>
}
export type Sentence = (world: World) => Promise<void>

/** Without OPFS a database is gone with its leader; another opens an empty one. The helpers of the tests in Chromium only evaluate in a page and close it. */
type Tab = WebKitPage & Page

/** for OPFS to be sought, where there is none */
const soughtMs = 100

async function open(webkit: WebKit, url: string): Promise<Tab> {
  const page = await webkit.newPage()
  await page.goto(url)
  await untilConnected(page)
  return page as Tab
}

function untilConnected(page: WebKitPage): Promise<void> {
  return page.waitForFunction(() => !!window.__TAB_ID && !!window.__ACTIVE && !!window.__sendQuery)
}

function runtimeTab({ webkit, site }: World, chaos: readonly FaultName[]): Promise<Tab> {
  return open(webkit, `${site.url}/?${chaos.map((name) => `chaos=${name}`).join('&')}`)
}

const leaves: Readonly<Record<string, (leader: Tab, site: RuntimeSite) => Promise<unknown>>> = {
  closed: (leader) => leader.close(),
  reloaded: (leader) => leader.reload(),
  navigated: (leader, site) => leader.goto(`${site.url}/elsewhere`),
  terminated: (leader) => leader.evaluate(() => runtime.workers.at(-1)!.terminate()),
}

const whileWriting =
  (way: string, chaos: readonly FaultName[]): Sentence =>
  async (world) => {
    const tabs = [await runtimeTab(world, chaos), await runtimeTab(world, chaos), await runtimeTab(world, chaos)]
    const { leader, followers } = await leaderAmong(tabs)
    const [writer, watcher] = followers as [Tab, Tab]
    const epoch = await epochOf(writer)
    await createWritten(leader)
    await watch(watcher)
    await expectLive(watcher)
    await startWriting(leader, 'leader')
    await startWriting(writer, 'follower')
    await untilWritten(watcher, 50)
    await leaves[way]!(leader as Tab, world.site)
    await writer.waitForFunction((before) => Number(document.title.split(' ')[1]) > before, {}, epoch)
    await writer.evaluate(() => void runtime.writer!.stop())
    await goesOn([writer, watcher])
  }

/** The page's title says its role and the leader's epoch. */
const epochOf = (page: Tab): Promise<number> => page.evaluate(() => Number(document.title.split(' ')[1]))

/** What is written now, by whatever tab, is there once, and live everywhere. */
async function goesOn(tabs: readonly Tab[]): Promise<void> {
  await rowsOf(tabs[0]!, 'CREATE TABLE again (who, n)')
  for (const tab of tabs) await watch(tab, 'SELECT who, n FROM again')
  for (const [who, tab] of tabs.entries())
    for (let n = 1; n <= 10; n++) await rowsOf(tab, `INSERT INTO again VALUES (${who}, ${n})`)
  for (const tab of tabs) await expectLive(tab, 'SELECT who, n FROM again')
  assert.equal(await valueOf(tabs[0]!, 'SELECT count(DISTINCT who * 100 + n) FROM again'), 10 * tabs.length)
  assert.equal(await valueOf(tabs[0]!, 'PRAGMA integrity_check'), 'ok')
}

const withFault =
  (fault: FaultName): Sentence =>
  async (world) => {
    const tabs = [await runtimeTab(world, [fault]), await runtimeTab(world, [fault])]
    const { leader, followers } = await leaderAmong(tabs)
    await goesOn(tabs)
    await leader.close()
    const follower = followers[0] as Tab
    await follower.waitForFunction(() => window.__TAB_ID === window.__ACTIVE)
    await goesOn([follower])
  }

async function wayBack(world: World): Promise<void> {
  const [leader, other] = [await runtimeTab(world, []), await runtimeTab(world, [])]
  await leader.goto(`${world.site.url}/elsewhere`)
  await other.waitForFunction(() => window.__TAB_ID === window.__ACTIVE)
  await leader.goBack()
  await untilConnected(leader)
  await goesOn([leader, other])
  assert(await isLeader(other))
}

async function tenTabs(world: World): Promise<void> {
  const tabs: Tab[] = []
  for (let n = 0; n < 10; n++) tabs.push(await runtimeTab(world, []))
  await goesOn(tabs)
  while (tabs.length > 1) {
    const { leader } = await leaderAmong(tabs)
    tabs.splice(tabs.indexOf(leader as Tab), 1)
    await leader.close()
    await tabs[0]!.waitForFunction(
      (gone) => !!window.__ACTIVE && window.__ACTIVE !== gone,
      {},
      await tabs[0]!.evaluate(() => window.__ACTIVE),
    )
    assert.equal(await valueOf(tabs[0]!, 'SELECT 1'), 1)
  }
}

/** the key, in WebDriver's alphabet */
const enter = '\uE007'
const composer = '[aria-label^="Message"]:is(textarea, [contenteditable])'
async function say(page: WebKitPage, text: string): Promise<void> {
  await page.type(composer, text + enter)
  await untilOnce(page, text)
}

function untilOnce(page: WebKitPage, text: string): Promise<void> {
  const isThereOnce = (wanted: string): boolean =>
    [...document.querySelectorAll('[role=log] article')].filter((each) => each.textContent?.includes(wanted)).length ===
    1
  return page.waitForFunction(isThereOnce, {}, text)
}

function untilPill(page: WebKitPage, name: string, value: string): Promise<void> {
  const says = (attribute: string, wanted: string): boolean =>
    document.querySelector('[data-testid=sync-pill]')?.getAttribute(`data-${attribute}`) === wanted
  return page.waitForFunction(says, {}, name, value)
}

/** The button with these words, marked so that it can be pressed. */
async function press(page: WebKitPage, words: string): Promise<void> {
  const mark = (wanted: string): boolean => {
    const button = [...document.querySelectorAll('button, a')].find((each) => each.textContent?.includes(wanted))
    button?.setAttribute('data-press', wanted)
    return !!button
  }
  await page.waitForFunction(mark, {}, words)
  await page.click(`[data-press="${words}"]`)
}

const app: Readonly<Record<string, Sentence>> = {
  async 'the demo opens in memory, says so, and is shared by two windows; the first is closed'(world) {
    const first = await open(world.webkit, world.server.url)
    await press(first, 'Open the demo space')
    await untilPill(first, 'storage', 'memory')
    const path = new URL(await first.url()).pathname
    const second = await open(world.webkit, world.server.url + path)
    await say(second, 'kept nowhere')
    await untilOnce(first, 'kept nowhere')
    await world.look(second, 'demo')
    const says = () => document.querySelector('[data-testid=problem]')?.textContent?.includes('Nothing is stored')
    await second.waitForFunction(says)
  },
}

async function opensSoon(world: World): Promise<void> {
  const [sought, opened]: [number[], number[]] = [[], []]
  for (let round = 0; round < 5; round++) {
    const page = await runtimeTab(world, [])
    const at = await page.evaluate(marks)
    sought.push(at['pool-installed']! - at['lock-held']!)
    opened.push(at['database-open']! - at['lock-held']!)
    await page.goto(`${world.site.url}/elsewhere`)
  }
  console.log(
    `  lock held → it is known that there is no OPFS: ${sought.join(', ')}; → database open: ${opened.join(', ')} ms`,
  )
  assert(Math.min(...sought) <= soughtMs)
}

/** Runs in the page: ms from the beginning of the navigation. */
function marks(): Record<string, number> {
  const all = performance.getEntriesByType('mark').filter(({ name }) => name.startsWith('rsql:'))
  return Object.fromEntries(all.map(({ name, startTime }) => [name.slice('rsql:'.length), Math.round(startTime)]))
}

const missing = ['no-shared-worker', 'shared-worker-throws', 'shared-worker-does-not-load', 'shared-worker-never-answers', 'worker-does-not-load'] as const // prettier-ignore

export const sentences: Readonly<Record<string, Sentence>> = {
  'no time is lost on an OPFS that is not there': opensSoon,
  ...Object.fromEntries(
    ([[], ['no-shared-worker']] as const).flatMap((chaos) =>
      Object.keys(leaves).map((way) => [
        [`leader ${way} while writes are in flight: another leads, what is written then is there once`, ...chaos].join(', '), // prettier-ignore
        whileWriting(way, chaos),
      ]),
    ),
  ),
  ...Object.fromEntries(missing.map((fault) => [`two windows share one database: ${fault}`, withFault(fault)])),
  'leader navigates away and comes Back: it follows': wayBack,
  'ten windows, then one leader after the other is closed': tenTabs,
  ...app,
}
