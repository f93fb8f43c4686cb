import { parseArgs } from 'node:util'
import sqlite3InitModule from '@sqlite.org/sqlite-wasm'
import { openLiveDatabase } from '../dataflow/index.ts'
import { seededRandom } from '../schema/demo/random.ts'
import { nextClock } from '../schema/events/clock.ts'
import type { Query, SqlValue } from '../schema/live.ts'
import { planSearch } from '../schema/search/search.ts'
import { SearchWatch } from '../app/features/views/search-watch.ts'
import { newestMessages } from '../app/features/views/newest-messages.ts'
import { migrations } from '../schema/tables/migrations.ts'
import { applyBatch } from '../workers/event-store/apply-batch.ts'
import { openStore } from '../workers/event-store/store.ts'
import { migrate } from '../workers/runtime/opening/migrate.ts'
import { openRawSql } from '../workers/runtime/serving/raw-sql.ts'
import { Figures, percentile, printTable, writeJson } from './figures.ts'
import { batchesOf, benchSeq, benchStream, busiestRooms, loadHistory } from './history-events.ts'

/**
 * `npm run bench -- views [--messages 20000] [--views 500] [--writes 400] [--subscribed] [--json FILE]`: what saved views that are live add to one
 * message. By the clock, in Node, in memory: each kind of view is live in turn, between runs with none, over the same database.
 * `--subscribed`: searches as live queries of the engine too, as the app does not keep them.
 */
export async function runViewsBench(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      messages: { type: 'string', default: '20000' },
      views: { type: 'string', default: '500' },
      writes: { type: 'string', default: '400' },
      subscribed: { type: 'boolean' },
      json: { type: 'string' },
    },
  })
  const { real, messages, events } = loadHistory(Number(values.messages))
  console.log(`${real ? 'real' : 'generated'} history: ${messages} messages`)
  const sqlite3 = await sqlite3InitModule()
  const db = new sqlite3.oo1.DB(':memory:')
  db.exec('PRAGMA page_size = 4096')
  const sql = openRawSql(sqlite3, db)
  migrate(sql, migrations)
  const live = openLiveDatabase(sqlite3, db)
  const store = openStore({ sql, transaction: (work) => live.transaction(work) })
  const cursors = new Map<string, string>()
  for (const batch of batchesOf(events, 500)) {
    applyBatch(store, { batchId: '', ...batch })
    cursors.set(batch.stream, batch.cursor)
  }

  const random = seededRandom(7)
  const texts = events.flatMap((event) => (event.type === 'message.create' ? [event.payload.text] : []))
  const last = events.at(-1)!
  const rooms = busiestRooms(events)
  const first = events.find(({ type }) => type === 'message.create')!
  let clock = BigInt(last.clock)
  let written = 0
  const write = (): number => {
    clock = nextClock(clock, last.at)
    const id = `01ZZ${String(written++).padStart(22, '0')}`
    const { stream, room } = random.pick(rooms)
    const said = { id, entity: id, stream, room, clock: String(clock), payload: { text: random.pick(texts) } }
    const after = cursors.get(stream)!
    const cursor = benchSeq(Number(after) + 1)
    cursors.set(stream, cursor)
    const items = [{ seq: cursor, receivedAt: last.at, event: { ...first, ...said } as typeof first }]
    const start = performance.now()
    applyBatch(store, { batchId: '', stream, items, after, cursor })
    return performance.now() - start
  }
  const writes = Number(values.writes)
  const measure = (): number => {
    for (let n = 0; n < writes; n++) write()
    return percentile(
      Array.from({ length: writes }, () => write()),
      50,
    )
  }
  const count = Number(values.views)
  const run = async (text: string, parameters: readonly SqlValue[]) => live.all(text, parameters)
  let again = 0
  const subscribeAll = (queries: readonly Query[]) => {
    const open = queries.map((query) => live.subscribe(query, () => again++))
    const failed = open.find(({ error }) => error)
    if (failed) throw failed.error!
    return () => open.forEach((each) => each.unsubscribe())
  }
  /** as the app keeps count of them (app/features/views/watched-searches.ts) */
  const watchAll = (searches: readonly Search[]) => {
    const watch = new SearchWatch<Query>()
    for (const { typed, query } of searches) watch.add(typed, query)
    const found = live.subscribe(newestMessages, ({ changes }) => {
      for (const change of changes) {
        if (change.op !== 'insert') continue
        for (const query of watch.meantBy(change.row[1] as string)) {
          again++
          live.all(query.sql, [...query.parameters])
        }
      }
    })
    return () => found.unsubscribe()
  }
  const found = await searches(count, texts, run, random.pick)
  const kinds: Record<string, () => () => void> = {
    'a SELECT by room or author': () =>
      subscribeAll(
        selects(
          count,
          rooms.map(({ room }) => room),
          random.pick,
        ),
      ),
    'a search of two words': () => watchAll(found),
  }
  if (values.subscribed)
    kinds['a search of two words, each subscribed'] = () => subscribeAll(found.map(({ query }) => query))
  const figures = new Figures()
  for (const [name, open] of Object.entries(kinds)) {
    const before = measure()
    again = 0
    const close = open()
    const during = measure()
    close()
    const none = (before + measure()) / 2
    const section = `one message, p50 of ${writes}, ${count} views of ${name}`
    figures.add(section, 'none live', none, 'ms')
    figures.add(section, 'all live', during, 'ms')
    figures.add(section, 'what they add', during - none, 'ms', { atMost: 0.1 })
    figures.add(section, 'views that changed, or were counted again, a message', again / (2 * writes), '')
  }
  const figuresOfRun = figures.run('SQLite in memory')
  printTable(figuresOfRun)
  if (values.json) writeJson(values.json, figuresOfRun)
  process.exit()
}

/** As somebody writes them who keeps an eye on a room or a person: all texts differ. */
function selects(count: number, rooms: readonly string[], pick: <T>(of: readonly T[]) => T): Query[] {
  return Array.from({ length: count }, (_, n) => ({
    sql:
      n % 2 === 0
        ? `SELECT t.id, t.snippet FROM timeline_items t JOIN rooms r ON r.timeline = t.timeline_id
           WHERE r.id = '${pick(rooms)}' AND t.pinned = 1 AND t.order_key > ${n} ORDER BY t.order_key DESC LIMIT 100`
        : `SELECT t.author_name, count(*) AS said FROM timeline_items t WHERE t.author_id = ${1 + (n % 97)} AND t.order_key > ${n} GROUP BY t.author_name`,
    parameters: [],
  }))
}

async function searches(
  count: number,
  texts: readonly string[],
  run: (text: string, parameters: readonly SqlValue[]) => Promise<SqlValue[][]>,
  pick: <T>(of: readonly T[]) => T,
): Promise<Search[]> {
  const words = [...new Set(texts.flatMap((text) => text.toLowerCase().match(/[a-z]{5,12}/g) ?? []))]
  const found: Search[] = []
  while (found.length < count) {
    const typed = `${pick(words)} ${pick(words)} `
    const plan = await planSearch(run, benchStream, [], typed)
    if (plan.type === 'plan') found.push({ typed, query: plan.ask.query })
  }
  return found
}

interface Search {
  readonly typed: string
  readonly query: Query
}
