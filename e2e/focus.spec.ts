import { readFileSync } from 'node:fs'
import type { Locator, Page } from '@playwright/test'
import { eventually } from './support/eventually.ts'
import { expect, test } from './support/fixtures.ts'
import { OtherPerson } from './support/other-person.ts'
import { composer, message, messages, openDemo, openRoom, roomLink, signIn, timeline } from './support/rooms.ts'

/** Every row of docs/focus.md, in one walk through the app. */
test('after every action the focus is where one goes on, and never on the page itself', async ({ openTab, server }) => {
  const host = await OtherPerson.signIn(server.url, 'Hana Host')
  const { stream, rooms } = await host.createSpace('Field notes', ['general', 'garden'])
  const notes = Array.from({ length: 30 }, (_, at) => `note ${at}.`)
  await host.sayAll(stream, rooms[0]!, ['a heron by the pond', ...notes])
  const tab = await openTab()
  await signIn(tab, 'Ada')
  const done: string[] = []
  const row = async (action: string, act: () => Promise<unknown>, focused: Locator) => {
    await test.step(action, async () => {
      await act()
      await expect(focused).toBeFocused()
      await notOnThePage(tab)
      done.push(action)
    })
  }
  const press = (keys: string) => () => tab.keyboard.press(keys)
  const button = (name: string) => tab.getByRole('button', { name, exact: true })
  const log = timeline(tab)
  const reply = tab.getByRole('textbox', { name: 'Reply in thread' })
  const panel = tab.getByRole('complementary')
  const editor = tab.getByRole('textbox', { name: 'Edit message' })
  const heron = message(tab, 'a heron by the pond').filter({ hasNotText: 'In reply to' })

  await openRoom(tab, 'general')
  await row('the app opens in a room', () => tab.reload(), composer(tab))
  await row('a room is chosen in the list', () => roomLink(tab, 'garden').click(), composer(tab))
  await row('a room is chosen with Ctrl+K', () => goTo(tab, 'general'), composer(tab))
  await expect(tab).toHaveURL(new RegExp(rooms[0]!))
  await composer(tab).fill('typed')
  await row(
    'Ctrl+K is closed with Escape',
    async () => {
      await tab.keyboard.press('Control+k')
      await expect(tab.getByRole('dialog')).toBeVisible()
      await tab.keyboard.press('Escape')
      await expect(tab.getByRole('dialog')).toHaveCount(0)
    },
    composer(tab),
  )
  await composer(tab).fill('')
  await row(
    'Shift+Tab from the composer, at most twice',
    async () => {
      for (let step = 0; step < 2 && !(await isFocused(log)); step++) await tab.keyboard.press('Shift+Tab')
    },
    log,
  )
  await row('an arrow key in the log', press('ArrowUp'), messages(tab).last())
  await row('Escape on a message', press('Escape'), log)

  await composer(tab).fill('tea at four')
  await row('a message is sent with the button', () => button('Send message').click(), composer(tab))
  const tea = message(tab, 'tea at four')
  await expect(tea).toHaveCount(1)
  await tea.focus()
  await row('R on a message', press('r'), composer(tab))
  await row('the reply is given up with Escape', press('Escape'), composer(tab))

  // what is typed at once belongs to the thread, and no letter of it is a shortcut
  await tea.focus()
  await row('T on a message', () => tab.keyboard.type('there: a time to remember'), reply)
  await expect(reply).toHaveValue('here: a time to remember')
  await reply.press('Enter')
  await expect(tab.getByRole('log', { name: 'Messages in the thread' })).toContainText('here: a time to remember')
  await row('a thread is closed with Escape', press('Escape'), tea)
  await row('"n replies" is pressed', () => tea.getByRole('button', { name: /1 reply/ }).click(), reply)
  await tab.keyboard.type('rem')
  await expect(reply).toHaveValue('rem')
  await row('a thread is closed with its cross', () => button('Close panel').click(), tea)
  await button('Threads').click()
  await row(
    'a thread is chosen in the threads panel',
    () => panel.getByRole('button', { name: /tea at four/ }).click(),
    reply,
  )
  await expect(reply).toHaveValue('rem')
  await reply.fill('')
  await button('Close panel').click()

  await row('a panel is opened', () => button('Members').click(), panel)
  await row('a panel is closed with Escape', press('Escape'), button('Members'))
  await row('the search is opened', () => button('Search messages').click(), tab.getByRole('searchbox'))
  await tab.keyboard.type('heron')
  await row('a found message is opened', () => panel.getByRole('button', { name: /heron/ }).click(), heron)
  await row('a message is pinned from its menu', () => fromMenu(tab, heron, 'Pin'), heron)
  await expect(heron).toContainText('pinned')
  await goToEnd(tab)
  await button('Pinned messages').click()
  await row('a pinned message is opened', () => panel.getByRole('button', { name: /heron/ }).click(), heron)
  await tab.keyboard.press('t')
  await expect(reply).toBeFocused()
  await goToEnd(tab)
  await row('"Show in room" is pressed', () => button('Show in room').click(), heron)
  await button('Close panel').click()
  await heron.press('r')
  await composer(tab).fill('yes, I saw it')
  await composer(tab).press('Enter')
  const answer = message(tab, 'yes, I saw it')
  await expect(answer).toHaveCount(1)
  await row('a quote is pressed', () => answer.getByRole('button', { name: /In reply to/ }).click(), heron)
  await goToEnd(tab)

  await answer.focus()
  await row('an edit is begun with E', press('e'), editor)
  await tab.keyboard.type(', twice')
  await row('an edit is saved', press('Enter'), answer)
  await expect(answer).toContainText('yes, I saw it, twice')
  await answer.press('e')
  await row('an edit is cancelled with Escape', () => editor.press('Escape'), answer)
  await composer(tab).focus()
  await row('an edit is begun with Up in the composer', press('ArrowUp'), editor)
  await row('an edit from the composer is cancelled', press('Escape'), composer(tab))

  const picker = tab.getByRole('dialog', { name: 'Pick a reaction' })
  await answer.hover()
  await answer.getByRole('button', { name: 'Add reaction' }).click()
  await row('a reaction is chosen with the pointer', () => picker.getByRole('button').first().click(), answer)
  await row(
    'the last reaction is taken back',
    () => answer.getByRole('button', { name: /you reacted/ }).click(),
    answer,
  )
  await answer.press('+')
  await expect(picker.getByRole('searchbox')).toBeFocused()
  await row('a reaction is chosen with a key', press('Enter'), answer)
  await expect(answer.getByRole('group', { name: 'Reactions' })).toContainText('1')
  await answer.press('m')
  await expect(tab.getByRole('menu')).toBeVisible()
  await row('the menu of a message is closed with Escape', press('Escape'), answer)

  const gone = messages(tab).filter({ hasText: 'This message was deleted' })
  await row('a message is deleted with Del', press('Delete'), gone)
  await row('F6 while a notice is shown', press('F6'), button('Undo'))
  await row('a notice is closed with Escape', press('Escape'), gone)
  await answer.waitFor({ state: 'detached' })
  await tea.focus()
  await tab.keyboard.press('Delete')
  await expect(gone).toHaveCount(2)
  await row('Ctrl+Z takes the delete back', press('Control+z'), tea)
  await tea.press('e')
  await editor.fill('  ')
  await row('an emptied edit deletes the message', () => editor.press('Enter'), gone.first())
  await button('Undo').first().click()
  await expect(tea).toBeFocused()

  const dialog = tab.getByRole('dialog')
  await fromMenu(tab, tea, 'Delete for good…')
  await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeFocused()
  await row('"Delete for good…" is given up with Escape', press('Escape'), tea)
  await fromMenu(tab, tea, 'Delete for good…')
  await row(
    'a message is deleted for good',
    () => dialog.getByRole('button', { name: 'Delete for good' }).click(),
    messages(tab).filter({ hasText: 'deleted for good' }),
  )

  await log.hover()
  await tab.mouse.wheel(0, -2000)
  await expect(log, 'it has left the end').toHaveAttribute('aria-live', 'off')
  await host.say(stream, rooms[0]!, 'something new')
  await row('"n new" is pressed', () => tab.getByRole('button', { name: '1 new' }).click(), log)

  await row('a dialog is opened', () => button('New room').click(), tab.getByRole('textbox', { name: 'Name' }))
  await row('a dialog is closed with Escape', press('Escape'), button('New room'))
  await row(
    'a room is made',
    async () => {
      await button('New room').click()
      await tab.getByRole('textbox', { name: 'Name' }).fill('orchard')
      await tab.keyboard.press('Enter')
    },
    composer(tab),
  )
  await expect(tab.getByRole('heading', { name: 'orchard', level: 1 })).toBeVisible()

  const text = tab.getByRole('textbox', { name: 'Text of the page' })
  await button('Pages').click()
  await row('a page is made', () => button('New page').click(), text)
  await tab.getByRole('textbox', { name: 'Title of the page' }).fill('Plants')
  await row('the title of a page is given with Enter', press('Enter'), text)
  await row('a page is left', () => button('Back to the room').click(), composer(tab))
  await tab.getByTestId('sync-pill').click()
  await row('the status is closed with Escape', press('Escape'), tab.getByTestId('sync-pill'))

  await button('Add a space').click()
  await tab.getByRole('textbox', { name: 'Name of the space' }).fill('Second')
  await tab.keyboard.press('Enter')
  await expect(tab.getByRole('heading', { name: 'Second' })).toBeVisible()
  await row('a space is chosen', () => tab.getByRole('link', { name: /^Field notes/ }).click(), composer(tab))

  expect(done.toSorted()).toEqual(rowsOfTheTable().toSorted())
})

test('on a phone no text field takes the focus unasked, and none is so small that the screen zooms', async ({
  openTab,
  profile,
}) => {
  const tab = await openTab()
  const cdp = await profile.context.newCDPSession(tab)
  await cdp.send('Emulation.setDeviceMetricsOverride', { width: 390, height: 844, deviceScaleFactor: 2, mobile: true })
  await cdp.send('Emulation.setTouchEmulationEnabled', { enabled: true })
  expect(await tab.evaluate(() => matchMedia('(pointer: coarse)').matches)).toBe(true)
  await openDemo(tab)
  await expect(timeline(tab)).toBeFocused()
  await tab.getByRole('button', { name: 'Back to rooms' }).click()
  await expect(roomLink(tab, 'general')).toBeFocused()
  await expect(tab.getByText(/Ctrl|⌘/)).toHaveCount(0)
  await roomLink(tab, 'design').click()
  await expect(timeline(tab)).toBeFocused()
  await tab.getByRole('button', { name: 'Search messages' }).click()
  await expect(tab.getByRole('searchbox')).toBeFocused()
  await tab.getByRole('searchbox').fill('design')
  const small = await tab.evaluate(
    () =>
      [...document.querySelectorAll('input, textarea')].filter(
        (field) => parseFloat(getComputedStyle(field).fontSize) < 16,
      ).length,
  )
  expect(small).toBe(0)
  // the message that was found is shown, and not the panel above it
  // the panel is all there is on a phone
  const panel = tab.getByRole('main', { name: 'Search' })
  const hits = panel.getByRole('button').filter({ has: tab.locator('mark') })
  await hits.nth(2).click()
  await expect(panel).toHaveCount(0)
  const found = () => tab.evaluate(() => document.activeElement?.getAttribute('data-key') === location.hash.slice(1))
  await eventually(found, 'the message that was found has the focus').toBe(true)
  // and keeps it when the timeline has come to rest
  await tab.waitForTimeout(500)
  expect(await found()).toBe(true)
})

function rowsOfTheTable(): string[] {
  const table = readFileSync(new URL('../docs/focus.md', import.meta.url), 'utf8')
  return [...table.matchAll(/^\| (.+?) \| .+ \|$/gm)].map((found) => found[1]!).filter((action) => action !== 'action')
}

async function notOnThePage(tab: Page): Promise<void> {
  await tab.waitForTimeout(120)
  expect(await tab.evaluate(() => document.activeElement?.tagName)).not.toBe('BODY')
}

function isFocused(locator: Locator): Promise<boolean> {
  return locator.evaluate((element) => element === document.activeElement)
}

async function goTo(tab: Page, room: string): Promise<void> {
  await tab.keyboard.press('Control+k')
  await tab.getByRole('searchbox', { name: 'Room name' }).fill(room)
  await expect(tab.getByRole('option').first()).toContainText(room)
  await tab.keyboard.press('Enter')
}

async function goToEnd(tab: Page): Promise<void> {
  await timeline(tab).focus()
  await tab.keyboard.press('End')
}

async function fromMenu(tab: Page, row: Locator, item: string): Promise<void> {
  await row.hover()
  await row.getByRole('button', { name: 'More actions' }).click()
  await tab.getByRole('menuitem', { name: item, exact: true }).click()
}
