import type { Page } from '@playwright/test'
import { expect, test } from './support/another-browser.ts'
import { OtherPerson } from './support/other-person.ts'
import { networkIsBack, openRoom, signIn } from './support/rooms.ts'
import { untilOfflineReady } from './support/tab.ts'

const text = (tab: Page) => tab.getByRole('textbox', { name: 'Text of the page' })
const title = (tab: Page) => tab.getByRole('textbox', { name: 'Title of the page' })
const button = (tab: Page, name: string) => tab.getByRole('button', { name, exact: true })

test('two people write one page: at once, offline, and after a reload; nothing is lost', async ({
  profile,
  another,
  openTab,
  openAnother,
  consoleErrors,
  server,
}) => {
  consoleErrors.expect(/ERR_INTERNET_DISCONNECTED/)
  const host = await OtherPerson.signIn(server.url, 'Hana Host')
  const { stream } = await host.createSpace('Field notes', ['general'])
  const ada = await openTab()
  await signIn(ada, 'Ada')
  await openRoom(ada, 'general')
  await button(ada, 'Pages').click()
  await expect(ada.getByText('No pages here yet.')).toBeVisible()
  await button(ada, 'New page').click()
  await expect(text(ada)).toBeFocused()
  await ada.keyboard.type('## Plan\nfirst line')
  await expect(text(ada).getByRole('heading', { name: 'Plan' })).toBeVisible()
  await title(ada).fill('Expedition')
  await title(ada).press('Enter')
  await expect(text(ada)).toBeFocused()
  await expect(ada.getByText('Saved on this device')).toBeVisible()

  const bob = await openAnother()
  await signIn(bob, 'Bob')
  await host.untilJoined(stream, 'Bob')
  await bob.goto(ada.url())
  await expect(title(bob)).toHaveValue('Expedition')
  await expect(text(bob)).toContainText('first line')
  await text(bob).focus()
  await bob.keyboard.press('Control+End')
  await bob.keyboard.type('\nseen by Bob')
  await expect(text(ada)).toContainText('seen by Bob')

  await test.step('both offline, then one reloads, then both are back', async () => {
    await untilOfflineReady(ada)
    await Promise.all([profile, another].map(({ context }) => context.setOffline(true)))
    await text(ada).focus()
    await ada.keyboard.press('Control+Home')
    await ada.keyboard.type('from Ada: ')
    await ada.reload() // within the second in which it is gathered
    await expect(text(ada)).toContainText('from Ada: Plan')
    await bob.keyboard.type(', from Bob')
    await expect(text(bob)).toContainText('seen by Bob, from Bob')
    await Promise.all([profile, another].map(({ context }) => context.setOffline(false)))
    await Promise.all([ada, bob].map(networkIsBack))
    for (const tab of [ada, bob]) {
      await expect(text(tab)).toContainText('from Ada: Plan')
      await expect(text(tab)).toContainText('seen by Bob, from Bob')
    }
  })

  await test.step('who made it deletes it, and takes that back', async () => {
    await expect(button(bob, 'Delete page')).toHaveCount(0)
    await button(ada, 'Delete page').click()
    await expect(bob.getByText('This page was deleted.')).toBeVisible()
    await expect(text(bob)).toHaveAttribute('contenteditable', 'false')
    await button(ada, 'Undo').click()
    await expect(text(bob)).toHaveAttribute('contenteditable', 'true')
    await expect(text(ada)).toContainText('seen by Bob, from Bob')
  })
})
