import { defineConfig } from '@playwright/test'
import { browserArguments, installedBrowser } from './scripts/find-browser.ts'

const executablePath = process.env['CHROMIUM'] ?? installedBrowser()?.executablePath

export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results',
  timeout: 60_000,
  expect: { timeout: 10_000 },
  // every test has a browser of several tabs and a server of its own: two cores carry one at a time
  workers: Number(process.env['E2E_WORKERS'] ?? 1),
  // a test that needs a second try is a defect
  retries: 0,
  forbidOnly: !!process.env['CI'],
  use: {
    launchOptions: { args: [...browserArguments], ...(executablePath && { executablePath }) },
    actionTimeout: 10_000,
    screenshot: 'only-on-failure',
  },
})
