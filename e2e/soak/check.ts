import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from '@playwright/test'
import type { SoakSite } from './site.ts'
import { watchedQueries, type SoakTabs } from './tabs.ts'
import type { SoakWriters } from './writers.ts'

const patienceMs = 60_000

/** With all writers silent: waits until device and server agree, then looks for what is wrong. */
export async function check(
  tabs: SoakTabs,
  writers: SoakWriters,
  site: SoakSite,
): Promise<{ readonly events: number; readonly settledMs: number; readonly faults: string[] }> {
  const started = Date.now()
  const faults: string[] = []
  const log = await untilStill(tabs, site, faults)
  const settledMs = Date.now() - started
  const lost = [...writers.acknowledged].filter((id) => !log.has(id))
  if (lost.length > 0)
    faults.push(`${lost.length} acknowledged events are not in the server's log: ${lost.slice(0, 3)}`)
  const [page] = tabs.all
  const { stream, room } = site
  const inStream = `stream = (SELECT id FROM streams WHERE name = '${stream}')`
  const stored = await ask(page!, `SELECT id FROM timeline_items WHERE ${inStream}`)
  const ids = new Set(stored.map(([id]) => String(id)))
  for (const id of log) if (writers.attempted.has(id) && !ids.has(id)) faults.push(`the device lacks ${id}`)
  for (const id of ids) if (!log.has(id)) faults.push(`the server lacks ${id}`)
  const timeline = `(SELECT id FROM entities WHERE name = '${room}' AND ${inStream})`
  const messages = `FROM timeline_items WHERE timeline_id = ${timeline}`
  const [[shown, texts, counted] = []] = await ask(
    page!,
    `SELECT count(*), count(DISTINCT snippet), (SELECT message_count FROM timelines WHERE id = ${timeline}) ${messages}`,
  )
  const expected = [...log].filter((id) => writers.attempted.has(id)).length
  if (shown !== expected || texts !== expected || counted !== expected)
    faults.push(`${expected} messages: ${shown} shown, ${texts} texts, counted as ${counted}`)
  for (const [n, each] of tabs.all.entries()) faults.push(...(await wrongRows(each, room, n)))
  return { events: log.size, settledMs, faults }
}

/** The ids in the server's log, once the device has as many events and nothing waits in its outbox. */
async function untilStill(tabs: SoakTabs, site: SoakSite, faults: string[]): Promise<Set<string>> {
  const [page] = tabs.all
  const count = `SELECT (SELECT count(*) FROM events WHERE stream = '${site.stream}') + (SELECT coalesce(sum(events), 0)
    FROM applied_events a JOIN streams s ON s.id = a.stream WHERE s.name = '${site.stream}'), (SELECT count(*) FROM outbox)`
  for (const deadline = Date.now() + patienceMs; ;) {
    const log = await idsInLog(site)
    const [[stored, waiting] = []] = await ask(page!, count)
    if (stored === log.size && waiting === 0) return log
    if (Date.now() > deadline) {
      faults.push(`not still after ${patienceMs / 1000} s: ${stored} of ${log.size} events, ${waiting} in the outbox`)
      return log
    }
    await sleep(250)
  }
}

async function idsInLog({ other, stream }: SoakSite): Promise<Set<string>> {
  const ids = new Set<string>()
  for (let after: string | undefined; ;) {
    const { body } = await other.read(stream, after)
    for (const { event } of body.items) ids.add(event.id)
    after = body.items.at(-1)?.seq ?? after
    if (body.upToDate) return ids
  }
}

/** What a tab keeps live against what SQLite answers now. */
async function wrongRows(page: Page, room: string, n: number): Promise<string[]> {
  const wrong: string[] = []
  for (const deadline = Date.now() + 10_000; ;) {
    wrong.splice(0)
    for (const [at, sql] of watchedQueries(room).entries()) {
      const fresh = await ask(page, sql)
      const { rows, errors } = await page.evaluate(
        (index) => ({
          rows: runtime.watched[index]!.rows.map((row) => row.map(String)),
          errors: runtime.watched[index]!.errors,
        }),
        at,
      )
      if (JSON.stringify(rows) !== JSON.stringify(fresh.map((row) => row.map(String))))
        wrong.push(
          `tab ${n} shows ${rows.length} rows that differ from SQLite's ${fresh.length}: ${sql.slice(0, 60)}… ${errors}`,
        )
    }
    if (wrong.length === 0 || Date.now() > deadline) return wrong
    await sleep(100)
  }
}

async function ask(page: Page, sql: string): Promise<readonly (readonly unknown[])[]> {
  return page.evaluate(async (text) => (await runtime.client.query(text)).rows, sql)
}
