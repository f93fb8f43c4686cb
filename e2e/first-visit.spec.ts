import type { Page, Route } from '@playwright/test'
import { expect, test } from './support/fixtures.ts'
import { otherName } from './support/sync-server.ts'
import { composer, openDemo, problem } from './support/rooms.ts'

test.use({
  launchOptions: async ({ launchOptions }, provide) =>
    provide({
      ...launchOptions,
      args: [...(launchOptions.args ?? []), `--host-resolver-rules=MAP ${otherName} 127.0.0.1`],
    }),
})

const nameField = (page: Page) => page.getByRole('textbox', { name: 'Your name' })
async function giveName(page: Page): Promise<void> {
  await nameField(page).fill('Ada')
  await nameField(page).press('Enter')
  await expect(page.getByText('Signed in as Ada')).toBeVisible()
}
const demoButton = (page: Page) => page.getByRole('button', { name: 'Open the demo space' })

/** The app's script waits until `letGo`. */
async function holdTheApp(page: Page): Promise<() => Promise<void>> {
  let letGo = () => {}
  const held = new Promise<void>((resolve) => (letGo = resolve))
  const hold = async (route: Route) => (await held, await route.continue())
  await page.route(/\/assets\/main-.*\.js$/, hold)
  return async () => {
    letGo()
    await page.waitForSelector('html[data-started]')
  }
}

/** Where each element of the page's root is, and what it is. */
function boxes(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('#root main, #root main *')].map((element) => {
      const { x, y, width, height } = element.getBoundingClientRect()
      return `${element.localName} ${[x, y, width, height].map((n) => Math.round(n * 100) / 100).join()}`
    }),
  )
}

test('the welcome page is there before any script of the app, which takes its place without a shift', async ({
  profile,
  server,
}) => {
  const page = await profile.context.newPage()
  const letGo = await holdTheApp(page)
  await page.goto(server.url)
  await expect(demoButton(page)).toBeVisible()
  for (const viewport of [
    { width: 390, height: 844 },
    { width: 1280, height: 800 },
  ]) {
    await page.setViewportSize(viewport)
    await page.waitForFunction(() => document.querySelector('img')?.complete)
  }
  // a person begins at once
  await nameField(page).pressSequentially('Ada')
  await nameField(page).press('ArrowLeft')
  const before = await boxes(page)
  expect(before.length).toBeGreaterThan(15)
  await letGo()
  expect(await boxes(page)).toEqual(before)
  await expect(nameField(page)).toHaveValue('Ada')
  await expect(nameField(page)).toBeFocused()
  await page.keyboard.type('li')
  await expect(nameField(page)).toHaveValue('Adlia')
  await expect(page.getByRole('button', { name: 'Continue' })).toBeEnabled()
})

test('what is pressed before the app is there happens when it is', async ({ profile, server }) => {
  const page = await profile.context.newPage()
  const letGo = await holdTheApp(page)
  await page.goto(server.url)
  await demoButton(page).click()
  await letGo()
  await expect(composer(page)).toBeVisible()
})

test('a device that knows somebody, or has only the demo, does not flash the welcome page', async ({
  openTab,
  profile,
}) => {
  const first = await openTab()
  await profile.context.addInitScript(noteWelcome)
  await giveName(first)
  const signedIn = await openTab()
  await expect(signedIn.getByText('Signed in as Ada')).toBeVisible()
  expect(await signedIn.evaluate(() => window.welcomed)).toBe(false)

  await openDemo(first)
  await first.evaluate(() => localStorage.removeItem('identity'))
  const onlyDemo = await openTab()
  await expect(composer(onlyDemo)).toBeVisible()
  expect(await onlyDemo.evaluate(() => window.welcomed)).toBe(false)
})

declare global {
  interface Window {
    welcomed?: boolean
  }
}

/** In the page: was the question for a name on screen in any frame? */
function noteWelcome(): void {
  window.welcomed = false
  const look = () => {
    const label = [...document.querySelectorAll('label')].find(({ textContent }) => textContent === 'Your name')
    window.welcomed ||= label?.checkVisibility() ?? false
    requestAnimationFrame(look)
  }
  look()
}

test('the welcome page works without the database', async ({ profile, server, consoleErrors }) => {
  consoleErrors.expect(/\.wasm|ERR_FAILED|WebAssembly/)
  const page = await profile.context.newPage()
  await profile.context.route('**/*.wasm', (route) => route.abort())
  await page.goto(server.url)
  await giveName(page)
  await expect(page.getByText('There is no public space yet.')).toBeVisible()
})

test('where the app cannot run, one sentence says why and what to do', async ({ profile, server, consoleErrors }) => {
  const { context } = profile
  const why = (page: Page) => page.getByRole('alert')
  async function visit(prepare: (page: Page) => Promise<unknown>, sentence: RegExp): Promise<void> {
    const page = await context.newPage()
    await prepare(page)
    await page.goto(server.url)
    await expect(why(page)).toContainText(sentence)
    await expect(demoButton(page)).toBeHidden()
    await page.close()
  }
  const without = (script: string) => (page: Page) => page.addInitScript({ content: script })
  await visit(without('delete Navigator.prototype.locks'), /Web Locks/)
  await visit(without('delete globalThis.WebAssembly'), /WebAssembly/)
  await visit(without('delete Crypto.prototype.randomUUID'), /lacks something/)
  await visit(without('delete Array.prototype.toSorted'), /too old/)
  await visit(
    without("Object.defineProperty(window, 'localStorage', { get() { throw new Error('blocked by the test') } })"),
    /Allow cookies/,
  )
  consoleErrors.expect(/Failed to load resource|Failed to fetch dynamically imported module/)
  await visit((page) => page.route(/\/assets\/main-.*\.js$/, (route) => route.abort()), /could not be loaded/)
  await visit((page) => page.route(/\/assets\/index-.*\.js$/, (route) => route.abort()), /could not be loaded/)
  consoleErrors.expect(/SyntaxError/)
  const tooNew = { contentType: 'text/javascript', body: 'const a = b ??? c' }
  await visit((page) => page.route(/\/assets\/index-.*\.js$/, (route) => route.fulfill(tooNew)), /too old/)
})

test('without SharedWorker, OPFS or Service Worker there is an app all the same', async ({ profile, server }) => {
  const page = await profile.context.newPage()
  await page.addInitScript(() => {
    delete (window as { SharedWorker?: unknown }).SharedWorker
    delete (Navigator.prototype as { serviceWorker?: unknown }).serviceWorker
  })
  await page.goto(server.url)
  await openDemo(page)
  await expect(problem(page)).toHaveCount(0)
})

test('without JavaScript the page says that it needs it', async ({ browser, server }) => {
  const context = await browser.newContext({ javaScriptEnabled: false })
  const page = await context.newPage()
  await page.goto(server.url)
  await expect(page.getByText('needs JavaScript')).toBeVisible()
  await expect(demoButton(page)).toBeHidden()
  await context.close()
})

test('under an address without https the page says that it needs it, and throws nothing', async ({
  profile,
  server,
  consoleErrors,
}) => {
  // a header of the server's that counts for more than this
  consoleErrors.expect(/Cross-Origin-Opener-Policy header has been ignored/)
  const page = await profile.context.newPage()
  await page.goto(server.url.replace('localhost', otherName))
  expect(await page.evaluate(() => isSecureContext)).toBe(false)
  await expect(page.getByRole('alert')).toContainText('https://')
  await expect(demoButton(page)).toBeHidden()
})
