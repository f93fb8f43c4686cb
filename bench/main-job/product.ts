import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BrowserProfile } from '../../e2e/support/browser-profile.ts'
import { ConsoleErrors } from '../../e2e/support/console-errors.ts'
import { historyFile, readHistory } from '../../e2e/support/history-file.ts'
import { importHistory } from '../../e2e/support/import-history.ts'
import { longTasks, watchLongTasks } from '../../e2e/support/long-tasks.ts'
import { messages as shownMessages, openRoom, signIn, syncPill } from '../../e2e/support/rooms.ts'
import { SyncServer } from '../../e2e/support/sync-server.ts'
import { untilConnected, valueOf } from '../../e2e/support/tab.ts'
import { browserArguments, findBrowser } from '../../scripts/find-browser.ts'
import { run } from '../../scripts/run.ts'
import { percentile, type Figures } from '../figures.ts'

const reloads = 7

/** The app itself, from its own server: a new device takes in a whole history; then warm reloads. */
export async function benchProduct(figures: Figures, messages: number): Promise<void> {
  const section = `the app, its server and its Service Worker: a new device takes in the history`
  const browser = findBrowser((line) => console.log(line))
  if (browser.type === 'missing') throw new Error(browser.advice)
  if ((await run('vite', ['build', '--logLevel', 'error'])) !== 0) throw new Error('the app does not build')
  const scratch = mkdtempSync(join(tmpdir(), 'rsql-product-'))
  const server = await SyncServer.start()
  const launch = { executablePath: browser.executablePath, args: [...browserArguments], headless: true }
  const profile = new BrowserProfile(launch, new ConsoleErrors())
  try {
    const lines = readHistory(historyFile('large', scratch)).slice(0, messages)
    const path = join(scratch, 'history.ndjson')
    writeFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
    const importStart = performance.now()
    const imported = await importHistory(path, 'History', server.url)
    if (imported.exitCode !== 0) throw new Error(imported.output)
    const importMs = performance.now() - importStart
    figures.add(section, 'import: messages per second into the server', (lines.length / importMs) * 1000, '/s')

    const tab = await (await profile.open()).newPage()
    await watchLongTasks(tab)
    await tab.goto(server.url)
    await untilConnected(tab)
    const started = performance.now()
    await signIn(tab, 'Ada')
    await openRoom(tab, decodeURIComponent(lines.at(-1)!.stream))
    await shownMessages(tab).last().waitFor({ timeout: 60_000 })
    figures.add(section, 'sign-in → newest messages of a room on screen', performance.now() - started, 'ms', {
      atMost: 2000,
    })
    const from = await tab.evaluate(() => performance.now())
    const pill = syncPill(tab)
    await pill.and(tab.locator('[data-sync="live"]')).waitFor({ timeout: 3_600_000 })
    const inMs = performance.now() - started
    const count = Number(await valueOf(tab, 'SELECT count(*) FROM events'))
    const there = Number(await valueOf(tab, 'SELECT count(*) FROM timeline_items'))
    if (there !== lines.length) throw new Error(`${there} of ${lines.length} messages arrived`)
    figures.add(section, 'events taken in', count, 'events')
    figures.add(section, 'events per second, over network, Service Worker and database', (count / inMs) * 1000, '/s')
    const tasks = await longTasks(tab, from)
    figures.add(section, 'main-thread tasks over 50 ms meanwhile', tasks.length, '')
    figures.add(section, 'the longest of them', Math.max(0, ...tasks), 'ms', { atMost: 100 })

    await tab.addInitScript(() => {
      const seek = new MutationObserver(() => {
        if (!document.querySelector('[role=log] article')) return
        seek.disconnect()
        requestAnimationFrame(() => performance.mark('bench:first-message'))
      })
      seek.observe(document, { childList: true, subtree: true })
    })
    const samples: number[] = []
    for (let round = 0; round < reloads; round++) {
      await tab.reload()
      await tab.waitForFunction(() => performance.getEntriesByName('bench:first-message').length > 0)
      samples.push(await tab.evaluate(() => performance.getEntriesByName('bench:first-message')[0]!.startTime))
      await tab.waitForTimeout(1000)
    }
    figures.add(section, 'warm reload → first message, p50', percentile(samples, 50), 'ms', { atMost: 500 })
    figures.add(section, 'warm reload → first message, slowest', Math.max(...samples), 'ms')
  } finally {
    await profile.dispose()
    await server.dispose()
    rmSync(scratch, { recursive: true, force: true })
  }
}
