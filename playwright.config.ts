import { defineConfig } from '@playwright/test'
import { browserArguments, installedBrowser } from './scripts/find-browser.ts'

const executablePath = process.env['CHROMIUM'] ?? installedBrowser()?.executablePath

export default defineConfig({
  testDir: 'e2e',
  // minutes each: `npm run e2e -- --long`
  testIgnore: process.env['E2E_LONG'] ? [] : ['**/long/**'],
  // `npm test` runs two tests of `beside` at once, and then those that e2e/support/alone.ts is for, one by one
  projects: [
    { name: 'beside', grepInvert: /@alone/ },
    { name: 'alone', grep: /@alone/ },
  ],
  outputDir: 'test-results',
  // Deadlines are for what hangs, not for what is slow: on a loaded machine all takes several times as long.
  timeout: 150_000,
  expect: { timeout: 45_000, toPass: { timeout: 45_000 } },
  // every test has a browser of several tabs and a server of its own
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
