import { describe, expect, it, test } from 'vitest'
import { FakeBrowser } from './browser.ts'
import { leaderless, type Storm } from './storm.ts'

/** STORMS=2000 SEED=1 npx vitest run workers/runtime/simulation/storm replays or widens. */
const firstSeed = Number(process.env['SEED'] ?? 1)
const storms = Number(process.env['STORMS'] ?? 15)

/**
 * After a storm some tab waits for a SharedWorker that starts slowly: until it has started, or for three seconds, when a
 * tab's own worker takes its place; and a second for the leader.
 */
const machines: readonly { readonly startMs: Storm['startMs']; readonly mostMs: number }[] = [
  { startMs: [50, 500], mostMs: 1_500 },
  { startMs: [1_000, 6_000], mostMs: 7_000 },
  { startMs: [3_000, 9_000], mostMs: 10_000 },
]

describe('six tabs reload over one another, and the leader is frozen once', () => {
  for (const { startMs, mostMs } of machines) {
    it(`a SharedWorker starts in ${startMs.join(' to ')} ms: a leader after at most ${mostMs} ms`, async () => {
      let longest = { ms: 0, seed: 0 }
      for (let seed = firstSeed; seed < firstSeed + storms; seed++) {
        const { ms, violations } = await leaderless({ seed, tabs: 6, everyMs: 300, forMs: 3_000, startMs })
        expect(violations, `SEED=${seed} STORMS=1`).toEqual([])
        if (ms > longest.ms) longest = { ms, seed }
      }
      if (storms > 100) console.log(`${storms} storms, SharedWorker in ${startMs.join(' to ')} ms: longest`, longest)
      expect(longest.ms, `SEED=${longest.seed} STORMS=1`).toBeLessThanOrEqual(mostMs)
    })
  }
})

test('a SharedWorker that hangs before any tab has heard of it is replaced', async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const browser = new FakeBrowser(seed)
    browser.slowStarts = 1
    browser.slowStartMs = [1e9, 2e9]
    const pages = Array.from({ length: 1 + (seed % 3) }, () => browser.openPage())
    await browser.world.runUntil(5_000)
    browser.slowStarts = 0
    await browser.world.runUntil(25_000)
    const leaders = new Set(pages.map((page) => page.activeTab))
    expect(leaders.size, `seed ${seed}`).toBe(1)
    expect(leaders.has(null), `seed ${seed}`).toBe(false)
    const asked = pages[0]!.tab.query('INSERT', [seed])
    await browser.world.runUntil(browser.world.now + 1_000)
    await asked
    expect(browser.disk.violations).toEqual([])
  }
})

test('a tab that opens while the coordinator hangs is led by the same tab as before', async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const browser = new FakeBrowser(seed)
    const first = browser.openPage()
    await browser.world.runUntil(10_000)
    browser.hangCoordinator(1e9)
    const late = browser.openPage()
    await browser.world.runUntil(browser.world.now + 25_000)
    expect(late.activeTab, `seed ${seed}: the leader stays`).toBe(first.context.name)
    expect(first.activeTab).toBe(first.context.name)
    expect(browser.disk.opens).toBe(1)
    expect(browser.disk.violations).toEqual([])
  }
})

test('a tab frozen while it replaces a coordinator keeps no other from doing so', async () => {
  for (let seed = 1; seed <= 40; seed++) {
    const browser = new FakeBrowser(seed)
    const { world } = browser
    const pages = [1, 2, 3].map(() => browser.openPage())
    await world.runUntil(10_000)
    browser.hangCoordinator(1e9)
    // somewhere in the second in which one of them replaces it
    await world.runUntil(world.now + 11_000 + world.between(0, 5_000))
    const [one] = pages
    one!.freeze()
    await world.runUntil(world.now + 20_000)
    for (const page of pages.slice(1)) expect(page.activeTab, `seed ${seed}`).not.toBeNull()
    one!.thaw()
    await world.runUntil(world.now + 5_000)
    expect(one!.activeTab, `seed ${seed}`).toBe(pages[1]!.activeTab)
    expect(browser.disk.violations).toEqual([])
  }
})
