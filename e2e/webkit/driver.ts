import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * WebKitGTK as Debian has it (`webkit2gtk-driver`, `xvfb`), over classic WebDriver: one command at a time, whatever the number of
 * windows, so nothing here waits inside a page.
 */
export interface Installed {
  readonly driver: string
  readonly browser: string
  readonly screen: string
  readonly version: string
}

/** A WebKitGTK that can be driven, or one line that says why there is none. */
export function findWebKit(): Installed | string {
  const [driver, screen] = ['WebKitWebDriver', 'Xvfb'].map((name) => spawnSync('which', [name], { encoding: 'utf8' }).stdout?.trim()) // prettier-ignore
  const browser = ['/usr/lib', '/usr/libexec', ...triplets()]
    .flatMap((folder) => ['webkit2gtk-4.1', 'webkitgtk-6.0', 'webkit2gtk-4.0'].map((name) => join(folder, name, 'MiniBrowser')))
    .find((path) => existsSync(path)) // prettier-ignore
  if (!driver || !browser || !screen) return 'no WebKitGTK here (Debian: apt-get install webkit2gtk-driver xvfb)'
  const version = spawnSync(driver, ['--version'], { encoding: 'utf8' }).stdout?.trim() ?? ''
  return { driver, browser, screen, version }
}

const triplets = (): string[] =>
  existsSync('/usr/lib') ? readdirSync('/usr/lib').filter((name) => name.endsWith('-linux-gnu')).map((name) => join('/usr/lib', name)) : [] // prettier-ignore

/** One browser with an empty profile that is forgotten with it: an automated session is always a private one. */
export class WebKit {
  readonly #processes: readonly ChildProcess[]
  readonly #session: string
  readonly #first: string
  #commands: Promise<unknown> = Promise.resolve()
  readonly pages: WebKitPage[] = []

  static async start(installed: Installed): Promise<WebKit> {
    const display = `:${90 + (process.pid % 900)}`
    const screen = spawn(installed.screen, [display, '-screen', '0', '1400x1000x24', '-nolisten', 'tcp'], { stdio: 'ignore' }) // prettier-ignore
    const port = await freePort()
    const env = { ...process.env, DISPLAY: display, WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1', LIBGL_ALWAYS_SOFTWARE: '1' } // prettier-ignore
    await sleep(1000)
    const driver = spawn(installed.driver, [`--port=${port}`, '--host=127.0.0.1'], { env, stdio: 'ignore' })
    const url = `http://127.0.0.1:${port}`
    const options = { binary: installed.browser, args: ['--automation'] }
    const capabilities = { alwaysMatch: { 'webkitgtk:browserOptions': options } }
    for (let tries = 1; ; tries++) {
      try {
        const { sessionId } = (await command(`${url}/session`, 'POST', { capabilities })) as { sessionId: string }
        const session = `${url}/session/${sessionId}`
        const first = (await command(`${session}/window`, 'GET')) as string
        return new WebKit([driver, screen], session, first)
      } catch (error) {
        if (tries === 20) throw error
        await sleep(250)
      }
    }
  }

  private constructor(processes: readonly ChildProcess[], session: string, first: string) {
    this.#processes = processes
    this.#session = session
    this.#first = first
  }

  /** A window of its own: a tab behind another would be hidden, and a hidden page's timers are slow. */
  async newPage(): Promise<WebKitPage> {
    const handle =
      this.pages.length === 0
        ? this.#first
        : ((await this.#inOrder(() => command(`${this.#session}/window/new`, 'POST', { type: 'window' }))) as { handle: string }).handle // prettier-ignore
    const page = new WebKitPage((method, path, body) =>
      this.#inOrder(async () => {
        await command(`${this.#session}/window`, 'POST', { handle })
        return await command(this.#session + path, method, body)
      }),
    )
    this.pages.push(page)
    return page
  }

  /** Commands of one session stand in one line. */
  #inOrder<Answer>(work: () => Promise<Answer>): Promise<Answer> {
    const answer = this.#commands.then(work)
    this.#commands = answer.catch(() => {})
    return answer
  }

  async dispose(): Promise<void> {
    await command(this.#session, 'DELETE').catch(() => {})
    for (const each of this.#processes) each.kill()
  }
}

type Send = (method: 'GET' | 'POST' | 'DELETE', path: string, body?: object) => Promise<unknown>

/** What of a page the sentences use; of the same names as the other drivers'. */
export class WebKitPage {
  readonly #send: Send
  constructor(send: Send) {
    this.#send = send
  }

  async goto(url: string): Promise<void> {
    await this.#send('POST', '/url', { url })
  }
  async reload(): Promise<void> {
    await this.#send('POST', '/refresh', {})
  }
  async goBack(): Promise<void> {
    await this.#send('POST', '/back', {})
  }
  async close(): Promise<void> {
    await this.#send('DELETE', '/window')
  }
  async url(): Promise<string> {
    return (await this.#send('GET', '/url')) as string
  }
  async setViewport({ width, height }: { width: number; height: number }): Promise<void> {
    await this.#send('POST', '/window/rect', { width, height })
  }
  async screenshot({ path }: { path: `${string}.png` }): Promise<void> {
    writeFileSync(path, Buffer.from((await this.#send('GET', '/screenshot')) as string, 'base64'))
  }

  async evaluate<Arguments extends unknown[], Result>(
    work: (...given: Arguments) => Result,
    ...given: Arguments
  ): Promise<Awaited<Result>> {
    // esbuild names functions with a helper that the page does not have
    const script = `globalThis.__name ??= (work) => work; const done = arguments[arguments.length - 1];
      Promise.resolve().then(() => (${work.toString()})(...[...arguments].slice(0, -1)))
        .then((value) => done({ value }), (error) => done({ error: String(error?.stack ?? error) }))`
    const answer = (await this.#send('POST', '/execute/async', { script, args: given.map((each) => each ?? null) })) as { value?: Awaited<Result>; error?: string } // prettier-ignore
    if (answer.error !== undefined) throw new Error(answer.error)
    return answer.value as Awaited<Result>
  }

  async waitForFunction<Arguments extends unknown[]>(
    work: (...given: Arguments) => unknown,
    options: { timeout?: number; polling?: number } = {},
    ...given: Arguments
  ): Promise<void> {
    const { timeout = 30_000, polling = 50 } = options
    for (const late = Date.now() + timeout; ;) {
      // a page that goes to another cannot answer
      if (await this.evaluate(work, ...given).catch(() => false)) return
      if (Date.now() > late) throw new Error(`not within ${timeout / 1000} s: ${work.toString()}`)
      await sleep(polling)
    }
  }

  /** As a person does: a click in the middle, keys one after the other. */
  async click(css: string): Promise<void> {
    await this.#send('POST', `/element/${await this.#find(css)}/click`, {})
  }
  async type(css: string, text: string): Promise<void> {
    await this.#send('POST', `/element/${await this.#find(css)}/value`, { text })
  }
  async #find(css: string): Promise<string> {
    const isThere = (selector: string): boolean => !!document.querySelector(selector)
    await this.waitForFunction(isThere, {}, css)
    const found = (await this.#send('POST', '/element', { using: 'css selector', value: css })) as Record<
      string,
      string
    >
    return Object.values(found)[0]!
  }
}

async function command(url: string, method: string, body?: object): Promise<unknown> {
  const response = await fetch(url, { method, ...(body && { body: JSON.stringify(body) }) })
  const { value } = (await response.json()) as { value: { error?: string; message?: string } }
  if (!response.ok) throw new Error(`${method} ${new URL(url).pathname}: ${value.error ?? ''} ${value.message ?? ''}`)
  return value
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  await new Promise<void>((closed) => server.close(() => closed()))
  return port
}
