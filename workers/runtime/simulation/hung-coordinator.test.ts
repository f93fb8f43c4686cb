import { expect, test } from 'vitest'
import { FakeBrowser, names, type FakePage } from './browser.ts'

test('a coordinator that hangs: another takes its place, the leader stays, and it ends itself when it wakes', async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const browser = new FakeBrowser(seed)
    // after one that starts slowly a tab's worker may serve, and lead: that is another law's
    browser.slowStarts = 0
    const { world } = browser
    const pages = [1, 2, 3].map(() => browser.openPage())
    await world.runUntil(10_000)
    const hung = browser.coordinator!
    const opens = browser.disk.opens
    browser.hangCoordinator(60_000)
    const early = pages.map((page, row) => page.tab.query('INSERT', [row]))
    await world.runUntil(world.now + 5_000)
    expect(browser.coordinator, 'nobody is in a hurry').toBe(hung)
    await world.runUntil(world.now + 25_000)
    expect(browser.coordinator).not.toBe(hung)
    expect(browser.coordinator!.state.tabs.size).toBe(3)
    const late = pages.map((page, row) => page.tab.query('INSERT', [10 + row]))
    await world.runUntil(world.now + 1_000)
    await Promise.all([...early, ...late])
    expect([...browser.disk.runs.values()], `each once, seed ${seed}`).toEqual([1, 1, 1, 1, 1, 1])

    const present = browser.coordinator
    await world.runUntil(world.now + 40_000)
    expect(browser.coordinator).toBe(present)
    expect(browser.locks.holder(names.servingLock)?.name).toBe(present!.state.coordinatorId.split(' in ')[1])
    expect(browser.locks.holder(names.coordinatorLock(hung.state.coordinatorId))).toBe(null)
    for (const page of pages) expect(await reads(page)).toBe(1)
    expect(browser.disk.opens, 'the leader stayed').toBe(opens)
    expect(browser.disk.violations).toEqual([])

    async function reads(page: FakePage): Promise<number> {
      const asked = page.tab.query('SELECT', [1])
      await world.runUntil(world.now + 1_000)
      return (await asked).rows.length
    }
  }
})

test('a coordinator that hangs for some seconds is left alone', async () => {
  const browser = new FakeBrowser(1)
  const { world } = browser
  browser.openPage()
  await world.runUntil(10_000)
  const { coordinator } = browser
  for (let times = 0; times < 5; times++) {
    browser.hangCoordinator(8_000)
    await world.runUntil(world.now + 9_000)
  }
  expect(browser.coordinator).toBe(coordinator)
})
