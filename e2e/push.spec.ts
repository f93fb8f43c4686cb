import { expect, test } from './support/fixtures.ts'
import { OtherPerson } from './support/other-person.ts'
import { message, openRoom, say, signIn, syncPill } from './support/rooms.ts'
import { ServiceWorkerControl } from './support/service-worker.ts'
import { rowsOf, valueOf } from './support/tab.ts'

test('a push with no tab open: its event is there when a tab opens, though the server is gone by then', async ({
  openTab,
  profile,
  server,
  consoleErrors,
}) => {
  const host = await OtherPerson.signIn(server.url, 'Hana Host')
  const { stream, rooms } = await host.createSpace('Field notes', ['general'])
  const tab = await openTab()
  await signIn(tab, 'Ada')
  await openRoom(tab, 'general')
  await say(tab, 'seen before')
  await expect(syncPill(tab)).toHaveAttribute('data-queued', '0')
  const path = new URL(tab.url()).pathname
  const worker = await ServiceWorkerControl.attach(profile.context, server.url)
  await tab.close()
  await worker.stop()

  await host.say(stream, rooms[0]!, 'pushed while nobody looked')
  await worker.push({ stream, head: (await host.read(stream)).body.head })
  await expect(async () => expect(await queuedEvents(worker)).toBeGreaterThan(0)).toPass()
  consoleErrors.expect(
    /Failed to load resource|ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_INCOMPLETE_CHUNKED|Failed to fetch/,
  )
  await server.stop()

  const again = await openTab(path)
  await expect(message(again, 'pushed while nobody looked')).toHaveCount(1)
  await expect(message(again, 'seen before')).toHaveCount(1)
  expect(await valueOf(again, "SELECT count(*) FROM timeline_items WHERE snippet LIKE 'pushed%'")).toBe(1)

  /** notifications that the worker shows: it queues first (PLATFORM rule 12), so one shown is one queued */
  async function queuedEvents(control: ServiceWorkerControl): Promise<number> {
    return (await control.notifications()).length
  }
})

test('a Service Worker that is stopped goes on where it was', async ({ openTab, profile, server }) => {
  const host = await OtherPerson.signIn(server.url, 'Hana Host')
  const { stream, rooms } = await host.createSpace('Field notes', ['general'])
  const tab = await openTab()
  await signIn(tab, 'Ada')
  await openRoom(tab, 'general')
  await host.say(stream, rooms[0]!, 'first')
  await expect(message(tab, 'first')).toHaveCount(1)
  const worker = await ServiceWorkerControl.attach(profile.context, server.url)
  await worker.stop()
  await host.say(stream, rooms[0]!, 'second')
  await say(tab, 'third, from here')
  await expect(message(tab, 'second')).toHaveCount(1)
  await expect(syncPill(tab)).toHaveAttribute('data-queued', '0')
  const texts = await rowsOf(tab, 'SELECT snippet, count(*) AS n FROM timeline_items GROUP BY snippet ORDER BY snippet')
  expect(texts).toEqual([
    { snippet: 'first', n: 1 },
    { snippet: 'second', n: 1 },
    { snippet: 'third, from here', n: 1 },
  ])
  expect(await host.textsInLog(stream)).toEqual(expect.arrayContaining(['first', 'second', 'third, from here']))
})
