import sqlite3InitModule, { type Database, type Sqlite3Static } from '@sqlite.org/sqlite-wasm'
import { migrations } from '../../schema/tables/migrations.ts'
import { migrate } from '../runtime/opening/migrate.ts'
import { indexedWords } from '../../schema/search/words.ts'
import { projectionTables } from '../../schema/tables/tables.ts'
import type { SqlValue } from '../../schema/live.ts'
import { openRawSql } from '../runtime/serving/raw-sql.ts'
import { openStore, type Store } from './store.ts'

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
}
export async function openMemoryStore(options: MemoryStoreOptions = {}): Promise<MemoryStore> {
  const { now = () => 1_700_000_000_000, pageSize = 4096 } = options
  const sqlite3 = await loadSqlite()
  const db = new sqlite3.oo1.DB(':memory:')
  db.exec(`PRAGMA page_size = ${pageSize}`)
  const sql = openRawSql(sqlite3, db)
  migrate(sql, migrations)
  const store = openStore({ sql, now })
  return Object.assign(store, {
    db,
    close: () => {
      store.sql.close()
      db.close()
    },
  })
}

/** Column values that name no content: rowids and the like. */
const bookkeeping: Record<string, readonly string[]> = { component_text: ['id'], page_updates: ['id'] }

/** Every projection row, sorted: equal texts mean equal tables. */
export function projectionDump(store: Store): Record<string, string[]> {
  const dump: Record<string, string[]> = {}
  for (const table of projectionTables) {
    const columns = store.sql
      .prepare(`SELECT name FROM pragma_table_info('${table}')`)
      .rows()
      .map(([name]) => name as string)
      .filter((name) => !bookkeeping[table]?.includes(name))
    const rows = store.sql.prepare(`SELECT ${columns.join(', ')} FROM ${table}`).rows()
    dump[table] = rows.map((row) => JSON.stringify(row.map(printable))).sort()
  }
  return dump
}

function printable(value: SqlValue): unknown {
  if (typeof value === 'bigint') return `${value}n`
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value
}

/** Throws unless the full-text index holds the words of every text, and nothing else. */
export function checkSearchIndex(store: Store): void {
  store.sql.exec(`INSERT INTO search_index (search_index) VALUES ('integrity-check');
    CREATE VIRTUAL TABLE temp.indexed USING fts5vocab(main, search_index, instance)`)
  const indexed = new Map<number, string[]>()
  for (const [id, term, place] of store.sql.prepare('SELECT doc, term, offset FROM temp.indexed').rows()) {
    let words = indexed.get(id as number)
    if (!words) indexed.set(id as number, (words = []))
    words[place as number] = term as string
  }
  store.sql.exec('DROP TABLE temp.indexed')
  const texts = store.sql.prepare(`SELECT c.id, c.body, t.author_id FROM component_text c
    LEFT JOIN timeline_items t ON t.id = c.entity_id AND t.stream = c.stream AND c.entity_kind = 'message'`)
  for (const [id, text, author] of texts.rows() as [number, string, string | null][]) {
    const words = indexedWords({ text, author }).trim()
    const found = (indexed.get(id) ?? []).join(' ')
    if (found !== words) throw new Error(`the index has “${found}” of a text whose words are “${words}”`)
    indexed.delete(id)
  }
  if (indexed.size > 0) throw new Error(`the index has texts that are not there: ${[...indexed.keys()]}`)
}
