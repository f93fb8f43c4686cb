import sqlite3InitModule, { type Database, type Sqlite3Static } from '@sqlite.org/sqlite-wasm'
import { migrations } from '../../schema/tables/migrations.ts'
import { migrate } from '../runtime/opening/migrate.ts'
import { readFiles } from '../../schema/files/named-files.ts'
import { indexedWords } from '../../schema/search/words.ts'
import { projectionTables } from '../../schema/tables/tables.ts'
import type { AnyEvent } from '../../schema/events/event.ts'
import type { SqlValue } from '../../schema/live.ts'
import { applyBatch } from './apply-batch.ts'
import { openRawSql } from '../runtime/serving/raw-sql.ts'
import { openStore, type SealSizes, type Store } from './store.ts'

/* For tests: stores in memory, and what their projections hold. */

let sqlite3: Promise<Sqlite3Static> | undefined
export function loadSqlite(): Promise<Sqlite3Static> {
  return (sqlite3 ??= sqlite3InitModule())
}

export interface MemoryStore extends Store {
  readonly db: Database
}
export interface MemoryStoreOptions {
  readonly now?: () => number
  readonly pageSize?: number
  readonly seal?: SealSizes
  /** of the schema: all, unless it is said */
  readonly versions?: number
}
export async function openMemoryStore(options: MemoryStoreOptions = {}): Promise<MemoryStore> {
  const { now = () => 1_700_000_000_000, pageSize = 4096, versions, seal } = options
  const sqlite3 = await loadSqlite()
  const db = new sqlite3.oo1.DB(':memory:')
  db.exec(`PRAGMA page_size = ${pageSize}`)
  const sql = openRawSql(sqlite3, db)
  migrate(sql, migrations.slice(0, versions))
  const store = openStore({ sql, now, ...(seal && { seal }) })
  return Object.assign(store, {
    db,
    close: () => {
      store.sql.close()
      db.close()
    },
  })
}

/** Applies events of several streams, each stream's in one batch, in the order in which the streams come. */
export function applyAll(store: Store, events: readonly AnyEvent[]): void {
  for (const stream of new Set(events.map((event) => event.stream))) {
    const items = events
      .filter((event) => event.stream === stream)
      .map((event, at) => ({ seq: String(at + 1).padStart(16, '0'), receivedAt: 2e12, event }))
    applyBatch(store, { batchId: 'b', stream, items, after: null, cursor: null })
  }
}

/** Integers of this device, and what they stand for: two devices that know the same number it differently. */
const entity = (id: string) =>
  `(SELECT s.name || '|' || e.name FROM entities e JOIN streams s ON s.id = e.stream WHERE e.id = ${id})`
const message = (key: string) =>
  `(SELECT s.name || '|' || t.id FROM timeline_items t JOIN streams s ON s.id = t.stream WHERE t.key = ${key})`
const author = (id: string) => `(SELECT author_id FROM component_author WHERE id = ${id})`
const numbered: Record<string, Record<string, string>> = {
  facts: { entity_id: entity('entity_id') },
  component_text: { id: `iif(id > 0, ${message('component_text.id')}, 'page ' || ${entity('-component_text.id')})` },
  timeline_items: {
    key: 'NULL',
    stream: '(SELECT name FROM streams WHERE id = stream)',
    timeline_id: entity('timeline_id'),
    author_id: author('timeline_items.author_id'),
  },
  page_updates: { id: 'NULL' },
  timelines: { id: entity('timelines.id') },
  rooms: { timeline: entity('timeline') },
  reactions: { target_id: message('target_id'), actor_id: author('actor_id') },
  pins: { target_id: message('target_id'), actor_id: author('actor_id') },
  mentions: { message_id: message('message_id'), timeline_id: entity('mentions.timeline_id') },
}

/** Every projection row, sorted: equal texts mean equal tables, up to the integers that a device gives. */
export function projectionDump(store: Store): Record<string, string[]> {
  const dump: Record<string, string[]> = {}
  for (const table of projectionTables) {
    const columns = store.sql
      .prepare(`SELECT name FROM pragma_table_info('${table}')`)
      .rows()
      .map(([name]) => numbered[table]?.[name as string] ?? (name as string))
    const rows = store.sql.prepare(`SELECT ${columns.join(', ')} FROM ${table}`).rows()
    dump[table] = rows.map((row) => JSON.stringify(row.map(printable))).sort()
  }
  return dump
}

function printable(value: SqlValue): unknown {
  if (typeof value === 'bigint') return `${value}n`
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value
}

const texts = `SELECT t.key, t.snippet || ifnull(c.body, ''), a.author_id, t.files FROM timeline_items t JOIN component_author a ON a.id = t.author_id
  LEFT JOIN component_text c ON c.id = t.key WHERE t.deleted = 0
  UNION ALL SELECT id, body, NULL, NULL FROM component_text WHERE id < 0`

/** Throws unless the full-text index holds the words of every text, and nothing else. */
export function checkSearchIndex(store: Store): void {
  store.sql.exec(`INSERT INTO search_index (search_index) VALUES ('integrity-check');
    CREATE VIRTUAL TABLE temp.indexed USING fts5vocab(main, search_index, instance)`)
  const indexed = new Map<number, string[]>()
  for (const [id, term] of store.sql.prepare('SELECT doc, term FROM temp.indexed').rows()) {
    let words = indexed.get(id as number)
    if (!words) indexed.set(id as number, (words = []))
    words.push(term as string)
  }
  store.sql.exec('DROP TABLE temp.indexed')
  for (const [id, text, author, json] of store.sql.prepare(texts).rows() as [
    number,
    string,
    string | null,
    string | null,
  ][]) {
    const files = readFiles(json)
    const words = [...new Set(indexedWords({ text, author, files }).trim().split(' '))].sort().join(' ')
    const found = (indexed.get(id) ?? []).sort().join(' ')
    if (found !== words) throw new Error(`the index has “${found}” of a text whose words are “${words}”`)
    indexed.delete(id)
  }
  if (indexed.size > 0) throw new Error(`the index has texts that are not there: ${[...indexed.keys()]}`)
}
