import type { Page } from '@playwright/test'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '../support/fixtures.ts'
import { importHistory } from '../support/import-history.ts'
import { openRoom, roomLink, signIn, syncPill } from '../support/rooms.ts'
import { rowsOf, untilConnected } from '../support/tab.ts'
import { walk } from '../support/walk-timeline.ts'

const history = join(import.meta.dirname, '../../../shared/data/chat-history-small.ndjson.gz')

test.describe.configure({ timeout: 600_000 })

const sizes = (process.env['SIZES'] ?? '390x844 1280x600 1280x800 1440x2000 2560x1440 800x3000').split(' ')
const rooms = (process.env['ROOMS'] ?? 'Type-theory Zulip-meta FLT').split(' ')
test('every message of a real history is reached', async ({ server, profile }) => {
  const file = existsSync(history) ? history : '/work/shared/data/chat-history-small.ndjson.gz'
  const imported = await importHistory(file, 'History', server.url)
  expect(imported.exitCode, imported.output).toBe(0)
  const tab = await profile.context.newPage()
  await tab.goto(server.url)
  await untilConnected(tab)
  await signIn(tab, 'Ada')
  await expect(roomLink(tab, 'FLT')).toBeVisible()
  await expect(syncPill(tab)).toHaveAttribute('data-sync', 'live', { timeout: 120_000 })
  for (const size of sizes)
    for (const room of rooms) {
      const [width, height] = size.split('x').map(Number)
      await tab.setViewportSize({ width: 1280, height: height! })
      await openRoom(tab, room)
      await tab.setViewportSize({ width: width!, height: height! })
      await tab.waitForTimeout(500)
      const up = await walk(tab, { direction: 'up', steps: [40], stepsMax: 3000 })
      const down = await walk(tab, { direction: 'down', steps: [700, 30, 1500], stepsMax: 3000 })
      const all = await messagesOf(tab, room)
      const missed = all.filter((id) => !up.seen.includes(id))
      console.log(
        size,
        room,
        all.length,
        JSON.stringify({
          ...up,
          seen: up.seen.length,
          blanks: up.blanks.slice(0, 3),
          nb: up.blanks.length,
          jumps: up.jumps.slice(0, 3),
          nj: up.jumps.length,
        }),
        'missed',
        missed.length,
      )
      console.log(
        '  down',
        JSON.stringify({
          ...down,
          seen: down.seen.length,
          blanks: down.blanks.slice(0, 3),
          nb: down.blanks.length,
          jumps: down.jumps.slice(0, 3),
          nj: down.jumps.length,
        }),
      )
    }
})

async function messagesOf(tab: Page, room: string): Promise<string[]> {
  const rows = await rowsOf(
    tab,
    `SELECT t.id FROM timeline_items t JOIN rooms r ON r.id = t.timeline_id WHERE r.name = '${room}' ORDER BY t.order_key`,
  )
  return rows.map((row) => String(row['id']))
}
