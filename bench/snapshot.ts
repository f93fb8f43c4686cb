import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BrowserProfile } from '../e2e/support/browser-profile.ts'
import { ConsoleErrors } from '../e2e/support/console-errors.ts'
import { longTasks, watchLongTasks } from '../e2e/support/long-tasks.ts'
import { messages as shownMessages, signIn } from '../e2e/support/rooms.ts'
import { untilConnected, valueOf } from '../e2e/support/tab.ts'
import { browserArguments, findBrowser } from '../scripts/find-browser.ts'
import { run } from '../scripts/run.ts'
import { openSqliteEventLog } from '../server/log/sqlite-event-log.ts'
import { startProcess } from '../server/testing-process.ts'
import type { Figures } from './figures.ts'
import { loadHistory } from './history-events.ts'
import { step } from './step.ts'

const section = 'a snapshot: the server makes it, and a new device takes it in'
const devices = 3

/** A history that lies in the server's log already; then new devices, each with an empty profile. */
export async function benchSnapshot(figures: Figures, most: number): Promise<void> {
  const browser = findBrowser((line) => console.log(line))
  if (browser.type === 'missing') throw new Error(browser.advice)
  await step('build the app', 120, async () => {
    if ((await run('vite', ['build', '--logLevel', 'error'])) !== 0) throw new Error('the app does not build')
  })
  const folder = mkdtempSync(join(tmpdir(), 'rsql-snapshot-'))
  const { messages } = await step('write the log', 120, () => writeLog(folder, most))
  const began = performance.now()
  const server = await startProcess(folder, {
    env: { DIST_DIR: join(import.meta.dirname, '../dist'), LOG_LEVEL: 'warn' },
  })
  try {
    const snapshots = join(folder, 'snapshots')
    const isThere = () => existsSync(snapshots) && readdirSync(snapshots).find((name) => name.endsWith('.json'))
    await step('the server makes a snapshot', 300, async () => {
      while (!isThere()) await new Promise((resolve) => setTimeout(resolve, 100))
    })
    figures.add(
      section,
      'start of the server → its read model and its snapshot are made',
      performance.now() - began,
      'ms',
    )
    const file = readdirSync(snapshots).find((name) => name.endsWith('.gz'))!
    figures.add(section, 'the snapshot, compressed', statSync(join(snapshots, file)).size / 1e6, 'MB')
    const launch = { executablePath: browser.executablePath, args: [...browserArguments], headless: true }
    for (let device = 1; device <= devices; device++) {
      const profile = new BrowserProfile(launch, new ConsoleErrors())
      try {
        await step(`device ${device}`, 180, () => benchDevice(figures, profile, server.origin, messages, device))
      } finally {
        await profile.dispose()
      }
    }
  } finally {
    await server.end()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function writeLog(folder: string, most: number): Promise<{ messages: number }> {
  const { events, messages } = loadHistory(most)
  const quiet = { wrote() {}, failed: () => false, bug(error: unknown): void { throw error } } // prettier-ignore
  const log = await openSqliteEventLog(join(folder, 'events.db'), quiet)
  for (let from = 0; from < events.length; from += 1000) {
    const some = events.slice(from, from + 1000)
    await log.append(some[0]!.stream, some.map((event) => ({ id: event.id, data: JSON.stringify(event) }))) // prettier-ignore
  }
  await log.close()
  return { messages }
}

async function benchDevice(figures: Figures, profile: BrowserProfile, url: string, messages: number, device: number) {
  const tab = await (await profile.open()).newPage()
  await watchLongTasks(tab)
  await tab.goto(url)
  await untilConnected(tab)
  const name = (what: string) => `device ${device}: sign-in → ${what}`
  const from = await tab.evaluate(() => performance.now())
  const started = performance.now()
  await signIn(tab, 'Ada') // until the first room is listed
  figures.add(section, name('rooms listed'), performance.now() - started, 'ms', { atMost: 1000 })
  await shownMessages(tab).last().waitFor({ timeout: 60_000 })
  figures.add(section, name('messages of a room on screen'), performance.now() - started, 'ms')
  while (Number(await valueOf(tab, 'SELECT count(*) FROM timeline_items')) < messages) await tab.waitForTimeout(50)
  figures.add(section, name('all messages there'), performance.now() - started, 'ms', { atMost: 5000 })
  const tasks = await longTasks(tab, from)
  figures.add(section, `device ${device}: the longest task of the page meanwhile`, Math.max(0, ...tasks), 'ms')
}
