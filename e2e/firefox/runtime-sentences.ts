import { strict as assert } from 'node:assert'
import type { Page as PlaywrightPage } from '@playwright/test'
import type { FaultName } from '../runtime/page/chaos.ts'
import { RuntimeSite } from '../support/runtime-site.ts'
import { isLeader, leaderAmong, rowsOf, valueOf } from '../support/tab.ts'
import { createWritten, expectLive, expectWrittenOnce, startWriting, untilWritten, watch } from '../support/writing.ts'
import { leadsHere, openTab, untilConnected, waitFor } from './app.ts'
import type { Firefox, Page } from './driver.ts'
import type { Sentence } from './world.ts'

type Tab = Page & PlaywrightPage

/** The helpers of those tests only evaluate in a page and close it, which Puppeteer's pages do alike. */
async function open(firefox: Firefox, site: RuntimeSite, chaos: readonly FaultName[]): Promise<Tab> {
  const search = chaos.map((name) => `chaos=${name}`).join('&')
  return (await openTab(await firefox.newPage(), `${site.url}/?${search}`)) as Tab
}

const leaves: Readonly<Record<string, (leader: Page, site: RuntimeSite) => Promise<unknown>>> = {
  closed: (leader) => leader.close(),
  reloaded: (leader) => leader.reload(),
  navigated: (leader, site) => leader.goto(`${site.url}/elsewhere`),
  terminated: (leader) => leader.evaluate(() => runtime.workers.at(-1)!.terminate()),
}

const whileWriting =
  (way: string, chaos: readonly FaultName[]): Sentence =>
  async ({ firefox, site }) => {
    const tabs = [await open(firefox, site, chaos), await open(firefox, site, chaos), await open(firefox, site, chaos)]
    const { leader, followers } = await leaderAmong(tabs)
    const [writer, watcher] = followers as [Tab, Tab]
    await createWritten(leader)
    await watch(watcher)
    await startWriting(leader, 'leader')
    await startWriting(writer, 'follower')
    await untilWritten(watcher, 100)
    await leaves[way]!(leader as Tab, site)
    await untilWritten(writer, 20)
    await expectWrittenOnce(writer, 'follower')
    if (way === 'terminated') await expectWrittenOnce(leader, 'leader')
    assert.equal(await valueOf(writer, 'PRAGMA integrity_check'), 'ok')
    await expectLive(watcher)
  }

const withFault =
  (fault: FaultName): Sentence =>
  async ({ firefox, site }) => {
    const tabs = [await open(firefox, site, [fault]), await open(firefox, site, [fault])]
    const { leader, followers } = await leaderAmong(tabs)
    const follower = followers[0]!
    await createWritten(leader)
    await rowsOf(follower, "INSERT INTO written VALUES ('follower', 1)")
    await watch(follower)
    await rowsOf(leader, "INSERT INTO written VALUES ('leader', 1)")
    await expectLive(follower)
    await leader.close()
    await waitFor(follower as Tab, 'the follower leads', leadsHere)
    // what is in memory goes with its tab
    if (fault === 'no-opfs') await createWritten(follower)
    await rowsOf(follower, "INSERT INTO written VALUES ('follower', 2)")
  }

async function wayBack({ firefox, site }: { firefox: Firefox; site: RuntimeSite }): Promise<void> {
  const leader = await open(firefox, site, [])
  await createWritten(leader)
  const other = await open(firefox, site, [])
  await leader.goto(`${site.url}/elsewhere`)
  await waitFor(other, 'the other leads', leadsHere)
  await rowsOf(other, "INSERT INTO written VALUES ('meanwhile', 1)")
  await leader.goBack()
  await untilConnected(leader)
  await watch(leader)
  await rowsOf(leader, "INSERT INTO written VALUES ('after', 2)")
  await expectLive(leader)
  assert(await isLeader(other))
  await other.close()
  assert.equal(await valueOf(leader, 'SELECT count(*) FROM written'), 2)
}

async function tenTabs({ firefox, site }: { firefox: Firefox; site: RuntimeSite }): Promise<void> {
  const tabs = await Promise.all(Array.from({ length: 10 }, () => open(firefox, site, [])))
  await createWritten(tabs[0]!)
  for (let left = tabs.length; left > 1; left--) {
    const { leader, followers } = await leaderAmong(tabs)
    tabs.splice(tabs.indexOf(leader as Tab), 1)
    await leader.close()
    await rowsOf(followers[0]!, `INSERT INTO written VALUES ('with ${left} left', 1)`)
  }
  assert.equal(await valueOf(tabs[0]!, 'SELECT count(*) FROM written'), 9)
}

const ways = Object.keys(leaves)
const missingParts = ['no-shared-worker', 'shared-worker-throws', 'shared-worker-does-not-load', 'no-opfs'] as const

/** The runtime without the app, as the tests of faults try it in Chromium; what needs Chromium's debugger is not here. */
export const runtimeSentences: Readonly<Record<string, Sentence>> = {
  ...Object.fromEntries(
    ([[], ['no-shared-worker']] as const).flatMap((chaos) =>
      ways.map((way) => [
        [`leader ${way} while writes are in flight: each runs once, none that was answered is lost`, ...chaos].join(
          ', ',
        ),
        whileWriting(way, chaos),
      ]),
    ),
  ),
  ...Object.fromEntries(missingParts.map((fault) => [`two tabs share one database: ${fault}`, withFault(fault)])),
  'leader navigates away and comes Back: it follows, with all that it missed': wayBack,
  'ten tabs at once, then one leader after the other is closed': tenTabs,
}
