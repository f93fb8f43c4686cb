import { expect, test } from 'vitest'
import type { HappeningKind, RuntimeFacts } from '../../../schema/messages/runtime/facts.ts'
import { FakeBrowser, type FakePage } from './browser.ts'

const seeds = Array.from({ length: 10 }, (_, at) => at + Number(process.env['SEED'] ?? 1))

async function twoTabs(seed: number) {
  const browser = new FakeBrowser(seed)
  browser.slowStarts = 0
  const pages = [browser.openPage(), browser.openPage()] as const
  await browser.world.runUntil(5_000)
  return { browser, pages }
}

async function factsOf(browser: FakeBrowser, page: FakePage): Promise<RuntimeFacts | null> {
  let facts: RuntimeFacts | null | undefined
  void page.tab.runtime.facts().then((found) => (facts = found))
  await browser.world.runUntil(browser.world.now + 1_500)
  if (facts === undefined) throw new Error('the question was neither answered nor given up')
  return facts
}

const story = ({ happenings }: RuntimeFacts): HappeningKind[] => happenings.map(({ what }) => what)

test.each(seeds)(
  'a leader that a person ends is followed by another, and the facts tell it in order, seed %i',
  async (seed) => {
    const { browser, pages } = await twoTabs(seed)
    const leaderId = pages[0].activeTab
    const before = (await factsOf(browser, pages[1]))!
    expect(before).toMatchObject({ leader: { tabId: leaderId, phase: 'open' }, tabs: [{}, {}] })
    pages[1].tab.runtime.endLeader()
    await browser.world.runUntil(browser.world.now + 5_000)
    const after = (await factsOf(browser, pages[1]))!
    expect(after.leader?.phase).toBe('open')
    expect(after.epoch, 'another leader').toBeGreaterThan(before.epoch)
    expect(after.tabs.find(({ tabId }) => tabId === leaderId)?.life, 'its worker was ended').toBe(2)
    const told = story(after)
    const lost = told.lastIndexOf('LEADER_LOST')
    const rest = told.slice(lost)
    for (const what of ['PROMOTED', 'LOCK_HELD', 'OPENED'] as const) expect(rest).toContain(what)
    expect(rest.indexOf('PROMOTED')).toBeLessThan(rest.lastIndexOf('LOCK_HELD'))
    expect(rest.lastIndexOf('LOCK_HELD')).toBeLessThan(rest.lastIndexOf('OPENED'))
  },
)

test.each(seeds)('no coordinator, no facts; the next one tells its own story, seed %i', async (seed) => {
  const { browser, pages } = await twoTabs(seed)
  const before = (await factsOf(browser, pages[0]))!
  browser.killCoordinator()
  let told: RuntimeFacts | null | undefined
  void pages[0].tab.runtime.facts().then((found) => (told = found))
  await browser.world.runUntil(browser.world.now + 1_100)
  expect(told, 'what a dead coordinator was asked is given up').toBeNull()
  await browser.world.runUntil(browser.world.now + 10_000)
  const after = (await factsOf(browser, pages[0]))!
  expect(after.coordinatorId).not.toBe(before.coordinatorId)
  expect(story(after)[0]).toBe('COORDINATOR_STARTED')
  expect(story(after)).not.toContain('LEADER_LOST')
  expect(after.leader, 'nobody took the database from the leader').toMatchObject({
    tabId: before.leader!.tabId,
    epoch: before.leader!.epoch,
  })
})

test('what was asked and answered is counted, tab by tab', async () => {
  const { browser, pages } = await twoTabs(3)
  const before = (await factsOf(browser, pages[0]))!
  for (let i = 0; i < 5; i++) pages[0].tab.query('SELECT rows OF 0', []).catch(() => {})
  await browser.world.runUntil(browser.world.now + 2_000)
  const after = (await factsOf(browser, pages[0]))!
  const done = ({ requests: { answered, failed } }: RuntimeFacts) => answered + failed
  expect(done(after) - done(before)).toBe(5)
  expect(after.requests.waiting).toBe(0)
  const heard = (facts: RuntimeFacts) => facts.tabs.map(({ heard }) => heard)
  expect(heard(after)[0]! - heard(before)[0]!).toBe(5)
  expect(heard(after)[1]).toBe(heard(before)[1])
})
