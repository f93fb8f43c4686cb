import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { pathToFileURL } from 'node:url'

/**
 * A real Firefox, as people have it, over WebDriver BiDi. Playwright's own Firefox is a patched one, and its way to a real
 * one asks for commands that a Firefox with long support lacks: so Puppeteer, installed on demand into `.cache/firefox`,
 * outside the dependency tree. What is used of it is declared here.
 */
export interface Page {
  goto(url: string): Promise<unknown>
  reload(): Promise<unknown>
  goBack(): Promise<unknown>
  close(): Promise<void>
  url(): string
  bringToFront(): Promise<void>
  setViewport(size: { width: number; height: number }): Promise<void>
  screenshot(options: { path: `${string}.png` }): Promise<unknown>
  /** runs first in whatever this page opens from now on */
  evaluateOnNewDocument(work: () => void): Promise<unknown>
  evaluate<Arguments extends unknown[], Result>(
    work: (...given: Arguments) => Result,
    ...given: Arguments
  ): Promise<Awaited<Result>>
  waitForFunction<Arguments extends unknown[]>(
    work: (...given: Arguments) => unknown,
    options: { timeout: number; polling: number },
    ...given: Arguments
  ): Promise<unknown>
  locator(selector: string): { click(): Promise<void>; hover(): Promise<void>; fill(text: string): Promise<void> }
  readonly mouse: { wheel(by: { deltaY: number }): Promise<void> }
  readonly keyboard: { press(key: string): Promise<void>; type(text: string): Promise<void> }
  on(event: 'console', listener: (message: { type(): string; text(): string; location(): object }) => void): void
  on(event: 'pageerror', listener: (error: unknown) => void): void
}
interface Browser {
  version(): Promise<string>
  newPage(): Promise<Page>
  close(): Promise<void>
}
interface Puppeteer {
  launch(options: object): Promise<Browser>
}

const driver = 'puppeteer-core@24.43.1'
const cache = join(import.meta.dirname, '../../.cache/firefox')

/** A Firefox that starts, or one line that says why there is none. */
export function findFirefox(): { readonly path: string; readonly version: string } | string {
  const asked = process.env['FIREFOX']
  for (const path of asked ? [asked] : candidates()) {
    const answer = spawnSync(path, ['--version'], { encoding: 'utf8', timeout: 30_000 })
    const version = /Firefox (\S+)/.exec(answer.stdout ?? '')?.[1]
    if (answer.status === 0 && version) return { path, version }
  }
  return asked ? `FIREFOX=${asked} does not start` : 'no Firefox here: install one, or set FIREFOX=/path/to/firefox'
}

function candidates(): string[] {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const windows = join(process.env['PROGRAMFILES'] ?? 'C:/Program Files', 'Mozilla Firefox/firefox.exe')
  return ['firefox', 'firefox-esr']
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .concat('/Applications/Firefox.app/Contents/MacOS/firefox', windows)
    .filter((path) => existsSync(path))
}

/** Puppeteer, or why it does not install. */
export async function installDriver(): Promise<Puppeteer | string> {
  const stamp = join(cache, 'installed')
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== driver) {
    mkdirSync(cache, { recursive: true })
    writeFileSync(join(cache, 'package.json'), '{ "private": true, "type": "module" }\n')
    console.log(`installing ${driver} into .cache/firefox`)
    const flags = ['--no-save', '--no-audit', '--no-fund', '--loglevel=error', '--ignore-scripts']
    const options = { cwd: cache, encoding: 'utf8', timeout: 240_000, shell: process.platform === 'win32' } as const
    const run = spawnSync('npm', ['install', ...flags, driver], options)
    if (run.status !== 0) return `${driver} does not install: ${run.stderr?.trim().split('\n')[0] ?? ''}`
    writeFileSync(stamp, driver)
  }
  const path = createRequire(join(cache, 'package.json')).resolve('puppeteer-core')
  return ((await import(pathToFileURL(path).href)) as { default: Puppeteer }).default
}

/** A Firefox with a profile on disk, which can be closed and opened again. */
export class Firefox {
  readonly #puppeteer: Puppeteer
  readonly #path: string
  readonly #profile = mkdtempSync(join(tmpdir(), 'rsql-firefox-'))
  #browser: Promise<Browser> | null = null
  readonly #errors: string[] = []
  readonly #expected: RegExp[] = []
  /** that were opened, some of which may be closed */
  readonly pages: Page[] = []
  /** as in a private window; from its next start on */
  isPrivate = false
  /** more settings, from its next start on */
  preferences: Readonly<Record<string, unknown>> = {}

  constructor(puppeteer: Puppeteer, path: string) {
    this.#puppeteer = puppeteer
    this.#path = path
  }

  async newPage(): Promise<Page> {
    this.#browser ??= this.#puppeteer.launch({
      browser: 'firefox',
      executablePath: this.#path,
      headless: true,
      userDataDir: this.#profile,
      // what waits has a deadline of its own
      protocolTimeout: 0,
      defaultViewport: { width: 1280, height: 800 },
      extraPrefsFirefox: { 'browser.privatebrowsing.autostart': this.isPrivate, ...this.preferences },
    })
    const page = await (await this.#browser).newPage()
    page.on('console', (message) => {
      if (message.type() === 'error') this.#errors.push(`${message.text()} ${JSON.stringify(message.location())}`)
    })
    page.on('pageerror', (error) => this.#errors.push(`uncaught: ${(error as Error).stack || String(error)}`))
    this.pages.push(page)
    return page
  }

  /** From now on, and looking back: errors that match are part of the sentence. */
  expectErrors(pattern: RegExp): void {
    this.#expected.push(pattern)
  }

  /** What the console of a page called an error. Firefox tells its driver nothing of workers' consoles. */
  unexpectedErrors(): string[] {
    return this.#errors.filter((text) => !this.#expected.some((pattern) => pattern.test(text)))
  }

  async close(): Promise<void> {
    await (await this.#browser)?.close()
    this.#browser = null
    this.pages.length = 0
  }

  async dispose(): Promise<void> {
    await this.close()
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  }
}
