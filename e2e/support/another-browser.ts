import type { Page } from '@playwright/test'
import { BrowserProfile } from './browser-profile.ts'
import { test as base } from './fixtures.ts'
import { untilConnected } from './tab.ts'

interface Fixtures {
  /** a second person's browser, with storage of its own */
  readonly another: BrowserProfile
  /** a connected tab in it */
  readonly openAnother: (path?: string) => Promise<Page>
}

/** For what two people do at once, offline too. */
export const test = base.extend<Fixtures>({
  another: async ({ launchOptions, headless, consoleErrors, server }, provide, info) => {
    void server // so as to be closed before it
    const profile = new BrowserProfile({ ...launchOptions, headless: headless ?? true }, consoleErrors)
    await profile.open()
    await provide(profile)
    if (info.status !== info.expectedStatus) console.log(`another's: ${await profile.lastWords.report()}`)
    await profile.dispose()
  },
  openAnother: async ({ another, server }, provide) =>
    provide(async (path = '/') => {
      const page = await another.context.newPage()
      await page.goto(server.url + path)
      await untilConnected(page)
      return page
    }),
})
export { expect } from '@playwright/test'
