import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { eventually } from './support/eventually.ts'
import { expect, test } from './support/fixtures.ts'
import { message, messages, openDemo, openRoom, roomLink, say, syncPill, timeline } from './support/rooms.ts'
import { rowsOf, untilConnected, valueOf } from './support/tab.ts'

test('one click opens a lively demo space, which lives on this device alone', async ({ openTab }) => {
  const tab = await openTab()
  await openDemo(tab)
  for (const room of ['general', 'engineering', 'design', 'kitchen']) await expect(roomLink(tab, room)).toBeVisible()
  await expect(message(tab, 'Everything here lives on this device alone')).toHaveCount(1)
  expect(Number(await valueOf(tab, 'SELECT count(*) FROM timeline_items'))).toBeGreaterThan(2000)
  expect(await valueOf(tab, 'SELECT count(*) FROM outbox')).toBe(0)
  await expect(roomLink(tab, 'engineering')).toHaveAccessibleName(/14 unread, you were mentioned/)
  await openRoom(tab, 'engineering')
  // at the first of the new ones; what was on screen is read
  await expect(timeline(tab).getByRole('separator', { name: 'New messages' })).toBeInViewport()
  await timeline(tab).hover()
  await expect(async () => {
    await tab.mouse.wheel(0, 300)
    await expect(roomLink(tab, 'engineering')).toHaveAccessibleName('engineering', { timeout: 500 })
  }).toPass()
  await expect(message(tab, 'not even then. The edit is one row')).toHaveCount(1)

  await tab.reload()
  await untilConnected(tab)
  await expect(message(tab, 'not even then. The edit is one row')).toHaveCount(1)
})

test('a message is written, edited, reacted to, answered in a thread, found and deleted', async ({ openTab }) => {
  const tab = await openTab()
  await openDemo(tab)
  await openRoom(tab, 'kitchen')
  await say(tab, 'quince marmalade for everyone')
  const mine = (text: string) => message(tab, text)

  await mine('quince marmalade').hover()
  await tab.getByRole('button', { name: 'Edit message' }).click()
  const editor = mine('').getByRole('textbox')
  await editor.fill('quince jelly for everyone')
  await editor.press('Enter')
  await expect(mine('quince jelly for everyone')).toContainText('edited')
  await expect(mine('quince marmalade')).toHaveCount(0)

  await mine('quince jelly').hover()
  await mine('quince jelly').getByRole('button', { name: 'Add reaction' }).click()
  await tab.getByRole('dialog', { name: 'Pick a reaction' }).getByRole('button').first().click()
  await expect(mine('quince jelly').getByRole('group', { name: 'Reactions' })).toContainText('1')

  await mine('quince jelly').hover()
  await mine('quince jelly').getByRole('button', { name: 'Open thread' }).click()
  const reply = tab.getByRole('textbox', { name: 'Reply in thread' })
  await reply.fill('two jars, please')
  await reply.press('Enter')
  await expect(tab.getByRole('log', { name: 'Messages in the thread' })).toContainText('two jars, please')
  await expect(mine('quince jelly')).toContainText('1 reply')
  // a notification, or a link, may name the thread as if it were a room
  const thread = new URL(tab.url()).searchParams.get('thread')!
  await openRoom(tab, 'general')
  await tab.evaluate((room) => {
    const data = {
      type: 'OPEN_ROOM',
      stream: `local:${location.pathname.split('/')[2]}`,
      room,
      thread: null,
      message: null,
    }
    navigator.serviceWorker.dispatchEvent(new MessageEvent('message', { data }))
  }, thread)
  await expect(tab.getByRole('log', { name: 'Messages in the thread' })).toContainText('two jars, please')
  await expect(tab.getByRole('log', { name: 'Messages in kitchen' })).toBeVisible()

  await tab.getByRole('button', { name: 'Search messages' }).click()
  await tab.getByRole('searchbox', { name: 'Search messages' }).fill('quince jelly')
  await expect(tab.getByRole('complementary')).toContainText('1 message')

  await mine('quince jelly').hover()
  await mine('quince jelly').getByRole('button', { name: 'More actions' }).click()
  await tab.getByRole('menuitem', { name: /^Delete(?! for good)/ }).click()
  await expect(mine('quince jelly')).toHaveCount(0)
  expect(
    await rowsOf(
      tab,
      "SELECT deleted FROM timeline_items WHERE snippet LIKE '%quince%' OR deleted = 1 ORDER BY order_key DESC LIMIT 1",
    ),
  ).toEqual([{ deleted: 1 }])
})

test('older messages come in above without moving what is read', async ({ openTab }) => {
  const tab = await openTab()
  await openDemo(tab)
  await openRoom(tab, 'engineering')
  await expect(messages(tab).last()).toBeVisible()
  const list = timeline(tab)
  for (let step = 0; step < 12; step++) {
    await list.hover()
    await tab.mouse.wheel(0, -900)
    await tab.waitForTimeout(80)
  }
  await scrolledToRest(tab)
  // what is on screen stays where it is while the list settles
  const before = (await topMessage(tab))!
  await tab.waitForTimeout(700)
  const after = (await topMessage(tab))!
  expect(after.key).toBe(before.key)
  expect(Math.abs(after.top - before.top)).toBeLessThan(1)
  expect(await messages(tab).count()).toBeLessThan(60)
})

for (const width of [1280, 390]) {
  test(`no accessibility violation in a room and its panels, in both themes, ${width} px wide`, async ({ openTab }) => {
    const tab = await openTab()
    await openDemo(tab)
    await tab.setViewportSize({ width, height: 844 })
    await expect(messages(tab).last()).toBeVisible()
    await expectAccessible(tab, 'room')

    const panel = tab.getByRole(width < 640 ? 'main' : 'complementary', { name: /Thread|Search/ })
    await tab.getByRole('button', { name: 'Threads', exact: true }).click()
    await panel.locator('ul').getByRole('button').first().click()
    await expect(panel.getByRole('article').first()).toBeVisible()
    await expectAccessible(tab, 'thread')
    await tab.getByRole('button', { name: 'Close panel' }).click()

    await tab.getByRole('button', { name: 'Search messages' }).click()
    await tab.getByRole('searchbox').fill('lunch')
    await expect(panel.locator('mark').first()).toBeVisible()
    await expectAccessible(tab, 'search')
    await tab.getByRole('button', { name: 'Close panel' }).click()

    if (width < 640) await tab.getByRole('button', { name: 'Back to rooms' }).click()
    await syncPill(tab).click()
    await expect(tab.getByRole('region', { name: 'Status details' })).toBeVisible()
    await expectAccessible(tab, 'status')
  })
}

const colourRules = ['color-contrast', 'link-in-text-block']
/**
 * By all rules in the light theme, and by those of colours in the dark one: nothing else differs. The page changes its
 * theme over some frames, in which text and ground may be of different ones.
 */
async function expectAccessible(tab: Page, where: string): Promise<void> {
  await tab.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' })
  await eventually(() => violations(new AxeBuilder({ page: tab }).withRules(colourRules)), `${where}, dark`).toEqual([])
  await tab.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
  await eventually(() => violations(new AxeBuilder({ page: tab })), `${where}, light`).toEqual([])
}

async function violations(axe: AxeBuilder): Promise<string[]> {
  const found = await axe.analyze()
  return found.violations.map(
    ({ id, help, nodes }) =>
      `${id}: ${help}: ${nodes
        .map((node) => node.html)
        .join(' | ')
        .slice(0, 300)}`,
  )
}

/** The wheel's last turn has had its effect. */
async function scrolledToRest(tab: Page): Promise<void> {
  await timeline(tab).evaluate(async (list) => {
    for (let [calm, top] = [0, list.scrollTop]; calm < 6; calm = list.scrollTop === top ? calm + 1 : 0) {
      top = list.scrollTop
      await new Promise((resolve) => requestAnimationFrame(resolve))
    }
  })
}

/** The first message in view and where it stands. */
function topMessage(tab: Page): Promise<{ key: string | null; top: number } | null> {
  return timeline(tab).evaluate((list) => {
    const frame = list.getBoundingClientRect()
    for (const row of list.querySelectorAll('article')) {
      const { top, bottom } = row.getBoundingClientRect()
      if (bottom > frame.top + 4) return { key: row.getAttribute('data-key'), top }
    }
    return null
  })
}
