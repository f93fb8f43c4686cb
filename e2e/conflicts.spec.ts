import type { Page } from '@playwright/test'
import { ulid } from 'ulid'
import { nextClock } from '../schema/events/clock.ts'
import { expect, test } from './support/another-browser.ts'
import { OtherPerson } from './support/other-person.ts'
import { message, networkIsBack, openRoom, say, signIn } from './support/rooms.ts'

const button = (tab: Page, name: string) => tab.getByRole('button', { name, exact: true })
const title = (tab: Page) => tab.getByRole('textbox', { name: 'Title of the page' })
const dialog = (tab: Page) => tab.getByRole('dialog', { name: 'Written by two at once' })

test('two people who are offline write one thing: both see it where it happened, and one settles it for all', async ({
  openTab,
  openAnother,
  server,
  consoleErrors,
}) => {
  consoleErrors.expect(/ERR_INTERNET_DISCONNECTED/)
  const host = await OtherPerson.signIn(server.url, 'Hana Host')
  const { ofSpace, stream, rooms } = await host.createSpace('Field notes', ['general'])
  const ada = await openTab()
  await signIn(ada, 'Ada')
  await openRoom(ada, 'general')
  await button(ada, 'Pages').click()
  await button(ada, 'New page').click()
  await expect(title(ada)).toHaveValue('Untitled')
  const bob = await openAnother()
  await signIn(bob, 'Bob')
  await host.untilJoined(ofSpace, 'Bob')
  await bob.goto(ada.url())
  await expect(title(bob)).toHaveValue('Untitled')

  await test.step('titles of a page', async () => {
    // an offline browser lets through what is under way
    server.pause()
    for (const [tab, name] of [
      [ada, 'Plan of Ada'],
      [bob, 'Plan of Bob'],
    ] as const) {
      await title(tab).fill(name)
      await title(tab).press('Enter')
    }
    server.resume()
    await Promise.all([ada, bob].map(networkIsBack))
    for (const tab of [ada, bob]) await expect(button(tab, 'two titles')).toBeVisible()
    await button(ada, 'two titles').click()
    await expect(dialog(ada)).toContainText('Plan of Ada')
    await expect(dialog(ada)).toContainText('Plan of Bob')
    const shown = await title(ada).inputValue()
    await button(ada, 'Take this').click()
    const other = shown === 'Plan of Ada' ? 'Plan of Bob' : 'Plan of Ada'
    for (const tab of [ada, bob]) {
      await expect(title(tab)).toHaveValue(other)
      await expect(button(tab, 'two titles')).toHaveCount(0)
    }
  })

  await test.step('two texts of a message: written anew from both', async () => {
    for (const tab of [ada, bob]) await button(tab, 'Back to the room').click()
    await say(ada, 'first')
    await expect(message(bob, 'first')).toHaveCount(1)
    await editElsewhere(ada, stream, 'first', 'edited on the phone')
    await expect(message(ada, 'edited on the phone')).toHaveCount(1)
    await editElsewhere(ada, stream, 'edited on the phone', 'edited at the desk')
    for (const tab of [ada, bob]) await expect(button(tab, 'two versions')).toBeVisible()
    await button(bob, 'two versions').click()
    await expect(dialog(bob)).toContainText('Whoever wrote it, or an admin, can settle it.')
    await expect(dialog(bob).getByRole('button', { name: 'Keep this' })).toHaveCount(0)
    await bob.keyboard.press('Escape')
    await button(ada, 'two versions').click()
    await dialog(ada).getByRole('textbox', { name: 'Or write it again' }).fill('edited here and there')
    await button(ada, 'Use this').click()
    for (const tab of [ada, bob]) {
      await expect(message(tab, 'edited here and there')).toHaveCount(1)
      await expect(button(tab, 'two versions')).toHaveCount(0)
    }
  })

  await test.step('two names and two topics of a room, which an admin settles', async () => {
    const update = (payload: { name?: string; topic?: string }) =>
      host.event('room.update', ofSpace, payload, { entity: rooms[0]! })
    const changes = [update({ name: 'garden', topic: 'roses' }), update({ name: 'meadow', topic: 'grass' })]
    expect((await host.append(ofSpace, changes)).status).toBe(200)
    for (const tab of [ada, bob]) {
      await expect(button(tab, 'two names')).toBeVisible()
      await expect(button(tab, 'two topics')).toBeVisible()
    }
    const promote = host.event('member.role', ofSpace, { role: 'admin' }, { entity: await actorOf(ada) })
    expect((await host.append(ofSpace, [promote])).status).toBe(200)
    await expect(async () => {
      await ada.keyboard.press('Escape') // one that opened before she was an admin lies over the button
      await button(ada, 'two names').click()
      await expect(dialog(ada).getByRole('button', { name: 'Keep this' })).toBeVisible({ timeout: 500 })
    }).toPass()
    await dialog(ada).getByRole('button', { name: 'Take this' }).click()
    await button(ada, 'two topics').click()
    await dialog(ada).getByRole('button', { name: 'Keep this' }).click()
    for (const tab of [ada, bob]) {
      await expect(tab.getByRole('heading', { name: 'garden', level: 1 })).toBeVisible()
      await expect(button(tab, 'two names')).toHaveCount(0)
      await expect(button(tab, 'two topics')).toHaveCount(0)
    }
  })
})

const actorOf = (tab: Page): Promise<string> =>
  tab.evaluate(() => (JSON.parse(localStorage.getItem('identity')!) as { actor: string }).actor)

let clock = 0n
/** An edit of the same person on another device, which knows of no other one. */
async function editElsewhere(tab: Page, stream: string, before: string, text: string): Promise<void> {
  clock = nextClock(clock, Date.now())
  const event = {
    id: ulid(),
    type: 'message.edit',
    stream,
    actor: await actorOf(tab),
    clock: String(clock),
    at: Date.now(),
    entity: await message(tab, before).getAttribute('data-key'),
    deps: [],
    payload: { text },
  }
  const status = await tab.evaluate(
    async ([path, body]) => {
      const headers = { 'content-type': 'application/json' }
      return (await fetch(path!, { method: 'POST', headers, body: body! })).status
    },
    [`/api/streams/${encodeURIComponent(stream)}/events`, JSON.stringify({ events: [event] })],
  )
  expect(status).toBe(200)
}
