import sqlite3InitModule, { type Database, type Sqlite3Static } from '@sqlite.org/sqlite-wasm'
import type { SequencedEvent } from '../../schema/events/event.ts'
import type { Query, SqlValue } from '../../schema/live.ts'
import type { ToSync } from '../../schema/messages/sync.ts'
import { indexedWords } from '../../schema/search/words.ts'
import { eventStore } from '../../workers/event-store/event-store.ts'
import type { LeaderDatabase } from '../../workers/runtime/serving/leader-database.ts'
import { openLeaderDatabase } from '../../workers/runtime/opening/open-leader-database.ts'
import { openRawSql } from '../../workers/runtime/serving/raw-sql.ts'
import type { ApplyOptions, ApplyResult, BenchAnswer, BenchCall, MaintainOptions, MaintainResult } from './protocol.ts'

/** The product's own database, alone in a worker: what is measured here is its work, and no message passing. */
declare const self: DedicatedWorkerGlobalScope

let sqlite3: Sqlite3Static
let database: LeaderDatabase
let batches = 0
/** to the last batch */
const answers: ToSync[] = []

const handlers = { open, apply, insertRaw, maintain, query }

self.addEventListener('message', (event: MessageEvent<BenchCall>) => {
  const { id, name, options } = event.data
  const work = handlers[name] as (...parameters: unknown[]) => unknown
  Promise.resolve()
    .then(() => work(...options))
    .then((value) => self.postMessage({ id, value } satisfies BenchAnswer))
    .catch((error: unknown) => {
      const words = error instanceof Error ? (error.stack ?? error.message) : String(error)
      self.postMessage({ id, error: words } satisfies BenchAnswer)
    })
})

const countEvents = 'SELECT (SELECT count(*) FROM events) + (SELECT coalesce(sum(events), 0) FROM applied_events)'

async function open(): Promise<{ storage: string; events: number }> {
  sqlite3 = await sqlite3InitModule()
  database = await openLeaderDatabase(eventStore, sqlite3, 1)
  database.watch({
    problem() {},
    space() {},
    changed() {},
    replace() {},
    toPeer: (message) => answers.push(message as ToSync),
  })
  const events = Number(query(countEvents, [])[0]?.[0])
  return { storage: database.storage, events }
}

async function apply({ url, queries }: ApplyOptions): Promise<ApplyResult> {
  const subscriptions = subscribe(queries, () => {})
  const batchMs: number[] = []
  let events = 0
  for await (const line of linesOf(url)) {
    const items = JSON.parse(line) as SequencedEvent[]
    events += items.length
    batchMs.push(receive(items))
    if (batchMs.length % 50 === 0) self.postMessage({ progress: events })
  }
  for (const subscription of subscriptions) subscription.unsubscribe()
  return { events, batches: batchMs.length, ms: batchMs.reduce((sum, ms) => sum + ms, 0), batchMs }
}

function maintain({ queries, batches: lines }: MaintainOptions): MaintainResult {
  const parsed = lines.map((line) => JSON.parse(line) as SequencedEvent[])
  const half = Math.floor(parsed.length / 2)
  const withoutMs = parsed.slice(0, half).map(receive)
  let deltas = 0
  const subscriptions = subscribe(queries, () => deltas++)
  deltas = 0
  const withMs = parsed.slice(half).map(receive)
  for (const subscription of subscriptions) subscription.unsubscribe()
  const recomputeMs: number[] = []
  for (let round = 0; round < 5; round++) {
    const start = performance.now()
    for (const { sql, parameters } of queries) database.query(sql, parameters)
    recomputeMs.push(performance.now() - start)
  }
  return { withoutMs, withMs, recomputeMs, deltas }
}

function query(sql: string, parameters: SqlValue[]): SqlValue[][] {
  return database.query(sql, parameters).rows as SqlValue[][]
}

function subscribe(queries: readonly Query[], onDelta: () => void): { unsubscribe(): void }[] {
  const fail = (error: Error): never => {
    throw error
  }
  return queries.map((query) => database.subscribe(query, onDelta, fail))
}

function receive(items: readonly SequencedEvent[]): number {
  const start = performance.now()
  const batchId = `bench-${++batches}`
  const next = items.at(-1)?.seq ?? null
  const stream = items[0]?.event.stream ?? ''
  answers.length = 0
  const message = { type: 'EVENTS', batchId, stream, items, after: null, cursor: next } as const
  database.receive(message)
  const ms = performance.now() - start
  const failed = answers.find((answer) => answer.type === 'EVENTS_FAILED')
  if (failed?.type === 'EVENTS_FAILED') throw new Error(`batch refused: ${failed.code} ${failed.message}`)
  const applied = answers.find((answer) => answer.type === 'EVENTS_APPLIED')
  if (applied?.type !== 'EVENTS_APPLIED') throw new Error(`batch not acknowledged: ${JSON.stringify(answers)}`)
  if (applied.rejected.length > 0) throw new Error(`events rejected: ${JSON.stringify(applied.rejected[0])}`)
  return ms
}

/** Everything that applying events writes; a device's own state is not part of it. */
const isWritten = (table: string): boolean =>
  !['cursors', 'outbox', 'drafts', 'meta', 'rsql_meta', 'rsql_answered_calls', 'rejected_events'].includes(table)

/**
 * The floor to compare with: the same rows, the same schema and pragmas, prepared statements in transactions of the
 * same number, nothing derived, nothing captured. Rows are read before the clock starts, transaction by transaction.
 */
async function insertRaw({ transactions }: { transactions: number }): Promise<{ rows: number; ms: number }> {
  const pool = await sqlite3.installOpfsSAHPoolVfs({ name: 'bench-raw', directory: '/bench-raw', clearOnInit: true })
  const target: Database = new pool.OpfsSAHPoolDb('/raw.db')
  for (const pragma of ['page_size', 'cache_size', 'temp_store']) {
    target.exec(`PRAGMA ${pragma} = ${String(query(`PRAGMA ${pragma}`, [])[0]?.[0])}`)
  }
  target.exec('PRAGMA locking_mode=exclusive; PRAGMA journal_mode=wal; PRAGMA synchronous=normal')
  const schema = query(
    `SELECT type, name, sql FROM sqlite_schema
     WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite~_%' ESCAPE '~' AND name NOT LIKE 'search_index~_%' ESCAPE '~'`,
    [],
  )
  for (const [, , sql] of schema) target.exec(String(sql))
  const tables = schema.flatMap(([type, name]) => (type === 'table' && isWritten(String(name)) ? [String(name)] : []))
  const sources = tables
    .filter((table) => table !== 'search_index')
    .map((table) => new TableSource(table, transactions))
  const raw = openRawSql(sqlite3, target)
  const inserts = sources.map(({ table, columns }) =>
    raw.prepare(`INSERT INTO ${table}(${columns.join()}) VALUES (${columns.map(() => '?').join()})`),
  )
  const index = raw.prepare('INSERT INTO search_index(rowid, words) VALUES (?, ?)')
  const indexed = sources.findIndex(({ table }) => table === 'timeline_items')
  const [key, snippet] = ['key', 'snippet'].map((name) => sources[indexed]!.columns.indexOf(name)) as [number, number]
  let rows = 0
  let ms = 0
  for (let transaction = 0; transaction < transactions; transaction++) {
    const parts = sources.map((source) => source.next())
    const texts = parts[indexed]!.map((row) => [
      row[key]!,
      indexedWords({ text: row[snippet] as string, author: null }),
    ])
    const start = performance.now()
    raw.exec('BEGIN')
    for (const [place, part] of parts.entries()) for (const row of part) inserts[place]!.run(...row)
    for (const row of texts) index.run(...row)
    raw.exec('COMMIT')
    ms += performance.now() - start
    rows += parts.reduce((sum, part) => sum + part.length, 0) + texts.length
  }
  raw.close()
  target.close()
  await pool.removeVfs()
  return { rows, ms }
}

/** Deals a table out in as many parts as there are transactions, in the order of its key. */
class TableSource {
  readonly table: string
  readonly columns: readonly string[]
  readonly #key: readonly string[]
  readonly #size: number
  #last: readonly SqlValue[] | null = null

  constructor(table: string, parts: number) {
    this.table = table
    const info = query(`SELECT name, pk FROM pragma_table_info('${table}') ORDER BY cid`, [])
    this.columns = info.map(([name]) => String(name))
    const key = info.filter(([, pk]) => Number(pk) > 0).sort((a, b) => Number(a[1]) - Number(b[1]))
    this.#key = key.map(([name]) => String(name))
    this.#size = Math.ceil(Number(query(`SELECT count(*) FROM ${table}`, [])[0]?.[0]) / parts)
  }

  next(): SqlValue[][] {
    if (this.#size === 0) return []
    const key = this.#key.join()
    const beyond = this.#last ? `WHERE (${key}) > (${this.#key.map(() => '?').join()})` : ''
    const sql = `SELECT ${this.columns.join()} FROM ${this.table} ${beyond} ORDER BY ${key} LIMIT ${this.#size}`
    const rows = query(sql, [...(this.#last ?? [])])
    const last = rows.at(-1)
    if (last) this.#last = this.#key.map((name) => last[this.columns.indexOf(name)] as SqlValue)
    return rows
  }
}

async function* linesOf(url: string): AsyncGenerator<string> {
  const response = await fetch(url)
  if (!response.ok || !response.body) throw new Error(`${url} answered ${response.status}`)
  let rest = ''
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
  if (rest) yield rest
}
