import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { serverAway } from './support/console-errors.ts'
import { expect, test } from './support/field-notes.ts'
import { composer, message, say, syncPill, timeline } from './support/rooms.ts'

// the requests of the page alone are seen and held: with a Service Worker they would come out of its cache
test.use({ serviceWorkers: 'block' })

const fromServer = (tab: Page) => tab.getByRole('log', { name: 'Newest messages, from the server' })
const wait = (tab: Page) => tab.getByText('this device’s data is still opening')

test('a slow start: the server is faster, its page is read meanwhile, and the local rows take over where it stands', async ({
  enter,
  host,
  place: { stream, room },
}) => {
  const notes = Array.from({ length: 40 }, (_, at) => at + 1)
  await host.sayAll(
    stream,
    room,
    notes.map((n) => `note ${n}.${n % 7 === 0 ? '\n\n- of\n- several\n- lines' : ''}`),
  )
  const tab = await enter()
  await say(tab, 'the newest, by me.')
  await expect(syncPill(tab)).toHaveAttribute('data-queued', '0')

  const release = await holdDatabase(tab)
  await tab.reload({ waitUntil: 'commit' })
  await expect(wait(tab)).toBeVisible()
  const page = fromServer(tab)
  const newest = page.getByRole('article').filter({ hasText: 'the newest, by me.' })
  await expect(newest).toBeInViewport()
  await expect(page.getByRole('article').filter({ hasText: 'note 40.' })).toHaveCount(1)
  await expect(tab.getByRole('heading', { name: 'general' })).toBeVisible()
  await expect(tab.getByRole('textbox')).toBeDisabled()
  await newest.hover()
  await expect(tab.getByRole('button', { name: 'Add reaction' })).toHaveCount(0)
  expect(await marks(tab)).toContain('rsql:server-page')
  expect((await new AxeBuilder({ page: tab }).analyze()).violations.map(({ id, help }) => `${id}: ${help}`)).toEqual([])
  const before = (await newest.boundingBox())!
  // longer than what nobody uses is kept for
  await tab.waitForTimeout(6000)

  release()
  await expect(composer(tab)).toBeEnabled()
  const local = message(tab, 'the newest, by me.')
  await expect(local).toBeVisible()
  await expect(wait(tab)).toHaveCount(0)
  await expect(fromServer(tab)).toHaveCount(0)
  const after = (await local.boundingBox())!
  expect(Math.abs(after.y - before.y), `from ${before.y} to ${after.y}`).toBeLessThanOrEqual(1)
  await say(tab, 'written here.')
  await expect(syncPill(tab)).toHaveAttribute('data-queued', '0')
  expect((await host.textsInLog(stream)).filter((text) => text === 'written here.')).toHaveLength(1)
})

test('a slow start without a server: the local rows come when they come', async ({ enter, consoleErrors }) => {
  consoleErrors.expect(serverAway)
  const tab = await enter()
  await say(tab, 'kept here.')
  await expect(syncPill(tab)).toHaveAttribute('data-queued', '0')
  const asked = tab.waitForRequest('**/latest?**')
  await tab.route('**/latest?**', (route) => route.fulfill({ status: 503, body: '' }))
  const release = await holdDatabase(tab)
  await tab.reload({ waitUntil: 'commit' })
  await asked
  await expect(wait(tab)).toHaveCount(0)
  release()
  await expect(message(tab, 'kept here.')).toHaveCount(1)
  await expect(timeline(tab)).toBeVisible()
  expect(await marks(tab)).not.toContain('rsql:server-page')
})

/** The database's worker is not loaded before the call of the answer. */
async function holdDatabase(tab: Page): Promise<() => void> {
  let release = () => {}
  const held = new Promise<void>((resolve) => (release = resolve))
  await tab.route('**/host.worker-*.js', async (route) => {
    await held
    await route.continue()
  })
  return release
}

const marks = (tab: Page): Promise<string[]> =>
  tab.evaluate(() => performance.getEntriesByType('mark').map(({ name }) => name))
