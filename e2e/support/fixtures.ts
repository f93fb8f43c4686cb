import { expect, test as base, type BrowserContext, type Page } from '@playwright/test'
import { BrowserProfile } from './browser-profile.ts'
import { ConsoleErrors } from './console-errors.ts'
import { lastLines } from './last-words.ts'
import { SyncServer } from './sync-server.ts'
import { untilConnected } from './tab.ts'

interface Fixtures {
  /** beside the browser, which takes as long */
  readonly startingServer: { readonly starting: Promise<SyncServer> }
  readonly server: SyncServer
  readonly profile: BrowserProfile
  readonly consoleErrors: ConsoleErrors
  readonly openTab: (path?: string) => Promise<Page>
}

/**
 * What every end-to-end test starts from: its own server process with empty data, its own browser profile with empty
 * storage, the built app. `openTab` gives a connected tab; errors in any console fail the test unless it expects them.
 */
export const test = base.extend<Fixtures & { context: BrowserContext }>({
  // oxlint-disable-next-line no-empty-pattern -- Playwright wants the pattern
  startingServer: async ({}, provide, info) => {
    const starting = SyncServer.start()
    starting.catch(() => {}) // told to whoever waits for it
    await provide({ starting })
    const server = await starting
    if (info.status !== info.expectedStatus) console.log(`── the server's last words\n${lastLines(server.log)}`)
    await server.dispose()
  },
  server: async ({ startingServer }, provide) => provide(await startingServer.starting),
  // oxlint-disable-next-line no-empty-pattern -- Playwright wants the pattern
  consoleErrors: async ({}, provide) => {
    const errors = new ConsoleErrors()
    await provide(errors)
    expect(errors.unexpected(), 'errors on a console').toEqual([])
  },
  // asks for the server so as to be closed before it
  profile: async ({ launchOptions, headless, serviceWorkers, consoleErrors, startingServer }, provide, info) => {
    void startingServer
    const profile = new BrowserProfile({ ...launchOptions, headless: headless ?? true, serviceWorkers }, consoleErrors)
    await profile.open()
    await provide(profile)
    const failed = info.status !== info.expectedStatus || consoleErrors.unexpected().length > 0
    if (failed) console.log(await profile.lastWords.report())
    await profile.dispose()
  },
  context: async ({ profile }, provide) => provide(profile.context),
  openTab: async ({ profile, server }, provide) =>
    provide(async (path = '/') => {
      const page = await profile.context.newPage()
      await page.goto(server.url + path)
      await untilConnected(page)
      return page
    }),
})
export { expect } from '@playwright/test'
