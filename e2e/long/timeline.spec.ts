import type { Page } from '@playwright/test'
import { expect, test } from '../support/fixtures.ts'
import { historyFile } from '../support/history-file.ts'
import { importHistory } from '../support/import-history.ts'
import { openRoom, roomLink, signIn, syncPill, timeline } from '../support/rooms.ts'
import { rowsOf, untilConnected } from '../support/tab.ts'
import { walk } from '../support/walk-timeline.ts'

/**
 * Every room of a real history, from top to bottom and back, in windows of all sizes: `npm run e2e -- --long`.
 * SIZES="1280x800 800x3000" and ROOMS="FLT" choose some of them; STEP=200 walks up by as many px at a time, and so sooner.
 */
test.describe.configure({ timeout: 3_600_000 })

const sizes = process.env['SIZES'] ?? '390x844 1280x600 1280x800 1440x2000 2560x1440 800x3000'
const chosen = process.env['ROOMS']?.split(' ')
const step = Number(process.env['STEP'] ?? 40)

test('every message of a history is reached, in windows of all sizes', async ({ server, profile }, info) => {
  const file = historyFile('small', info.outputPath())
  test.skip(!file.real, 'the optional real history is not there')
  const imported = await importHistory(file.path, 'History', server.url)
  expect(imported.exitCode, imported.output).toBe(0)
  const tab = await profile.context.newPage()
  await tab.goto(server.url)
  await untilConnected(tab)
  await signIn(tab, 'Ada')
  await expect(roomLink(tab, 'FLT')).toBeVisible()
  await expect(syncPill(tab)).toHaveAttribute('data-sync', 'live', { timeout: 120_000 })
  const rooms =
    chosen ?? (await rowsOf(tab, "SELECT name FROM rooms WHERE kind = 'room'")).map((row) => String(row['name']))
  for (const size of sizes.split(' ')) {
    const [width = 0, height = 0] = size.split('x').map(Number)
    for (const room of rooms) {
      // on a phone the list of rooms is a screen of its own
      await tab.setViewportSize({ width: 1280, height })
      await openRoom(tab, room)
      await tab.setViewportSize({ width, height })
      const all = await messagesOf(tab, room)
      const walks = {
        up: await walk(timeline(tab), { direction: 'up', steps: [step] }),
        down: await walk(timeline(tab), { direction: 'down', steps: [Math.floor(height * 0.7), 30] }),
        'wildly up': await walk(timeline(tab), { direction: 'up', steps: [900, 40, 3000, 7], whole: false }),
        'wildly down': await walk(timeline(tab), { direction: 'down', steps: [3000, 1, 1200], whole: false }),
      }
      for (const [way, { seen, ...walked }] of Object.entries(walks)) {
        console.log(
          `${size} ${room} ${way}: ${seen.length} of ${all.length} messages in ${walked.steps} steps, ${walked.rowsMax} rows`,
        )
        const where = `${size} ${room} ${way}`
        expect({ where, ...walked }).toMatchObject({ where, arrived: true, blanks: [], jumps: [] })
        if (way.startsWith('wildly')) continue
        expect(walked.grown, where).toEqual([])
        expect(
          all.filter((id) => !seen.includes(id)),
          where,
        ).toEqual([])
      }
    }
  }
})

async function messagesOf(tab: Page, room: string): Promise<string[]> {
  const rows = await rowsOf(
    tab,
    `SELECT t.id FROM timeline_items t JOIN rooms r ON r.timeline = t.timeline_id WHERE r.name = '${room}' ORDER BY t.order_key`,
  )
  return rows.map((row) => String(row['id']))
}
