import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from '@playwright/test'
import { eventually } from '../support/eventually.ts'
import { expect, test } from '../support/fault-fixtures.ts'
import type { FreeBrowser } from '../support/free-browser.ts'
import type { RuntimeSite } from '../support/runtime-site.ts'
import { leaderAmong, rowsOf, sendQuery, valueOf } from '../support/tab.ts'
import { createWritten, expectLive, expectWrittenOnce, startWriting, untilWritten, watch } from '../support/writing.ts'

const ways = ['closed', 'reloaded', 'navigated', 'crashed', 'terminated'] as const

async function make(leader: Page, go: (typeof ways)[number], { site, free }: { site: RuntimeSite; free: FreeBrowser }) {
  if (go === 'closed') await leader.close()
  if (go === 'reloaded') await leader.reload()
  if (go === 'navigated') await leader.goto(`${site.url}/elsewhere`)
  if (go === 'crashed') await free.crash(leader)
  if (go === 'terminated') await leader.evaluate(() => runtime.workers.at(-1)!.terminate())
}

for (const way of ways) {
  test(`leader ${way} while writes are in flight: each runs once, none that was answered is lost`, async ({
    free,
    site,
    openTab,
  }) => {
    const { leader, followers } = await leaderAmong([await openTab(), await openTab(), await openTab()])
    const [writer, watcher] = followers as [Page, Page]
    await createWritten(leader)
    await watch(watcher)
    await startWriting(leader, 'leader')
    await startWriting(writer, 'follower')
    await untilWritten(watcher, 100)

    await make(leader, way, { site, free })

    await untilWritten(writer, 20)
    await expectWrittenOnce(writer, 'follower')
    if (way === 'terminated') await expectWrittenOnce(leader, 'leader')
    expect(await valueOf(writer, 'PRAGMA integrity_check')).toBe('ok')
    await expectLive(watcher)
  })
}

for (const way of ways) {
  test(`leader ${way} in mid-transaction: all of it or nothing, and LEADER_LOST to who asked`, async ({
    free,
    site,
    openTab,
  }) => {
    const { leader, followers } = await leaderAmong([await openTab(), await openTab()])
    const follower = followers[0]!
    await rowsOf(leader, 'CREATE TABLE big (n, filler)')
    await rowsOf(leader, 'INSERT INTO big VALUES (0, zeroblob(100))')
    // it would take some ten seconds
    const asked = sendQuery(
      follower,
      `WITH RECURSIVE many (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM many WHERE n < 5e6)
       INSERT INTO big SELECT n, zeroblob(100) FROM many`,
    )
    // a request behind it in the leader's queue shows that it has begun
    const behind = sendQuery(follower, 'SELECT count(*) AS n FROM big')
    expect(await Promise.race([behind.then(() => 'answered'), sleep(600, 'waits')])).toBe('waits')
    await make(leader, way, { site, free })

    expect(await asked).toMatchObject({ type: 'QUERY_ERROR', code: 'LEADER_LOST' })
    expect(await behind, 'a read is asked again').toMatchObject({ result: { rows: [{ n: 1 }] } })
    expect(await valueOf(follower, 'PRAGMA integrity_check')).toBe('ok')
    await rowsOf(follower, 'INSERT INTO big VALUES (1, NULL)')
    expect(await valueOf(follower, 'SELECT count(*) FROM big')).toBe(2)
  })
}

test('request accepted, leader dies after the commit and before the reply: one effect, never two', async ({
  openTab,
}) => {
  const leader = await openTab({ chaos: ['dies-before-reply'] })
  const follower = await openTab()
  await createWritten(leader)

  await armDeath(leader)
  const raw = await sendQuery(follower, "INSERT INTO written VALUES ('raw', 1)")
  expect(raw, 'whether it ran nobody can know').toMatchObject({ type: 'QUERY_ERROR', code: 'LEADER_LOST' })
  expect(await rowsOf(follower, 'SELECT n FROM written')).toEqual([{ n: 1 }])

  await leaderAmong([leader, follower])
  await follower.close()
  await leaderAmong([leader])
  const other = await openTab()
  const workers = await leader.evaluate(() => runtime.workers.length)
  await armDeath(leader)
  const outcome = other.evaluate(() =>
    runtime.client.dispatch([runtime.message('event', '2')]).then(
      () => 'durable',
      (error: Error) => error.message,
    ),
  )
  expect(await outcome, 'an event is repeated, by its id').toBe('durable')
  // it was answered by another than the one that died of it
  await eventually(() => leader.evaluate(() => runtime.workers.length)).toBe(workers + 1)
  expect(await valueOf(other, "SELECT count(*) FROM events WHERE actor = 'event'")).toBe(1)
})

/** The next answered write of this tab's worker will be its last deed. */
function armDeath(leader: Page): Promise<void> {
  return leader.evaluate(
    () =>
      new Promise<void>((resolve) => {
        const channel = new BroadcastChannel('chaos')
        channel.addEventListener('message', ({ data }) => data === 'armed' && resolve())
        channel.postMessage('arm')
      }),
  )
}
