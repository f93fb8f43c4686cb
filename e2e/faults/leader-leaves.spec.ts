import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from '@playwright/test'
import type { Watched } from '../runtime/page/page.ts'
import type { Writer, Written } from '../runtime/page/writer.ts'
import { eventually } from '../support/eventually.ts'
import { expect, test } from '../support/fault-fixtures.ts'
import { leaderAmong, rowsOf, sendQuery, valueOf } from '../support/tab.ts'

/** How a leader can go, each while both tabs write as fast as they can. */
const ways = ['closed', 'reloaded', 'navigated', 'crashed', 'terminated'] as const

for (const way of ways) {
  test(`leader ${way} while writes are in flight: each runs once, none that was answered is lost`, async ({
    free,
    site,
    openTab,
  }) => {
    const { leader, followers } = await leaderAmong([await openTab(), await openTab(), await openTab()])
    const [writer, watcher] = followers as [Page, Page]
    await rowsOf(leader, 'CREATE TABLE written (who, n)')
    await watcher.evaluate(() => void Object.assign(window, { w: runtime.watch('SELECT who, n FROM written') }))
    for (const tab of [leader, writer]) await startWriting(tab)
    await eventually(() => valueOf(watcher, 'SELECT count(*) > 100 FROM written')).toBe(1)

    if (way === 'closed') await leader.close()
    if (way === 'reloaded') await leader.reload()
    if (way === 'navigated') await leader.goto(`${site.url}/elsewhere`)
    if (way === 'crashed') await free.crash(leader)
    if (way === 'terminated') await leader.evaluate(() => runtime.workers.at(-1)!.terminate())

    const before = Number(await valueOf(writer, 'SELECT count(*) FROM written'))
    await eventually(() => valueOf(writer, 'SELECT count(*) FROM written')).toBeGreaterThan(before + 20)
    const writers = [writer, ...(way === 'terminated' ? [leader] : [])]
    for (const [i, tab] of writers.entries()) {
      const { rows, events } = await stopWriting(tab)
      await expectOnceEach(tab, rows, `SELECT n FROM written WHERE who = '${i === 0 ? 'writer' : 'leader'}'`)
      await expectOnceEach(
        tab,
        events,
        `SELECT CAST(payload ->> 'text' AS INTEGER) AS n FROM events WHERE actor = '${i === 0 ? 'writer' : 'leader'}'`,
      )
      expect(events.lost, 'events are repeated until they are answered').toEqual([])
    }
    expect(await valueOf(writer, 'PRAGMA integrity_check')).toBe('ok')
    await expectLive(watcher)

    async function startWriting(tab: Page): Promise<void> {
      const who = tab === leader ? 'leader' : 'writer'
      await tab.evaluate(
        (name) => void Object.assign(window, { writing: runtime.startWriter(runtime.client, name) }),
        who,
      )
    }
  })
}

function stopWriting(tab: Page): Promise<{ rows: Written; events: Written }> {
  return tab.evaluate(() => (window as unknown as { writing: Writer }).writing.stop())
}

async function expectOnceEach(tab: Page, written: Written, sql: string): Promise<void> {
  expect(written.failed).toEqual([])
  const times = new Map<number, number>()
  for (const { n } of await rowsOf(tab, sql)) times.set(Number(n), (times.get(Number(n)) ?? 0) + 1)
  expect(
    [...times].filter(([, count]) => count > 1),
    'ran twice',
  ).toEqual([])
  expect(
    written.done.filter((n) => !times.has(n)),
    'answered, and lost',
  ).toEqual([])
}

/** What the watcher was told, change by change, is what SQLite has. */
async function expectLive(tab: Page): Promise<void> {
  const rows = await rowsOf(tab, 'SELECT who, n FROM written')
  const seen = () => tab.evaluate(() => (window as unknown as { w: Watched }).w)
  await eventually(async () => (await seen()).rows.map(([who, n]) => `${who} ${n}`).sort()).toEqual(
    rows.map(({ who, n }) => `${who} ${n}`).sort(),
  )
  expect(await seen()).toMatchObject({ snapshots: 1, errors: [] })
}

test('leader crashed in mid-transaction: all of it or nothing, and LEADER_LOST to who asked', async ({
  free,
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
  await free.crash(leader)

  expect(await asked).toMatchObject({ type: 'QUERY_ERROR', code: 'LEADER_LOST' })
  expect(await behind, 'a read is asked again').toMatchObject({ result: { rows: [{ n: 1 }] } })
  expect(await valueOf(follower, 'PRAGMA integrity_check')).toBe('ok')
  await rowsOf(follower, 'INSERT INTO big VALUES (1, NULL)')
  expect(await valueOf(follower, 'SELECT count(*) FROM big')).toBe(2)
})

test('request accepted, leader dies after the commit and before the reply: one effect, never two', async ({
  openTab,
}) => {
  const leader = await openTab({ chaos: ['dies-before-reply'] })
  const follower = await openTab()
  await rowsOf(leader, 'CREATE TABLE written (who, n)')

  await armDeath(leader)
  const raw = await sendQuery(follower, "INSERT INTO written VALUES ('raw', 1)")
  expect(raw, 'whether it ran nobody can know').toMatchObject({ type: 'QUERY_ERROR', code: 'LEADER_LOST' })
  expect(await rowsOf(follower, 'SELECT n FROM written')).toEqual([{ n: 1 }])

  await leaderAmong([leader, follower])
  await follower.close()
  await leaderAmong([leader])
  const other = await openTab()
  await armDeath(leader)
  const outcome = other.evaluate(() =>
    runtime.client.dispatch([runtime.message('event', '2')]).then(
      () => 'durable',
      (error: Error) => error.message,
    ),
  )
  expect(await outcome, 'an event is repeated, by its id').toBe('durable')
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
