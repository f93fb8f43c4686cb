import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { eventually } from './support/eventually.ts'
import { expect, test } from './support/fixtures.ts'
import { OtherPerson } from './support/other-person.ts'
import { composer, message, openDemo, openRoom, say, signIn, syncPill } from './support/rooms.ts'
import { leaderAmong, rowsOf, valueOf } from './support/tab.ts'

/* The parts of the inspector that show what lies below a screen: tabs, time, why, both engines. */

test('tabs: a leader and a coordinator are ended while messages come, and nothing is lost', async ({
  openTab,
  server,
}) => {
  const host = await OtherPerson.signIn(server.url, 'Hana Host')
  const { stream, rooms } = await host.createSpace('Field notes', ['general'])
  const a = await openTab()
  await signIn(a, 'Ada')
  await openRoom(a, 'general')
  const b = await openTab(`${new URL(a.url()).pathname}?inspect=tabs`)
  await expect(b.getByTestId('tab')).toHaveCount(2)
  const { leader } = await leaderAmong([a, b])
  await expect(b.getByTestId('leader')).toHaveAttribute('data-tab', await tabIdOf(leader))
  const writing = writeOn(host, stream, rooms[0]!)

  const epoch = Number(await b.getByTestId('leader').getAttribute('data-epoch'))
  await b.getByRole('button', { name: 'End the leader’s worker' }).press('Enter')
  await expect(b.getByTestId('outcome')).toContainText('Nothing lost.')
  await expect(b.getByTestId('failover').first()).toHaveAttribute('data-ms', /\d/)
  await eventually(async () => Number(await b.getByTestId('leader').getAttribute('data-epoch'))).toBeGreaterThan(epoch)
  const next = await leaderAmong([a, b])
  await expect(b.getByTestId('leader')).toHaveAttribute('data-tab', await tabIdOf(next.leader))

  await b.getByRole('button', { name: 'End the coordinator' }).press('Enter')
  await expect(b.getByTestId('outcome')).toHaveAttribute('data-what', 'coordinator')
  await expect(b.getByTestId('outcome')).toContainText('Nothing lost.')
  expect((await leaderAmong([a, b])).leader, 'the leader stays').toBe(next.leader)

  const written = await writing.stop()
  await eventually(() => valueOf(b, 'SELECT count(*) FROM timeline_items'), 'all that was written').toBe(written.length)
  const events = Number(
    await valueOf(b, `SELECT (SELECT count(*) FROM events) + (SELECT ifnull(sum(events), 0) FROM applied_events)`),
  )
  const counted = Number(await b.getByTestId('outcome').getAttribute('data-after'))
  expect(counted).toBeLessThanOrEqual(events)
  await expect(b.getByTestId('outcome')).toHaveAttribute('data-well', 'true')
  await expectAccessible(b)
})

test('the network is switched off for all tabs; what waits is listed, dropped or sent', async ({ openTab, server }) => {
  const host = await OtherPerson.signIn(server.url, 'Hana Host')
  const { stream } = await host.createSpace('Field notes', ['general'])
  const a = await openTab()
  await signIn(a, 'Ada')
  await openRoom(a, 'general')
  await say(a, 'before')
  await expect(syncPill(a)).toHaveAttribute('data-queued', '0')
  const b = await openTab(`${new URL(a.url()).pathname}?inspect=tabs`)
  await b.getByRole('button', { name: 'Switch the network off' }).press('Enter')
  await expect(syncPill(a)).toHaveAttribute('data-sync', 'offline')
  for (const text of ['kept', 'dropped']) await say(a, text)
  await b.getByRole('tab', { name: 'Time' }).click()
  const waiting = b.getByTestId('outbox-event').filter({ hasText: 'message.create' })
  await expect(waiting).toHaveText([/kept/, /dropped/])
  const inOutbox = await valueOf(b, 'SELECT count(*) FROM outbox')
  await expect(b.getByTestId('outbox-count')).toHaveAttribute('data-count', String(inOutbox))
  await b.getByRole('button', { name: 'Drop message.create dropped' }).press('Enter')
  await expect(waiting).toHaveCount(1)
  await expect(message(a, 'dropped')).toHaveCount(0)
  expect(await host.textsInLog(stream), 'nothing left the device').toEqual(['before'])
  await b.getByRole('tab', { name: 'Tabs' }).click()
  await b.getByRole('button', { name: 'Switch the network on' }).press('Enter')
  await expect(syncPill(a)).toHaveAttribute('data-queued', '0')
  await eventually(() => host.textsInLog(stream)).toEqual(['before', 'kept'])
})

test('time: the room is shown as it was, change by change, and the present goes on beside it', async ({ openTab }) => {
  const tab = await openTab()
  await openDemo(tab)
  await openRoom(tab, 'kitchen')
  await say(tab, 'quince marmalade')
  await edit(tab, 'quince marmalade', 'quince jelly')
  await tab.goto(`${tab.url()}?inspect=time`)
  const past = tab.getByTestId('past-message')
  await expect(past.last()).toContainText('quince jelly')
  const back = tab.getByRole('button', { name: 'One change back' })
  await back.press('Enter')
  await expect(past.last()).toContainText('quince marmalade')
  await expect(past.last()).not.toContainText('edited')
  await back.press('Enter')
  await expect(past.filter({ hasText: 'quince' })).toHaveCount(0)
  await expect(tab.getByTestId('moment')).toContainText('The past, for reading only')
  await expect(message(tab, 'quince jelly'), 'the present').toHaveCount(1)

  // what a moment shows is what the log has of it: the newest of then, in its order
  const clock = await tab.getByTestId('past').getAttribute('data-clock')
  const then = await rowsOf(
    tab,
    `SELECT id FROM (SELECT id, order_key FROM timeline_items t WHERE timeline_id =
    (SELECT timeline FROM rooms WHERE name = 'kitchen') AND order_key <= ${clock} ORDER BY order_key DESC, id DESC LIMIT 40) ORDER BY order_key, id`,
  )
  const shown = () => past.evaluateAll((rows) => rows.map((row) => (row as HTMLElement).dataset['id']))
  await eventually(shown).toEqual(then.map(({ id }) => id))

  const slider = tab.getByRole('slider')
  const times: number[] = []
  for (const key of ['Home', 'PageUp', 'PageUp', 'End', 'PageDown', 'ArrowLeft']) {
    const before = await tab.getByTestId('past').getAttribute('data-clock')
    await slider.press(key)
    await expect(tab.getByTestId('past')).not.toHaveAttribute('data-clock', before!)
    times.push(Number(await tab.getByTestId('moment').getAttribute('data-ms')))
  }
  expect(times.toSorted((x, y) => x - y)[2], `ms: ${times}`).toBeLessThanOrEqual(200)
  await tab.getByRole('button', { name: 'Now' }).press('Enter')
  await expect(past.last()).toContainText('quince jelly')
  await expectAccessible(tab)
})

test('why: from a message to the events that made it, and from an event to its rows', async ({ openTab }) => {
  const tab = await openTab()
  await openDemo(tab)
  await openRoom(tab, 'kitchen')
  await say(tab, 'quince marmalade')
  await edit(tab, 'quince marmalade', 'quince jelly')
  await message(tab, 'quince jelly').hover()
  await message(tab, 'quince jelly').getByRole('button', { name: 'More actions' }).click()
  await tab.getByRole('menuitem', { name: 'Why is this here?' }).press('Enter')
  const row = tab.getByTestId('traced-row')
  await expect(row).toContainText('quince jelly')
  const id = (await row.getAttribute('data-id'))!
  const events = await rowsOf(
    tab,
    `SELECT event_id, event_type FROM events WHERE event_id = '${id}' OR target_entity_id = '${id}' ORDER BY clock DESC`,
  )
  const cards = tab.getByTestId('traced-event-card')
  const own = ['message.edit', 'message.create']
  expect(events.map(({ event_type }) => event_type)).toEqual(own)
  for (const { event_id, event_type } of events) {
    await expect(cards.and(tab.locator(`[data-id="${event_id}"]`))).toHaveAttribute('data-type', String(event_type))
  }
  await expect(tab.getByTestId('readers')).toHaveAttribute('data-count', /^[1-9]/)
  await expectAccessible(tab)

  const written = cards.and(tab.locator(`[data-id="${id}"]`))
  await written.getByRole('button', { name: 'What else did it change?' }).press('Enter')
  await expect(tab.getByTestId('traced-event')).toHaveAttribute('data-id', id)
  const count = tab.getByTestId('traced-row-link').filter({ hasText: 'Count of messages' })
  await count.press('Enter')
  await expect(row).toHaveAttribute('data-table', 'timelines')
  const counted = await valueOf(
    tab,
    "SELECT message_count FROM timelines WHERE id = (SELECT timeline FROM rooms WHERE name = 'kitchen')",
  )
  await expect(row).toContainText(`message_count${counted as number}`)
  await tab.goBack()
  await tab.goBack()
  await expect(row).toHaveAttribute('data-id', id)
})

test('both engines: the query that is kept and the one that is run again agree on live traffic', async ({
  openTab,
  server,
}) => {
  const host = await OtherPerson.signIn(server.url, 'Hana Host')
  const { stream, rooms } = await host.createSpace('Field notes', ['general'])
  const tab = await openTab()
  await signIn(tab, 'Ada')
  await openRoom(tab, 'general')
  await expect(composer(tab)).toBeVisible()
  await tab.goto(`${tab.url()}?inspect=engines`)
  const both = tab.getByTestId('both')
  await expect(both).toBeVisible()
  const select = tab.getByLabel('Query')
  const timeline = select.locator('option', { hasText: 'order_key' }).filter({ hasText: 'snippet' }).first()
  await select.selectOption((await timeline.getAttribute('value'))!)
  const writing = writeOn(host, stream, rooms[0]!)
  await expect(async () => {
    const [turns, compared] = [await both.getAttribute('data-turns'), await both.getAttribute('data-compared')]
    expect(Math.min(Number(turns), Number(compared))).toBeGreaterThan(5)
  }).toPass()
  const written = await writing.stop()
  await expect(both).toHaveAttribute('data-different', '0')
  await expect(message(tab, written.at(-1)!)).toHaveCount(1)
  await expect(both).toHaveAttribute('data-rows', String(written.length))
  await expectAccessible(tab)
})

/** Somebody else writes without a pause, until it is stopped; answers what they wrote. */
function writeOn(host: OtherPerson, stream: string, room: string): { stop(): Promise<string[]> } {
  const texts: string[] = []
  const stopping = new AbortController()
  const done = (async () => {
    while (!stopping.signal.aborted) {
      texts.push(`traffic ${texts.length}.`)
      await host.say(stream, room, texts.at(-1)!)
      await new Promise((resolve) => setTimeout(resolve, 40))
    }
  })()
  return {
    async stop() {
      stopping.abort()
      await done
      return texts
    },
  }
}

const tabIdOf = (tab: Page): Promise<string> => tab.evaluate(() => window.__TAB_ID!)

async function edit(tab: Page, text: string, to: string): Promise<void> {
  await message(tab, text).hover()
  await message(tab, text).getByRole('button', { name: 'Edit message' }).click()
  const editor = message(tab, '').getByRole('textbox')
  await editor.fill(to)
  await editor.press('Enter')
  await expect(message(tab, to)).toContainText('edited')
}

async function expectAccessible(tab: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page: tab }).analyze()
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([])
}
