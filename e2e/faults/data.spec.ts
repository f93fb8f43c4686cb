import { eventually } from '../support/eventually.ts'
import { expect, test } from '../support/fault-fixtures.ts'
import { leaderAmong, rowsOf, valueOf } from '../support/tab.ts'
import { expectLive, watch, watched } from '../support/writing.ts'

test("two tabs' transactions at once: each is whole, none sees half of the other", async ({ openTab }) => {
  const { leader, followers } = await leaderAmong([await openTab(), await openTab()])
  const follower = followers[0]!
  await rowsOf(leader, 'CREATE TABLE account (name PRIMARY KEY, balance)')
  await rowsOf(leader, "INSERT INTO account VALUES ('a', 1000), ('b', 0)")
  await watch(follower, 'SELECT sum(balance) FROM account')
  await Promise.all(
    [leader, follower].map((tab) =>
      tab.evaluate(async () => {
        const transfer = `BEGIN;
          UPDATE account SET balance = balance - 1 WHERE name = 'a';
          UPDATE account SET balance = balance + 1 WHERE name = 'b';
          COMMIT`
        await Promise.all(Array.from({ length: 100 }, () => runtime.client.query(transfer)))
      }),
    ),
  )
  expect(await rowsOf(follower, 'SELECT name, balance FROM account ORDER BY name')).toEqual([
    { name: 'a', balance: 800 },
    { name: 'b', balance: 200 },
  ])
  expect(await watched(follower), 'the sum never changed').toMatchObject({ snapshots: 1, deltas: 0, rows: [[1000]] })
})

test('integers above 2^53 end to end: parameters, rows, live queries, keys', async ({ openTab }) => {
  const { leader, followers } = await leaderAmong([await openTab(), await openTab()])
  const follower = followers[0]!
  await rowsOf(leader, 'CREATE TABLE big (id INTEGER PRIMARY KEY, n INTEGER)')
  await watch(follower, 'SELECT id, n FROM big ORDER BY id')
  const seen = await follower.evaluate(async () => {
    const values = [2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n), -(2n ** 53n) - 1n, 7n]
    for (const value of values) await runtime.client.query('INSERT INTO big VALUES (?, ?)', [value, value])
    const { rows } = await runtime.client.query('SELECT id, n FROM big ORDER BY id')
    const [found] = (await runtime.client.query('SELECT n FROM big WHERE n = ?', [2n ** 53n + 1n])).rows
    return { rows: rows.map((row) => row.map(String)), found: found!.map(String) }
  })
  const ordered = ['-9223372036854775808', '-9007199254740993', '7', '9007199254740993', '9223372036854775807']
  expect(seen).toEqual({ rows: ordered.map((n) => [n, n]), found: ['9007199254740993'] })
  // neighbours that a double cannot tell apart are two rows to the live query
  await rowsOf(leader, 'INSERT INTO big VALUES (9007199254740992, 0), (9007199254740994, 0)')
  await rowsOf(leader, 'UPDATE big SET n = n + 1 WHERE id = 9007199254740993')
  const lastRows = () =>
    follower.evaluate(() =>
      runtime.watched
        .at(-1)!
        .rows.slice(-4)
        .map((row) => row.map(String)),
    )
  await eventually(lastRows).toEqual([
    ['9007199254740992', '0'],
    ['9007199254740993', '9007199254740994'],
    ['9007199254740994', '0'],
    ['9223372036854775807', '9223372036854775807'],
  ])
  await leader.close()
  expect(await valueOf(follower, "SELECT printf('%d', max(n)) FROM big")).toBe('9223372036854775807')
})

test('the wall clock jumps back a day and ahead a year: what comes later is later, on every tab', async ({
  openTab,
}) => {
  const { leader, followers } = await leaderAmong([await openTab(), await openTab()])
  const follower = followers[0]!
  await watch(follower, "SELECT payload ->> 'text' FROM events ORDER BY clock")
  const day = 86_400_000
  for (const [text, jump] of [
    ['one', 0],
    ['two, a day back', -day],
    ['three, a year ahead', 365 * day],
    ['four, back to now', 0],
  ] as const) {
    // the author's clock is the page's for `at`, the leader's for the order
    const id = await follower.evaluate(
      async ([words, ms]) => {
        const real = Date.now
        Date.now = () => real() + ms
        const event = runtime.message('clock', words)
        await runtime.client.dispatch([event])
        Date.now = real
        return event.id
      },
      [text, jump] as const,
    )
    expect(await valueOf(leader, `SELECT count(*) FROM events WHERE event_id = '${id}'`)).toBe(1)
  }
  await expectLive(follower, "SELECT payload ->> 'text' FROM events ORDER BY clock")
  expect((await watched(follower)).rows.flat()).toEqual([
    'one',
    'two, a day back',
    'three, a year ahead',
    'four, back to now',
  ])
})
