import { FakeBrowser, type FakePage } from './browser.ts'

export interface Storm {
  readonly seed: number
  readonly tabs: number
  /** each tab reloads so often, for so long, ms */
  readonly everyMs: number
  readonly forMs: number
  /** how slowly a SharedWorker starts on this machine, ms */
  readonly startMs: readonly [number, number]
}

/**
 * Tabs reload over one another, the leader is frozen once, then all is calm. Answers how long after the last reload (and
 * with every page there) some tab still knew no leader.
 */
export async function leaderless(
  storm: Storm,
): Promise<{ readonly ms: number; readonly violations: readonly string[] }> {
  const browser = new FakeBrowser(storm.seed)
  const { world } = browser
  browser.slowStarts = 1
  browser.slowStartMs = storm.startMs
  browser.diesWithItsPages = true
  const pages: (FakePage | null)[] = []
  for (let i = 0; i < storm.tabs; i++) pages.push(browser.openPage())
  await world.runUntil(20_000)
  const end = world.now + storm.forMs
  const freezeAt = world.now + world.random() * storm.forMs
  let frozen: FakePage | null = null
  for (let next = world.now; next < end; next += storm.everyMs) {
    for (let i = 0; i < storm.tabs; i++) {
      await world.runUntil(next + world.between(0, storm.everyMs * 0.2))
      const page = pages[i]
      if (page && page === frozen) continue
      page?.close()
      // its script loads
      pages[i] = null
      world.at(world.outside, world.between(20, 0.9 * storm.everyMs), () => {
        pages[i] ??= browser.openPage()
      })
    }
    await world.runUntil(next + storm.everyMs)
    if (!frozen && next >= freezeAt) {
      frozen = pages.find((page) => page && page.activeTab === page.context.name) ?? null
      frozen?.freeze()
    }
  }
  await world.runUntil(world.now + storm.everyMs)
  if (frozen?.context.frozen) frozen.thaw()
  const calm = world.now
  while (world.now - calm < 120_000 && pages.some((page) => page!.activeTab === null)) {
    await world.runUntil(world.now + 50)
  }
  return { ms: world.now - calm, violations: browser.disk.violations }
}
