import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect, test } from './support/field-notes.ts'
import { say, syncPill } from './support/rooms.ts'
import { valueOf } from './support/tab.ts'

const view = (tab: Page, name: string) => tab.getByRole('region', { name: 'Views' }).getByRole('link', { name })
const axe = async (tab: Page) =>
  (await new AxeBuilder({ page: tab }).analyze()).violations.map(({ id, help }) => `${id}: ${help}`)

test('a search that is saved counts what answers to it and what is new, in every tab; it is renamed, deleted, brought back', async ({
  enter,
  host,
  place: { stream, room },
}) => {
  await host.sayAll(stream, room, ['a lantern', 'no light', 'the lanterns'])
  const tab = await enter()
  await tab.getByRole('button', { name: 'Search messages' }).click()
  await tab.getByRole('searchbox').fill('lantern')
  await tab.getByRole('button', { name: 'Save as a view' }).click()
  await expect(view(tab, 'lantern, 2 rows')).toBeVisible()
  expect(await axe(tab)).toEqual([])
  await tab.getByRole('button', { name: 'Close panel' }).click()

  await host.say(stream, room, 'one more lantern')
  await host.say(stream, room, 'and a torch')
  await expect(view(tab, 'lantern, 3 rows, 1 new')).toBeVisible()
  const beside = await enter()
  await expect(view(beside, 'lantern, 3 rows, 1 new')).toBeVisible()

  await tab.bringToFront()
  await view(tab, 'lantern, 3 rows, 1 new').click()
  await expect(tab.getByText('one more lantern').last()).toBeVisible()
  for (const each of [tab, beside]) await expect(view(each, 'lantern, 3 rows')).toHaveAccessibleName('lantern, 3 rows')

  await tab.getByRole('button', { name: 'Rename' }).click()
  await tab.getByRole('textbox', { name: 'Name of the view' }).fill('Lights')
  await tab.keyboard.press('Enter')
  await expect(view(beside, 'Lights, 3 rows')).toBeVisible()
  await tab.getByRole('button', { name: 'Delete the view' }).click()
  await expect(view(beside, 'Lights')).toHaveCount(0)
  await tab.getByRole('button', { name: 'Undo' }).click()
  await expect(view(beside, 'Lights, 3 rows')).toBeVisible()
  // it is the person's own: other devices of theirs have it from the server
  await expect(syncPill(tab)).toHaveAttribute('data-queued', '0')
  expect(await valueOf(tab, "SELECT count(*) FROM saved_views WHERE stream LIKE 'person:%'")).toBe(1)
})

test('a SELECT from a link runs when its person says so; what writes, is wrong or has no end harms nobody', async ({
  enter,
  host,
  place: { stream, room },
}) => {
  await host.sayAll(stream, room, ['first', 'second'])
  const tab = await enter()
  const sql = tab.getByRole('textbox', { name: 'SELECT' })
  const link = async (text: string) => {
    await tab.goto(`${new URL(tab.url()).href.split('?')[0]}?${new URLSearchParams({ panel: 'query', sql: text })}`)
    await expect(sql).toHaveValue(text)
  }
  const run = () => tab.getByRole('button', { name: 'Run' }).click()
  const rows = tab.getByRole('region', { name: 'Rows' })

  await link('SELECT snippet FROM timeline_items ORDER BY key')
  await expect(tab.getByText('It has not been run.')).toBeVisible()
  await expect(rows).toHaveCount(0)
  await run()
  await expect(rows.getByRole('cell')).toHaveText(['first', 'second'])
  await host.say(stream, room, 'third')
  await expect(rows.getByRole('cell')).toHaveText(['first', 'second', 'third'])
  await tab.getByRole('textbox', { name: 'Name of the view' }).fill('All')
  await tab.getByRole('button', { name: 'Save as a view' }).click()
  await expect(view(tab, 'All, 3 rows')).toBeVisible()
  expect(await axe(tab)).toEqual([])

  await tab.getByRole('button', { name: 'New view' }).click()
  for (const [text, why] of [
    ['DELETE FROM timeline_items', 'It must be one SELECT'],
    ['WITH gone AS (SELECT 1) DELETE FROM timeline_items', /./],
    ['SELECT 1; DELETE FROM timeline_items', /./],
    ['SELECT x FROM nowhere', /no such table/],
  ] as const) {
    await sql.fill(text)
    await run()
    await expect(tab.getByRole('alert').filter({ hasText: why })).toBeVisible()
  }
  await tab.getByRole('textbox', { name: 'Name of the view' }).fill('Wrong')
  await tab.getByRole('button', { name: 'Save as a view' }).click()
  await expect(view(tab, 'Wrong, cannot be shown')).toBeVisible()

  // far more rows than anybody reads
  await link('WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n')
  await expect(view(tab, 'Wrong, cannot be shown')).toBeVisible()
  await run()
  await expect(tab.getByText('The first 500 rows, live')).toBeVisible()
  await tab.getByRole('button', { name: 'Close panel' }).click()
  await say(tab, 'still here')
  await expect(view(tab, 'All, 4 rows')).toBeVisible()
})
