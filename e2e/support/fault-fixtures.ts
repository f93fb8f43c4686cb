import { expect, test as base, type Page } from '@playwright/test'
import type { FaultName } from '../runtime/page/chaos.ts'
import { ConsoleErrors } from './console-errors.ts'
import { FreeBrowser } from './free-browser.ts'
import { LastWords } from './last-words.ts'
import { RuntimeSite } from './runtime-site.ts'
import { untilConnected } from './tab.ts'

export interface TabOptions {
  readonly chaos?: readonly FaultName[]
  /** do not wait until some tab leads */
  readonly atOnce?: boolean
}

/** What the tests of faults start from: the bare runtime page at a fresh origin, in one browser for all of them. */
interface Fixtures {
  readonly site: RuntimeSite
  readonly consoleErrors: ConsoleErrors
  readonly openTab: (options?: TabOptions) => Promise<Page>
}

export const test = base.extend<Fixtures, { readonly free: FreeBrowser }>({
  free: [
    async ({ launchOptions }, provide) => {
      const browser = await FreeBrowser.launch(launchOptions)
      await provide(browser)
      await browser.close()
    },
    { scope: 'worker' },
  ],
  // oxlint-disable-next-line no-empty-pattern -- Playwright wants the pattern
  site: async ({}, provide) => {
    const site = await RuntimeSite.open()
    await provide(site)
    await site.close()
  },
  consoleErrors: async ({ free }, provide) => {
    const errors = new ConsoleErrors()
    errors.watch(free.context)
    await provide(errors)
    expect(errors.unexpected(), 'errors on a console').toEqual([])
  },
  openTab: async ({ free, site, consoleErrors }, provide, info) => {
    const lastWords = new LastWords()
    lastWords.watch(free.context)
    const pages: Page[] = []
    await provide(async ({ chaos = [], atOnce = false } = {}) => {
      const page = await free.context.newPage()
      pages.push(page)
      await page.goto(`${site.url}/${chaos.length > 0 ? '?' : ''}${chaos.map((name) => `chaos=${name}`).join('&')}`)
      if (!atOnce) await untilConnected(page)
      return page
    })
    const failed = info.status !== info.expectedStatus || consoleErrors.unexpected().length > 0
    if (failed) console.log(await lastWords.report())
    await Promise.all(pages.map((page) => page.close()))
  },
})
export { expect } from '@playwright/test'
