import { expect, test } from './support/fixtures.ts'
import { leaderAmong, rowsOf, sendQuery, valueOf } from './support/tab.ts'

test('DDL and DML go through window.__sendQuery, from the leader and from a follower', async ({ openTab }) => {
  const tabs = [await openTab(), await openTab()]
  const { leader, followers } = await leaderAmong(tabs)
  const follower = followers[0]!
  expect(await sendQuery(leader, 'CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT)')).toMatchObject({
    type: 'QUERY_RESPONSE',
    result: { rows: [] },
  })
  expect(await sendQuery(follower, "INSERT INTO notes (body) VALUES ('one'), ('two')")).toMatchObject({
    type: 'QUERY_RESPONSE',
    result: { changes: 2 },
  })
  expect(await rowsOf(leader, 'SELECT id, body FROM notes ORDER BY id')).toEqual([
    { id: 1, body: 'one' },
    { id: 2, body: 'two' },
  ])
  expect(await sendQuery(follower, 'UPDATE notes SET body = upper(body) WHERE id = 2')).toMatchObject({
    result: { changes: 1 },
  })
  expect(await rowsOf(follower, 'SELECT body FROM notes WHERE id = 2')).toEqual([{ body: 'TWO' }])
  expect(await sendQuery(leader, 'DELETE FROM notes')).toMatchObject({ result: { changes: 2 } })
  expect(await sendQuery(follower, 'DROP TABLE notes')).toMatchObject({ type: 'QUERY_RESPONSE' })
})

test('the answer has the shape of the proof of concept, with the caller’s own request id', async ({ openTab }) => {
  const tab = await openTab()
  const answer = await tab.evaluate(() => window.__sendQuery!('SELECT 1 AS one', 'q1'))
  expect(answer).toEqual({
    type: 'QUERY_RESPONSE',
    requestId: 'q1',
    result: { columns: ['one'], rows: [{ one: 1 }], changes: 0 },
  })
})

test('a page that is just being loaded again can be asked at once: who asks waits until it can answer', async ({
  openTab,
}) => {
  const tab = await openTab()
  await rowsOf(tab, 'CREATE TABLE kept (n)')
  for (let n = 1; n <= 3; n++) {
    await tab.reload({ waitUntil: 'commit' })
    await rowsOf(tab, `INSERT INTO kept VALUES (${n})`)
    await tab.reload({ waitUntil: 'commit' })
    expect(await valueOf(tab, 'SELECT count(*) FROM kept')).toBe(n)
  }
  await tab.reload({ waitUntil: 'commit' })
  expect((await leaderAmong([tab])).leader).toBe(tab)
})

test('SQL with an error answers QUERY_ERROR with a message, and the next query works', async ({ openTab }) => {
  const tab = await openTab()
  for (const [sql, words] of [
    ['SELEC 1', /syntax error/],
    ['SELECT * FROM nowhere', /no such table: nowhere/],
    ['INSERT INTO spaces (id) VALUES (NULL)', /NOT NULL|constraint/],
    ['', /./],
  ] as const) {
    const answer = await sendQuery(tab, sql)
    if (sql === '' && answer.type === 'QUERY_RESPONSE') continue // nothing asked, nothing answered: fine as well
    expect(answer, sql).toMatchObject({ type: 'QUERY_ERROR', message: expect.stringMatching(words) })
  }
  expect(await rowsOf(tab, 'SELECT 2 AS two')).toEqual([{ two: 2 }])
})

test('a transaction left open by hand does not hold up the app', async ({ openTab }) => {
  const tab = await openTab()
  await sendQuery(tab, 'BEGIN')
  const answer = await sendQuery(tab, 'CREATE TABLE left_open (x)')
  expect(['QUERY_RESPONSE', 'QUERY_ERROR']).toContain(answer.type)
  await tab.reload()
  await expect(async () => expect(await rowsOf(tab, 'SELECT 1 AS one')).toEqual([{ one: 1 }])).toPass()
})
