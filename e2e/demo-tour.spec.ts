import { AxeBuilder } from '@axe-core/playwright'
import { expect, test } from './support/fixtures.ts'
import { openDemo, say } from './support/rooms.ts'
import { untilConnected } from './support/tab.ts'

test('the tour of the demo, by the keyboard: each step does what it says; it is left and taken up again', async ({
  openTab,
  profile,
}) => {
  const tab = await openTab()
  await openDemo(tab)
  const go = async (name: string) => tab.getByRole('button', { name }).press('Enter')
  await go('Tour: two minutes')
  const step = tab.getByRole('listitem').and(tab.locator('[aria-current="step"]'))
  await expect(step).toContainText('Open a second tab')
  expect((await new AxeBuilder({ page: tab }).analyze()).violations.map(({ id, help }) => `${id}: ${help}`)).toEqual([])

  const opened = profile.context.waitForEvent('page')
  await go('Open a second tab')
  const second = await opened
  await untilConnected(second)
  await expect(step).toContainText('Take the leader away')
  await go('See the tabs')
  await expect(tab).toHaveURL(/inspect=tabs/)
  await go('Close the inspector')

  // the first tab goes; the tour goes on in the second
  await tab.close()
  await second.bringToFront()
  await say(second, 'still here')
  const next = second.getByRole('listitem').and(second.locator('[aria-current="step"]'))
  await expect(next).toContainText('Turn the network off')
  await second.getByRole('button', { name: 'Reload this page' }).press('Enter')
  await untilConnected(second)
  await expect(next).toContainText('Watch a query')
  await second.getByRole('button', { name: 'Ask who writes most' }).press('Enter')
  await second.getByRole('button', { name: 'Run' }).press('Enter')
  await expect(second.getByRole('region', { name: 'Rows' }).getByRole('row')).toHaveCount(11)
  await second.getByRole('button', { name: 'Save as a view' }).press('Enter')
  await expect(second.getByRole('link', { name: 'Who writes most, 10 rows' })).toBeVisible()
  await second.getByRole('button', { name: 'Tour: 4 of 5' }).press('Enter')
  await second.getByRole('button', { name: 'Open the inspector' }).press('Enter')
  await expect(second).toHaveURL(/inspect/)
  await expect(second.getByText('That is all.')).toHaveCount(1)
})
