import { readFileSync } from 'node:fs'
import { DeviceStorage } from '../support/device-storage.ts'
import { serverAway } from '../support/console-errors.ts'
import { expect, test } from '../support/field-notes.ts'
import { composer, expectOnce, message, networkIsBack, problem, say, syncPill } from '../support/rooms.ts'
import { untilOfflineReady, valueOf } from '../support/tab.ts'

test.beforeEach(({ consoleErrors }) => consoleErrors.expect(serverAway))

test('damaged page: told, fetched again, what was not sent is kept, and the damaged file can be saved', async ({
  enter,
  profile,
  server,
}) => {
  const tab = await enter()
  for (let index = 0; index < 5; index++) await say(tab, `sent ${index}.`)
  await expect(syncPill(tab)).toHaveAttribute('data-queued', '0')
  await server.stop()
  await say(tab, 'not sent yet')
  const page = Number(await valueOf(tab, 'PRAGMA page_size'))
  const root = Number(await valueOf(tab, "SELECT rootpage FROM sqlite_schema WHERE name = 'timeline_items'"))
  await valueOf(tab, 'PRAGMA wal_checkpoint(TRUNCATE)')
  await server.start()
  const device = await DeviceStorage.of(profile.context, server.url)
  await server.stop()
  await tab.close()
  await device.overwriteDatabase(4096 + (root - 1) * page, page, 0xff)

  await server.start()
  const again = await enter()
  await expect(problem(again)).toHaveAttribute('data-code', 'STORAGE_CORRUPT')
  await networkIsBack(again)
  await expectOnce(again, ['sent 0.', 'sent 4.', 'not sent yet'])
  await expect(syncPill(again)).toHaveAttribute('data-queued', '0')
  await expect(problem(again)).toContainText('Everything is here again')
  expect(await valueOf(again, 'PRAGMA integrity_check')).toBe('ok')

  const downloading = again.waitForEvent('download')
  await problem(again).getByRole('button', { name: 'Save the damaged copy' }).press('Enter')
  const download = await downloading
  expect(download.suggestedFilename()).toMatch(/^damaged-[\d-]+T[\d-]+\.db$/)
  const saved = readFileSync((await download.path())!)
  expect(saved.subarray(0, 15).toString()).toBe('SQLite format 3')
  expect(saved.subarray((root - 1) * page, root * page).every((byte) => byte === 0xff)).toBe(true)

  await again.getByRole('button', { name: /^Status:/ }).click()
  const details = again.getByRole('region', { name: 'Status details' })
  await expect(details).toContainText(/Space used/)
  await details.getByRole('button', { name: 'Delete the damaged copy' }).click()
  await expect(details.getByText('Damaged copy')).toHaveCount(0)
  await problem(again).getByRole('button', { name: 'Dismiss' }).click()
  await expect(problem(again)).toHaveCount(0)
  await again.reload()
  await expect(composer(again)).toBeVisible()
  await expect(message(again, 'not sent yet')).toHaveCount(1)
  await expect(problem(again)).toHaveCount(0)
})

test('damaged pool header: it is mended, without the server', async ({ enter, profile, server }) => {
  const tab = await enter()
  await say(tab, 'behind a header')
  await expect(syncPill(tab)).toHaveAttribute('data-queued', '0')
  await valueOf(tab, 'PRAGMA wal_checkpoint(TRUNCATE)')
  await untilOfflineReady(tab)
  const device = await DeviceStorage.of(profile.context, server.url)
  await tab.close()
  await device.overwriteDatabase(0, 600, 0x5a)
  await server.stop()
  const again = await enter()
  await expectOnce(again, ['behind a header'])
  await expect(problem(again)).toHaveCount(0)
})
