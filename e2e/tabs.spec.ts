import type { Page } from '@playwright/test'
import { eventually } from './support/eventually.ts'
import { expect, test } from './support/fixtures.ts'
import { OtherPerson } from './support/other-person.ts'
import { composer, expectOnce, message, openRoom, say, signIn, syncPill } from './support/rooms.ts'
import { isLeader, leaderAmong, rowsOf, valueOf } from './support/tab.ts'

const room = 'general'

test.beforeEach(async ({ server }) => {
  const host = await OtherPerson.signIn(server.url, 'Hana Host')
  await host.createSpace('Field notes', [room, 'random'])
})

test('a message typed in tab A is in tab B', async ({ openTab }) => {
  const a = await openTab()
  await signIn(a, 'Ada')
  await openRoom(a, room)
  const b = await openTab(new URL(a.url()).pathname)
  await expect(composer(b)).toBeVisible()
  await say(a, 'from A to B')
  await expect(message(b, 'from A to B')).toHaveCount(1)
  await say(b, 'and back')
  await expect(message(a, 'and back')).toHaveCount(1)
})

test('the leader tab is closed and the other goes on without a lost message', async ({ openTab }) => {
  const first = await openTab()
  await signIn(first, 'Ada')
  await openRoom(first, room)
  const second = await openTab(new URL(first.url()).pathname)
  await expect(composer(second)).toBeVisible()
  const { leader, followers } = await leaderAmong([first, second])
  const survivor = followers[0]!
  const texts = Array.from({ length: 12 }, (_, index) => `before the close ${index}.`)
  for (const text of texts.slice(0, 6)) await say(leader, text)
  for (const text of texts.slice(6)) await say(survivor, text)

  await leader.close()
  await say(survivor, 'after the close')
  await expectOnce(survivor, [...texts, 'after the close'])
  await eventually(() => isLeader(survivor)).toBe(true)
  expect(await valueOf(survivor, 'SELECT count(*) FROM timeline_items')).toBe(13)
})

test('a message sent in the very moment in which the leader closes is neither lost nor doubled', async ({
  openTab,
}) => {
  const first = await openTab()
  await signIn(first, 'Ada')
  await openRoom(first, room)
  const second = await openTab(new URL(first.url()).pathname)
  await expect(composer(second)).toBeVisible()
  const { leader, followers } = await leaderAmong([first, second])
  const survivor = followers[0]!
  await composer(survivor).fill('into the gap')
  await Promise.all([leader.close(), composer(survivor).press('Enter')])
  await expect(message(survivor, 'into the gap')).toHaveCount(1)
  await expect(syncPill(survivor)).toHaveAttribute('data-queued', '0')
  expect(await valueOf(survivor, "SELECT count(*) FROM timeline_items WHERE snippet = 'into the gap'")).toBe(1)
})

test('the server is stopped and both tabs go on; it comes back and everything arrives once', async ({
  openTab,
  server,
  consoleErrors,
}) => {
  consoleErrors.expect(/Failed to load resource|ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED|ERR_CONNECTION_RESET/)
  const a = await openTab()
  await signIn(a, 'Ada')
  await openRoom(a, room)
  const b = await openTab(new URL(a.url()).pathname)
  await expect(composer(b)).toBeVisible()
  await say(a, 'while it runs')
  await expect(syncPill(a)).toHaveAttribute('data-queued', '0')

  await server.stop()
  await expect(syncPill(a)).toHaveAttribute('data-sync', /offline|connecting/)
  const offline = ['A goes on 1.', 'B goes on 1.', 'A goes on 2.', 'B goes on 2.']
  for (const [index, text] of offline.entries()) await say(index % 2 ? b : a, text)
  await expectOnce(a, offline)
  await expectOnce(b, offline)
  const waiting =
    "SELECT count(*) FROM outbox o JOIN events e USING (stream, event_id) WHERE e.event_type = 'message.create'"
  expect(await valueOf(b, waiting)).toBe(4)

  await server.start()
  await expect(syncPill(a)).toHaveAttribute('data-queued', '0')
  await expect(syncPill(b)).toHaveAttribute('data-sync', 'live')
  await expectOnce(a, ['while it runs', ...offline])
  await expectOnce(b, ['while it runs', ...offline])
  const other = await OtherPerson.signIn(server.url, 'Olga')
  const [{ stream, ofSpace }] = await placesIn(a)
  const event = other.event('member.join', ofSpace, { name: 'Olga' }, { entity: other.actor })
  expect((await other.append(ofSpace, [event])).status).toBe(200)
  expect(await other.textsInLog(stream)).toEqual(['while it runs', ...offline])
})

test('what another person wrote while the server was out of reach of us arrives once', async ({
  openTab,
  server,
  profile,
  consoleErrors,
}) => {
  consoleErrors.expect(/ERR_INTERNET_DISCONNECTED/)
  const a = await openTab()
  await signIn(a, 'Ada')
  await openRoom(a, room)
  await say(a, 'mine, online')
  const [{ stream, ofSpace, id }] = await placesIn(a)
  const other = await OtherPerson.signIn(server.url, 'Olga')
  await other.append(ofSpace, [other.event('member.join', ofSpace, { name: 'Olga' }, { entity: other.actor })])
  await profile.context.setOffline(true)
  await say(a, 'mine, offline')
  for (let index = 0; index < 5; index++) await other.say(stream, id, `Olga says ${index}.`)
  await profile.context.setOffline(false)
  const hers = Array.from({ length: 5 }, (_, index) => `Olga says ${index}.`)
  await expect(message(a, 'Olga says 4.')).toHaveCount(1)
  await expectOnce(a, ['mine, online', 'mine, offline', ...hers])
  await expect(syncPill(a)).toHaveAttribute('data-queued', '0')
})

test('five tabs: one leads, all see the same', async ({ openTab }) => {
  const first = await openTab()
  await signIn(first, 'Ada')
  await openRoom(first, room)
  const path = new URL(first.url()).pathname
  const rest = await Promise.all([1, 2, 3, 4].map(() => openTab(path)))
  const tabs = [first, ...rest]
  await leaderAmong(tabs)
  for (const [index, tab] of tabs.entries()) await say(tab, `tab ${index} speaks.`)
  const texts = tabs.map((_, index) => `tab ${index} speaks.`)
  for (const tab of tabs) await expectOnce(tab, texts)

  // one leader after the other goes; the last tab has it all
  let left = tabs
  while (left.length > 1) {
    const { leader, followers } = await leaderAmong(left)
    await leader.close()
    left = followers
    await say(left[0]!, `${left.length} left.`)
  }
  await expectOnce(left[0]!, [...texts, '4 left.', '3 left.', '2 left.', '1 left.'])
})

/** The room on this device: its stream, and that of its space. */
async function placesIn(tab: Page) {
  const query = `SELECT r.stream, h.home AS ofSpace, r.id FROM rooms r JOIN streams h ON h.name = r.stream WHERE r.name = '${room}'`
  return (await rowsOf(tab, query)) as [{ stream: string; ofSpace: string; id: string }]
}
