import { eventually } from './support/eventually.ts'
import { expect, test } from './support/fixtures.ts'
import { OtherPerson } from './support/other-person.ts'
import { message, messages, openRoom, roomLink, say, signIn, syncPill } from './support/rooms.ts'
import { valueOf } from './support/tab.ts'

const count = 10_200

test('a new device takes a large space as one file, and goes on with what comes behind it', async ({
  server,
  openTab,
}) => {
  const ada = await OtherPerson.signIn(server.url, 'Ada')
  const { ofSpace, stream, rooms } = await ada.createSpace('Archive', ['general', 'quiet'])
  for (let from = 0; from < count; from += 1000) {
    const texts = Array.from({ length: Math.min(1000, count - from) }, (_, at) => `archived ${from + at}`)
    await ada.sayAll(stream, rooms[0]!, texts)
  }
  await eventually(() => ada.hasSnapshot(ofSpace), 'the server has a snapshot').toBe(true)
  await ada.say(stream, rooms[0]!, 'said behind the snapshot')

  const tab = await openTab()
  const files: number[] = []
  const pages: string[] = []
  tab.context().on('response', (answer) => {
    const path = new URL(answer.url()).pathname
    if (path.endsWith('/snapshot')) files.push(answer.status())
    if (path.endsWith('/events') && answer.request().method() === 'GET') pages.push(answer.url())
  })
  await signIn(tab, 'Bob')
  await expect(roomLink(tab, 'quiet')).toBeVisible()
  await openRoom(tab, 'general')
  await expect(message(tab, 'said behind the snapshot')).toBeVisible()
  await expect(syncPill(tab)).toHaveAttribute('data-sync', 'live')
  const said = "SELECT count(*) FROM timeline_items WHERE snippet LIKE 'archived%'"
  await eventually(() => valueOf(tab, said)).toBe(count)
  expect(files).toEqual([200])
  // no more of it came as events than was on its way when the device learnt how long it is
  expect(pages.filter((url) => url.includes(encodeURIComponent(stream))).length).toBeLessThan(4)

  await ada.say(stream, rooms[0]!, 'and one that comes live')
  await expect(message(tab, 'and one that comes live')).toBeVisible()
  await say(tab, 'an answer from here')
  // its words are found: those that came in the file, and those that came behind it
  const found = (word: string) => valueOf(tab, `SELECT count(*) FROM search_index WHERE search_index MATCH '${word}'`)
  expect([await found('"4711"'), await found('snapshot'), await found('answer')]).toEqual([1, 1, 1])
  await tab.reload()
  await expect(messages(tab).last()).toContainText('an answer from here')
  await expect(syncPill(tab)).toHaveAttribute('data-sync', 'live')
  expect(await valueOf(tab, said)).toBe(count)
})
