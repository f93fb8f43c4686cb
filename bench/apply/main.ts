import { parseArgs } from 'node:util'
import sqlite3InitModule, { type Sqlite3Static } from '@sqlite.org/sqlite-wasm'
import type { KnownEvent } from '../../schema/events/event.ts'
import type { SqlValue } from '../../schema/live.ts'
import { indexedWords } from '../../schema/search/words.ts'
import { projectionTables } from '../../schema/tables/tables.ts'
import { migrations } from '../../schema/tables/migrations.ts'
import { migrate } from '../../workers/runtime/opening/migrate.ts'
import { applyBatch } from '../../workers/event-store/apply-batch.ts'
import { openRawSql, type RawSql } from '../../workers/runtime/serving/raw-sql.ts'
import { openStore } from '../../workers/event-store/store.ts'
import { batchesOf } from '../history-events.ts'
import { loadHistoryEvents } from './history.ts'

/**
 * Events applied per second, with all projections and full-text index, against raw inserts of the very rows that they
 * end in. In memory, in Node, by CPU time (of all threads of the process): a proxy for the browser, good for the ratio
 * even while the machine does other things.
 *   npx tsx bench/apply/main.ts [--messages 40000] [--batch 500] [--rounds 3]
 */
const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '40000' },
    batch: { type: 'string', default: '500' },
    rounds: { type: 'string', default: '3' },
  },
})
const batchSize = Number(values.batch)
const { source, events } = loadHistoryEvents(Number(values.messages))
const sqlite3 = await sqlite3InitModule()
console.log(`${events.length} events (${source} history), batches of ${batchSize}`)

for (let round = 0; round < Number(values.rounds); round++) {
  const applied = measureApply(sqlite3, events)
  const raw = measureRaw(sqlite3, applied.tables, events.length)
  applied.close()
  const perSecond = (seconds: number) => Math.round(events.length / seconds).toLocaleString('en')
  console.log(
    `apply ${perSecond(applied.seconds)}/s · raw ${perSecond(raw)}/s · ratio ${(raw / applied.seconds).toFixed(2)}`,
  )
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

interface Table {
  readonly name: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly SqlValue[])[]
}

function measureApply(sqlite3: Sqlite3Static, events: readonly KnownEvent[]) {
  const db = new sqlite3.oo1.DB(':memory:')
  const sql = openRawSql(sqlite3, db)
  migrate(sql, migrations)
  const store = openStore({ sql })
  const start = cpuSeconds()
  for (const batch of batchesOf(events, batchSize)) {
    const outcome = applyBatch(store, { batchId: '', ...batch })
    if (outcome.type !== 'Applied' || outcome.rejected.length > 0) throw new Error(JSON.stringify(outcome))
  }
  const seconds = cpuSeconds() - start
  return {
    seconds,
    tables: ['events', 'applied_events', 'entities', 'component_author', ...projectionTables].map((name) =>
      readTable(sql, name),
    ),
    close() {
      sql.close()
      db.close()
    },
  }
}

function readTable(sql: RawSql, name: string): Table {
  const columns = sql.prepare(`SELECT name FROM pragma_table_info('${name}')`).rows().flat() as string[]
  return { name, columns, rows: sql.prepare(`SELECT ${columns.join(', ')} FROM ${name}`).rows() }
}

/** As many transactions as there were batches, each with its share of every table's rows. */
function measureRaw(sqlite3: Sqlite3Static, tables: readonly Table[], eventCount: number): number {
  const db = new sqlite3.oo1.DB(':memory:')
  const sql = openRawSql(sqlite3, db)
  migrate(sql, migrations)
  const index = sql.prepare('INSERT INTO search_index (rowid, words) VALUES (?, ?)')
  const writers = tables.map(({ name, columns, rows }) => {
    const insert = sql.prepare(
      `INSERT INTO ${name} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
    )
    return { name, columns, rows, insert }
  })
  const batches = Math.ceil(eventCount / batchSize)
  const start = cpuSeconds()
  for (let batch = 0; batch < batches; batch++) {
    sql.exec('BEGIN')
    for (const { name, columns, rows, insert } of writers) {
      const end = Math.floor((rows.length * (batch + 1)) / batches)
      for (let i = Math.floor((rows.length * batch) / batches); i < end; i++) {
        const row = rows[i]!
        insert.run(...row)
        if (name === 'timeline_items')
          index.run(row[0]!, indexedWords({ text: row[columns.indexOf('snippet')] as string, author: null }))
      }
    }
    sql.exec('COMMIT')
  }
  const seconds = cpuSeconds() - start
  sql.close()
  db.close()
  return seconds
}
