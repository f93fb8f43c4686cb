import { AxeBuilder } from '@axe-core/playwright'
import type { Locator, Page } from '@playwright/test'
import { expect, test } from './support/field-notes.ts'
import { composer, message, openDemo, syncPill } from './support/rooms.ts'
import { untilConnected, valueOf } from './support/tab.ts'

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

test('the operators of a query are drawn and told in words, and light up with what goes through them', async ({
  enter,
  host,
  place,
}) => {
  const tab = await enter()
  await tab.goto(`${tab.url()}?inspect=queries`)
  await rowOf(tab, 'FROM timeline_items').filter({ hasText: 'snippet' }).getByRole('button').click()
  await tab.getByRole('button', { name: 'Show its graph' }).click()
  const operators = tab.getByTestId('operator')
  const scan = tab.locator('[data-testid=operator][data-kind=scan]').filter({ hasText: 'timeline_items' })
  await expect(scan).toHaveCount(1)
  await expect(tab.getByTestId('operator-drawing').getByText('scan', { exact: false }).first()).toBeVisible()
  // as many boxes as operators, and one for the tabs
  await expect(tab.locator('.react-flow__node')).toHaveCount((await operators.count()) + 1)
  const before = Number(/(\d+) out/.exec(await scan.innerText())![1])
  let said = 0
  await expect(async () => {
    await host.say(place.stream, place.room, `through the graph ${++said}`)
    await expect(scan).toHaveAttribute('data-lit', '', { timeout: 3000 })
  }).toPass()
  await expect(tab.getByTestId('operator-drawing')).toHaveAttribute('data-lit', '')
  // each new row went through the scan, once
  await expect(scan).toContainText(`${before + said} out`)
  await scan
    .getByText(/look-up/)
    .or(operators.getByText(/look-up/))
    .first()
    .click()
  await expect(
    tab
      .getByRole('region', { name: 'Operators' })
      .getByText(/SELECT/)
      .first(),
  ).toBeVisible()
  expect(await violations(tab)).toEqual([])
})

test('a SELECT of the console stays live, and its rows flash; hostile SQL leaves the leader and the page as they are', async ({
  enter,
  host,
  place,
}) => {
  const tab = await enter()
  await tab.goto(`${tab.url()}?inspect=console`)
  const editor = tab.getByRole('textbox', { name: 'SQL' })
  const said = tab.getByTestId('console-said')
  const result = tab.getByRole('region', { name: 'Result' })
  const run = async (sql: string) => {
    // fill() has the browser itself put the text in, as nobody's keyboard does
    await editor.press('Control+a')
    await tab.keyboard.insertText(sql)
    await editor.press('Control+Enter')
  }
  await untilConnected(tab)
  const leader = await tab.evaluate(() => window.__ACTIVE)

  await run('SELECT author_name, count(*) AS messages FROM timeline_items GROUP BY author_name')
  await expect(said).toContainText('0 rows. Live')
  await host.say(place.stream, place.room, 'one')
  await expect(result.getByRole('cell', { name: 'Hana Host' })).toBeVisible()
  await host.say(place.stream, place.room, 'two')
  const row = result.getByRole('row').filter({ hasText: 'Hana Host' })
  await expect(row).toContainText('Hana Host2')
  await expect(said).toContainText(/[2-9] changes/)
  await expect(row).toHaveAttribute('data-changed', /[2-9]/)
  expect(await valueOf(tab, 'SELECT count(*) FROM timeline_items')).toBe(2)
  // completion knows the tables
  await editor.press('Control+a')
  await editor.press('Delete')
  await editor.pressSequentially('SELECT * FROM timeline_it')
  await expect(tab.getByRole('option', { name: /timeline_items/ })).toBeVisible()
  await editor.press('Escape')

  const endless = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)'
  for (const [sql, words] of [
    [`${endless} SELECT count(*) FROM n`, 'it ran for 2 s and was stopped'],
    [`${endless} SELECT i FROM n LIMIT 1000000`, 'The first 200 rows.'],
    [`SELECT ${'('.repeat(900)}1${')'.repeat(900)}`, 'Recursion limit'],
    ['DELETE FROM events', 'refused: it would write'],
    ['WITH gone AS (SELECT 1) DELETE FROM timeline_items RETURNING *', 'refused: it would write'],
    ["ATTACH 'rsql.sqlite3' AS other", 'refused: it would write'],
    ['PRAGMA writable_schema = 1', 'refused: PRAGMA writable_schema'],
    ['CREATE TRIGGER t AFTER INSERT ON events BEGIN DELETE FROM events; END', 'refused: it would write'],
  ] as const) {
    await run(sql)
    await expect(result).toContainText(words)
  }
  await host.say(place.stream, place.room, 'three')
  await expect(message(tab, 'three')).toHaveCount(1)
  expect(await tab.evaluate(() => window.__ACTIVE)).toBe(leader)
  expect(await valueOf(tab, 'SELECT count(*) FROM timeline_items')).toBe(3)

  // behind its switch it writes rows, and nothing else
  await tab.getByRole('checkbox', { name: 'Let it write rows' }).check()
  await expect(tab.getByText('What you write here is no event')).toBeVisible()
  await run("UPDATE timeline_items SET snippet = 'by hand' WHERE snippet = 'three'")
  await expect(said).toContainText('1 row written')
  await expect(message(tab, 'by hand')).toHaveCount(1)
  await run('DROP TABLE timeline_items')
  await expect(result).toContainText('refused: sqlite_master')
  expect(await violations(tab)).toEqual([])
})

async function violations(page: Page): Promise<string[]> {
  const { violations: found } = await new AxeBuilder({ page }).analyze()
  return found.map(({ id, nodes }) => `${id}: ${nodes.map((each) => each.html).join(' · ')}`)
}
