import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { eventually } from './support/eventually.ts'
import { expect, test } from './support/fixtures.ts'
import { openDemo } from './support/rooms.ts'
import { rowsOf } from './support/tab.ts'

test('the benchmark page measures both ways on this machine, ends equal, and touches nothing of the person', async ({
  openTab,
  profile,
  server,
}) => {
  const app = await openTab()
  await openDemo(app)
  const held = () => rowsOf(app, 'SELECT count(*) AS n, max(order_key) AS last FROM timeline_items')
  const before = await held()

  const page = await profile.context.newPage()
  await page.goto(`${server.url}/bench`)
  await expect(page.getByRole('heading', { name: 'Live SQL, on your machine' })).toBeVisible()
  expect(await page.evaluate(() => '__sendQuery' in window), 'no client of the app').toBe(false)
  await page.getByLabel('Rows').selectOption('10000')
  for (const workload of await page.getByRole('checkbox').all()) await workload.uncheck()
  await page.getByRole('checkbox', { name: 'top-50' }).check()
  await page.getByRole('checkbox', { name: 'count of all by group' }).check()
  await page.getByRole('button', { name: 'Run' }).press('Enter')
  const row = (workload: string) => page.locator(`tr[data-workload="${workload}"]`)
  await expect(row('top-50')).toContainText('incremental')
  await eventually(() => drawn(page), 'the plot grows while it runs').toBeGreaterThan(20)
  for (const workload of ['top-50', 'count of all by group']) {
    await expect(row(workload)).toHaveAttribute('data-equal', 'true')
  }
  const times = Number(await row('count of all by group').locator('td[data-times]').getAttribute('data-times'))
  expect(times, 'a count over the whole table costs more to run again').toBeGreaterThan(1)
  await expect(page.getByRole('button', { name: 'Run' })).toBeEnabled()
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
  expect(await held()).toEqual(before)
})

/** Pixels of the first line of the first plot. */
async function drawn(page: Page): Promise<number> {
  return page.evaluate(() => {
    const canvas = document.querySelector('canvas')
    if (!canvas) return 0
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height)
    const probe = document.createElement('canvas').getContext('2d')!
    probe.fillStyle = getComputedStyle(canvas).getPropertyValue('--plot-line-1').trim()
    probe.fillRect(0, 0, 1, 1)
    const [red, green, blue] = probe.getImageData(0, 0, 1, 1).data
    let found = 0
    for (let at = 0; at < data.length; at += 4) {
      if (data[at] === red && data[at + 1] === green && data[at + 2] === blue && data[at + 3] === 255) found++
    }
    return found
  })
}
