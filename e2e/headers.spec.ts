import type { Page } from '@playwright/test'
import { eventually } from './support/eventually.ts'
import { expect, test } from './support/fixtures.ts'
import { message, openDemo, openRoom, say } from './support/rooms.ts'

declare global {
  interface Window {
    reports?: string[]
  }
}

/** The app under the policy that the server sends: nothing of it is refused, everything else is. */
const listen = () => {
  window.reports = []
  document.addEventListener('securitypolicyviolation', (event) =>
    window.reports!.push(
      `${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber} ${event.sample}`,
    ),
  )
}
const reportsOf = (page: Page) => page.evaluate(() => window.reports ?? [])

test('the app runs under a strict policy: workers, WASM, OPFS, dialogs, menus, and no report', async ({
  context,
  openTab,
}) => {
  await context.addInitScript(listen)
  const page = await openTab()
  const headers = (await page.request.get(page.url(), { headers: { accept: 'text/html' } })).headers()
  expect(headers['content-security-policy']).toMatch(/script-src 'self' 'wasm-unsafe-eval'( 'sha256-[^']+')+;/)
  expect(headers['content-security-policy']).not.toMatch(/unsafe-inline|unsafe-eval(?<!wasm-unsafe-eval)/)
  await openDemo(page)
  await openRoom(page, 'kitchen')
  await say(page, 'a line with nothing to it')
  const mine = message(page, 'a line with')
  await mine.hover()
  await mine.getByRole('button', { name: 'Add reaction' }).click()
  await page.getByRole('dialog', { name: 'Pick a reaction' }).getByRole('button').first().click()
  await mine.hover()
  await mine.getByRole('button', { name: 'More actions' }).click()
  await expect(page.getByRole('menuitem', { name: /^Delete(?! for good)/ })).toBeVisible()
  expect(await reportsOf(page)).toEqual([])
})

test('what the policy is for: inline scripts, eval and other hosts are refused', async ({
  consoleErrors,
  context,
  openTab,
}) => {
  consoleErrors.expect(/Content Security Policy|frame|Refused/i)
  await context.addInitScript(listen)
  const page = await openTab()
  const done = await page.evaluate(async () => {
    const script = document.createElement('script')
    script.textContent = 'window.ran = true'
    document.head.append(script)
    const button = document.createElement('button')
    button.setAttribute('onclick', 'window.ran = true')
    document.body.append(button)
    button.click()
    // later, because the debugger that runs this may evaluate what it likes
    const evaluated = await new Promise((resolve) =>
      setTimeout(() => {
        try {
          resolve((0, eval)('1')) // oxlint-disable-line no-eval -- that it is refused is the test
        } catch {
          resolve('refused')
        }
      }),
    )
    const fetched = await fetch('https://example.org/').catch(() => 'refused')
    return { ran: 'ran' in window, evaluated, fetched: fetched === 'refused' }
  })
  expect(done).toEqual({ ran: false, evaluated: 'refused', fetched: true })
  const refused = async () => (await reportsOf(page)).map((report) => report.split(' ')[0])
  await eventually(refused).toEqual(
    expect.arrayContaining(['script-src-elem', 'script-src-attr', 'script-src', 'connect-src']),
  )
})
