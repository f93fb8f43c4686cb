import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { chromium } from '@playwright/test'

/**
 * Finds a Chromium to test in, and gets one when there is none: Playwright's own, one that is on this machine, Debian's
 * package when we are root there, Playwright's download. Law: it never hangs (every attempt has a deadline) and never
 * answers with a browser that does not start.
 */
export type BrowserSearch =
  | { readonly type: 'found'; readonly executablePath: string; readonly version: string }
  /** `advice` is one line: what a person has to do */
  | { readonly type: 'missing'; readonly advice: string }

/** The oldest Chromium with everything we lean on (SAH pool in workers, module workers, Web Locks). */
const oldestMajor = 120

/** Chromium as root has no sandbox, and a test browser has no business of its own on the network. */
export const browserArguments: readonly string[] = [
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
]

export function findBrowser(log: (line: string) => void): BrowserSearch {
  const present = installedBrowser()
  if (present) return present
  const asked = process.env['CHROMIUM']
  if (asked) return { type: 'missing', advice: `CHROMIUM=${asked} is no Chromium ${oldestMajor} or newer that starts` }
  for (const attempt of [installDebianPackage, installPlaywrightBrowser]) {
    attempt(log)
    const installed = installedBrowser()
    if (installed) return installed
  }
  const advice = 'no Chromium here: run `npx playwright install --with-deps chromium`, or set CHROMIUM=/path/to/chrome'
  return { type: 'missing', advice }
}

/** What is there now, without installing anything. */
export function installedBrowser(): Extract<BrowserSearch, { type: 'found' }> | null {
  for (const executablePath of candidates()) {
    const version = startableVersion(executablePath)
    if (version) return { type: 'found', executablePath, version }
  }
  return null
}

function candidates(): string[] {
  const asked = process.env['CHROMIUM']
  if (asked) return [asked]
  const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome']
  const onPath = (process.env['PATH'] ?? '')
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)))
  const applications = [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    join(process.env['PROGRAMFILES'] ?? 'C:/Program Files', 'Google/Chrome/Application/chrome.exe'),
  ]
  return [chromium.executablePath(), ...onPath, ...applications].filter((path) => existsSync(path))
}

function startableVersion(executablePath: string): string | null {
  // Chrome on Windows opens a window instead of answering --version
  if (process.platform === 'win32') return existsSync(executablePath) ? 'unknown version' : null
  const answer = spawnSync(executablePath, ['--version'], { encoding: 'utf8', timeout: 20_000 })
  const version = /(\d+)\.\d+\.\d+\.\d+/.exec(answer.stdout ?? '')
  return answer.status === 0 && version && Number(version[1]) >= oldestMajor ? version[0] : null
}

function installDebianPackage(log: (line: string) => void): void {
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !existsSync('/etc/os-release')) return
  // Ubuntu's package of that name only points at a snap
  if (!/^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'))) return
  log("no Chromium here: installing Debian's")
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  for (const step of [
    ['update', '-qq'],
    ['install', '-y', '-qq', '--no-install-recommends', 'chromium'],
  ]) {
    spawnSync('apt-get', step, { stdio: ['ignore', 'ignore', 'inherit'], timeout: 240_000, env: environment })
  }
}

function installPlaywrightBrowser(log: (line: string) => void): void {
  log("no Chromium here: downloading Playwright's (at most 3 minutes)")
  const dependencies = process.platform === 'linux' && process.getuid?.() === 0 ? ['--with-deps'] : []
  const cli = join(import.meta.dirname, '../node_modules/@playwright/test/cli.js')
  spawnSync(process.execPath, [cli, 'install', ...dependencies, '--no-shell', 'chromium'], {
    stdio: ['ignore', 'ignore', 'ignore'],
    timeout: 180_000,
  })
}
