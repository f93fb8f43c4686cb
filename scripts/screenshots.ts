import { chromium, type BrowserContext, type Page } from '@playwright/test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { OtherPerson } from '../e2e/support/other-person.ts'
import { openDemo, openRoom, roomLink, signIn, timeline } from '../e2e/support/rooms.ts'
import { SyncServer } from '../e2e/support/sync-server.ts'
import { browserArguments, findBrowser } from './find-browser.ts'

/** `npm run screenshots`: takes the pictures of the docs anew. Needs a build in `dist`. */
const docs = join(import.meta.dirname, '../docs')
/** of one of two tabs side by side */
const tabSize = { width: 720, height: 540 }
const browser = findBrowser((line) => console.log(line))
if (browser.type === 'missing') throw new Error(browser.advice)
const { executablePath } = browser
const server = await SyncServer.start()
try {
  await withProfile(takeApp)
  await withProfile(takeFailover)
} finally {
  await server.dispose()
}

/** The demo space: a room with a thread beside it, and a search on a phone. */
async function takeApp(context: BrowserContext): Promise<void> {
  const tab = await context.newPage()
  await tab.setViewportSize({ width: 1280, height: 800 })
  await tab.goto(server.url)
  await openDemo(tab)
  await openRoom(tab, 'kitchen')
  await openRoom(tab, 'design')
  await tab.getByRole('button', { name: 'Threads', exact: true }).click()
  await tab.getByRole('complementary').locator('ul button').first().click()
  await tab.getByRole('log', { name: 'Messages in the thread' }).getByRole('article').first().waitFor()
  await settle(tab)
  await tab.screenshot({ path: join(docs, 'screenshot.png') })

  await tab.emulateMedia({ colorScheme: 'dark' })
  await tab.getByRole('button', { name: 'Search messages' }).click()
  await tab.getByRole('searchbox').fill('design')
  await tab.getByRole('complementary').getByRole('button').nth(1).waitFor()
  await settle(tab)
  await tab.screenshot({ path: join(docs, 'search.png') })

  await tab.getByRole('button', { name: 'Save as a view' }).click()
  await tab.getByRole('link', { name: /^design, / }).waitFor()
  await settle(tab)
  await tab.screenshot({ path: join(docs, 'view.png') })

  await tab.emulateMedia({ colorScheme: 'light' })
  await tab.getByRole('button', { name: 'Close panel' }).click()
  await tab.getByRole('button', { name: 'Tour: two minutes' }).click()
  await settle(tab)
  await tab.screenshot({ path: join(docs, 'tour.png') })
  await tab.getByRole('button', { name: 'Close panel' }).click()
  await settle(tab)

  // as it is for as long as a database opens: this one is never loaded
  await tab.route('**/host.worker-*.js', () => {})
  await tab.reload({ waitUntil: 'commit' })
  await settle(tab)
  await tab.screenshot({ path: join(docs, 'kept-screen.png') })
}

/** The leader's tab is closed: the other one takes over, and what others write goes on coming. */
async function takeFailover(context: BrowserContext): Promise<void> {
  const host = await OtherPerson.signIn(server.url, 'Hana')
  const { stream, rooms } = await host.createSpace('Field notes', ['general'])
  const say = async (from: number, to: number) => {
    for (let row = from; row <= to; row++) await host.say(stream, rooms[0]!, `row ${row}`)
  }
  await say(1, 4)
  const [first, second] = [await context.newPage(), await context.newPage()]
  for (const tab of [first, second]) await tab.setViewportSize(tabSize)
  await first.goto(server.url)
  await signIn(first, 'Ada')
  await roomLink(first, 'general').click()
  await second.goto(first.url())
  for (const tab of [first, second]) await showsRow(tab, 4)
  const frame = (number: number, tabs: readonly [Page | null, Page]) =>
    compose(context, join(docs, `failover-${number}.png`), tabs)
  await frame(1, [first, second])
  await first.close()
  await second.locator('[data-testid=sync-pill][data-role=leader]').waitFor()
  await frame(2, [null, second])
  await say(5, 8)
  await showsRow(second, 8)
  await frame(3, [null, second])
}

async function showsRow(tab: Page, row: number): Promise<void> {
  await timeline(tab).getByText(`row ${row}`, { exact: true }).waitFor()
}

/** Two tabs side by side, and below each what it is; null is one that was closed. */
async function compose(context: BrowserContext, path: string, tabs: readonly (Page | null)[]): Promise<void> {
  const cells: string[] = []
  for (const tab of tabs) {
    if (!tab) {
      cells.push('<figure><div></div><figcaption>closed</figcaption></figure>')
      continue
    }
    await tab.bringToFront()
    await settle(tab)
    const picture = (await tab.screenshot()).toString('base64')
    const role = await tab.getByTestId('sync-pill').getAttribute('data-role')
    cells.push(`<figure><img src="data:image/png;base64,${picture}"><figcaption>${role}</figcaption></figure>`)
  }
  const page = await context.newPage()
  await page.setViewportSize({ width: 2 * tabSize.width + 48, height: tabSize.height + 72 })
  await page.setContent(`<style>
    body { margin: 16px; display: flex; gap: 16px; background: #d8dbe2; font: 18px system-ui; color: #555 }
    figure { margin: 0; text-align: center }
    img, div { display: block; width: ${tabSize.width}px; height: ${tabSize.height}px; border-radius: 8px }
    div { box-sizing: border-box; border: 2px dashed #999 }
    figcaption { margin-top: 10px }
  </style>${cells.join('')}`)
  await page.screenshot({ path })
  await page.close()
}

async function withProfile(work: (context: BrowserContext) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'rsql-pictures-'))
  const context = await chromium.launchPersistentContext(folder, { executablePath, args: [...browserArguments] })
  try {
    await work(context)
  } finally {
    await context.close()
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  }
}

/** What comes by itself has come: first rows, pictures of the pointer's way, the fading of what was highlighted. */
function settle(tab: Page): Promise<void> {
  return tab.waitForTimeout(1000)
}
