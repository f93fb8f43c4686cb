import { eventually } from './support/eventually.ts'
import { expect, test } from './support/fixtures.ts'
import { OtherPerson } from './support/other-person.ts'
import { composer, expectOnce, message, openRoom, roomLink, say, signIn, syncPill } from './support/rooms.ts'
import { rowsOf, sendQuery, untilConnected, untilOfflineReady } from './support/tab.ts'

test.beforeEach(async ({ server }) => {
  const host = await OtherPerson.signIn(server.url, 'Hana Host')
  await host.createSpace('Field notes', ['general'])
})

test('rows written through the hook survive a reload and a restart of the browser', async ({ openTab, profile }) => {
  const tab = await openTab()
  await sendQuery(tab, 'CREATE TABLE kept (n)')
  await sendQuery(tab, 'INSERT INTO kept VALUES (42)')
  await tab.reload()
  await untilConnected(tab)
  expect(await rowsOf(tab, 'SELECT n FROM kept')).toEqual([{ n: 42 }])
  await profile.restart()
  expect(await rowsOf(await openTab(), 'SELECT n FROM kept')).toEqual([{ n: 42 }])
})

test('messages, place and draft survive a reload and a restart of the browser', async ({ openTab, profile }) => {
  const tab = await openTab()
  await signIn(tab, 'Ada')
  await openRoom(tab, 'general')
  await say(tab, 'to be kept')
  await composer(tab).fill('half a thought')
  const path = new URL(tab.url()).pathname
  await eventually(async () => rowsOf(tab, 'SELECT text FROM drafts')).toEqual([{ text: 'half a thought' }])

  await tab.reload()
  await expect(message(tab, 'to be kept')).toHaveCount(1)
  await expect(composer(tab)).toHaveValue('half a thought')

  await profile.restart()
  const again = await openTab(path)
  await expect(message(again, 'to be kept')).toHaveCount(1)
  await expect(composer(again)).toHaveValue('half a thought')
  await expect(syncPill(again)).toHaveAttribute('data-storage', 'opfs')
})

test('the app opens offline, with its data, and sends what was written when it is online again', async ({
  openTab,
  profile,
  server,
  consoleErrors,
}) => {
  consoleErrors.expect(/Failed to load resource|ERR_INTERNET_DISCONNECTED|ERR_CONNECTION_REFUSED|Failed to fetch/)
  const tab = await openTab()
  await signIn(tab, 'Ada')
  await openRoom(tab, 'general')
  await say(tab, 'written online')
  await expect(syncPill(tab)).toHaveAttribute('data-queued', '0')
  await untilOfflineReady(tab)

  // both: no network in the browser, and no server on the machine
  await server.stop()
  await profile.context.setOffline(true)
  await tab.reload()
  await untilConnected(tab)
  await expect(message(tab, 'written online')).toHaveCount(1)
  await say(tab, 'written offline')
  await tab.reload()
  await expectOnce(tab, ['written online', 'written offline'])

  await server.start()
  await profile.context.setOffline(false)
  await expect(syncPill(tab)).toHaveAttribute('data-queued', '0')
  await expectOnce(tab, ['written online', 'written offline'])
  await expect(roomLink(tab, 'general')).toBeVisible()
})

test('a new browser profile with nothing but the address is offline-ready after one visit', async ({
  openTab,
  profile,
  server,
  consoleErrors,
}) => {
  consoleErrors.expect(/Failed to load resource|ERR_INTERNET_DISCONNECTED|ERR_CONNECTION_REFUSED|Failed to fetch/)
  const tab = await openTab()
  await untilOfflineReady(tab)
  await profile.close()
  await server.stop()
  await profile.open()
  const again = await openTab()
  await expect(again.locator('body')).toContainText(/demo/i)
})
