import { strict as assert } from 'node:assert'
import { setTimeout as sleep } from 'node:timers/promises'
import { OtherPerson } from '../support/other-person.ts'
import { hover, leads, openDemo, openTab, press, say, signIn, untilConnected, untilOnce, untilPanel, untilStatus, untilValue, valueOf, waitFor } from './app.ts' // prettier-ignore
import type { Page } from './driver.ts'
import type { Sentence } from './world.ts'

const path = (page: Page): string => new URL(page.url()).pathname

/** The app, as a person meets it. */
export const appSentences: Readonly<Record<string, Sentence>> = {
  async 'the demo space opens, is stored on disk, and what was typed is there after a reload and a restart'(world) {
    const { server, firefox } = world
    const tab = await openTab(await firefox.newPage(), server.url)
    await openDemo(tab)
    await untilStatus(tab, 'storage', 'opfs')
    assert(Number(await valueOf(tab, 'SELECT count(*) FROM timeline_items')) > 2000)
    await say(tab, 'to be kept')
    await tab.reload()
    await untilOnce(tab, 'to be kept')
    await world.look(tab, 'demo-1280')
    await tab.setViewport({ width: 390, height: 844 })
    await world.look(tab, 'demo-390')
    const room = path(tab)
    await firefox.close()
    const again = await openTab(await firefox.newPage(), server.url + room)
    await untilOnce(again, 'to be kept')
    await untilStatus(again, 'storage', 'opfs')
  },

  async 'a message in one tab appears in the other; the leader is closed and the other goes on'({ server, firefox }) {
    const first = await openTab(await firefox.newPage(), server.url)
    await openDemo(first)
    const second = await openTab(await firefox.newPage(), server.url + path(first))
    assert.deepEqual([await leads(first), await leads(second)], [true, false])
    await say(first, 'from the leader')
    await untilOnce(second, 'from the leader')
    await say(second, 'from the follower')
    await untilOnce(first, 'from the follower')
    await first.close()
    await say(second, 'after the close')
    assert(await leads(second))
    for (const text of ['from the leader', 'from the follower']) await untilOnce(second, text)
    assert.equal(await valueOf(second, "SELECT count(*) FROM timeline_items WHERE snippet = 'after the close'"), 1)
  },

  async 'messages go to the server and come from it, once each'({ server, firefox }) {
    const host = await OtherPerson.signIn(server.url, 'Hana Host')
    const { stream, rooms } = await host.createSpace('Field notes', ['general'])
    const tab = await openTab(await firefox.newPage(), server.url)
    await signIn(tab, 'Ada')
    await untilStatus(tab, 'sync', 'live')
    await say(tab, 'up')
    await untilStatus(tab, 'queued', '0')
    await host.say(stream, rooms[0]!, 'down')
    await untilOnce(tab, 'down')
    assert.deepEqual(await host.textsInLog(stream), ['up', 'down'])
  },

  async 'a private window sends and receives too'({ server, firefox }) {
    firefox.isPrivate = true
    const host = await OtherPerson.signIn(server.url, 'Hana Host')
    const { stream, rooms } = await host.createSpace('Field notes', ['general'])
    const tab = await openTab(await firefox.newPage(), server.url)
    await signIn(tab, 'Ada')
    await say(tab, 'up')
    await untilStatus(tab, 'queued', '0')
    await host.say(stream, rooms[0]!, 'down')
    await untilOnce(tab, 'down')
    assert.deepEqual(await host.textsInLog(stream), ['up', 'down'])
  },

  async 'the page opens without the server; what is written meanwhile is sent when it is back'({ server, firefox }) {
    firefox.expectErrors(/Failed to fetch|NetworkError|can’t establish a connection|Failed to load/)
    const host = await OtherPerson.signIn(server.url, 'Hana Host')
    const { stream } = await host.createSpace('Field notes', ['general'])
    const tab = await openTab(await firefox.newPage(), server.url)
    await signIn(tab, 'Ada')
    await say(tab, 'written online')
    await untilStatus(tab, 'queued', '0')
    await waitFor(tab, 'the Service Worker has the app', async () => {
      await navigator.serviceWorker.ready
      return (await caches.keys()).length > 0
    })
    await server.stop()
    await tab.reload()
    await untilConnected(tab)
    await untilOnce(tab, 'written online')
    await say(tab, 'written offline')
    await server.start()
    await tab.evaluate(() => void window.dispatchEvent(new Event('online')))
    await untilStatus(tab, 'queued', '0')
    assert.deepEqual(await host.textsInLog(stream), ['written online', 'written offline'])
  },

  async 'panels, search, a deep link and the status open'(world) {
    const { server, firefox } = world
    const tab = await openTab(await firefox.newPage(), server.url)
    await openDemo(tab)
    const room = server.url + path(tab)
    for (const [panel, title] of Object.entries({ threads: 'Threads', pins: 'Pinned', members: 'Members' })) {
      await openTab(tab, `${room}?panel=${panel}`)
      await untilPanel(tab, title)
      await world.look(tab, panel)
    }
    await press(tab, 'button', 'Search messages')
    await tab.locator('::-p-aria([name="Search messages"][role="searchbox"])').fill('nothing will notice')
    await untilPanel(tab, '1 message')
    await world.look(tab, 'search')
    await tab.locator('[data-testid=sync-pill]').click()
    await waitFor(tab, 'the status tells how much is stored', () =>
      /Space used.*The browser keeps it/s.test(
        document.querySelector('[aria-label="Status details"]')?.textContent ?? '',
      ),
    )
    await world.look(tab, 'status')
  },

  async 'a message is edited, reacted to and answered in a thread'(world) {
    const tab = await openTab(await world.firefox.newPage(), world.server.url)
    await openDemo(tab)
    await say(tab, 'quince marmalade')
    await hover(tab, 'quince marmalade')
    await press(tab, 'button', 'Edit message')
    await tab.locator('article textarea').fill('quince jelly')
    await tab.keyboard.press('Enter')
    await untilOnce(tab, 'quince jelly')
    await hover(tab, 'quince jelly')
    await press(tab, 'button', 'Add reaction')
    await tab.locator('[role=dialog] section button').click()
    await untilValue(tab, "SELECT reactions <> '{}' FROM timeline_items WHERE snippet = 'quince jelly'", 1)
    await hover(tab, 'quince jelly')
    await press(tab, 'button', 'Open thread')
    await tab.locator('::-p-aria([name="Reply in thread"][role="textbox"])').fill('two jars, please')
    await tab.keyboard.press('Enter')
    await untilPanel(tab, 'two jars, please')
    await world.look(tab, 'thread')
  },

  async 'older messages come in above without moving what is read'({ server, firefox }) {
    const tab = await openTab(await firefox.newPage(), server.url)
    await openDemo(tab)
    await tab.locator('nav[aria-label=Rooms] a[aria-label^=engineering]').click()
    await waitFor(tab, 'the room is open', () => document.querySelector('[role=log][aria-label$=engineering] article'))
    await tab.locator('[role=log]').hover()
    for (let step = 1; step <= 24; step++) {
      await tab.mouse.wheel({ deltaY: -700 })
      await sleep(80)
      if (step % 6 > 0) continue
      await sleep(300) // the wheel itself is animated
      const before = await tab.evaluate(topMessage)
      await sleep(700)
      assert.deepEqual(await tab.evaluate(topMessage), before)
    }
    const shown = await tab.evaluate(() => document.querySelectorAll('[role=log] article').length)
    assert(shown > 0 && shown < 60, `${shown} messages in the document`)
  },

  async 'a private window has no OPFS: all its tabs share one database in memory, and say so'(world) {
    const { server, firefox } = world
    firefox.isPrivate = true
    const first = await openTab(await firefox.newPage(), server.url)
    await openDemo(first)
    const second = await openTab(await firefox.newPage(), server.url + path(first))
    for (const tab of [first, second]) {
      await untilStatus(tab, 'storage', 'memory')
      await waitFor(tab, 'the tab says that nothing is stored', () =>
        document.querySelector('[data-testid=problem]')?.textContent?.includes('Nothing is stored on this device'),
      )
    }
    await say(first, 'kept nowhere')
    await untilOnce(second, 'kept nowhere')
    await world.look(second, 'private')
  },
}

/** Runs in the page: the first message in view and where it stands. */
function topMessage(): { key: string | null; top: number } | null {
  const list = document.querySelector('[role=log]')!
  for (const row of list.querySelectorAll('article')) {
    const { top, bottom } = row.getBoundingClientRect()
    if (bottom > list.getBoundingClientRect().top + 4)
      return { key: row.getAttribute('data-key'), top: Math.round(top) }
  }
  return null
}
