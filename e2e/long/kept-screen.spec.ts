import type { Page } from '@playwright/test'
import { screenKey } from '../../app/kept-screen/kept-screen.ts'
import { seededRandom } from '../../schema/demo/random.ts'
import { expect, test } from '../support/field-notes.ts'
import { eventually } from '../support/eventually.ts'
import { composer, messages, roomLink, timeline } from '../support/rooms.ts'
import { rowsOf, valueOf } from '../support/tab.ts'

/** `npm run kept-screens` asks for 500. */
const reloads = Number(process.env['RELOADS'] ?? 25)
const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 1_000_000))

test(`what was here last is shown at once, marked; never as live, and never after it was erased: ${reloads} loads between random writes`, async ({
  enter,
  host,
  place: { ofSpace, stream, room },
}) => {
  test.setTimeout(120_000 + reloads * 5_000)
  console.log(`RELOADS=${reloads} SEED=${seed} npm run kept-screens`)
  const { next } = seededRandom(seed)
  const random = (n: number) => Math.floor(next() * n)
  const ids = await host.sayAll(
    stream,
    room,
    Array.from({ length: 40 }, (_, at) => `note ${at}.${at % 5 === 0 ? '\n\n- of\n- several\n- lines' : ''}`),
  )
  const tab = await enter()
  const beside = await enter()
  const { pathname } = new URL(tab.url())
  await watchScreens(tab)
  await expect(messages(tab).last()).toContainText('note 39.')
  await untilKept(tab)
  const alive = new Set(ids)
  let shown = 0
  for (let n = 0; n < reloads; n++) {
    await tab.bringToFront()
    if (n % 4 === 3) await timeline(tab).evaluate((log, by) => (log.scrollTop -= by), 100 + random(900))
    else if (n % 4 === 1) await timeline(tab).evaluate((log) => (log.scrollTop = log.scrollHeight))
    await settled(tab)
    const left = await drawnTexts(tab)
    await leave(tab, beside)

    const writes = Array.from({ length: random(3) }, () => randomWrite())
    const erases = writes.some(({ type }) => type === 'message.erase')
    if (writes.length > 0) {
      const answer = await host.append(stream, writes)
      expect(answer.status, JSON.stringify(answer.body)).toBe(200)
      const last = answer.body.results.at(-1)!.seq
      await eventually(() => valueOf(beside, `SELECT seq FROM cursors WHERE stream = '${stream}'`)).toBe(last)
    }
    if (erases) await eventually(() => stored(beside)).toBe(null)

    await tab.goto(new URL(pathname, host.url).href)
    await expect(composer(tab)).toBeVisible()
    await untilKept(tab)
    const seen = await tab.evaluate(() => window.seenScreens!)
    const what = `seed ${seed}, load ${n + 1}`
    if (erases) expect(seen.kept, what).toBe(null)
    else {
      shown++
      expect(seen.mark, what).toMatch(/^As you left it at .+ Opening…$/)
      for (const { key, text } of seen.kept!)
        expect(left.get(key)?.slice(-6), `${what}: ${key} as kept`).toBe(text.slice(-6))
      expect(seen.kept!.length, what).toBeGreaterThan(3)
      expect(seen.icons, what).toBeGreaterThan(5)
    }
    const truth = new Map(
      (await rowsOf(beside, 'SELECT id, snippet, deleted FROM timeline_items')).map((row) => [
        row['id'],
        row['deleted'] ? 'This message was deleted' : String(row['snippet']).split('\n')[0]!,
      ]),
    )
    expect(seen.live.length, what).toBeGreaterThan(3)
    for (const { key, text } of seen.live) expect(text, `${what}: ${key} as live`).toContain(truth.get(key))
    if (writes.length === 0) {
      for (const before of seen.kept!) {
        const after = seen.live.find(({ key }) => key === before.key)
        expect(Math.abs((after?.top ?? Infinity) - before.top), `${what}: ${before.key} moved`).toBeLessThanOrEqual(1)
      }
    }
  }
  expect(shown).toBeGreaterThan(reloads / 4)

  // the start leads to the same room, and shows it
  await tab.goto(host.url)
  await expect(composer(tab)).toBeVisible()
  expect(await tab.evaluate(() => window.seenScreens!.kept?.length)).toBeGreaterThan(3)
  await untilKept(tab)

  // nothing is left for somebody else in this browser, nor of a space that its person is put out of
  await leave(tab, beside)
  const kept = await stored(beside)
  expect(kept).not.toBe(null)
  await beside.evaluate(
    ([key, text]) => localStorage.setItem(key, text.replace(/"actor":"[^"]+"/, '"actor":"somebody-else"')),
    [screenKey, kept!] as const,
  )
  await tab.goto(new URL(pathname, host.url).href)
  await expect(composer(tab)).toBeVisible()
  expect(await tab.evaluate(() => window.seenScreens!.kept)).toBe(null)
  await untilKept(tab)
  await leave(tab, beside)
  const [ada] = await rowsOf(beside, "SELECT person_id FROM memberships WHERE name = 'Ada'")
  await host.append(ofSpace, [host.event('member.leave', ofSpace, {}, { entity: String(ada!['person_id']) })])
  await expect(roomLink(beside, 'general')).toHaveCount(0)
  await eventually(() => stored(beside)).toBe(null)

  function randomWrite() {
    const chosen = [...alive][random(alive.size)]!
    switch (random(alive.size > 20 ? 5 : 2)) {
      case 0:
      case 1: {
        const event = host.event('message.create', stream, { text: `new ${random(1e6)}.` }, { room })
        alive.add(event.id)
        return event
      }
      case 2:
        return host.event('message.edit', stream, { text: `changed ${random(1e6)}.` }, { entity: chosen })
      case 3:
        alive.delete(chosen)
        return host.event('message.delete', stream, {}, { entity: chosen })
      default:
        alive.delete(chosen)
        return host.event('message.erase', stream, {}, { entity: chosen })
    }
  }
})

interface Row {
  readonly key: string
  readonly text: string
  readonly top: number
}
declare global {
  interface Window {
    isCovered?: () => boolean
    /** rows of the kept screen, and every row that was ever shown as live */
    seenScreens?: { kept: Row[] | null; icons: number; mark: string; live: Row[] }
  }
}

/** From the next load on. */
async function watchScreens(tab: Page): Promise<void> {
  await tab.addInitScript({ content: 'window.__name = (value) => value' })
  await tab.addInitScript(() => {
    const seen: NonNullable<Window['seenScreens']> = (window.seenScreens = {
      kept: null,
      icons: 0,
      mark: '',
      live: [],
    })
    const rowsIn = (root: ParentNode, covered: (row: Element) => boolean): Row[] =>
      [...root.querySelectorAll('[role="log"] article[data-key]')].flatMap((row) => {
        const { top, bottom } = row.getBoundingClientRect()
        const view = row.closest('[role="log"]')!.getBoundingClientRect()
        if (bottom <= view.top || top >= view.bottom || covered(row)) return []
        return [{ key: row.getAttribute('data-key')!, text: row.textContent ?? '', top }]
      })
    let drawn: Window['keptScreen']
    window.isCovered = () => drawn?.host.isConnected ?? false
    Object.defineProperty(window, 'keptScreen', {
      configurable: true,
      set(value: NonNullable<Window['keptScreen']>) {
        drawn = value
        seen.kept = rowsIn(value.shell, () => false)
        seen.mark = value.host.ariaLabel ?? ''
        seen.icons = [...value.shell.querySelectorAll('svg')].filter(
          (icon) => icon.getBoundingClientRect().width > 0,
        ).length
        Object.defineProperty(window, 'keptScreen', { configurable: true, writable: true, value })
      },
    })
    const known = new Set<string>()
    const look = () => {
      const main = drawn?.host.isConnected ? drawn.shell.querySelector<HTMLElement>('[data-region="main"]') : null
      if (!main || main.style.visibility === 'hidden') {
        for (const row of rowsIn(document, () => false)) {
          const id = row.key + row.text
          if (!known.has(id)) seen.live.push(row)
          known.add(id)
        }
      }
      requestAnimationFrame(look)
    }
    requestAnimationFrame(look)
  })
}

/** It knows what a kept screen rests on: from now on one is kept when it is left. */
async function untilKept(tab: Page): Promise<void> {
  await expect(messages(tab).last()).toBeVisible()
  await eventually(() => tab.evaluate(() => !!window.seenScreens?.live.length || !window.seenScreens)).toBe(true)
  await eventually(() => tab.evaluate(() => performance.getEntriesByName('rsql:holds-screen').length)).toBeGreaterThan(
    0,
  )
  await eventually(() => tab.evaluate(() => window.isCovered?.() ?? false)).toBe(false)
}

/** Two frames, and the place is written down. */
const settled = (tab: Page) =>
  tab.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))))

const drawnTexts = async (tab: Page): Promise<Map<string, string>> =>
  new Map(
    await messages(tab).evaluateAll((rows) =>
      rows.map((row) => [row.getAttribute('data-key')!, row.textContent ?? ''] as const),
    ),
  )

/** What was on screen is kept when the page is gone. */
async function leave(tab: Page, beside: Page): Promise<void> {
  const before = Date.now()
  await tab.goto('about:blank')
  await eventually(
    async () => (JSON.parse((await stored(beside)) ?? '{"at":0}') as { at: number }).at,
  ).toBeGreaterThanOrEqual(before)
}

const stored = (tab: Page): Promise<string | null> => tab.evaluate((key) => localStorage.getItem(key), screenKey)
