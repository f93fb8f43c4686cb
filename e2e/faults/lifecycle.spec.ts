import type { Page } from '@playwright/test'
import { eventually } from '../support/eventually.ts'
import { expect, test } from '../support/fault-fixtures.ts'
import type { FreeBrowser } from '../support/free-browser.ts'
import { isLeader, leaderAmong, rowsOf, valueOf } from '../support/tab.ts'
import {
  createWritten,
  expectLive,
  expectWrittenOnce,
  startWriting,
  untilWritten,
  watch,
  watched,
} from '../support/writing.ts'

test('leader frozen, then resumed stale: another led meanwhile, and it follows with all it missed', async ({
  free,
  openTab,
}) => {
  const leader = await openTab()
  await createWritten(leader)
  await watch(leader)
  await startWriting(leader, 'leader')
  await untilWritten(leader, 50)
  const front = await openTab()
  await freezeBehind(free, front, leader)

  await startWriting(front, 'front')
  await untilWritten(front, 50)
  await eventually(() => isLeader(front)).toBe(true)
  await free.resume(leader)
  await untilWritten(front, 50)
  await expectWrittenOnce(leader, 'leader')
  await expectWrittenOnce(front, 'front')
  expect((await leaderAmong([leader, front])).leader).toBe(front)
  await expectLive(leader)
})

for (const chaos of [[], ['no-shared-worker']] as const) {
  test(`leader in the back/forward cache, then Back${chaos.map((name) => `, ${name}`).join()}`, async ({
    site,
    openTab,
  }) => {
    const leader = await openTab({ chaos })
    await createWritten(leader)
    await watch(leader)
    await rowsOf(leader, "INSERT INTO written VALUES ('before', 1)")
    const other = await openTab({ chaos })
    await leader.goto(`${site.url}/elsewhere`)
    // plain SQL on its way to a dead leader may be LEADER_LOST: first the next one leads
    await eventually(() => isLeader(other)).toBe(true)
    await rowsOf(other, "INSERT INTO written VALUES ('meanwhile', 2)")
    // once evaluate has answered: the way back destroys what it runs in
    await leader.evaluate(() => void setTimeout(() => history.back()))
    const held = () => leader.evaluate(() => runtime.watched.length).catch(() => null)
    if (chaos.length === 0) await eventually(held, 'the same page with what it held, not a new one').toBe(1)
    // A page with a BroadcastChannel may have been put out of the cache meanwhile: then it is a new one.
    await eventually(held).not.toBeNull()
    if ((await held()) === 0) await watch(leader)
    await rowsOf(leader, "INSERT INTO written VALUES ('after', 3)")
    await expectLive(leader)
    expect((await leaderAmong([leader, other])).leader).toBe(other)
    await other.close()
    expect(await valueOf(leader, 'SELECT count(*) FROM written')).toBe(3)
  })
}

test('a subscriber frozen while deltas pile up: one difference when it is back', async ({ free, openTab }) => {
  const subscriber = await openTab()
  await createWritten(subscriber)
  await watch(subscriber)
  const front = await openTab()
  await freezeBehind(free, front, subscriber)
  // plain SQL on its way to the one that has just led may be LEADER_LOST
  await eventually(() => isLeader(front)).toBe(true)
  await insert(front, 500)
  await free.resume(subscriber)
  await expectLive(subscriber)
  expect((await watched(subscriber)).deltas).toBe(1)
})

test('a subscriber too busy to take its deltas: a bounded number waits for it, then the difference', async ({
  openTab,
}) => {
  const subscriber = await openTab()
  await createWritten(subscriber)
  await watch(subscriber)
  const writer = await openTab()
  // its main thread does nothing else until this request is answered
  let answer = () => {}
  const asked = new Promise<void>((begun) =>
    subscriber.route('**/held', async (route) => {
      begun()
      await new Promise<void>((resolve) => (answer = resolve))
      await route.fulfill({ body: '' })
    }),
  )
  const busy = subscriber.evaluate(() => {
    const request = new XMLHttpRequest()
    request.open('GET', '/held', false)
    request.send()
  })
  await asked
  await insert(writer, 1_000)
  answer()
  await busy
  await expectLive(subscriber)
  // 256 messages may be under way, and the difference
  expect((await watched(subscriber)).deltas).toBeLessThan(400)
})

async function freezeBehind(free: FreeBrowser, front: Page, tab: Page): Promise<void> {
  await front.bringToFront()
  await eventually(() => tab.evaluate(() => document.visibilityState)).toBe('hidden')
  await free.freeze(tab)
}

/** One row a turn. */
async function insert(tab: Page, rows: number): Promise<void> {
  await tab.evaluate(async (count) => {
    for (let n = 0; n < count; n++) await runtime.client.query('INSERT INTO written VALUES (?, ?)', ['turn', n])
  }, rows)
}
