import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { countEvents } from '../../bench/history-events.ts'
import { historyFile, readHistory } from '../support/history-file.ts'
import { importHistory } from '../support/import-history.ts'
import { openTab, signIn, untilStatus, valueOf, waitFor } from './app.ts'
import type { Page } from './driver.ts'
import type { World } from './world.ts'

const rounds = 9

/** `--measure`: the app with a whole history, as `npm run bench -- app` measures it in Chromium. */
export async function measure({ server, firefox }: World): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), 'rsql-firefox-history-'))
  try {
    const file = historyFile('large', scratch)
    const lines = readHistory(file)
    const imported = await importHistory(file.path, 'History', server.url)
    if (imported.exitCode !== 0) throw new Error(imported.output)
    const tab = await openTab(await firefox.newPage(), server.url)
    const start = performance.now()
    await signIn(tab, 'Ada')
    await untilMessages(tab)
    say('sign-in → newest messages of a room on screen', performance.now() - start, 'ms')
    await untilStatus(tab, 'sync', 'live', 600_000)
    const seconds = (performance.now() - start) / 1000
    say('events per second, over network, Service Worker and database', Number(await valueOf(tab, countEvents)) / seconds, '/s') // prettier-ignore
    const there = Number(await valueOf(tab, 'SELECT count(*) FROM timeline_items'))
    if (there !== lines.length) throw new Error(`${there} of ${lines.length} messages arrived`)

    await tab.evaluateOnNewDocument(markFirstMessage)
    const reloads: number[] = []
    for (let round = 0; round < rounds; round++) {
      await tab.reload()
      await waitFor(tab, 'the first message is painted', () => performance.getEntriesByName('first-message').length > 0)
      reloads.push(await tab.evaluate(() => performance.getEntriesByName('first-message')[0]!.startTime))
      await new Promise((rested) => setTimeout(rested, 1000))
    }
    say('warm reload → first message, p50', median(reloads), 'ms')
    console.log(`  of the last: ${await tab.evaluate(startMarks)}`)

    const address = tab.url()
    let leader = tab
    const takeovers: number[] = []
    for (let round = 0; round < rounds; round++) {
      const follower = await openTab(await firefox.newPage(), address)
      await untilMessages(follower)
      const closed = performance.now()
      await leader.close()
      await valueOf(follower, 'SELECT max(order_key) FROM timeline_items')
      takeovers.push(performance.now() - closed)
      leader = follower
    }
    say('leader closed → first answer in a follower (with the driver’s own time), p50', median(takeovers), 'ms')
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

function untilMessages(page: Page): Promise<void> {
  return waitFor(page, 'messages are on screen', () => document.querySelector('[role=log] article'))
}

/** Runs in the page. */
function markFirstMessage(): void {
  const seek = new MutationObserver(() => {
    if (!document.querySelector('[role=log] article')) return
    seek.disconnect()
    requestAnimationFrame(() => performance.mark('first-message'))
  })
  seek.observe(document, { childList: true, subtree: true })
}

/** The runtime's own timeline of the start, ms from the beginning of the navigation. */
function startMarks(): string {
  const marks = performance.getEntriesByType('mark').filter(({ name }) => name.startsWith('rsql:'))
  return marks.map(({ name, startTime }) => `${name.slice('rsql:'.length)} ${Math.round(startTime)}`).join(', ')
}

const say = (what: string, value: number, unit: string): void => console.log(`  ${what}: ${Math.round(value)} ${unit}`)
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!
