import type { Page } from '@playwright/test'
import type { Watched } from '../runtime/page/page.ts'
import type { Written } from '../runtime/page/writer.ts'
import { eventually } from './eventually.ts'
import { expect } from './fault-fixtures.ts'
import { rowsOf, valueOf } from './tab.ts'

/** Tabs of the runtime page that write without a pause, and what must be true of it afterwards. */
export async function createWritten(tab: Page): Promise<void> {
  await rowsOf(tab, 'CREATE TABLE written (who, n)')
}

export async function startWriting(tab: Page, who: string): Promise<void> {
  await tab.evaluate((name) => runtime.startWriting(name), who)
}

/** `more` rows from now, whoever writes them. */
export async function untilWritten(tab: Page, more: number): Promise<void> {
  const before = Number(await valueOf(tab, 'SELECT count(*) FROM written'))
  await eventually(() => valueOf(tab, 'SELECT count(*) FROM written')).toBeGreaterThanOrEqual(before + more)
}

/** Ends the writing. Every answered write is there, and none is there twice. */
export async function expectWrittenOnce(tab: Page, who: string): Promise<void> {
  const { rows, events } = await tab.evaluate(() => runtime.writer!.stop())
  await expectOnceEach(tab, rows, `SELECT n FROM written WHERE who = '${who}'`)
  const eventNumbers = `SELECT CAST(snippet AS INTEGER) AS n FROM timeline_items WHERE author_name = '${who}'`
  await expectOnceEach(tab, events, eventNumbers)
  expect(events.lost, 'events are repeated until they are answered').toEqual([])
}

async function expectOnceEach(tab: Page, written: Written, sql: string): Promise<void> {
  const times = new Map<number, number>()
  for (const { n } of await rowsOf(tab, sql)) times.set(Number(n), (times.get(Number(n)) ?? 0) + 1)
  expect({
    failed: written.failed,
    ranTwice: [...times].filter(([, count]) => count > 1),
    answeredAndLost: written.done.filter((n) => !times.has(n)),
  }).toEqual({ failed: [], ranTwice: [], answeredAndLost: [] })
}

/** From here on every change is a delta: the first rows are there. */
export async function watch(tab: Page, sql = 'SELECT who, n FROM written'): Promise<void> {
  await tab.evaluate((text) => void runtime.watch(text), sql)
  await eventually(async () => (await watched(tab)).snapshots).toBe(1)
}

export const watched = (tab: Page): Promise<Watched> => tab.evaluate(() => runtime.watched.at(-1)!)

/** What the tab was told, change by change behind one snapshot, is what SQLite has. */
export async function expectLive(tab: Page, sql = 'SELECT who, n FROM written'): Promise<void> {
  const shown = (rows: readonly unknown[]) => {
    const lines = rows.map((row) => JSON.stringify(row))
    return /ORDER BY [^()]*$/i.test(sql) ? lines : lines.sort()
  }
  const rows = shown((await rowsOf(tab, sql)).map((row) => Object.values(row)))
  await eventually(async () => shown((await watched(tab)).rows)).toEqual(rows)
  expect(await watched(tab)).toMatchObject({ snapshots: 1, errors: [] })
}
