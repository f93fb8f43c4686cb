import { parseArgs } from 'node:util'
import sqlite3InitModule from '@sqlite.org/sqlite-wasm'
import { openLiveDatabase } from '../../dataflow/index.ts'
import type { Query } from '../../schema/live.ts'
import { attentionMs } from '../../schema/messages/runtime/inspection.ts'
import { migrations } from '../../schema/tables/migrations.ts'
import { applyBatch } from '../../workers/event-store/apply-batch.ts'
import { openStore } from '../../workers/event-store/store.ts'
import { migrate } from '../../workers/runtime/opening/migrate.ts'
import { inspectQueries } from '../../workers/runtime/serving/inspect-queries.ts'
import { openRawSql } from '../../workers/runtime/serving/raw-sql.ts'
import { batchesOf, busiestRooms } from '../history-events.ts'
import { loadHistoryEvents } from '../apply/history.ts'
import { timelineQuery, timelinesOf, unreadQuery } from '../main-job/queries.ts'

/**
 * `npx tsx bench/inspector/main.ts [--messages 20000]`: what the inspector costs. Events are applied with the live queries of a tab
 * open, in batches of 20. The inspector is closed and open in turn, some batches each, in one run; open, it asks as often as its page
 * does: for all queries once a second, for one query's operators every 300 ms. By CPU time.
 */
const { values } = parseArgs({ options: { messages: { type: 'string', default: '20000' } } })
const { source, events } = loadHistoryEvents(Number(values.messages))
const batchesInTurn = 20

const sqlite3 = await sqlite3InitModule()
const db = new sqlite3.oo1.DB(':memory:')
const live = openLiveDatabase(sqlite3, db)
const sql = openRawSql(sqlite3, db)
migrate(sql, migrations)
const store = openStore({ sql, transaction: (work) => live.transaction(work) })

const busiest = busiestRooms(events).slice(0, 30)
const rooms = await timelinesOf((text, parameters) => Promise.resolve(live.all(text, parameters)), busiest)
const queries: Query[] = [
  ...rooms.slice(0, 5).map((room, at) => timelineQuery(busiest[at]!.stream, room, 0)),
  ...rooms.map((room) => unreadQuery(room, 0)),
]
const served = queries.map((query, at) => ({ queryId: `q${at}`, query, live: live.subscribe(query, () => {}) }))

/** moves on by itself when the inspector is closed, so that its attention is over */
let skipped = 0
const now = () => performance.now() + skipped
const inspect = inspectQueries({ inspected: () => served }, now, () => [])

/** CPU seconds an event, of each turn of both */
const costs = { closed: [] as number[], open: [] as number[] }
let spent = 0
let applied = 0
/** how long it was open: while it is closed nobody gets impatient */
let openMs = 0
let asked = { queries: Number.NEGATIVE_INFINITY, query: Number.NEGATIVE_INFINITY, after: 0 }
let n = 0
for (const batch of batchesOf(events, 20)) {
  const phase = Math.floor(n++ / batchesInTurn) % 2 === 0 ? 'closed' : 'open'
  if (phase === 'closed' && n % batchesInTurn === 1) skipped += attentionMs + 1
  const [start, began] = [process.cpuUsage(), performance.now()]
  if (phase === 'open') ask()
  const outcome = applyBatch(store, { batchId: '', ...batch })
  if (outcome.type !== 'Applied') throw new Error(JSON.stringify(outcome))
  const { user, system } = process.cpuUsage(start)
  if (phase === 'open') openMs += performance.now() - began
  spent += (user + system) / 1e6
  applied += batch.items.length
  if (n % batchesInTurn !== 0) continue
  // code is compiled in the first rounds
  if (n > 20 * batchesInTurn) costs[phase].push(spent / applied)
  spent = applied = 0
}

function ask(): void {
  if (openMs - asked.queries >= 1000) {
    inspect({ about: 'queries' })
    asked = { ...asked, queries: openMs }
  }
  if (openMs - asked.query >= 300) {
    const answer = inspect({ about: 'query', queryId: 'q0', after: asked.after })
    asked = { ...asked, query: openMs, after: answer.about === 'query' ? (answer.query?.cost.turns ?? 0) : 0 }
  }
}

// each turn beside the next: what the history brings later is dearer for both
const more = costs.open.map((cost, at) => cost / costs.closed[at]! - 1).sort((a, b) => a - b)
const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!
const rate = (values: readonly number[]) => Math.round(1 / median(values)).toLocaleString('en')
console.log(`${events.length} events (${source} history), ${queries.length} live queries, ${more.length} turns of each`)
console.log(
  `events a second of CPU time: closed ${rate(costs.closed)}, open ${rate(costs.open)}; median of pairs: ${(median(more) * 100).toFixed(1)} % more`,
)
live.close()
process.exit()
