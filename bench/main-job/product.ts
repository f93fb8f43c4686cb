import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { BrowserProfile } from '../../e2e/support/browser-profile.ts'
import { ConsoleErrors } from '../../e2e/support/console-errors.ts'
import { countEvents } from '../history-events.ts'
import { historyFile, readHistory } from '../../e2e/support/history-file.ts'
import { importHistory } from '../../e2e/support/import-history.ts'
import { longTasks, watchLongTasks } from '../../e2e/support/long-tasks.ts'
import { messages as shownMessages, openRoom, signIn, syncPill } from '../../e2e/support/rooms.ts'
import { SyncServer } from '../../e2e/support/sync-server.ts'
import { untilConnected, valueOf } from '../../e2e/support/tab.ts'
import { browserArguments, findBrowser } from '../../scripts/find-browser.ts'
import { run } from '../../scripts/run.ts'
import type { HistoryLine } from '../../schema/import/history.ts'
import { percentile, type Figures } from '../figures.ts'
import { step } from '../step.ts'

const reloads = 7
const section = 'the app, its server and its Service Worker: a new device takes in the history'

/** The app itself, from its own server: a new device takes in a whole history; then warm reloads. */
export async function benchProduct(figures: Figures, messages: number): Promise<void> {
  const browser = findBrowser((line) => console.log(line))
  if (browser.type === 'missing') throw new Error(browser.advice)
  await step('build the app', 120, async () => {
    if ((await run('vite', ['build', '--logLevel', 'error'])) !== 0) throw new Error('the app does not build')
  })
  const scratch = mkdtempSync(join(tmpdir(), 'rsql-product-'))
  const server = await SyncServer.start()
  const launch = { executablePath: browser.executablePath, args: [...browserArguments], headless: true }
  const profile = new BrowserProfile(launch, new ConsoleErrors())
  try {
    const lines = readHistory(historyFile('large', scratch)).slice(0, messages)
    await step('import the history into the server', 300, () => benchImport(figures, server, lines, scratch))
    const tab = await (await profile.open()).newPage()
    await watchLongTasks(tab)
    await tab.goto(server.url)
    await step('connect', 60, () => untilConnected(tab))
    await benchNewDevice(figures, tab, lines)
    const reloaded = await benchReloads(figures, tab)
    const room = new URL(tab.url()).pathname.split('/')[3]!
    const script = await databaseScript(tab)
    // a page of the app's origin and policy that starts nothing
    await tab.goto(`${server.url}/icon.svg`)
    const alone: number[] = []
    for (let round = 1; round <= reloads; round++)
      alone.push(await step(`its worker alone, ${round}`, 30, () => databaseAlone(tab, script, room)))
    figures.add(section, 'its worker alone → the SELECT of these messages answered, p50', percentile(alone, 50), 'ms')
    figures.add(section, 'warm reload ÷ worker alone', reloaded / percentile(alone, 50), '×', { atMost: 1.3 })
  } finally {
    await step('close the browser and the server', 60, async () => {
      await profile.dispose()
      await server.dispose()
    })
    rmSync(scratch, { recursive: true, force: true })
  }
}

async function benchImport(
  figures: Figures,
  server: SyncServer,
  lines: readonly HistoryLine[],
  scratch: string,
): Promise<void> {
  const path = join(scratch, 'history.ndjson')
  writeFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  const start = performance.now()
  const imported = await importHistory(path, 'History', server.url)
  if (imported.exitCode !== 0) throw new Error(imported.output)
  const perSecond = (lines.length / (performance.now() - start)) * 1000
  figures.add(section, 'import: messages per second into the server', perSecond, '/s')
}

/** Signs in, sees the newest messages, and waits until all of them are there. */
async function benchNewDevice(figures: Figures, tab: Page, lines: readonly HistoryLine[]): Promise<void> {
  const started = performance.now()
  await step('sign in, and see the newest messages', 90, async () => {
    await signIn(tab, 'Ada')
    await openRoom(tab, decodeURIComponent(lines.at(-1)!.stream))
    await shownMessages(tab).last().waitFor({ timeout: 60_000 })
  })
  const seen = performance.now() - started
  figures.add(section, 'sign-in → newest messages of a room on screen', seen, 'ms', { atMost: 2000 })
  const from = await tab.evaluate(() => performance.now())
  const live = syncPill(tab).and(tab.locator('[data-sync="live"]'))
  // a hundred events a second would be slow
  const patience = 60 + lines.length / 100
  await step('take in the history', patience, () => live.waitFor({ timeout: 0 }))
  const inMs = performance.now() - started
  const count = Number(await valueOf(tab, countEvents))
  const there = Number(await valueOf(tab, 'SELECT count(*) FROM timeline_items'))
  if (there !== lines.length) throw new Error(`${there} of ${lines.length} messages arrived`)
  figures.add(section, 'events taken in', count, 'events')
  figures.add(section, 'events per second, over network, Service Worker and database', (count / inMs) * 1000, '/s')
  const tasks = await longTasks(tab, from)
  figures.add(section, 'main-thread tasks over 50 ms meanwhile', tasks.length, '')
  figures.add(section, 'the longest of them', Math.max(0, ...tasks), 'ms', { atMost: 100 })
}

/** Returns the median, in ms. */
async function benchReloads(figures: Figures, tab: Page): Promise<number> {
  await tab.addInitScript(() => {
    const seek = new MutationObserver(() => {
      if (!document.querySelector('[role=log] article')) return
      seek.disconnect()
      requestAnimationFrame(() => performance.mark('bench:first-message'))
    })
    seek.observe(document, { childList: true, subtree: true })
  })
  const samples: number[] = []
  for (let round = 1; round <= reloads; round++) {
    await step(`warm reload ${round}`, 60, async () => {
      await tab.reload()
      await tab.waitForFunction(() => performance.getEntriesByName('bench:first-message').length > 0)
    })
    samples.push(await tab.evaluate(() => performance.getEntriesByName('bench:first-message')[0]!.startTime))
    await tab.waitForTimeout(1000)
  }
  figures.add(section, 'warm reload → first message, p50', percentile(samples, 50), 'ms', { atMost: 400 })
  figures.add(section, 'warm reload → first message, slowest', Math.max(...samples), 'ms')
  for (const [mark, at] of Object.entries(await startMarks(tab))) figures.add(section, `of the last: ${mark}`, at, 'ms')
  return percentile(samples, 50)
}

/** The runtime's own timeline of the start, ms from the beginning of the navigation. */
function startMarks(tab: Page): Promise<Record<string, number>> {
  return tab.evaluate(() => {
    const marks = performance.getEntriesByType('mark').filter(({ name }) => name.startsWith('rsql:'))
    return Object.fromEntries(marks.map(({ name, startTime }) => [name.slice(5), startTime]))
  })
}

function databaseScript(tab: Page): Promise<string> {
  return tab.evaluate(() => {
    const [script] = performance.getEntriesByType('resource').filter(({ name }) => /\/host\.worker-/.test(name))
    if (!script) throw new Error('the database worker was not loaded')
    return script.name
  })
}

/** A worker on a page without an app: from its making through WASM, pool and open to the one SELECT's answer, in ms. */
function databaseAlone(tab: Page, script: string, room: string): Promise<number> {
  return tab.evaluate(
    async ([url, roomId]) => {
      const start = performance.now()
      const worker = new Worker(url, { type: 'module' })
      const failed = new Promise<never>((_, reject) => {
        worker.addEventListener('error', () => reject(new Error('the worker does not run on this page')))
      })
      const { port1, port2 } = new MessageChannel()
      worker.postMessage({ type: 'CONNECT', tabId: 'alone' }, [port2])
      port1.postMessage({ type: 'PROMOTE_TO_ACTIVE', tabId: 'alone', epoch: 1 })
      const answered = new Promise<number>((resolve, reject) => {
        port1.start()
        port1.addEventListener('message', ({ data }) => {
          if (data.type === 'DB_OPENED') {
            const sql =
              'SELECT id, order_key, author_name, snippet, reactions FROM timeline_items WHERE timeline_id = (SELECT timeline FROM rooms WHERE id = ?1) ORDER BY order_key DESC LIMIT 60'
            const { epoch } = data
            const request = { epoch, requestId: 'one', sql, parameters: [roomId], mayWrite: false }
            port1.postMessage({ type: 'FORWARD_QUERY', ...request })
          }
          if (data.type === 'QUERY_RESULT') resolve(data.result.rows.length)
          if (data.type === 'QUERY_ERROR' || data.type === 'OPEN_FAILED') reject(new Error(JSON.stringify(data)))
        })
      })
      if ((await Promise.race([answered, failed])) === 0) throw new Error('the room is empty')
      const ms = performance.now() - start
      worker.terminate()
      await new Promise((resolve) => setTimeout(resolve, 300))
      return ms
    },
    [script, room] as const,
  )
}
