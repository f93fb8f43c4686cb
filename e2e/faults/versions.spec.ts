import type { Locator, Page } from '@playwright/test'
import { rmSync } from 'node:fs'
import { protocolVersion } from '../../schema/messages/runtime/protocol.ts'
import { migrations } from '../../schema/tables/migrations.ts'
import { buildVersion, type Version } from '../support/build-version.ts'
import { serverAway } from '../support/console-errors.ts'
import { eventually } from '../support/eventually.ts'
import { test as inARoom } from '../support/field-notes.ts'
import { expect, test } from '../support/fixtures.ts'
import { message, openDemo, problem, say, syncPill } from '../support/rooms.ts'
import { isLeader, untilConnected, untilOfflineReady, valueOf } from '../support/tab.ts'

/** Two builds of the app on one device. */
const built = new Map<string, Promise<string>>()
test.afterAll(async () => {
  for (const folder of await Promise.all(built.values())) rmSync(folder, { recursive: true, force: true })
  built.clear()
})
/** Each version is built once. */
function build(version: Version): Promise<string> {
  const key = JSON.stringify(version)
  const folder = built.get(key) ?? buildVersion(version)
  built.set(key, folder)
  return folder
}

test.describe('where each tab has the version that is deployed when it opens', () => {
  test.use({ serviceWorkers: 'block' })

  test('old leader with new follower, new leader with old follower, and a downgrade that is refused', async ({
    openTab,
    server,
    consoleErrors,
  }) => {
    consoleErrors.expect(serverAway)
    const present = server.dist
    const next = await build({ newerSchema: true })
    const a = await openTab()
    const path = await openDemo(a)
    await say(a, 'by the old version.')

    await server.deploy(next)
    const b = await openTab(path)
    await expect(message(b, 'by the old version.')).toHaveCount(1)
    await say(b, 'by the new one under the old.')
    await expect(message(a, 'by the new one under the old.')).toHaveCount(1)
    expect(await isLeader(a)).toBe(true)

    await a.close()
    await eventually(() => isLeader(b)).toBe(true)
    expect(await valueOf(b, 'PRAGMA user_version')).toBe(migrations.length + 1)
    await server.deploy(present)
    const c = await openTab(path)
    await expect(message(c, 'by the new one under the old.')).toHaveCount(1)
    await say(c, 'by the old one under the new.')
    await expect(message(b, 'by the old one under the new.')).toHaveCount(1)

    await b.close()
    await expect(problem(c)).toHaveAttribute('data-code', 'SCHEMA_TOO_NEW')
    await expect(problem(c)).toHaveRole('alert')
    await expect(problem(c)).toContainText(`version ${migrations.length + 1}`)
    // no newer version is to be had yet
    await problem(c).getByRole('button', { name: 'Update' }).press('Enter')
    await expect(problem(c)).toContainText('The server has no newer version yet.')
    await server.deploy(next)
    await problem(c).getByRole('button', { name: 'Try again' }).press('Enter')
    await expect(message(c, 'by the old one under the new.')).toHaveCount(1)
    await expect(problem(c)).toHaveCount(0)
    expect(await valueOf(c, 'PRAGMA integrity_check')).toBe('ok')
  })

  test('a version of another protocol waits its turn, and says so', async ({
    openTab,
    profile,
    server,
    consoleErrors,
  }) => {
    consoleErrors.expect(serverAway)
    const other = await build({ protocol: protocolVersion + 1 })
    const a = await openTab()
    const path = await openDemo(a)
    await say(a, 'by the old protocol.')
    await server.deploy(other)
    const b = await profile.context.newPage()
    await b.goto(server.url + path)
    await expect(problem(b)).toHaveAttribute('data-code', 'DATABASE_HELD')
    await expect(problem(b).getByRole('button', { name: 'Update' })).toBeVisible()
    await say(a, 'and it is not disturbed.')
    await expect(problem(a)).toHaveCount(0)
    await a.close()
    await untilConnected(b)
    await expect(message(b, 'and it is not disturbed.')).toHaveCount(1)
    await expect(problem(b)).toHaveCount(0)
    await expect(syncPill(b)).toHaveAttribute('data-storage', 'opfs')
  })
})

test('Service Worker updated under old tabs: they go on and say that an update is there, and then all is new', async ({
  openTab,
  profile,
  server,
  consoleErrors,
}) => {
  consoleErrors.expect(serverAway)
  // of the tab that opens during the update: the files of its page may be gone
  consoleErrors.expect(/Failed to fetch dynamically imported module|MIME type/)
  const next = await build({ newerSchema: true })
  const a = await openTab()
  const path = await openDemo(a)
  const b = await openTab(path)
  await untilOfflineReady(a)
  await say(a, 'by the old version.')
  await server.deploy(next)
  await lookForUpdate(a)
  for (const tab of [a, b]) await expect(update(tab)).toBeVisible()

  await say(b, 'still by the old version.')
  await expect(message(a, 'still by the old version.')).toHaveCount(1)
  // not the first tab of all: it was there before any Service Worker, and takes part in the update all the same
  await b.reload()
  await untilConnected(b)
  await expect(message(b, 'still by the old version.')).toHaveCount(1)
  expect(await valueOf(b, 'PRAGMA user_version'), 'nobody has asked for it').toBe(migrations.length)

  await expect(update(b)).toBeVisible()
  // Everything that it loads comes while the new version takes over, but the page itself: a navigation that meets the end
  // of a Service Worker is never answered by a Chromium that is being debugged, as every one is here.
  const c = await profile.context.newPage()
  await c.goto(server.url + path, { waitUntil: 'commit' })
  await update(b).getByRole('button', { name: 'Update' }).dispatchEvent('click')
  for (const tab of [a, b, c]) {
    await expect(async () => expect(await valueOf(tab, 'PRAGMA user_version')).toBe(migrations.length + 1)).toPass()
    await expect(update(tab)).toHaveCount(0)
    await expect(message(tab, 'still by the old version.')).toHaveCount(1)
    await expect(problem(tab)).toHaveCount(0)
  }
  await say(a, 'by the new version.')
  await expect(message(b, 'by the new version.')).toHaveCount(1)
})

inARoom(
  'an update that is taken while the server answers nothing comes all the same',
  async ({ enter, server, consoleErrors }) => {
    consoleErrors.expect(serverAway)
    const tab = await enter()
    await say(tab, 'by the old version.')
    await untilOfflineReady(tab)
    await server.deploy(await build({ newerSchema: true }))
    await lookForUpdate(tab)
    await expect(update(tab)).toBeVisible()
    server.pause()
    await update(tab).getByRole('button', { name: 'Update' }).dispatchEvent('click')
    // the Service Worker waits up to 25 s for what it syncs, and nobody for the Service Worker
    const isNew = async () => expect(await valueOf(tab, 'PRAGMA user_version')).toBe(migrations.length + 1)
    await expect(isNew).toPass({ timeout: 20_000 })
    await expect(message(tab, 'by the old version.')).toHaveCount(1)
    server.resume()
  },
)

/** As it does every hour. */
const lookForUpdate = (tab: Page) =>
  tab.evaluate(async () => void (await (await navigator.serviceWorker.getRegistration())!.update()))

const update = (tab: Page): Locator => tab.getByRole('status').filter({ hasText: 'A new version is ready.' })
