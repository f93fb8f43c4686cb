import type { Page } from '@playwright/test'
import { randomFrom } from '../../workers/runtime/platform/fake-world.ts'
import { alone } from '../support/alone.ts'
import { eventually } from '../support/eventually.ts'
import { expect, test } from '../support/fault-fixtures.ts'
import type { FreeBrowser } from '../support/free-browser.ts'
import { isLeader, leaderAmong, rowsOf, untilConnected, valueOf } from '../support/tab.ts'
import { createWritten } from '../support/writing.ts'

const seed = Number(process.env['SEED'] ?? Date.now() % 1e6)

test('install racing a dying leader, 100 times: the pool opens and has every row', async ({ openTab }) => {
  const tabs = [await openTab(), await openTab(), await openTab()]
  await createWritten(tabs[0]!)
  await rowsOf(
    tabs[0]!,
    "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 5000) INSERT INTO written SELECT 'data', n FROM c",
  )
  let rows = 5_000
  for (let races = 0; races < 100;) {
    // whoever leads ends its worker without a word, and is a candidate again at once
    for (const tab of tabs) if (await tab.evaluate(standBackIfLeader)) races += 1
    const count = await tabs[rows % 3]!.evaluate(async (n) => {
      await runtime.client.query('INSERT INTO written VALUES (?, ?)', ['race', n])
      return (await runtime.client.query('SELECT count(*) FROM written')).rows[0]![0]
    }, rows)
    expect(count).toBe(++rows)
  }
  expect(await valueOf(tabs[0]!, 'PRAGMA integrity_check')).toBe('ok')
  const [status] = await Promise.all(
    tabs.map((tab) => tab.evaluate(() => document.getElementById('status')!.textContent)),
  )
  expect(JSON.parse(status!)).toMatchObject({ storage: 'opfs', problem: null })
  expect(JSON.parse(status!).epoch, 'each time another leader').toBeGreaterThanOrEqual(100)
})

function standBackIfLeader(): boolean {
  if (window.__TAB_ID !== window.__ACTIVE) return false
  document.dispatchEvent(new Event('freeze'))
  document.dispatchEvent(new Event('resume'))
  return true
}

test('ten tabs at once: one leads, each reads and writes', async ({ openTab }) => {
  const tabs = await Promise.all(Array.from({ length: 10 }, () => openTab()))
  await createWritten(tabs[0]!)
  await leaderAmong(tabs)
  await Promise.all(tabs.map((tab, n) => rowsOf(tab, `INSERT INTO written VALUES ('ten', ${n})`)))
  for (const tab of tabs) expect(await valueOf(tab, 'SELECT count(DISTINCT n) FROM written')).toBe(10)
})

test('open and close storm: tabs come and go in all stages of their start, and no answered write is lost', async ({
  openTab,
  free,
}) => {
  console.log(`SEED=${seed}`)
  const random = randomFrom(seed)
  let tabs: Page[] = [await openTab()]
  await createWritten(tabs[0]!)
  const answered: number[] = []
  for (let n = 0; n < 15; n++) {
    tabs.push(await openTab({ atOnce: true }))
    const writer = tabs[Math.floor(random() * tabs.length)]!
    // not waited for: it may be gone before it is answered, or itself before it asked
    void writer
      .evaluate((row) => runtime.client.query('INSERT INTO written VALUES (?, ?)', ['storm', row]), n)
      .then(
        () => answered.push(n),
        () => {},
      )
    if (tabs.length < 4) continue
    const leaves = tabs[Math.floor(random() * tabs.length)]!
    tabs = tabs.filter((tab) => tab !== leaves)
    if (random() < 0.2) await free.crash(leaves)
    else await leaves.close()
  }
  const last = await openTab()
  await leaderAmong([...tabs, last])
  // what is answered later than this may be written later than what is read now
  await eventually(() => answered.length).toBeGreaterThan(0)
  const before = [...answered]
  const rows = (await rowsOf(last, 'SELECT n FROM written')).map(({ n }) => Number(n))
  expect(
    before.filter((n) => !rows.includes(n)),
    'answered, and lost',
  ).toEqual([])
  expect(new Set(rows).size, 'ran twice').toBe(rows.length)
})

test('reload storm: four tabs reload over one another, then all are there', async ({ openTab }) => {
  const tabs = await Promise.all([1, 2, 3, 4].map(() => openTab()))
  await createWritten(tabs[0]!)
  await rowsOf(tabs[0]!, "INSERT INTO written VALUES ('kept', 1)")
  await Promise.all(
    tabs.map(async (tab, i) => {
      for (let n = 0; n < 4; n++) {
        await tab.reload({ waitUntil: n % 2 ? 'commit' : 'load' })
        await tab.waitForTimeout(30 * (i + 1))
      }
    }),
  )
  for (const tab of tabs) await untilConnected(tab)
  await leaderAmong(tabs)
  for (const tab of tabs) expect(await valueOf(tab, 'SELECT count(*) FROM written')).toBe(1)
})

/** `STORMS=50 npm run e2e -- e2e/faults/storms.spec.ts -g "six tabs"` for more than one. */
const storms = Number(process.env['STORMS'] ?? 1)

test(
  'six tabs reload every 300 ms, the leader is frozen once: then there is a leader, and soon',
  alone,
  async ({ openTab, free }) => {
    test.setTimeout(60_000 + storms * 40_000)
    const tabs = await Promise.all(Array.from({ length: 6 }, () => openTab()))
    await createWritten(tabs[0]!)
    await rowsOf(tabs[0]!, "INSERT INTO written VALUES ('kept', 1)")
    const gaps: number[] = []
    for (let n = 0; n < storms; n++) {
      const frozen = await storm(tabs, free)
      const began = Date.now()
      if (frozen) await free.resume(frozen)
      for (const tab of tabs) await untilConnected(tab)
      gaps.push(Date.now() - began)
      expect(await valueOf(tabs[n % 6]!, 'SELECT count(*) FROM written')).toBe(1)
    }
    gaps.sort((a, b) => a - b)
    console.log(
      `${storms} storms: a leader for every tab after ${gaps[gaps.length >> 1]} ms (p50), ${gaps.at(-1)} ms at most`,
    )
    // below the 15 s that it took when a SharedWorker that starts slowly was given up for good
    expect(gaps.at(-1)).toBeLessThan(12_000)
  },
)

/** Four seconds of it. Answers the tab that is frozen since then. */
async function storm(tabs: readonly Page[], free: FreeBrowser): Promise<Page | null> {
  let frozen: Page | null = null
  for (const end = Date.now() + 4_000; Date.now() < end;) {
    const next = new Promise((resolve) => setTimeout(resolve, 300))
    const leads = await Promise.all(tabs.map((tab) => isLeader(tab).catch(() => false)))
    const leader = tabs.find((_, i) => leads[i])
    if (!frozen && leader) {
      await tabs.find((tab) => tab !== leader)!.bringToFront()
      await free.freeze(leader)
      frozen = leader
    }
    // one that is still on its way is reloaded all the same
    for (const tab of tabs) if (tab !== frozen) void tab.reload({ waitUntil: 'commit' }).catch(() => {})
    await next
  }
  return frozen
}
