import {
  BadOffset,
  StaleHead,
  type AppendOptions,
  type Appended,
  type Commit,
  type EventLog,
  type LogItem,
  type NewItem,
  type Seq,
} from './event-log.ts'
import type { Health } from '../health.ts'
import { Gather } from './gather.ts'
import {
  diskFaultOf,
  closeSqlite,
  inTransaction,
  logCutter,
  LogSync,
  openSqlite,
  syncBySelf,
  writeAhead,
  type LogCutter,
  type Sqlite,
} from '../sqlite.ts'

/**
 * The embedded log. A seq is the event's number in its stream, as 16 digits so that it sorts as text.
 * Group commit: the appends that arrive while one transaction is written share the next, so a slow disk costs one
 * sync for all of them, not one each. The sync runs in another thread. Law: until it is done nobody is answered, nobody is
 * told, and nothing of it can be read.
 */
export async function openSqliteEventLog(
  path: string,
  health: Pick<Health, 'wrote' | 'failed' | 'bug'>,
  { clock = Date.now, readOnly = false, durable = true, sync }: SqliteEventLogOptions = {},
): Promise<MirrorLog> {
  const database = await openSqlite(path, { durable, readOnly })
  database.exec(schema)
  const isFile = durable && !readOnly && path !== ':memory:'
  return new SqliteEventLog(database, health, clock, sync ?? (isFile ? new LogSync(path) : null))
}

export interface SqliteEventLogOptions {
  readonly clock?: () => number
  readonly readOnly?: boolean
  /** false: what it holds can be had again elsewhere after a power cut */
  readonly durable?: boolean
  /** for tests: what stands in the place of the disk's sync */
  readonly sync?: Pick<LogSync, 'sync' | 'close'>
}
/** Takes what another log received, at the time when that was, and remembers how far it has come. */
export interface MirrorLog extends EventLog {
  append(stream: string, events: readonly NewItem[], options?: MirrorOptions): Promise<Appended[]>
  /** of each stream the last mark that came with an append to it */
  marks(): Map<string, number>
}
type MirrorOptions = AppendOptions & { receivedAt?: number; mark?: number }

const schema = `
CREATE TABLE IF NOT EXISTS streams (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, head INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS marks (stream_id INTEGER PRIMARY KEY, mark INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS events (
  stream_id INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  event_id TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  data TEXT NOT NULL,
  PRIMARY KEY (stream_id, seq)
) WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS events_by_id ON events(stream_id, event_id);
CREATE TABLE IF NOT EXISTS erased (
  stream_id INTEGER NOT NULL, event_id TEXT NOT NULL, hash TEXT NOT NULL, PRIMARY KEY (stream_id, event_id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS probe (id INTEGER PRIMARY KEY CHECK (id = 1), at INTEGER NOT NULL);
`

interface Pending {
  readonly stream: string
  /** takes the stream away, instead */
  readonly drops?: true
  readonly events: readonly NewItem[]
  readonly rewrite: readonly NewItem[]
  readonly expect: Seq | null | undefined
  readonly receivedAt: number | undefined
  readonly mark: number | undefined
  readonly resolve: (appended: Appended[]) => void
  readonly reject: (error: unknown) => void
}
interface EventRow {
  seq: number
  event_id: string
  received_at: number
  data: string
  /** of `findOne` */
  hash?: string | null
}

class SqliteEventLog implements MirrorLog {
  readonly #database: Sqlite
  readonly #health: Pick<Health, 'wrote' | 'failed' | 'bug'>
  readonly #clock: () => number
  readonly #statements: ReturnType<typeof prepare>
  readonly #watchers = new Set<(commit: Commit) => void>()
  readonly #gather = new Gather()
  readonly #cutLog: LogCutter
  readonly #sync: Pick<LogSync, 'sync' | 'close'> | null
  #pending: Pending[] = []
  /** resolves once nothing is pending */
  #writing: Promise<void> | null = null
  /** of what is committed and not durable yet */
  #syncing: Promise<void> | null = null
  /** commits are synced by us; without a write-ahead log SQLite does it */
  #ownSync: boolean
  /** takes nothing more */
  #closed = false
  #ended = false

  constructor(
    database: Sqlite,
    health: Pick<Health, 'wrote' | 'failed' | 'bug'>,
    clock: () => number,
    sync: Pick<LogSync, 'sync' | 'close'> | null,
  ) {
    this.#database = database
    this.#sync = sync
    this.#health = health
    this.#clock = clock
    this.#statements = prepare(database)
    this.#cutLog = logCutter(database, (error) => health.failed(error))
    this.#ownSync = sync !== null && syncBySelf(database)
  }

  append(
    stream: string,
    events: readonly NewItem[],
    { expect, rewrite = [], receivedAt, mark }: MirrorOptions = {},
  ): Promise<Appended[]> {
    if (this.#closed) return Promise.reject(new Error('the event log is closed'))
    return new Promise((resolve, reject) => {
      this.#queue({ stream, events, rewrite, expect, receivedAt, mark, resolve, reject })
    })
  }

  #queue(pending: Pending): void {
    this.#pending.push(pending)
    this.#writing ??= this.#write().catch((error: unknown) => this.#failed(error))
  }

  async #write(): Promise<void> {
    while (this.#pending.length > 0) {
      await this.#gather.wait(() => this.#pending.length)
      const group = this.#pending
      this.#pending = []
      const start = performance.now()
      await this.#take(group)
      this.#gather.wrote(group.length, performance.now() - start)
    }
    this.#writing = null
  }

  /** Commits a group and makes it durable; then its callers hear of it, and after them who watches. */
  async #take(group: readonly Pending[]): Promise<void> {
    const told = this.#commit(group)
    if (told.commits.length > 0 || told.erases) {
      try {
        await this.#makeDurable()
      } catch (error) {
        for (const { reject } of group) reject(error)
        throw error
      }
    }
    if (told.erases) this.#cutLog.soon()
    for (const settle of told.settle) settle()
    for (const commit of told.commits) for (const watcher of this.#watchers) this.#tell(watcher, commit)
  }

  async #makeDurable(): Promise<void> {
    if (!this.#ownSync || !this.#sync) return
    this.#syncing = this.#sync.sync()
    await this.#syncing
    this.#syncing = null
  }

  /**
   * The disk failed to sync. What it has now nobody knows, and it may say of the next sync that all is well: so nothing more is
   * read or written, and the process ends. The next start reads what is there.
   */
  #failed(error: unknown): void {
    this.#closed = true
    this.#health.failed(error)
    for (const { reject } of this.#pending) reject(error)
    this.#pending = []
    queueMicrotask(() => {
      throw error
    })
  }

  #commit(group: readonly Pending[]): Told {
    const settle: (() => void)[] = []
    const commits: Commit[] = []
    let erases = false
    try {
      inTransaction(this.#database, () => {
        for (const pending of group) {
          const head = this.#headOf(pending.stream)
          if (pending.drops) {
            if (head) this.#drop(head.id)
            erases = true
            settle.push(() => pending.resolve([]))
            continue
          }
          if (pending.expect !== undefined && pending.expect !== (head === null ? null : toSeq(head.head))) {
            settle.push(() => pending.reject(new StaleHead(`the head of ${pending.stream} is not ${pending.expect}`)))
            continue
          }
          const { appended, commit } = this.#insert(pending, head)
          if (commit) commits.push(commit)
          erases ||= pending.rewrite.length > 0
          settle.push(() => pending.resolve(appended))
        }
      })
      this.#health.wrote()
      return { settle, commits, erases }
    } catch (error) {
      this.#health.failed(error)
      // One that cannot be written must not take its neighbours with it. (A disk that is full is so for all.)
      if (group.length > 1 && diskFaultOf(error) === null) return together(group.map((one) => this.#commit([one])))
      return { settle: group.map((pending) => () => pending.reject(error)), commits: [], erases: false }
    }
  }

  /** What a watcher cannot take is its own affair: the log, and the other watchers, go on. */
  #tell(watcher: (commit: Commit) => void, commit: Commit): void {
    try {
      watcher(commit)
    } catch (error) {
      this.#health.bug(error, `a watcher of the log, at ${commit.stream}`)
    }
  }

  #insert(pending: Pending, known: { id: number; head: number } | null) {
    const { findOne, insertStream, insertEvent, rewriteEvent, keepHash, setHead } = this.#statements
    if (pending.events.length === 0) return { appended: [], commit: null }
    const { receivedAt = this.#clock() } = pending
    const streamId = known?.id ?? Number(insertStream.run(pending.stream).lastInsertRowid)
    const before = known?.head ?? 0
    let head = before
    const items: LogItem[] = []
    for (const { id, data, erased = '' } of pending.rewrite) {
      if (rewriteEvent.run(data, streamId, id).changes > 0) keepHash.run(streamId, id, erased)
    }
    const appended = pending.events.map(({ id, data, erased }): Appended => {
      const first = findOne.get(streamId, id) as unknown as EventRow | undefined
      if (first) return { seq: toSeq(first.seq), receivedAt: first.received_at, duplicate: true }
      head += 1
      insertEvent.run(streamId, head, id, receivedAt, data)
      if (erased !== undefined) keepHash.run(streamId, id, erased)
      items.push({ seq: toSeq(head), id, receivedAt, data })
      return { seq: toSeq(head), receivedAt, duplicate: false }
    })
    if (pending.mark !== undefined) this.#statements.setMark.run(streamId, pending.mark)
    if (items.length === 0) return { appended, commit: null }
    setHead.run(head, streamId)
    return { appended, commit: { stream: pending.stream, after: before === 0 ? null : toSeq(before), items } }
  }

  async read(stream: string, after: Seq | null, limit: number, maxBytes: number) {
    while (this.#syncing) await this.#syncing
    const found = this.#headOf(stream)
    const from = this.#offset(found?.head ?? 0, after)
    if (!found) return { items: [], upToDate: true }
    const items: LogItem[] = []
    let bytes = 0
    for (const row of this.#statements.readFrom.iterate(found.id, from, limit)) {
      const item = toItem(row as unknown as EventRow)
      bytes += item.data.length
      if (items.length > 0 && bytes > maxBytes) break
      items.push(item)
    }
    const last = items.at(-1)
    return { items, upToDate: last ? last.seq === toSeq(found.head) : from >= found.head }
  }

  async latest(stream: string, limit: number): Promise<LogItem[]> {
    while (this.#syncing) await this.#syncing
    const found = this.#headOf(stream)
    if (!found) return []
    const rows = this.#statements.readLatest.all(found.id, limit) as unknown as EventRow[]
    return rows.map(toItem).toReversed()
  }

  async find(stream: string, ids: readonly string[]): Promise<LogItem[]> {
    while (this.#syncing) await this.#syncing
    const found = this.#headOf(stream)
    if (!found) return []
    return ids.flatMap((id) => {
      const row = this.#statements.findOne.get(found.id, id) as unknown as EventRow | undefined
      return row ? [toItem(row)] : []
    })
  }

  async head(stream: string): Promise<Seq | null> {
    while (this.#syncing) await this.#syncing
    const found = this.#headOf(stream)
    return found ? toSeq(found.head) : null
  }

  async count(stream: string, after: Seq | null): Promise<number> {
    while (this.#syncing) await this.#syncing
    const head = this.#headOf(stream)?.head ?? 0
    return head - this.#offset(head, after) // seqs are dense here
  }

  marks(): Map<string, number> {
    const rows = this.#statements.allMarks.all() as { name: string; mark: number }[]
    return new Map(rows.map(({ name, mark }) => [name, mark]))
  }

  async streams(): Promise<string[]> {
    while (this.#syncing) await this.#syncing
    return (this.#statements.allStreams.all() as { name: string }[]).map((row) => row.name)
  }

  async drop(stream: string): Promise<void> {
    await new Promise<unknown>((resolve, reject) => {
      const rest = { events: [], rewrite: [], expect: undefined, receivedAt: undefined, mark: undefined }
      this.#queue({ stream, drops: true, ...rest, resolve, reject })
    })
  }

  #drop(id: number): void {
    const { dropEvents, dropErased, dropMark, dropStream } = this.#statements
    for (const one of [dropEvents, dropErased, dropMark, dropStream]) one.run(id)
  }

  watch(listener: (commit: Commit) => void): () => void {
    this.#watchers.add(listener)
    return () => this.#watchers.delete(listener)
  }

  readonly catchUp = null

  async probe(): Promise<void> {
    try {
      writeAhead(this.#database) // a start on a full disk could not
      if (this.#sync) this.#ownSync = syncBySelf(this.#database)
      inTransaction(this.#database, () => this.#statements.probe.run(this.#clock()))
      this.#health.wrote()
    } catch (error) {
      this.#health.failed(error)
    }
  }

  async close(): Promise<void> {
    if (this.#ended) return
    this.#ended = true
    this.#closed = true
    await this.#writing
    this.#cutLog.stop()
    await this.#sync?.close()
    closeSqlite(this.#database)
  }

  #headOf(stream: string): { id: number; head: number } | null {
    return (this.#statements.oneStream.get(stream) as { id: number; head: number } | undefined) ?? null
  }

  #offset(head: number, after: Seq | null): number {
    if (after === null) return 0
    const number = /^[0-9]{16}$/.test(after) ? Number(after) : NaN
    if (!(number <= head)) throw new BadOffset(`${JSON.stringify(after)} is not an offset of this stream`)
    return number
  }
}

interface Told {
  readonly settle: readonly (() => void)[]
  readonly commits: readonly Commit[]
  readonly erases: boolean
}
const together = (parts: readonly Told[]): Told => ({
  settle: parts.flatMap(({ settle }) => settle),
  commits: parts.flatMap(({ commits }) => commits),
  erases: parts.some(({ erases }) => erases),
})

function prepare(database: Sqlite) {
  const columns = 'seq, event_id, received_at, data'
  return {
    oneStream: database.prepare('SELECT id, head FROM streams WHERE name = ?'),
    allStreams: database.prepare('SELECT name FROM streams ORDER BY id'),
    insertStream: database.prepare('INSERT INTO streams(name, head) VALUES (?, 0)'),
    dropEvents: database.prepare('DELETE FROM events WHERE stream_id = ?'),
    dropErased: database.prepare('DELETE FROM erased WHERE stream_id = ?'),
    allMarks: database.prepare('SELECT name, mark FROM marks JOIN streams ON id = stream_id'),
    setMark: database.prepare('INSERT INTO marks VALUES (?, ?) ON CONFLICT DO UPDATE SET mark = excluded.mark'),
    dropMark: database.prepare('DELETE FROM marks WHERE stream_id = ?'),
    dropStream: database.prepare('DELETE FROM streams WHERE id = ?'),
    setHead: database.prepare('UPDATE streams SET head = ? WHERE id = ?'),
    insertEvent: database.prepare(
      'INSERT INTO events(stream_id, seq, event_id, received_at, data) VALUES (?, ?, ?, ?, ?)',
    ),
    rewriteEvent: database.prepare('UPDATE events SET data = ? WHERE stream_id = ? AND event_id = ?'),
    keepHash: database.prepare('INSERT INTO erased(stream_id, event_id, hash) VALUES (?, ?, ?) ON CONFLICT DO NOTHING'),
    findOne: database.prepare(
      `SELECT ${columns}, (SELECT hash FROM erased x WHERE x.stream_id = e.stream_id AND x.event_id = e.event_id) AS hash
       FROM events e WHERE stream_id = ? AND event_id = ?`,
    ),
    readFrom: database.prepare(`SELECT ${columns} FROM events WHERE stream_id = ? AND seq > ? ORDER BY seq LIMIT ?`),
    probe: database.prepare('INSERT INTO probe(id, at) VALUES (1, ?) ON CONFLICT DO UPDATE SET at = excluded.at'),
    readLatest: database.prepare(`SELECT ${columns} FROM events WHERE stream_id = ? ORDER BY seq DESC LIMIT ?`),
  }
}

const toSeq = (number: number): Seq => String(number).padStart(16, '0')
const toItem = (row: EventRow): LogItem => ({
  seq: toSeq(row.seq),
  id: row.event_id,
  receivedAt: row.received_at,
  data: row.data,
  ...(row.hash == null ? {} : { erased: row.hash }),
})
