import type { Page } from '@playwright/test'
import { BrowserProfile } from './support/browser-profile.ts'
import { expect, test as base } from './support/fixtures.ts'
import { OtherPerson } from './support/other-person.ts'
import { networkIsBack, openRoom, signIn } from './support/rooms.ts'
import { untilConnected } from './support/tab.ts'

const test = base.extend<{ readonly another: BrowserProfile }>({
  another: async ({ launchOptions, headless, consoleErrors, server }, provide) => {
    void server // so as to be closed before it
    const profile = new BrowserProfile({ ...launchOptions, headless: headless ?? true }, consoleErrors)
    await profile.open()
    await provide(profile)
    await profile.dispose()
  },
})

const text = (tab: Page) => tab.getByRole('textbox', { name: 'Text of the page' })
const title = (tab: Page) => tab.getByRole('textbox', { name: 'Title of the page' })
const button = (tab: Page, name: string) => tab.getByRole('button', { name, exact: true })

async function open(profile: BrowserProfile, url: string): Promise<Page> {
  const tab = await profile.context.newPage()
  await tab.goto(url)
  await untilConnected(tab)
  return tab
}

test('two people write one page: at once, offline, and after a reload; nothing is lost', async ({
  profile,
  another,
  consoleErrors,
  server,
}) => {
  consoleErrors.expect(/ERR_INTERNET_DISCONNECTED/)
  const host = await OtherPerson.signIn(server.url, 'Hana Host')
  await host.createSpace('Field notes', ['general'])
  const ada = await open(profile, server.url)
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

  const bob = await open(another, server.url)
  await signIn(bob, 'Bob')
  await bob.goto(ada.url())
  await expect(title(bob)).toHaveValue('Expedition')
  await expect(text(bob)).toContainText('first line')
  await text(bob).click()
  await bob.keyboard.press('Control+End')
  await bob.keyboard.type('\nseen by Bob')
  await expect(text(ada)).toContainText('seen by Bob')

  await test.step('both offline, then one reloads, then both are back', async () => {
    await Promise.all([profile, another].map(({ context }) => context.setOffline(true)))
    await text(ada).click()
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
