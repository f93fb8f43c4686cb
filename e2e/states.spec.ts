import { expect, test } from './support/fixtures.ts'
import { OtherPerson } from './support/other-person.ts'
import { openRoom, say, signIn } from './support/rooms.ts'

test('a thread whose messages are all deleted is listed nowhere', async ({ openTab, server }) => {
  const host = await OtherPerson.signIn(server.url, 'Hana Host')
  const { stream, rooms } = await host.createSpace('Field notes', ['general'])
  const room = rooms[0]!
  const [kept, emptied] = [await host.say(stream, room, 'a heron'), await host.say(stream, room, 'a mole')]
  for (const parent of [kept, emptied]) {
    const payload = { name: `about ${parent}`, kind: 'thread' as const, parentRoom: room, parentMessage: parent }
    const thread = host.event('room.create', stream, payload, { entity: `thread-${parent}`, room })
    expect((await host.append(stream, [thread])).status).toBe(200)
  }
  await host.say(stream, `thread-${kept}`, 'by the pond')
  const gone = await host.say(stream, `thread-${emptied}`, 'under the lawn')

  const tab = await openTab()
  await signIn(tab, 'Ada')
  await openRoom(tab, 'general')
  const panel = tab.getByRole('complementary')
  await tab.getByRole('button', { name: 'Threads', exact: true }).click()
  await expect(panel.getByRole('button', { name: /about/ })).toHaveCount(2)
  await host.append(stream, [host.event('message.delete', stream, {}, { entity: gone, room: `thread-${emptied}` })])
  await expect(panel.getByRole('button', { name: /about/ })).toHaveCount(1)
  await expect(panel.getByRole('button', { name: `about ${kept}` })).toBeVisible()
})

test('who joins a space that everybody had left is told that it has no admin', async ({ openTab, server }) => {
  const host = await OtherPerson.signIn(server.url, 'Hana Host')
  const { ofSpace } = await host.createSpace('Field notes', ['general'])
  const tab = await openTab()
  const panel = tab.getByRole('complementary')
  const left = await host.append(ofSpace, [host.event('member.leave', ofSpace, {}, { entity: host.actor })])
  expect(left.status).toBe(200)
  await signIn(tab, 'Ada')
  await openRoom(tab, 'general')
  await tab.getByRole('button', { name: 'Members', exact: true }).click()
  await expect(panel.getByText('Ada', { exact: true })).toBeVisible()
  await expect(panel.getByText(/No admin is left/)).toBeVisible()
  await say(tab, 'I write here all the same')
})

test('public spaces beyond the first page can be reached', async ({ openTab, server }) => {
  const names = Array.from({ length: 5 }, (_, n) => `Space ${n + 1}`)
  for (const name of names) {
    const host = await OtherPerson.signIn(server.url, 'Hana Host')
    await host.createSpace(name, ['general'])
  }
  const tab = await openTab()
  // as a server with many more spaces: two to a page
  await tab.route('**/api/spaces*', (route) => {
    const url = new URL(route.request().url())
    url.searchParams.set('limit', '2')
    return route.continue({ url: url.href })
  })
  await tab.getByRole('textbox', { name: 'Your name' }).fill('Ada')
  await tab.keyboard.press('Enter')
  const offers = tab.getByRole('button', { name: /^Join / })
  const more = tab.getByRole('button', { name: 'Show more spaces' })
  for (const shown of [2, 4]) {
    await expect(offers).toHaveCount(shown)
    await more.click()
  }
  await expect(offers).toHaveCount(5)
  await expect(more).toHaveCount(0)
  expect((await offers.allTextContents()).length).toBe(new Set(await offers.evaluateAll(nameOf)).size)
  await tab.getByRole('button', { name: 'Join Space 4' }).click()
  await openRoom(tab, 'general')
})

const nameOf = (buttons: Element[]): (string | null)[] => buttons.map((button) => button.getAttribute('aria-label'))
