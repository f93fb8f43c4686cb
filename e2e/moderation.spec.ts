import type { Page } from '@playwright/test'
import { expect, test } from './support/another-browser.ts'
import { OtherPerson } from './support/other-person.ts'
import { composer, message, openRoom, say, signIn } from './support/rooms.ts'
import { valueOf } from './support/tab.ts'

const panel = (tab: Page) => tab.getByRole('complementary')

test('an admin mutes, lets write again, and bans; the person is told why, and the admins read what was done', async ({
  openTab,
  openAnother,
  server,
}) => {
  const hana = await OtherPerson.signIn(server.url, 'Hana Host')
  const { ofSpace } = await hana.createSpace('Field notes', ['general'])
  const tab = await openTab()
  await signIn(tab, 'Ada')
  await openRoom(tab, 'general')
  await hana.untilJoined(ofSpace, 'Ada')
  const ada = (await valueOf(tab, "SELECT person_id FROM memberships WHERE name = 'Ada'")) as string
  const makeAdmin = { ...hana.event('member.role', ofSpace, { role: 'admin' }, { entity: ada }), version: 2 }
  await hana.append(ofSpace, [makeAdmin])
  const bob = await openAnother()
  await signIn(bob, 'Bob')
  await openRoom(bob, 'general')
  await say(bob, 'buy my telescopes')
  await expect(message(tab, 'buy my telescopes')).toBeVisible()

  await tab.getByRole('button', { name: 'Members', exact: true }).click()
  await expect(panel(tab).getByRole('button', { name: 'Mute or ban Hana Host' }), 'an owner').toHaveCount(0)
  const moderate = async (what: string, reason: string) => {
    await panel(tab).getByRole('button', { name: 'Mute or ban Bob' }).click()
    const form = panel(tab).getByRole('form', { name: 'Mute or ban Bob' })
    await form.getByRole('combobox').selectOption({ label: what })
    await form.getByRole('textbox', { name: 'Reason' }).fill(reason)
    await form.getByRole('button', { name: what === 'Ban' ? 'Ban' : 'Mute', exact: true }).click()
  }
  await moderate('Mute for 1 hour', 'Advertising')
  await expect(bob.getByText('Ada muted you here until', { exact: false })).toContainText('The reason: Advertising')
  await expect(composer(bob)).toBeHidden()
  await message(bob, 'buy my telescopes').hover()
  await expect(bob.getByRole('button', { name: 'Add reaction' })).toBeHidden()
  await expect(panel(tab).getByText('muted', { exact: true })).toBeVisible()

  await panel(tab).getByRole('button', { name: 'Mute or ban Bob' }).click()
  await panel(tab).getByRole('button', { name: 'Let Bob write again' }).click()
  await say(bob, 'sorry')
  await expect(message(tab, 'sorry')).toBeVisible()

  await moderate('Ban', 'Again')
  await expect(panel(tab).getByRole('button', { name: 'Lift the ban of Bob' })).toBeVisible()
  await expect(message(bob, 'sorry')).toHaveCount(0)
  await panel(tab).getByRole('button', { name: 'Moderation log' }).click()
  const log = panel(tab).getByRole('list', { name: 'Moderation log' })
  await expect(log.getByRole('listitem')).toContainText([
    'Ada banned Bob',
    'Ada let Bob write again',
    'Ada muted Bob until',
    'Hana Host made Ada an admin',
  ])
})
