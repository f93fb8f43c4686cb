import { FakePushService } from '../server/push/testing.ts'
import { serverAway } from './support/console-errors.ts'
import { DeviceStorage } from './support/device-storage.ts'
import { eventually } from './support/eventually.ts'
import { expect, test } from './support/field-notes.ts'
import { deployLastingNotifications } from './support/lasting-notifications.ts'
import { message, networkIsBack, say, syncPill } from './support/rooms.ts'
import { ServiceWorkerControl } from './support/service-worker.ts'
import { leaderAmong, rowsOf, valueOf } from './support/tab.ts'

test('a push with no tab open: its event is there when a tab opens, though the server is gone by then', async ({
  enter,
  host,
  place: { stream, room },
  profile,
  server,
  consoleErrors,
}, info) => {
  await deployLastingNotifications(server, info.outputPath('dist'))
  const tab = await enter()
  await say(tab, 'seen before')
  await expect(syncPill(tab)).toHaveAttribute('data-queued', '0')
  const worker = await ServiceWorkerControl.attach(profile.context, server.url)
  await tab.close()
  await worker.stop()

  await host.say(stream, room, '@Ada: pushed while nobody looked')
  await worker.push({ stream, head: (await host.read(stream)).body.head })
  // it queues first (PLATFORM rule 12), so one shown is one queued
  await eventually(() => worker.notifications()).toHaveLength(1)
  const pushAgain = async () => worker.push({ stream, head: (await host.read(stream)).body.head })
  // what is taken back leaves the screen; what is edited follows
  const regretted = await host.say(stream, room, '@Ada: said **too** soon')
  await pushAgain()
  await eventually(() => worker.notifications('body')).toContain('@Ada: said too soon')
  const about = { entity: regretted, room }
  await host.append(stream, [host.event('message.edit', stream, { text: 'said `better`' }, about)])
  await pushAgain()
  await eventually(() => worker.notifications('body')).toContain('said better')
  await host.append(stream, [host.event('message.delete', stream, {}, about)])
  await pushAgain()
  await eventually(() => worker.notifications('body')).toEqual(['@Ada: pushed while nobody looked'])
  consoleErrors.expect(serverAway)
  await server.stop()

  const again = await enter()
  await expect(message(again, 'pushed while nobody looked')).toHaveCount(1)
  await expect(message(again, 'seen before')).toHaveCount(1)
  expect(await valueOf(again, "SELECT count(*) FROM timeline_items WHERE snippet LIKE '%pushed%'")).toBe(1)
})

test('a Service Worker that is stopped goes on where it was', async ({
  enter,
  host,
  place: { stream, room },
  profile,
  server,
}) => {
  const tab = await enter()
  await host.say(stream, room, 'first')
  await expect(message(tab, 'first')).toHaveCount(1)
  const worker = await ServiceWorkerControl.attach(profile.context, server.url)
  await worker.stop()
  await host.say(stream, room, 'second')
  await say(tab, 'third, from here')
  await networkIsBack(tab)
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

test('a Service Worker that the browser stops is woken at once, without a word of anybody', async ({
  enter,
  host,
  place: { stream, room },
  profile,
  server,
}) => {
  const tab = await enter()
  await host.say(stream, room, 'first')
  await expect(message(tab, 'first')).toHaveCount(1)
  const worker = await ServiceWorkerControl.attach(profile.context, server.url)
  for (const text of ['second', 'third', 'fourth']) {
    await worker.stop()
    await host.say(stream, room, text)
    // by the clock it would be woken ten seconds after it was the last time
    await expect(message(tab, text)).toHaveCount(1, { timeout: 9_000 })
  }
})

test('a push in the moment in which the leader leaves: its event is there once', async ({
  enter,
  host,
  place: { stream, room },
  profile,
  server,
}) => {
  let tabs = [await enter(), await enter()]
  const worker = await ServiceWorkerControl.attach(profile.context, server.url)
  const device = await DeviceStorage.of(profile.context, server.url)
  const texts = ['pushed first', 'pushed second', 'pushed third']
  for (const text of texts) {
    const { leader, followers } = await leaderAmong(tabs)
    // stopped: so the push is what starts it, and not the live connection what brings the event
    await worker.stop()
    await host.say(stream, room, text)
    const { head } = (await host.read(stream)).body
    await Promise.all([worker.push({ stream, head }), leader.close()])
    await expect(message(followers[0]!, text)).toHaveCount(1)
    tabs = [...followers, await enter()]
  }
  for (const tab of tabs) {
    const found = await rowsOf(tab, 'SELECT snippet, count(*) AS n FROM timeline_items GROUP BY snippet')
    expect(found).toEqual(texts.toSorted().map((snippet) => ({ snippet, n: 1 })))
  }
  await eventually(() => device.countStored('queue')).toBe(0)
})

test('switched on in the app: told with the page closed, as the room wants it, and closed once it is read', async ({
  enter,
  host,
  place: { stream, room },
  profile,
  server,
}, info) => {
  const service = await new FakePushService().start()
  server.environment = { PUSH_TEST_HOSTS: service.host, LIMITS: '{"pushAfterMs":200}' }
  await deployLastingNotifications(server, info.outputPath('dist'))
  const browser = service.newBrowser()
  // offline, Chromium's own way to a push service never answers
  await profile.context.grantPermissions(['notifications'])
  await profile.context.addInitScript(subscribesTo, browser.subscription)
  const tab = await enter()
  const worker = await ServiceWorkerControl.attach(profile.context, server.url)
  const deliver = async (count: number) => {
    await eventually(async () => browser.pushes().length).toBe(count)
    await worker.push(browser.pushes().at(-1))
  }
  await tab.getByRole('button', { name: 'Notifications', exact: true }).click()
  const settings = tab.getByRole('dialog', { name: 'Notifications' })
  await settings.getByRole('switch', { name: 'Notify me on this device' }).click()
  await settings.getByRole('button', { name: 'Send me a test' }).click()
  await expect(settings).toContainText('Sent.')
  await deliver(1)
  await eventually(() => worker.notifications()).toEqual(['Notifications work'])
  await tab.keyboard.press('Escape')

  const bell = tab.getByRole('button', { name: /^Notifications of this room/ })
  await bell.click()
  const all = tab.getByRole('radio', { name: 'Every message' })
  await all.click()
  await expect(all).toBeChecked()
  await tab.keyboard.press('Escape')
  await expect(syncPill(tab)).toHaveAttribute('data-queued', '0')
  await tab.close()
  await worker.stop()
  await host.say(stream, room, 'to everybody')
  await deliver(2)
  await eventually(() => worker.notifications('body')).toContain('to everybody')

  const again = await enter()
  await expect(message(again, 'to everybody')).toHaveCount(1)
  await eventually(() => worker.notifications()).toEqual(['Notifications work'])

  // a muted room has muted threads
  const topic = host.event(
    'room.create',
    stream,
    { name: 'Topic', kind: 'thread', parentRoom: room },
    { entity: 'topic' },
  )
  await host.append(stream, [topic])
  await host.say(stream, 'topic', 'in a thread')
  const thread = again.getByRole('link', { name: 'Thread Topic, 1 unread' })
  await expect(thread).toBeVisible()
  await again.getByRole('button', { name: 'Notifications of this room' }).click()
  await again.getByRole('switch', { name: 'Mute this room' }).click()
  await again.keyboard.press('Escape')
  await expect(again.getByRole('button', { name: 'Notifications of this room (muted)' })).toBeVisible()
  await expect(thread).toHaveCount(0)

  await again.getByRole('button', { name: 'Notifications', exact: true }).click()
  const device = again.getByRole('switch', { name: 'Notify me on this device' })
  await device.click()
  await expect(device).not.toBeChecked()
  service.stop()
})

/** Runs in the page, before the app. */
function subscribesTo(json: object): void {
  const key = 'subscribed for the test'
  const subscription = { ...json, toJSON: () => json, unsubscribe: async () => (localStorage.removeItem(key), true) }
  Object.assign(PushManager.prototype, {
    subscribe: async () => (localStorage.setItem(key, '1'), subscription),
    getSubscription: async () => (localStorage.getItem(key) === null ? null : subscription),
  })
}
