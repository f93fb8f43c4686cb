import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test as base, type Locator, type Page } from '@playwright/test'
import { ConsoleErrors } from './support/console-errors.ts'
import { LastWords } from './support/last-words.ts'
import { RuntimeSite, todoPage } from './support/runtime-site.ts'

/** examples/todo: an application of the runtime that has nothing of the chat. */
const test = base.extend<{ readonly site: RuntimeSite; readonly openTab: () => Promise<Page> }>({
  // oxlint-disable-next-line no-empty-pattern -- Playwright wants the pattern
  site: async ({}, provide) => {
    const site = await RuntimeSite.open(todoPage)
    await provide(site)
    await site.close()
  },
  openTab: async ({ context, site }, provide, info) => {
    const errors = new ConsoleErrors()
    const lastWords = new LastWords()
    errors.watch(context)
    lastWords.watch(context)
    await provide(async () => {
      const tab = await context.newPage()
      await tab.goto(site.url)
      return tab
    })
    if (info.status !== info.expectedStatus) console.log(await lastWords.report())
    expect(errors.unexpected(), 'errors on a console').toEqual([])
  },
})

const items = (tab: Page): Locator => tab.getByRole('listitem')
const left = (tab: Page, count: number) => expect(tab.getByRole('heading')).toHaveText(`${count} to do`)
async function add(tab: Page, title: string): Promise<void> {
  await tab.getByLabel('What is to be done').fill(title)
  await tab.getByRole('button', { name: 'Add' }).click()
}

test('two tabs of plain tables: what one adds is in the other; the leader is closed, and all goes on', async ({
  openTab,
}) => {
  const first = await openTab()
  await expect(first.getByRole('status')).toHaveText('leader, opfs')
  const second = await openTab()
  await expect(second.getByRole('status')).toHaveText('follower, opfs')
  await add(first, 'milk')
  await expect(items(second)).toHaveText(['milk'])
  await add(second, 'bread')
  await expect(items(first)).toHaveText(['milk', 'bread'])
  await second.getByLabel('milk').click()
  await expect(first.getByLabel('milk')).toBeChecked()
  await left(first, 1)

  await first.close()
  await add(second, 'salt')
  await expect(second.getByRole('status')).toHaveText('leader, opfs')
  await expect(items(second)).toHaveText(['milk', 'bread', 'salt'])
  await second.getByRole('button', { name: 'Remove what is done' }).click()
  await expect(items(second)).toHaveText(['bread', 'salt'])

  await second.reload()
  await expect(items(second)).toHaveText(['bread', 'salt'])
  await left(second, 2)
})

test('nothing of the chat is in its bundles', async ({ site }) => {
  expect(site.url).toContain('localhost')
  const assets = join(todoPage.files, 'assets')
  const scripts = readdirSync(assets).filter((name) => name.endsWith('.js'))
  for (const part of ['db.worker', 'coordinator.worker', 'index']) {
    expect(scripts.filter((name) => name.startsWith(part))).not.toEqual([])
  }
  const ofTheChat = ['timeline_items', 'message.create', 'member.join', 'SYNC_STATE', 'OUTBOX', 'openRoom', '/api/']
  for (const script of scripts) {
    const text = readFileSync(join(assets, script), 'utf8')
    expect(
      ofTheChat.filter((word) => text.includes(word)),
      script,
    ).toEqual([])
  }
})
