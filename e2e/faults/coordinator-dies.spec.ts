import type { Page } from '@playwright/test'
import { eventually } from '../support/eventually.ts'
import { expect, test } from '../support/fault-fixtures.ts'
import { leaderAmong, rowsOf } from '../support/tab.ts'
import { createWritten, expectLive, expectWrittenOnce, startWriting, untilWritten, watch } from '../support/writing.ts'

test('SharedWorker killed, again and again, while two tabs write: the leader stays, each write runs once', async ({
  free,
  site,
  openTab,
}) => {
  const tabs = [await openTab(), await openTab()] as const
  const { leader } = await leaderAmong(tabs)
  const epoch = await epochOf(leader)
  await createWritten(leader)
  await watch(tabs[1])
  await startWriting(tabs[0], 'first')
  await startWriting(tabs[1], 'second')
  for (let i = 0; i < 5; i++) {
    await untilWritten(tabs[1], 20)
    expect(await free.killSharedWorkers(site.url)).toBe(1)
  }
  await untilWritten(tabs[1], 20)
  await expectWrittenOnce(tabs[0], 'first')
  await expectWrittenOnce(tabs[1], 'second')
  expect((await leaderAmong(tabs)).leader, 'nobody took the database from the leader').toBe(leader)
  expect(await epochOf(leader)).toBe(epoch)
  await expectLive(tabs[1])
})

test('the tab that created the SharedWorker crashes, and it with it: the leader goes on', async ({ free, openTab }) => {
  const creator = await openTab()
  await createWritten(creator)
  const [leader, follower] = [await openTab(), await openTab()]
  await standBack(creator)
  await standBackUntil(leader, [follower])
  await watch(follower)
  await startWriting(follower, 'follower')
  await untilWritten(follower, 20)
  const epoch = await epochOf(leader)
  await free.crash(creator)
  await untilWritten(follower, 50)
  expect((await leaderAmong([leader, follower])).leader).toBe(leader)
  expect(await epochOf(leader)).toBe(epoch)
  await expectWrittenOnce(follower, 'follower')
  await expectLive(follower)
})

test('SharedWorker that hangs: the tabs start another, and it ends itself when it wakes', async ({
  free,
  site,
  openTab,
}) => {
  const tabs = [await openTab(), await openTab()] as const
  const { leader } = await leaderAmong(tabs)
  const epoch = await epochOf(leader)
  await createWritten(leader)
  await watch(tabs[1])
  await startWriting(tabs[0], 'first')
  await startWriting(tabs[1], 'second')
  await untilWritten(tabs[1], 20)
  const wake = await free.hangSharedWorkers(site.url)
  // it is given 12 seconds; who opens the app meanwhile waits with the others
  const late = await openTab()
  await untilWritten(late, 20)
  await expectWrittenOnce(tabs[0], 'first')
  await expectWrittenOnce(tabs[1], 'second')
  expect((await leaderAmong([...tabs, late])).leader, 'nobody took the database from the leader').toBe(leader)
  expect(await epochOf(leader)).toBe(epoch)
  await expectLive(tabs[1])
  expect(await free.countSharedWorkers(site.url)).toBe(2)
  await wake()
  await eventually(() => free.countSharedWorkers(site.url)).toBe(1)
  await rowsOf(late, "INSERT INTO written VALUES ('after', 0)")
  await expectLive(tabs[1])
})

/** Gives up the lead, as a page does that is frozen for a moment. */
async function standBack(tab: Page): Promise<void> {
  await tab.evaluate(() => {
    document.dispatchEvent(new Event('freeze'))
    document.dispatchEvent(new Event('resume'))
  })
}

async function standBackUntil(wanted: Page, others: readonly Page[]): Promise<void> {
  for (;;) {
    const { leader } = await leaderAmong([wanted, ...others])
    if (leader === wanted) return
    await standBack(leader)
  }
}

const epochOf = (tab: Page): Promise<number> => tab.evaluate(() => Number(document.title.split(' ')[1]))
