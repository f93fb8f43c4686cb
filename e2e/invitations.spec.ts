import type { Page } from '@playwright/test'
import { parseInvitation } from '../app/features/invitations/invitation-link.ts'
import { expect, test } from './support/another-browser.ts'
import { eventually } from './support/eventually.ts'
import { OtherPerson } from './support/other-person.ts'
import { message, openRoom, roomLink, say } from './support/rooms.ts'

const panel = (tab: Page) => tab.getByRole('complementary')

/** A person makes a space that nobody finds, as the first thing that they do. */
async function makeClosedSpace(tab: Page, person: string, space: string): Promise<void> {
  await tab.getByRole('textbox', { name: 'Your name' }).fill(person)
  await tab.getByRole('textbox', { name: 'Your name' }).press('Enter')
  await tab.getByRole('checkbox', { name: 'Everyone on this server may find it and join' }).uncheck()
  await tab.getByRole('textbox', { name: 'Name of the space' }).fill(space)
  await tab.getByRole('button', { name: 'Create space' }).click()
  await expect(roomLink(tab, 'general')).toBeVisible()
}

test('a link lets one person into a space that nobody finds; it says so when it is used up, and when it is taken back', async ({
  openTab,
  openAnother,
  server,
  consoleErrors,
}) => {
  consoleErrors.expect(/410/)
  const tab = await openTab()
  await makeClosedSpace(tab, 'Ada', 'Observatory')
  await openRoom(tab, 'general')
  await say(tab, 'the comet is back')
  await tab.getByRole('button', { name: 'Members', exact: true }).click()
  const makeLink = async (people: string): Promise<string> => {
    await panel(tab).getByRole('button', { name: 'Invite people' }).click()
    await panel(tab).getByRole('combobox', { name: 'and lets in' }).selectOption({ label: people })
    await panel(tab).getByRole('button', { name: 'Make the link' }).click()
    const link = await panel(tab)
      .getByRole('textbox', { name: /^The link/ })
      .inputValue()
    await panel(tab).getByRole('button', { name: 'Done' }).click()
    const { pathname, hash } = new URL(link)
    return pathname + hash
  }
  const usedUp = await makeLink('1 person')
  await expect(panel(tab).getByText('As member · 0 of 1 used')).toBeVisible()
  const cy = await OtherPerson.signIn(server.url, 'Cy')
  // the server may not have it yet
  await eventually(async () => (await cy.joinBy(parseInvitation(usedUp)!)).body.joined).toBe(true)
  await expect(panel(tab).getByText('Cy', { exact: true })).toBeVisible()
  await expect(panel(tab).getByText('0 of 1 used'), 'used up, it is listed no more').toBeHidden()
  const takenBack = await makeLink('5 people')
  await panel(tab)
    .getByRole('button', { name: /^Take back the invitation as member/ })
    .click()
  await expect(panel(tab).getByText('of 5 used')).toBeHidden()
  const link = await makeLink('25 people')

  const bob = await openAnother(usedUp)
  await expect(bob.getByRole('heading', { name: 'You are invited' })).toBeVisible()
  await bob.getByRole('textbox', { name: 'Your name' }).fill('Bob')
  await bob.getByRole('button', { name: 'Continue' }).click()
  await expect(bob.getByRole('main').getByRole('alert')).toContainText(
    'As many people as this invitation was for have used it.',
  )
  await bob.goto(server.url + takenBack)
  await expect(bob.getByRole('main').getByRole('alert')).toContainText('This invitation was taken back.')

  await bob.goto(server.url + link)
  await expect(bob.getByText('Ada invites you, as a member.', { exact: false })).toBeVisible()
  await bob.getByRole('button', { name: 'Join Observatory' }).click()
  await openRoom(bob, 'general')
  await expect(message(bob, 'the comet is back')).toBeVisible()
  expect(bob.url(), 'the secret is in no address any more').not.toContain('#')
  await say(bob, 'I see it too')
  await expect(message(tab, 'I see it too')).toBeVisible()
  await expect(panel(tab).getByText('As member · 1 of 25 used')).toBeVisible()

  // who is in it is told so, and nothing is used up
  await bob.goto(server.url + link)
  await bob.getByRole('button', { name: 'Open Observatory' }).click()
  await expect(roomLink(bob, 'general')).toBeVisible()
  await expect(panel(tab).getByText('As member · 1 of 25 used')).toBeVisible()
})
