import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { expect, test as base, type Page } from '@playwright/test'
import { installReadme } from '../scripts/package/consumer.ts'
import { makePackage } from '../scripts/package/make-package.ts'
import { BrowserProfile } from './support/browser-profile.ts'
import { ConsoleErrors } from './support/console-errors.ts'
import { eventually } from './support/eventually.ts'

/**
 * What the README of the package promises, to somebody who has the tarball and nothing else: its files in an empty
 * project, built by Vite.
 */
let folder: string

const test = base.extend<{ openTab: (path?: string) => Promise<Page> }>({
  openTab: async ({ launchOptions, headless }, provide, info) => {
    const site = await preview(join(folder, 'consumer'))
    const errors = new ConsoleErrors()
    errors.expect(/favicon\.ico/)
    const profile = new BrowserProfile({ ...launchOptions, headless: headless ?? true }, errors)
    await profile.open()
    await provide(async (path = '/') => {
      const page = await profile.context.newPage()
      await page.goto(site.url + path)
      return page
    })
    if (info.status !== info.expectedStatus) console.log(await profile.lastWords.report())
    await profile.dispose()
    const ended = once(site.server, 'close')
    site.server.kill('SIGKILL')
    await ended
    expect(errors.unexpected(), 'errors on a console').toEqual([])
  },
})

/** The README's examples are components, and values, that no page of it shows. */
const examplesPage = {
  'examples.html':
    '<!doctype html><title>Examples</title><div id="root"></div><script type="module" src="/src/all-examples.tsx"></script>',
  'src/all-examples.tsx': `
    import { Suspense } from 'react'
    import { createRoot } from 'react-dom/client'
    import { Open, Titles, once } from './examples.tsx'
    createRoot(document.getElementById('root')!).render(
      <>
        <Open />
        <Suspense fallback="not yet"><h1><Titles /></h1></Suspense>
        <output>{JSON.stringify(once)}</output>
      </>,
    )`,
  'vite.both.config.ts': `
    import config from './vite.config.ts'
    export default { ...config, build: { rolldownOptions: { input: ['index.html', 'examples.html'] } } }`,
}

test.beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reactive-sqlite-consumer-'))
  const tarball = await makePackage(join(folder, 'made'))
  const consumer = join(folder, 'consumer')
  installReadme(consumer, tarball.path)
  for (const [file, text] of Object.entries(examplesPage)) writeFileSync(join(consumer, file), text)
  await vite(consumer, 'build', '--logLevel', 'warn', '--config', 'vite.both.config.ts')
})
test.afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('two tabs show one list; the leader is closed, and rows go on', async ({ openTab }) => {
  const first = await openTab()
  const second = await openTab()
  await add(first, 'Buy milk')
  await expect(second.getByRole('listitem')).toHaveText(['Buy milk'])
  await second.getByRole('checkbox').click()
  await expect(first.getByRole('checkbox')).toBeChecked()

  const [leader, follower] = (await leads(first)) ? [first, second] : [second, first]
  expect(await leads(leader)).toBe(true)
  await leader.close()
  await add(follower, 'Bake bread')
  await expect(follower.getByRole('listitem')).toHaveText(['Buy milk', 'Bake bread'])
  await eventually(() => leads(follower)).toBe(true)

  const third = await openTab()
  await expect(third.getByRole('listitem')).toHaveText(['Buy milk', 'Bake bread'])
  await follower.reload()
  await expect(follower.getByRole('listitem')).toHaveText(['Buy milk', 'Bake bread'])
})

test('what the README reads in other ways changes as the rows do', async ({ openTab }) => {
  const list = await openTab()
  await add(list, 'Buy milk')
  const examples = await openTab('/examples.html')
  const told: string[] = []
  examples.on('console', (message) => void told.push(message.text()))
  await expect(examples.getByText('1 open, the longest has 8 characters. This tab: follower, opfs,')).toBeVisible()
  await expect(examples.getByRole('heading')).toHaveText('Buy milk')
  await expect(examples.getByRole('status')).toHaveText('[{"id":1,"title":"Buy milk","done":0}]')

  await add(list, 'Bake bread')
  await expect(examples.getByText('2 open, the longest has 10 characters.')).toBeVisible()
  await expect(examples.getByRole('paragraph')).toHaveText(['Buy milk', 'Bake bread'])
  await list.getByLabel('Buy milk').click()
  await expect(examples.getByRole('heading')).toHaveText('Bake bread')
  await eventually(() => told.length).toBeGreaterThan(0)
})

test('nothing of the chat is in the bundle', () => {
  const assets = join(folder, 'consumer/dist/assets')
  const scripts = readdirSync(assets).filter((file) => file.endsWith('.js'))
  const texts = scripts.map((file) => readFileSync(join(assets, file), 'utf8'))
  expect(texts.some((text) => text.includes('CREATE TABLE todo'))).toBe(true)
  const words = /timeline_items|message\.create|(room|space)_id|read_marks|order_key|['"`](space|room|member)s?['"`]/g
  expect(texts.flatMap((text) => text.match(words) ?? [])).toEqual([])
})

async function add(page: Page, title: string): Promise<void> {
  await page.getByLabel('What to do').fill(title)
  await page.getByLabel('What to do').press('Enter')
  await expect(page.getByRole('listitem').filter({ hasText: title })).toBeVisible()
}

const leads = (page: Page) => page.evaluate(() => performance.getEntriesByName('rsql:leader').length > 0)

const viteOf = (consumer: string) => join(consumer, 'node_modules/vite/bin/vite.js')

function vite(consumer: string, ...parameters: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [viteOf(consumer), ...parameters], { cwd: consumer, stdio: 'inherit' })
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(`vite ${parameters.join(' ')}: ${code}`))))
  })
}

/** `vite preview` at a free port, so at an origin of its own. */
async function preview(consumer: string): Promise<{ url: string; server: ChildProcess }> {
  const server = spawn(process.execPath, [viteOf(consumer), 'preview', '--port', '0', '--host', 'localhost'], {
    cwd: consumer,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const url = await new Promise<string>((resolve, reject) => {
    let said = ''
    server.stdout.setEncoding('utf8').on('data', (data: string) => {
      said += data
      const address = /http:\/\/localhost:\d+/.exec(stripVTControlCharacters(said))?.[0]
      if (address) resolve(address)
    })
    server.once('close', () => reject(new Error(`vite preview ended: ${said}`)))
  })
  return { url, server }
}
