import { join } from 'node:path'
import type { BenchSite } from '../bench-site.ts'
import { percentile, type Figures } from '../figures.ts'
import { benchStream, busiestRooms, loadHistory, writeBatches } from '../history-events.ts'
import { timelineQuery, timelinesOf, unreadQuery } from './queries.ts'

/** Events applied per second, on OPFS with all projections, and how that compares to inserting the rows they lead to. */
export async function benchApply(site: BenchSite, figures: Figures, messages: number): Promise<void> {
  const section = 'apply (Chromium, OPFS, all projections, batches of 500)'
  const history = loadHistory(messages)
  figures.note(`${history.real ? 'real' : 'generated'} history: ${history.messages} messages in ${benchStream}`)
  await writeBatches(history.events, join(site.dataFolder, 'events.ndjson'), 500)
  const { page, worker } = await site.openWorker()
  await worker.open()
  const applied = await worker.apply({ url: '/data/events.ndjson', queries: [] })
  if (applied.events !== history.events.length)
    throw new Error(`applied ${applied.events} of ${history.events.length} events`)
  const perSecond = (applied.events / applied.ms) * 1000
  figures.add(section, 'events applied', applied.events, 'events')
  figures.add(section, 'events per second, no live query', perSecond, '/s', { atLeast: 10_000 })
  figures.add(section, 'a batch of 500, p50', percentile(applied.batchMs, 50), 'ms')
  figures.add(section, 'a batch of 500, p99', percentile(applied.batchMs, 99), 'ms')
  const raw = await worker.insertRaw({ transactions: applied.batches })
  figures.add(section, `raw inserts of the same ${raw.rows.toLocaleString('en-US')} rows`, raw.ms, 'ms')
  figures.add(section, 'the same as events per second', (applied.events / raw.ms) * 1000, '/s')
  figures.add(section, 'ratio to raw inserts', raw.ms / applied.ms, '×', { atLeast: 0.6 })
  await page.close()
}

/** The same with what a tab of the app keeps open. Empties the storage afterwards. */
export async function benchApplyWatched(site: BenchSite, figures: Figures, messages: number): Promise<void> {
  const section = 'apply (Chromium, OPFS, all projections, batches of 500)'
  const history = loadHistory(messages)
  await writeBatches(history.events, join(site.dataFolder, 'watched.ndjson'), 500)
  const { page, worker } = await site.openWorker()
  await worker.open()
  const busiest = busiestRooms(history.events).slice(0, 30)
  const rooms = await timelinesOf((sql, parameters) => worker.query(sql, parameters), busiest)
  const queries = [timelineQuery(busiest[0]!.stream, rooms[0]!, 0), ...rooms.map((room) => unreadQuery(room, 0))]
  const applied = await worker.apply({ url: '/data/watched.ndjson', queries })
  if (applied.events !== history.events.length)
    throw new Error(`applied ${applied.events} of ${history.events.length} events`)
  const name = `events per second, ${queries.length} live queries open (${applied.events} events)`
  figures.add(section, name, (applied.events / applied.ms) * 1000, '/s')
  await page.close()
  await site.clearStorage()
}
