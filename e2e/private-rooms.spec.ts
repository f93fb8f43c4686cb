import type { Page } from '@playwright/test'
import { ulid } from 'ulid'
import { privateRoomId, roomStream } from '../schema/events/streams.ts'
import { expect, test } from './support/fixtures.ts'
import { OtherPerson } from './support/other-person.ts'
import { composer, message, networkIsBack, openRoom, roomLink, say, signIn } from './support/rooms.ts'
import { valueOf } from './support/tab.ts'

/** A space of Hana's, with Bob in it. */
async function aSpace(url: string) {
  const hana = await OtherPerson.signIn(url, 'Hana Host')
  const bob = await OtherPerson.signIn(url, 'Bob Bittern')
  const { ofSpace, space, stream } = await hana.createSpace('Field notes', ['general'])
  await bob.append(ofSpace, [bob.event('member.join', ofSpace, { name: bob.name }, { entity: bob.actor })])
  return { hana, bob, ofSpace, space, general: stream }
}

const panel = (tab: Page) => tab.getByRole('complementary')
const dialog = (tab: Page) => tab.getByRole('dialog')
const roomOnScreen = (tab: Page) => decodeURIComponent(new URL(tab.url()).pathname.split('/')[3] ?? '')

test('a private room is made offline, read by who is in it, and by nobody else', async ({
  openTab,
  server,
  context,
  consoleErrors,
}) => {
  consoleErrors.expect(/ERR_INTERNET_DISCONNECTED/)
  const { hana, bob } = await aSpace(server.url)
  const tab = await openTab()
  await signIn(tab, 'Ada')
  await openRoom(tab, 'general')

  await context.setOffline(true)
  await tab.getByRole('button', { name: 'New room' }).click()
  await dialog(tab).getByRole('textbox', { name: 'Name' }).fill('Plans')
  await dialog(tab).getByRole('checkbox', { name: 'Private' }).check()
  await dialog(tab).getByRole('checkbox', { name: 'Bob Bittern' }).check()
  await dialog(tab).getByRole('button', { name: 'Create room' }).click()
  await expect(tab.getByRole('heading', { name: 'private room Plans' })).toBeVisible()
  await say(tab, 'the heron returns')
  await context.setOffline(false)
  await networkIsBack(tab)

  const stream = roomStream(roomOnScreen(tab))
  await expect(async () => expect(await bob.textsInLog(stream)).toEqual(['the heron returns'])).toPass()
  expect((await hana.read(stream)).status).toBe(404)
  await bob.say(stream, roomOnScreen(tab), 'I saw it too')
  await expect(message(tab, 'I saw it too')).toBeVisible()

  await tab.getByRole('button', { name: 'Members', exact: true }).click()
  await panel(tab).getByRole('button', { name: 'Remove Bob Bittern' }).click()
  await panel(tab).getByRole('button', { name: 'Remove', exact: true }).click()
  // exactly: what is asked before it is done names him too
  await expect(panel(tab).getByText('Bob Bittern', { exact: true })).toHaveCount(0)
  await expect(async () => expect((await bob.read(stream)).status).toBe(403)).toPass()
  await panel(tab).getByRole('button', { name: 'Add people' }).click()
  await panel(tab).getByRole('checkbox', { name: 'Hana Host' }).check()
  await panel(tab).getByRole('button', { name: 'Add Hana Host' }).click()
  await expect(async () => expect((await hana.read(stream)).status).toBe(200)).toPass()
})

test('who is taken out of a room is told, and what was in it leaves the device', async ({ openTab, server }) => {
  const { hana, ofSpace, space, general } = await aSpace(server.url)
  const tab = await openTab()
  await signIn(tab, 'Ada')
  await openRoom(tab, 'general')
  await hana.untilJoined(ofSpace, 'Ada')
  const me = (await valueOf(tab, "SELECT person_id FROM memberships WHERE name = 'Ada'")) as string
  const room = privateRoomId(space, ulid())
  const stream = roomStream(room)
  const member = (entity: string, name: string, active: boolean) =>
    hana.event('room.member', stream, { name, active }, { entity })
  const made = await hana.append(stream, [
    hana.event('room.create', stream, { name: 'Secrets', kind: 'room' }, { entity: room }),
    member(hana.actor, hana.name, true),
    member(me, 'Ada', true),
  ])
  expect(made.status).toBe(200)
  await hana.say(stream, room, 'a planted word')
  await expect(roomLink(tab, 'Secrets')).toHaveAccessibleName(/^Secrets, private room/)
  await roomLink(tab, 'Secrets').click()
  await expect(message(tab, 'a planted word')).toBeVisible()

  await hana.append(stream, [member(me, 'Ada', false)])
  await expect(tab.getByText(/You are no longer in Secrets/)).toBeVisible()
  await expect(roomLink(tab, 'Secrets')).toBeHidden()
  await expect(tab.getByRole('heading', { name: 'There is no such room here.' })).toBeVisible()
  await expect(async () => {
    expect(await valueOf(tab, `SELECT count(*) FROM events WHERE stream = '${stream}'`)).toBe(0)
  }).toPass()
  await tab.getByRole('button', { name: 'OK', exact: true }).click()
  await expect(tab.getByText(/You are no longer in/)).toBeHidden()

  // out of the space: no room of it is left
  await openRoom(tab, 'general')
  await say(tab, 'in the public room')
  await expect(async () => expect(await hana.textsInLog(general)).toEqual(['in the public room'])).toPass()
  await hana.append(ofSpace, [hana.event('member.leave', ofSpace, {}, { entity: me })])
  await expect(tab.getByText(/You are no longer in Field notes/)).toBeVisible()
  await expect(async () => {
    const left = `SELECT (SELECT count(*) FROM timeline_items) + (SELECT count(*) FROM rooms)
      + (SELECT count(*) FROM events WHERE stream NOT LIKE 'person:%')`
    expect(await valueOf(tab, left)).toBe(0)
  }).toPass()
  await expect(composer(tab)).toBeHidden()
})

test('the same two people always find the same direct message', async ({ openTab, server }) => {
  const { hana, bob } = await aSpace(server.url)
  const tab = await openTab()
  await signIn(tab, 'Ada')
  await openRoom(tab, 'general')
  const begin = async () => {
    await tab.getByRole('button', { name: 'New direct message' }).click()
    await dialog(tab).getByRole('checkbox', { name: 'Bob Bittern' }).check()
    await dialog(tab).getByRole('button', { name: 'Begin' }).click()
    await expect(tab.getByRole('heading', { name: 'direct message Bob Bittern' })).toBeVisible()
  }
  await begin()
  await say(tab, 'a word in private')
  const stream = roomStream(roomOnScreen(tab))
  await expect(async () => expect(await bob.textsInLog(stream)).toEqual(['a word in private'])).toPass()
  expect((await hana.read(stream)).status).toBe(404)

  await openRoom(tab, 'general')
  await bob.say(stream, stream.slice('room:'.length), 'and one back')
  await expect(roomLink(tab, 'Bob Bittern')).toHaveAccessibleName('Bob Bittern, direct message, 1 unread')
  await begin()
  await expect(message(tab, 'and one back')).toBeVisible()
  await expect(message(tab, 'a word in private')).toHaveCount(1)
})

test('roles are given in the members panel; a guest reads and reacts, and is offered nothing else', async ({
  openTab,
  server,
}) => {
  const { hana, ofSpace } = await aSpace(server.url)
  const tab = await openTab()
  await signIn(tab, 'Ada')
  await openRoom(tab, 'general')
  await say(tab, 'hello')
  await tab.getByRole('button', { name: 'Members', exact: true }).click()
  await expect(panel(tab).getByText('Hana Host')).toBeVisible()
  await expect(panel(tab).getByRole('combobox')).toHaveCount(0)
  await hana.untilJoined(ofSpace, 'Ada')
  const me = (await valueOf(tab, "SELECT person_id FROM memberships WHERE name = 'Ada'")) as string
  const give = (role: 'guest' | 'admin') => ({
    ...hana.event('member.role', ofSpace, { role }, { entity: me }),
    version: 2,
  })

  await hana.append(ofSpace, [give('guest')])
  await expect(tab.getByText('You are a guest here: you can read and react.', { exact: false })).toBeVisible()
  await expect(composer(tab)).toBeHidden()
  await expect(tab.getByRole('button', { name: 'New room' })).toBeHidden()
  await message(tab, 'hello').hover()
  await expect(tab.getByRole('button', { name: 'Add reaction' })).toBeVisible()
  await expect(tab.getByRole('button', { name: 'Reply', exact: true })).toBeHidden()
  await expect(tab.getByRole('button', { name: 'Edit message' })).toBeHidden()

  await hana.append(ofSpace, [give('admin')])
  await expect(composer(tab)).toBeVisible()
  await panel(tab).getByRole('combobox', { name: 'Role of Bob Bittern' }).selectOption('admin')
  await expect(panel(tab).getByText('Hana Host')).toBeVisible()
  await expect(async () => {
    const { items } = (await hana.read(ofSpace)).body
    expect(items.at(-1)?.event).toMatchObject({ type: 'member.role', payload: { role: 'admin' } })
  }).toPass()
})
