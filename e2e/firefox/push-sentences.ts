import { strict as assert } from 'node:assert'
import { setTimeout as sleep } from 'node:timers/promises'
import { OtherPerson } from '../support/other-person.ts'
import { openTab, press, signIn, untilStatus, waitFor } from './app.ts'
import type { Page } from './driver.ts'
import { PushService } from './push-service.ts'
import type { Sentence } from './world.ts'

/** Web Push from the switch in the app to the notification, through the browser's own push client. */
export const pushSentences: Readonly<Record<string, Sentence>> = {
  async 'a device whose page is closed is told of a message, through a push service'(world) {
    const { server, firefox } = world
    const service = await new PushService().start()
    try {
      await server.stop()
      server.environment = { PUSH_TEST_HOSTS: service.host, LIMITS: '{"pushAfterMs":200}' }
      await server.start()
      firefox.preferences = service.preferences
      const host = await OtherPerson.signIn(server.url, 'Hana Host')
      const { stream, rooms } = await host.createSpace('Field notes', ['general'])
      const tab = await openTab(await firefox.newPage(), server.url)
      await signIn(tab, 'Ada')
      await untilStatus(tab, 'sync', 'live')

      await press(tab, 'button', 'Notifications')
      await press(tab, 'switch', 'Notify me on this device')
      await waitFor(tab, 'it is on', () =>
        /You are told here/.test(document.querySelector('[role=dialog]')!.textContent),
      )
      await world.look(tab, 'notifications-on')
      await press(tab, 'button', 'Send me a test')
      await untilAcked(service, 1)
      await tab.keyboard.press('Escape')
      await untilStatus(tab, 'queued', '0')

      // a document of the app's origin that is not the app, and reads nothing
      const aside = await firefox.newPage()
      await aside.goto(`${server.url}/icon.svg`)
      await untilShown(aside, ['Notifications work'])
      await tab.close()
      await host.say(stream, rooms[0]!, 'nobody is named: this is not told')
      await host.say(stream, rooms[0]!, 'Are you there, @Ada?')
      await untilAcked(service, 2)
      await untilShown(aside, ['Hana Host in general', 'Notifications work'])
      assert.deepEqual(
        service.acked.map(({ code }) => code),
        [100, 100],
      )

      // the app is opened and the room read: the notification goes
      await openTab(await firefox.newPage(), server.url)
      await untilShown(aside, ['Notifications work'])
    } finally {
      service.stop()
    }
  },
}

async function untilAcked(service: PushService, count: number): Promise<void> {
  for (let waited = 0; service.acked.length < count; waited += 50) {
    if (waited > 30_000) throw new Error(`${service.sent} pushes sent, ${service.acked.length} taken`)
    await sleep(50)
  }
}

async function untilShown(page: Page, titles: readonly string[]): Promise<void> {
  const areShown = async (wanted: string) => {
    const registration = await navigator.serviceWorker.getRegistration()
    const shown = (await registration!.getNotifications()).map(({ title }) => title)
    return JSON.stringify(shown.sort()) === wanted
  }
  await waitFor(page, `these are shown: ${titles.join(', ')}`, areShown, JSON.stringify(titles))
}
