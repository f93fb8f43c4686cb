import { parseArgs } from 'node:util'
import { setTimeout as sleep } from 'node:timers/promises'
import { seededRandom } from '../../schema/demo/random.ts'
import { browserArguments, findBrowser } from '../../scripts/find-browser.ts'
import { check } from './check.ts'
import { openSoakSite } from './site.ts'
import { Slope } from './slope.ts'
import { SoakTabs } from './tabs.ts'
import { SoakWriters } from './writers.ts'

/**
 * `npm run soak -- [--minutes M] [--seed S] [--no-build]`: five tabs that are closed, reloaded, crashed, frozen, and left
 * and come back to at random, a Service Worker that is stopped, and 50 events a second from here and from another
 * device. Every minute all of it is held still and compared: an acknowledged event that is missing, one applied twice,
 * or a tab that shows anything but what SQLite answers ends the run with code 1.
 */
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    seed: { type: 'string' },
    'no-build': { type: 'boolean', default: false },
  },
})
const minutes = Number(values.minutes)
const seed = Number(values.seed ?? Date.now() % 1_000_000)
console.log(`soak: ${minutes} minutes, --seed ${seed}`)
const browser = findBrowser((line) => console.log(line))
if (browser.type === 'missing') throw new Error(browser.advice)

const site = await openSoakSite(!values['no-build'])
const tabs = await SoakTabs.open(
  site,
  { executablePath: browser.executablePath, args: [...browserArguments] },
  seededRandom(seed),
)
const writers = new SoakWriters(tabs, site, seededRandom(seed + 1))
const memory = { page: new Slope(), browser: new Slope() }
const started = Date.now()
let faults: string[] = []
try {
  for (let minute = 1; minute <= minutes && faults.length === 0; minute++) {
    writers.start()
    for (const until = Date.now() + 60_000; Date.now() < until;) {
      await tabs.disturb()
      await sleep(500 + tabs.random.between(0, 2000))
    }
    await writers.stop()
    const found = await check(tabs, writers, site)
    faults = found.faults
    const at = (Date.now() - started) / 60_000
    const [page, all] = [await tabs.observerHeap(), await tabs.browserMemory()]
    memory.page.add(at, page)
    memory.browser.add(at, all)
    console.log(
      `${minute} min: ${found.events} events, ${writers.acknowledged.size} acknowledged, settled in ${(found.settledMs / 1000).toFixed(1)} s, ` +
        `heap of the lasting tab ${page.toFixed(1)} MB, browser ${all.toFixed(0)} MB; ${tabs.counts()}`,
    )
  }
} finally {
  await tabs.close()
  await site.close()
}
console.log(
  `heap of the lasting tab: ${memory.page.perUnit().toFixed(2)} MB a minute; browser's processes: ${memory.browser.perUnit().toFixed(1)} MB a minute`,
)
for (const fault of faults) console.error(`✗ ${fault}`)
console.log(
  faults.length === 0 ? 'nothing lost, nothing twice, all tabs equal SQLite' : `failed: replay with --seed ${seed}`,
)
process.exit(faults.length === 0 ? 0 : 1)
