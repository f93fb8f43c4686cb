import { rmSync } from 'node:fs'
import type { Page } from '@playwright/test'
import { migrations } from '../../schema/tables/migrations.ts'
import { buildVersion } from '../support/build-version.ts'
import { expect, test } from '../support/fixtures.ts'
import { composer, message, problem, say, syncPill } from '../support/rooms.ts'
import { isLeader, untilConnected, valueOf } from '../support/tab.ts'

/** Two builds of the app on one device. Without Service Worker each tab has the version that is deployed when it opens. */
test.use({ serviceWorkers: 'block' })

const built: string[] = []
test.afterAll(() => {
  for (const folder of built) rmSync(folder, { recursive: true, force: true })
})
async function build(version: Parameters<typeof buildVersion>[0]): Promise<string> {
  const folder = await buildVersion(version)
  built.push(folder)
  return folder
}

/** The demo space needs no server beyond the first load. */
async function openDemo(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Open the demo space' }).click()
  await expect(composer(page)).toBeVisible()
  return new URL(page.url()).pathname
}

test('old leader with new follower, new leader with old follower, and a downgrade that is refused', async ({
  openTab,
  server,
  consoleErrors,
}) => {
  consoleErrors.expect(/Failed to load resource|ERR_CONNECTION|ERR_EMPTY_RESPONSE/)
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
  await expect.poll(() => isLeader(b)).toBe(true)
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
  consoleErrors.expect(/Failed to load resource|ERR_CONNECTION|ERR_EMPTY_RESPONSE/)
  const other = await build({ protocol: 2 })
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
