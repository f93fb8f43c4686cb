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
      await tab.close()
      await host.say(stream, rooms[0]!, 'nobody is named: this is not told')
      await host.say(stream, rooms[0]!, 'Are you there, @Ada?')
      await untilAcked(service, 2)
      const { head } = (await host.read(stream)).body
      await untilTold(aside, stream, head!)
      assert.deepEqual(
        service.acked.map(({ code }) => code),
        [100, 100],
      )
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

/** The Service Worker writes down how far it told, after the browser took the notification. A headless Firefox shows none for long. */
async function untilTold(page: Page, stream: string, head: string): Promise<void> {
  const isTold = (stream: string, head: string) =>
    new Promise<boolean>((resolve) => {
      const opening = indexedDB.open('rsql-marks-v1')
      opening.addEventListener('success', () => {
        const database = opening.result
        const asked = database.transaction('marks').objectStore('marks').get(['told', stream])
        asked.addEventListener('success', () => {
          database.close()
          resolve(asked.result === head)
        })
      })
    })
  await waitFor(page, `told up to ${head}`, isTold, stream, head)
}
