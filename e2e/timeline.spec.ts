import type { Locator, Page } from '@playwright/test'
import { eventually } from './support/eventually.ts'
import { expect, test } from './support/fixtures.ts'
import { streamOfRoom } from '../schema/events/streams.ts'
import { OtherPerson } from './support/other-person.ts'
import { message, messages, openDemo, openRoom, roomLink, signIn, timeline } from './support/rooms.ts'
import { untilConnected, valueOf } from './support/tab.ts'
import { walk } from './support/walk-timeline.ts'

// long, and the last but one: its tests are shared out one by one
test.describe.configure({ mode: 'parallel' })

const lines = Array.from({ length: 200 }, (_, at) => `line ${at}`)
const essays = Array.from({ length: 12 }, (_, at) => `essay ${at}\n\n${`word ${at}\n\n`.repeat(8 + ((at * 37) % 90))}`)
const mixed = Array.from({ length: 90 }, (_, at) =>
  at % 11 === 3 ? essays[at % 12]! : `mixed ${at}${' and more'.repeat(at % 40)}`,
)

test('every message is reached, in windows of all sizes, whatever the messages', async ({ server, openTab }) => {
  const host = await OtherPerson.signIn(server.url, 'Hana Host')
  const { space, rooms } = await host.createSpace('Field notes', ['lines', 'essays', 'mixed'])
  const fill = (room: string, texts: readonly string[]) => host.sayAll(streamOfRoom(space, room), room, texts)
  const written = new Map([
    ['lines', await fill(rooms[0]!, lines)],
    ['essays', await fill(rooms[1]!, essays)],
    ['mixed', await fill(rooms[2]!, mixed)],
  ])
  const tab = await openTab()
  await signIn(tab, 'Ada')
  for (const [width, height] of [
    [1280, 800],
    [1440, 2000],
    [390, 844],
  ] as const) {
    for (const [room, ids] of written) {
      // on a phone the list of rooms is a screen of its own
      await tab.setViewportSize({ width: 1280, height })
      await openRoom(tab, room)
      await tab.setViewportSize({ width, height })
      await expect(messages(tab).last()).toBeInViewport()
      const where = `${room} at ${width}×${height}`
      const up = await walk(timeline(tab), { direction: 'up', steps: [Math.floor(height * 0.6), 40, 7] })
      expect({ where, ...up }).toMatchObject({ where, arrived: true, blanks: [], jumps: [] })
      expect(
        ids.filter((id) => !up.seen.includes(id)),
        where,
      ).toEqual([])
      if (room === 'lines' && height === 800) expect(up.rowsMax).toBeLessThanOrEqual(60)
      const down = await walk(timeline(tab), { direction: 'down', steps: [height * 3, 1] })
      expect({ where, ...down }).toMatchObject({ where, arrived: true, blanks: [] })
    }
  }
})

test('on a phone a row is as tall when it is drawn as ever after, whatever it reads later', async ({
  server,
  openTab,
}) => {
  const host = await OtherPerson.signIn(server.url, 'Hana with a name that is rather long')
  const { stream, rooms } = await host.createSpace('Field notes', ['garden', 'a room'])
  const room = rooms[0]!
  // some of the links end where a line does, whatever the font
  const linked = Array.from(
    { length: 45 },
    (_, at) => `some words that stand before it ${'i'.repeat(at)} #**${at % 3 === 0 ? 'no room' : 'a room'}** after`,
  )
  const ids = await host.sayAll(stream, room, linked)
  // as an import names them: such a name is read when its row is drawn
  const threads = ids.filter((_, at) => at % 4 === 0).map((parent) => ({ parent, thread: `topic-${parent}` }))
  await host.append(
    stream,
    threads.map(({ parent, thread }) =>
      host.event(
        'room.create',
        stream,
        { name: 'A long thread, of many words', kind: 'thread', parentRoom: room, parentMessage: parent },
        { entity: thread },
      ),
    ),
  )
  for (const { thread } of threads) await host.sayAll(stream, thread, ['one', 'two'])
  await host.append(
    stream,
    ids.map((replyTo, at) => host.event('message.create', stream, { text: `an answer ${at}`, replyTo }, { room })),
  )
  const tab = await openTab()
  await signIn(tab, 'Ada')
  await openRoom(tab, 'garden')
  await tab.setViewportSize({ width: 390, height: 844 })
  await expect(messages(tab).last()).toBeInViewport()
  const up = await walk(timeline(tab), { direction: 'up', steps: [120] })
  expect(up).toMatchObject({ arrived: true, blanks: [], jumps: [], grown: [] })
  expect(ids.filter((id) => !up.seen.includes(id))).toEqual([])
})

test('a thread of many replies is walked, and a link leads into the middle of a long room', async ({
  server,
  openTab,
}) => {
  const host = await OtherPerson.signIn(server.url, 'Hana Host')
  const { stream, space, rooms } = await host.createSpace('Field notes', ['garden'])
  const ids = await host.sayAll(stream, rooms[0]!, lines)
  const parent = ids.at(-1)!
  const thread = `thread-${parent}`
  const payload = { name: 'A long thread', kind: 'thread', parentRoom: rooms[0]!, parentMessage: parent } as const
  await host.append(stream, [host.event('room.create', stream, payload, { entity: thread })])
  const replies = await host.sayAll(stream, thread, mixed)
  const tab = await openTab()
  await signIn(tab, 'Ada')
  await openRoom(tab, 'garden')
  await tab.getByRole('button', { name: '90 replies' }).click()
  const list = tab.getByRole('log', { name: 'Messages in the thread' })
  await expect(list.getByRole('article').last()).toBeInViewport()
  const up = await walk(list, { direction: 'up', steps: [350, 40] })
  expect(up).toMatchObject({ arrived: true, blanks: [], jumps: [] })
  expect(replies.filter((id) => !up.seen.includes(id))).toEqual([])

  const linked = await openTab(`/s/${space}/${rooms[0]!}#${ids[70]!}`)
  const row = messages(linked).filter({ has: linked.getByText('line 70', { exact: true }) })
  await expect(row).toBeInViewport({ ratio: 1 })
  await settledTop(linked)
  const box = (await row.boundingBox())!
  const frame = (await timeline(linked).boundingBox())!
  expect(Math.abs(box.y + box.height / 2 - (frame.y + frame.height / 2))).toBeLessThan(2)
})

test('what is read stays while the window changes, and the theme, and the zoom', async ({ openTab }) => {
  const tab = await openTab()
  await openDemo(tab)
  await openRoom(tab, 'general')
  await expect(messages(tab).last()).toBeInViewport()
  await timeline(tab).evaluate((list) => (list.scrollTop -= 2000))
  const place = await settledTop(tab)
  for (const [width, height] of [
    [1280, 500],
    [1280, 1500],
    [900, 800],
    [1280, 720],
  ] as const) {
    await tab.setViewportSize({ width, height })
    expectSame(await settledTop(tab), place)
  }
  await tab.emulateMedia({ colorScheme: 'dark' })
  expectSame(await settledTop(tab), place)
  await tab.evaluate(() => void (document.documentElement.style.zoom = '1.25'))
  expect((await settledTop(tab)).key).toEqual(place.key)
  await tab.evaluate(() => void (document.documentElement.style.zoom = ''))
  expectSame(await settledTop(tab), place)
})

test('a timeline that failed is tried again elsewhere than where it failed, and so does a reload', async ({
  openTab,
  consoleErrors,
}) => {
  consoleErrors.expect(/planted/)
  const tab = await openTab()
  await openDemo(tab)
  await openRoom(tab, 'general')
  await expect(messages(tab).last()).toBeInViewport()
  await timeline(tab).evaluate((list) => (list.scrollTop -= 2000))
  const place = await settledTop(tab)
  await openRoom(tab, 'kitchen')
  await openRoom(tab, 'general')
  expectSame(await settledTop(tab), place)

  await openRoom(tab, 'kitchen')
  await tab.evaluate(() => {
    const { ResizeObserver: kept } = window
    window.ResizeObserver = function fails() {
      window.ResizeObserver = kept
      throw new Error('planted')
    } as unknown as typeof ResizeObserver
  })
  await roomLink(tab, 'general').click()
  await tab.getByRole('button', { name: 'Try again' }).click()
  await expect(messages(tab).last()).toBeInViewport()
  await tab.reload()
  await untilConnected(tab)
  await expect(messages(tab).last()).toBeInViewport()
})

test.describe('unread', () => {
  /** Ada, a member who has read everything; what Hana writes later is unread. */
  async function members(url: string, openTab: (path?: string) => Promise<Page>) {
    const host = await OtherPerson.signIn(url, 'Hana Host')
    const { space, stream, rooms } = await host.createSpace('Field notes', ['garden', 'shed'])
    await host.sayAll(stream, rooms[0]!, lines.slice(0, 80))
    await host.sayAll(streamOfRoom(space, rooms[1]!), rooms[1]!, ['in the shed'])
    const tab = await openTab()
    await signIn(tab, 'Ada')
    await openRoom(tab, 'garden')
    await expect(line79(tab)).toBeInViewport()
    return { tab, say: (texts: readonly string[]) => host.sayAll(stream, rooms[0]!, texts), garden: rooms[0]! }
  }
  const news = (count: number) => Array.from({ length: count }, (_, at) => `news ${at + 1}.`)
  const unreadIs = (tab: Page, count: number) =>
    expect(roomLink(tab, 'garden')).toHaveAccessibleName(count === 0 ? 'garden' : `garden, ${count} unread`)
  const line79 = (tab: Page): Locator => messages(tab).filter({ has: tab.getByText('line 79', { exact: true }) })
  const divider = (tab: Page): Locator => timeline(tab).getByRole('separator', { name: 'New messages' })

  test('a room of 500 unread opens at the first; what was on screen is read, and no more', async ({
    server,
    openTab,
  }) => {
    const { tab, say } = await members(server.url, openTab)
    await openRoom(tab, 'shed')
    await say(news(500))
    await unreadIs(tab, 500)
    await openRoom(tab, 'garden')
    await expect(divider(tab)).toBeInViewport()
    await expect(message(tab, 'news 1.')).toBeInViewport()
    await expect(line79(tab)).toBeInViewport()
    await settledTop(tab)
    const onScreen = await messages(tab).filter({ hasText: 'news' }).evaluateAll(rowsInView)
    await eventually(() => unreadOf(tab)).toBe(500 - onScreen)
    await tab.waitForTimeout(700)
    expect(await unreadOf(tab)).toBe(500 - onScreen)

    // a jump to the end reads nothing in between, and the way back is offered
    await timeline(tab).press('End')
    await expect(message(tab, 'news 500.')).toBeInViewport()
    await tab.waitForTimeout(1000)
    const left = await unreadOf(tab)
    expect(left).toBe(500 - onScreen)
    const jump = tab.getByRole('button', { name: /new.*above/ })
    await expect(jump).toContainText(/4\d\d new/)
    await jump.focus()
    await tab.keyboard.press('Enter')
    await expect(message(tab, `news ${onScreen + 1}.`)).toBeInViewport()
    await expect(timeline(tab)).toBeFocused()
    await eventually(() => unreadOf(tab)).toBeLessThan(left)

    // read to the end: nothing is left
    await timeline(tab).press('End')
    await tab.getByRole('button', { name: 'Mark as read' }).click()
    await unreadIs(tab, 0)
  })

  test('a few are read by scrolling to the end', async ({ server, openTab }) => {
    const { tab, say } = await members(server.url, openTab)
    await openRoom(tab, 'shed')
    await say(news(40))
    await unreadIs(tab, 40)
    await openRoom(tab, 'garden')
    await expect(divider(tab)).toBeInViewport()
    await timeline(tab).hover()
    await expect(async () => {
      await tab.mouse.wheel(0, 500)
      expect(await unreadOf(tab)).toBe(0)
    }).toPass()
  })

  test('above a restored position it is offered, below it is counted', async ({ server, openTab }) => {
    const { tab, say } = await members(server.url, openTab)
    await timeline(tab).evaluate((list) => (list.scrollTop -= 900))
    const place = await settledTop(tab)
    await say(news(3))
    await expect(tab.getByRole('button', { name: '3 new' })).toBeVisible()
    expectSame(await settledTop(tab), place)
    await openRoom(tab, 'shed')
    await say(news(4).map((text) => `more ${text}`))
    await unreadIs(tab, 7)
    await openRoom(tab, 'garden')
    expectSame(await settledTop(tab), place)
    await tab.waitForTimeout(800)
    await unreadIs(tab, 7)
    await tab.getByRole('button', { name: '7 new' }).click()
    await expect(message(tab, 'more news 4.')).toBeInViewport()
    await unreadIs(tab, 0)
    await expect(timeline(tab)).toBeFocused()
  })

  test('what comes while nobody looks is unread, divided from the rest, and read when somebody does', async ({
    server,
    openTab,
  }) => {
    const { tab, say } = await members(server.url, openTab)
    await look(tab, false)
    await say(news(2))
    await expect(message(tab, 'news 2.')).toBeInViewport()
    await expect(divider(tab)).toBeInViewport()
    await tab.waitForTimeout(1000)
    await unreadIs(tab, 2)
    await look(tab, true)
    await unreadIs(tab, 0)
  })

  test('read in one tab is read in the other', async ({ server, openTab }) => {
    const { tab, say, garden } = await members(server.url, openTab)
    const other = await openTab(new URL(tab.url()).pathname)
    await expect(messages(other).last()).toBeInViewport()
    await openRoom(tab, 'shed')
    await look(other, false)
    await say(news(2))
    await unreadIs(tab, 2)
    await look(other, true)
    await unreadIs(tab, 0)
    expect(await valueOf(tab, `SELECT count(*) FROM read_markers WHERE room_id = '${garden}'`)).toBe(1)
  })

  async function unreadOf(tab: Page): Promise<number> {
    const name = (await roomLink(tab, 'garden').getAttribute('aria-label')) ?? ''
    return Number(/(\d+) unread/.exec(name)?.[1] ?? 0)
  }
})

/** Kept heights are those of rows that are not drawn: what is restored is off by less than a pixel. */
function expectSame(now: Place, before: Place): void {
  expect(now.key).toBe(before.key)
  expect(Math.abs(now.top - before.top)).toBeLessThan(1)
}

/** The window has the focus, or another one has. */
async function look(tab: Page, here: boolean): Promise<void> {
  await tab.evaluate((focused) => {
    document.hasFocus = () => focused
    window.dispatchEvent(new Event(focused ? 'focus' : 'blur'))
  }, here)
}

/** How many of these are on screen to their end. */
function rowsInView(rows: readonly Element[]): number {
  const list = rows[0]?.closest('[role=log]')?.getBoundingClientRect()
  if (!list) return 0
  return rows.filter((row) => {
    const { top, bottom } = row.getBoundingClientRect()
    return bottom > list.top + 1 && bottom <= list.bottom + 8 && top < list.bottom
  }).length
}

/** The first message in view and where it stands, once it has stood there for 30 frames. */
async function settledTop(tab: Page): Promise<Place> {
  return timeline(tab).evaluate(async (list) => {
    const look = () => {
      const frame = list.getBoundingClientRect()
      for (const row of list.querySelectorAll('article')) {
        const { top, bottom } = row.getBoundingClientRect()
        if (bottom > frame.top + 1) return { key: row.dataset['key']!, top: top - frame.top }
      }
      return { key: '', top: 0 }
    }
    let place = look()
    for (let calm = 0; calm < 30; calm++) {
      await new Promise((resolve) => requestAnimationFrame(resolve))
      const now = look()
      if (now.key === '' || now.key !== place.key || now.top !== place.top) calm = 0
      place = now
    }
    return place
  })
}

interface Place {
  readonly key: string
  readonly top: number
}
