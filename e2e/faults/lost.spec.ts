import type { Page } from '@playwright/test'
import { DeviceStorage } from '../support/device-storage.ts'
import { serverAway } from '../support/console-errors.ts'
import { eventually } from '../support/eventually.ts'
import { expect, test } from '../support/field-notes.ts'
import { expectOnce, networkIsBack, openRoom, problem, say, signIn, syncPill } from '../support/rooms.ts'
import { rowsOf, untilConnected, valueOf } from '../support/tab.ts'

test.beforeEach(({ consoleErrors }) => consoleErrors.expect(serverAway))

test('files cleared but not IndexedDB: the sentinel says so, and everything comes back', async ({
  enter,
  profile,
  server,
}) => {
  const tab = await enter()
  await say(tab, 'sent before')
  await expect(syncPill(tab)).toHaveAttribute('data-queued', '0')
  const device = await DeviceStorage.of(profile.context, server.url)
  await server.stop()
  await say(tab, 'not sent yet')
  // the Service Worker's own copy of the outbox, made after the commit
  await eventually(() => device.countStored('outbox')).toBeGreaterThan(0)
  await tab.close()
  await device.removeFiles()

  await server.start()
  const again = await enter()
  await expect(problem(again)).toHaveAttribute('data-code', 'STORAGE_LOST')
  await expect(problem(again)).toHaveRole('status')
  await expectOnce(again, ['sent before', 'not sent yet'])
  await expect(syncPill(again)).toHaveAttribute('data-queued', '0')
})

test('site data cleared while open: told at once in every tab, what was not sent is kept', async ({
  enter,
  profile,
  server,
}) => {
  const a = await enter()
  const b = await enter()
  await say(a, 'sent before')
  await expect(syncPill(a)).toHaveAttribute('data-queued', '0')
  const device = await DeviceStorage.of(profile.context, server.url)
  await server.stop()
  await say(b, 'not sent yet')
  const lost = await generationOf(a)
  await device.clear('file_systems,indexeddb')
  for (const tab of [a, b]) await expect(problem(tab)).toHaveAttribute('data-code', 'STORAGE_LOST')
  // Without the server there is no room to show it in: the new database has it, and is to send it.
  await expect(async () => expect(await generationOf(a)).not.toBe(lost)).toPass()
  const waiting =
    "SELECT payload ->> 'text' AS text FROM outbox JOIN events USING (stream, event_id) WHERE event_type = 'message.create'"
  expect(await rowsOf(a, waiting)).toEqual([{ text: 'not sent yet' }])

  await server.start()
  await networkIsBack(a)
  for (const tab of [a, b]) await expectOnce(tab, ['sent before', 'not sent yet'])
  await expect(syncPill(a)).toHaveAttribute('data-queued', '0')
  await problem(a).getByRole('button', { name: 'Dismiss' }).click()
  await expect(problem(b)).toHaveCount(0)
  await a.reload()
  await expectOnce(a, ['sent before', 'not sent yet'])
})

test('IndexedDB cleared but not the files: nothing is lost, nothing is told, and the sentinel is back', async ({
  enter,
  openTab,
  profile,
  server,
}) => {
  const tab = await enter()
  await say(tab, 'before')
  const device = await DeviceStorage.of(profile.context, server.url)
  await device.clear('indexeddb')
  await say(tab, 'after')
  await expect(syncPill(tab)).toHaveAttribute('data-queued', '0')
  const generation = await generationOf(tab)
  await tab.reload()
  await untilConnected(tab)
  await expectOnce(tab, ['before', 'after'])
  await expect(problem(tab)).toHaveCount(0)
  expect(await generationOf(tab)).toBe(generation)
  await tab.close()
  await device.removeFiles()
  await expect(problem(await openTab())).toHaveAttribute('data-code', 'STORAGE_LOST')
})

test('everything cleared while open, the sign-in too: told, and the next start begins anew', async ({
  enter,
  openTab,
  profile,
  server,
}) => {
  const tab = await enter()
  await say(tab, 'before')
  await expect(syncPill(tab)).toHaveAttribute('data-queued', '0')
  const device = await DeviceStorage.of(profile.context, server.url)
  await device.clear('all')
  await expect(problem(tab)).toHaveAttribute('data-code', 'STORAGE_LOST')
  await profile.restart()
  const again = await openTab()
  await signIn(again, 'Ada again')
  await openRoom(again, 'general')
  await expectOnce(again, ['before'])
})

/** Every database file has another one. */
const generationOf = (tab: Page): Promise<unknown> =>
  valueOf(tab, "SELECT value FROM rsql_meta WHERE key = 'generation'")
