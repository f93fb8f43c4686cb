import type { Page } from '@playwright/test'
import { alone } from '../support/alone.ts'
import { expect, test } from '../support/fault-fixtures.ts'
import { leaderAmong, rowsOf, sendQuery, valueOf } from '../support/tab.ts'

test("leader's main thread blocked for 5 s: a follower's round trips are as before", alone, async ({ openTab }) => {
  const { leader, followers } = await leaderAmong([await openTab(), await openTab(), await openTab()])
  const [follower, third] = followers as [Page, Page]
  await follower.bringToFront()
  const besideThird = await roundTripsBeside(third, follower, 1_500)
  const besideLeader = await roundTripsBeside(leader, follower, 5_000)
  console.log(
    `follower's round trip, p50: ${besideThird.p50} ms beside any blocked page, ${besideLeader.p50} the leader's`,
  )
  // a core is taken both times; nobody waits for the page, which would take seconds
  expect(besideLeader.count).toBeGreaterThan(10)
  expect(besideLeader.p50).toBeLessThan(Math.max(20, 2 * besideThird.p50))
  expect(besideLeader.longest).toBeLessThan(1_000)
})

/** Those that began and ended while another page's main thread was blocked, however late that began. */
async function roundTripsBeside(other: Page, tab: Page, blockedMs: number) {
  const blocked = other.evaluate((ms) => {
    const from = Date.now()
    while (Date.now() < from + ms);
    return { from, to: from + ms }
  }, blockedMs)
  const trips = await tab.evaluate(async (ms) => {
    const done: { start: number; end: number; taken: number }[] = []
    for (const end = Date.now() + ms; Date.now() < end;) {
      const [start, began] = [Date.now(), performance.now()]
      await runtime.client.query('SELECT 1')
      done.push({ start, end: Date.now(), taken: performance.now() - began })
    }
    return done
  }, blockedMs)
  const { from, to } = await blocked
  const taken = trips.filter(({ start, end }) => start >= from && end <= to).map((trip) => trip.taken)
  taken.sort((a, b) => a - b)
  return { count: taken.length, p50: Math.round((taken[taken.length >> 1] ?? NaN) * 100) / 100, longest: taken.at(-1) }
}

test('worker busy with a long query: others wait their turn, and nobody takes it for dead', async ({ openTab }) => {
  const { leader, followers } = await leaderAmong([await openTab(), await openTab()])
  const follower = followers[0]!
  // a second or so: on a busy machine far from the 15 that a query may take
  const long = rowsOf(
    leader,
    'WITH RECURSIVE many (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM many WHERE n < 4e6) SELECT count(*) AS n FROM many',
  )
  const behind = sendQuery(follower, 'CREATE TABLE behind (n)')
  expect(await long).toEqual([{ n: 4e6 }])
  expect(await behind).toMatchObject({ type: 'QUERY_RESPONSE' })
  expect(await valueOf(follower, 'SELECT count(*) FROM behind')).toBe(0)
  expect((await leaderAmong([leader, follower])).leader).toBe(leader)
  expect(await leader.evaluate(() => runtime.workers.length)).toBe(1)
})

test('a query without an end: stopped with TIMEOUT, and no leader is lost over it', async ({ openTab }) => {
  const { leader, followers } = await leaderAmong([await openTab(), await openTab()])
  const follower = followers[0]!
  const epoch = await valueOf(leader, "SELECT value FROM rsql_meta WHERE key = 'epoch'")
  const endless = 'WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n'
  const asked = sendQuery(follower, endless)
  const behind = sendQuery(follower, 'SELECT 1 AS one')
  expect(await asked).toMatchObject({ type: 'QUERY_ERROR', code: 'TIMEOUT', message: expect.stringContaining('15 s') })
  expect(await behind).toMatchObject({ result: { rows: [{ one: 1 }] } })
  expect((await leaderAmong([leader, follower])).leader).toBe(leader)
  expect(await valueOf(follower, "SELECT value FROM rsql_meta WHERE key = 'epoch'")).toBe(epoch)
})
