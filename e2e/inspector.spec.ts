import { AxeBuilder } from '@axe-core/playwright'
import type { Locator, Page } from '@playwright/test'
import { expect, test } from './support/field-notes.ts'
import { composer, message, openDemo, syncPill } from './support/rooms.ts'
import { valueOf } from './support/tab.ts'

const inspector = (page: Page): Locator => page.getByRole('complementary', { name: 'Inspector' })
const part = (page: Page, name: string): Locator => inspector(page).getByRole('tab', { name })

/** The row of the live query whose SQL has this text. */
const rowOf = (page: Page, text: string): Locator => page.getByTestId('live-query').filter({ hasText: text })

test('the inspector opens from the status, from Ctrl+K and by its address, and every part of it by keyboard', async ({
  openTab,
}) => {
  const tab = await openTab()
  const path = await openDemo(tab)
  await syncPill(tab).click()
  await tab.getByRole('button', { name: 'Open the inspector' }).click()
  await expect(inspector(tab)).toBeVisible()
  await expect(tab).toHaveURL(/inspect=/)
  // it has the focus, and Escape gives it back
  await expect(inspector(tab)).toBeFocused()
  await tab.keyboard.press('Escape')
  await expect(inspector(tab)).toHaveCount(0)

  await tab.keyboard.press('Control+k')
  await tab.getByRole('searchbox', { name: 'Room name' }).fill('inspector: que')
  await tab.getByRole('option', { name: 'Inspector: Queries' }).click()
  await expect(tab).toHaveURL(/inspect=queries/)
  await expect(rowOf(tab, 'FROM rooms').first()).toBeVisible()
  await tab.getByRole('button', { name: 'Close the inspector' }).click()

  await tab.goto(`${new URL(tab.url()).origin}${path}?inspect`)
  await expect(part(tab, 'Queries')).toHaveAttribute('aria-selected', 'true')
  // at its start the app leads to where one writes
  await expect(composer(tab)).toBeFocused()
  await part(tab, 'Queries').focus()
  await tab.keyboard.press('ArrowRight')
  await expect(part(tab, 'Graph')).toHaveAttribute('aria-selected', 'true')
  await tab.keyboard.press('ArrowLeft')
  const filter = tab.getByRole('searchbox', { name: 'Filter the queries' })
  await expect(filter).toBeVisible()
  await expect(async () => {
    await tab.keyboard.press('Tab')
    await expect(filter).toBeFocused({ timeout: 300 })
  }).toPass()
  await tab.keyboard.type('mentions')
  await expect(tab.getByTestId('query-count')).toContainText(' of ')

  expect(await violations(tab)).toEqual([])
  // on a phone it is all there is
  await tab.setViewportSize({ width: 390, height: 844 })
  await expect(tab.getByRole('main', { name: 'Inspector' })).toBeVisible()
  await expect(tab.getByRole('navigation', { name: 'Rooms' })).toHaveCount(0)
  expect(await violations(tab)).toEqual([])
})

test('live queries are listed with what they cost: rows as SQL counts them, tabs, a delta for each message', async ({
  enter,
  host,
  place,
}) => {
  const tab = await enter()
  await enter()
  await tab.goto(`${tab.url()}?inspect=queries`)
  await expect(tab.getByTestId('query-count')).toHaveText(/^[1-9]/)
  const timelines = rowOf(tab, 'FROM timeline_items').filter({ hasText: 'snippet' })
  await timelines.getByRole('button').click()
  const details = tab.getByTestId('query-details')
  await expect(details).toContainText(/On screen in(this tab.*, tab |tab .*, this tab)/)

  for (const n of [1, 2, 3]) {
    await host.say(place.stream, place.room, `counted ${n}`)
    await expect(message(tab, `counted ${n}`)).toHaveCount(1)
  }
  await expect(details).toContainText('3 deltas, 3 changes of rows')
  expect(await valueOf(tab, "SELECT count(*) FROM timeline_items WHERE snippet LIKE 'counted %'")).toBe(3)
  await expect(timelines.getByTestId('rows')).toHaveText('3')

  // every one of them has as many rows as SQLite finds
  for (const query of await tab.getByTestId('live-query').all()) {
    if ((await query.getByRole('button', { expanded: true }).count()) === 0) await query.getByRole('button').click()
    await expect(details).toHaveCount(1)
    const [sql, parameters] = await details.evaluate((each) => [
      each.querySelector('pre')!.textContent,
      [...each.querySelectorAll('[data-parameter]')].map((value) => value.textContent),
    ])
    let next = 0
    const asked = sql.replaceAll(/\?(\d*)/g, (_, number) => parameters[number ? number - 1 : next++]!)
    await expect(query.getByTestId('rows')).toHaveText(String(await valueOf(tab, `SELECT count(*) FROM (${asked})`)))
  }
})

async function violations(page: Page): Promise<string[]> {
  const { violations: found } = await new AxeBuilder({ page }).analyze()
  return found.map(({ id, nodes }) => `${id}: ${nodes.map((each) => each.html).join(' · ')}`)
}
