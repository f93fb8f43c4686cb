import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  chromium,
  type Browser,
  type BrowserContext,
  type CDPSession,
  type LaunchOptions,
  type Page,
} from '@playwright/test'

/**
 * A Chromium that behaves as a person's does: a tab behind another is hidden and can be frozen, pages go into the
 * back/forward cache. (One that Playwright launches shows every page as visible and has no such cache.)
 */
export class FreeBrowser {
  readonly #process: ChildProcess
  /** its profile, which its processes name */
  readonly folder: string
  readonly #browser: Browser
  readonly #session: CDPSession
  readonly context: BrowserContext

  static async launch({ executablePath, args = [] }: LaunchOptions): Promise<FreeBrowser> {
    const folder = mkdtempSync(join(tmpdir(), 'rsql-free-'))
    const options = ['--headless=new', '--remote-debugging-port=0', `--user-data-dir=${folder}`, ...args, 'about:blank']
    const child = spawn(executablePath ?? chromium.executablePath(), options, { stdio: 'ignore' })
    const portFile = join(folder, 'DevToolsActivePort')
    const deadline = Date.now() + 20_000
    while (!existsSync(portFile) || !readFileSync(portFile, 'utf8').includes('/devtools/')) {
      if (child.exitCode !== null || Date.now() > deadline) throw new Error('Chromium did not start')
      await sleep(20)
    }
    const [port, path] = readFileSync(portFile, 'utf8').split('\n')
    const browser = await chromium.connectOverCDP(`ws://127.0.0.1:${port}${path}`, { noDefaults: true })
    return new FreeBrowser(child, folder, browser, await browser.newBrowserCDPSession())
  }

  private constructor(child: ChildProcess, folder: string, browser: Browser, session: CDPSession) {
    this.#process = child
    this.folder = folder
    this.#browser = browser
    this.#session = session
    this.context = browser.contexts()[0] as BrowserContext
  }

  /** The page runs nothing from here on, not even pagehide. */
  async crash(page: Page): Promise<void> {
    const session = await this.context.newCDPSession(page)
    const crashed = new Promise<void>((resolve) => page.once('crash', () => resolve()))
    session.send('Page.crash').catch(() => {}) // it has nobody left to answer
    await crashed
  }

  /** Only a hidden page can be: another one has to be in front. */
  async freeze(page: Page): Promise<void> {
    await (await this.context.newCDPSession(page)).send('Page.setWebLifecycleState', { state: 'frozen' })
  }

  async resume(page: Page): Promise<void> {
    await (await this.context.newCDPSession(page)).send('Page.setWebLifecycleState', { state: 'active' })
  }

  /** Ends every SharedWorker of this origin; answers how many. */
  async killSharedWorkers(origin: string): Promise<number> {
    const targets = await this.#sharedWorkers(origin)
    for (const targetId of targets) await this.#session.send('Target.closeTarget', { targetId })
    return targets.length
  }

  /** Nothing of them runs from here on, though they live: as in an endless loop. Answers how to wake them. */
  async hangSharedWorkers(origin: string): Promise<() => Promise<void>> {
    const targets = await this.#sharedWorkers(origin)
    const ask = async (sessionId: string, method: string): Promise<void> =>
      void (await this.#session.send('Target.sendMessageToTarget', {
        sessionId,
        message: JSON.stringify({ id: 1, method }),
      }))
    const sessions = await Promise.all(
      targets.map((targetId) => this.#session.send('Target.attachToTarget', { targetId })),
    )
    for (const { sessionId } of sessions) {
      await ask(sessionId, 'Debugger.enable')
      await ask(sessionId, 'Debugger.pause')
    }
    return async () => {
      for (const { sessionId } of sessions) await ask(sessionId, 'Debugger.resume')
    }
  }

  async #sharedWorkers(origin: string): Promise<string[]> {
    const { targetInfos } = await this.#session.send('Target.getTargets', { filter: [{ type: 'shared_worker' }] })
    return targetInfos.filter(({ url }) => url.startsWith(origin)).map(({ targetId }) => targetId)
  }

  /** How many SharedWorkers this origin has. */
  async countSharedWorkers(origin: string): Promise<number> {
    return (await this.#sharedWorkers(origin)).length
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve))
    // of its own will, so that its helper processes have ended before the folder goes
    this.#session.send('Browser.close').catch(() => {})
    const late = setTimeout(() => this.#process.kill('SIGKILL'), 5_000)
    if (this.#process.exitCode === null && this.#process.signalCode === null) await ended
    clearTimeout(late)
    await this.#browser.close()
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  }
}
