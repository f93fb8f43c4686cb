import { defineConfig } from '@playwright/test'
import { browserArguments, installedBrowser } from './scripts/find-browser.ts'

/** What these measure, a test beside them would change. */
const alone = ['**/import.spec.ts', '**/faults/busy.spec.ts', '**/faults/storms.spec.ts']
// minutes each: `npm run e2e -- --long`
const long = process.env['E2E_LONG'] ? [] : ['**/long/**']

const executablePath = process.env['CHROMIUM'] ?? installedBrowser()?.executablePath

export default defineConfig({
  testDir: 'e2e',
  projects: [
    { name: 'beside', testIgnore: [...alone, ...long] },
    { name: 'alone', testMatch: alone, testIgnore: long },
  ],
  outputDir: 'test-results',
  // Deadlines are for what hangs, not for what is slow: on a loaded machine all takes several times as long.
  timeout: 150_000,
  expect: { timeout: 45_000, toPass: { timeout: 45_000 } },
  // every test has a browser of several tabs and a server of its own; `npm test` runs two of those of `beside` at once
  workers: Number(process.env['E2E_WORKERS'] ?? 1),
  // a test that needs a second try is a defect
  retries: 0,
  forbidOnly: !!process.env['CI'],
  use: {
    launchOptions: { args: [...browserArguments], ...(executablePath && { executablePath }) },
    actionTimeout: 30_000,
    screenshot: 'only-on-failure',
  },
})
