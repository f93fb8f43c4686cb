import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test as base, type Page } from '@playwright/test'
import { installReadme } from '../scripts/package/consumer.ts'
import { makePackage } from '../scripts/package/make-package.ts'
import { BrowserProfile } from './support/browser-profile.ts'
import { ConsoleErrors } from './support/console-errors.ts'

/**
 * What the README of the package promises, to somebody who has the tarball and nothing else: its files in an empty
 * project, built by Vite.
 */
let folder: string

const test = base.extend<{ openTab: () => Promise<Page> }>({
  openTab: async ({ launchOptions, headless }, provide) => {
    const site = await preview(join(folder, 'consumer'))
    const errors = new ConsoleErrors()
    errors.expect(/favicon\.ico/)
    const profile = new BrowserProfile({ ...launchOptions, headless: headless ?? true }, errors)
    await profile.open()
    await provide(async () => {
      const page = await profile.context.newPage()
      await page.goto(site.url)
      return page
    })
    await profile.dispose()
    site.server.kill()
    expect(errors.unexpected(), 'errors on a console').toEqual([])
  },
})

test.beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reactive-sqlite-consumer-'))
  const tarball = await makePackage(join(folder, 'made'))
  installReadme(join(folder, 'consumer'), tarball.path)
  await vite(join(folder, 'consumer'), 'build', '--logLevel', 'warn')
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
  await expect.poll(() => leads(follower)).toBe(true)

  const third = await openTab()
  await expect(third.getByRole('listitem')).toHaveText(['Buy milk', 'Bake bread'])
  await follower.reload()
  await expect(follower.getByRole('listitem')).toHaveText(['Buy milk', 'Bake bread'])
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
    env: { ...process.env, NO_COLOR: '1' },
  })
  const url = await new Promise<string>((resolve, reject) => {
    let said = ''
    server.stdout.on('data', (data: Buffer) => {
      said += data.toString()
      const address = /http:\/\/localhost:\d+/.exec(said)?.[0]
      if (address) resolve(address)
    })
    server.once('close', () => reject(new Error(`vite preview ended: ${said}`)))
  })
  return { url, server }
}
