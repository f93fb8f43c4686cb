import { rmSync } from 'node:fs'
import type { LogItem, Seq } from './log/event-log.ts'
import type { Health, SetAside } from './health.ts'
import { erasedData } from './erase.ts'
import { closeSqlite, inTransaction, logCutter, openSqlite, type LogCutter, type Sqlite } from './sqlite.ts'

/**
 * The directory's file: of each stream how far it was read, the events of its structure, which events belong to a room,
 * and what was set aside. It can be deleted at any time; one that cannot be opened is made anew, and where nothing can
 * be written it is kept in memory.
 */
export interface DirectoryFile {
  load(): StoredStream[]
  /** All of it or nothing: what follows on what the file has of the stream. */
  save(stream: string, indexed: readonly Indexed[]): void
  /** how far the file is: what lies beyond was not saved */
  headOf(stream: string): Seq | null
  /** rooms before members */
  outline(stream: string): LogItem[]
  /**
   * Ids of the room's events from its `messages`-th newest message on, and of those that made it and its threads; the
   * newest few thousand, if there are more.
   */
  roomEvents(stream: string, room: string, messages: number): string[]
  /** ids of events that say words of the message, besides its own */
  speakersOf(stream: string, message: string): string[]
  isErased(stream: string, message: string): boolean
  setAside(): { count: number; newest: SetAside[] }
  close(): void
}
export interface StoredStream {
  readonly stream: string
  readonly head: Seq | null
  readonly events: number
  readonly messages: number
  readonly structure: readonly { readonly data: string }[]
}

/** Where one event belongs. */
export interface Indexed {
  readonly item: LogItem
  readonly isMessage: boolean
  readonly rooms: ReadonlyMap<string, RoomEventKind>
  /** part of the space's structure: of what its outline shows (rooms, members), of a thread, or of what is asked for later */
  readonly structure: 'room' | 'member' | 'thread' | 'inside' | null
  /** the message whose words it says, unless that is the event itself */
  readonly speaksFor: string | null
  /** the message that it erases */
  readonly erases: string | null
  /** why it could not be taken; null: it could */
  readonly reason: string | null
}
/** The order in an outline; 0: in none. */
const outlinePlace = { thread: 0, inside: 0, room: 1, member: 2 } as const
export const roomEventKind = { other: 0, message: 1, makesRoom: 2 } as const
export type RoomEventKind = (typeof roomEventKind)[keyof typeof roomEventKind]

interface Progress {
  readonly id: number
  readonly head: Seq | null
  readonly events: number
  readonly messages: number
}

/** Another number makes the file anew from the log. */
const version = 7
const schema = `
CREATE TABLE IF NOT EXISTS streams (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, head TEXT, events INTEGER NOT NULL, messages INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS structure (
  stream_id INTEGER NOT NULL, seq TEXT NOT NULL, id TEXT NOT NULL, received_at INTEGER NOT NULL, data TEXT NOT NULL,
  outline INTEGER NOT NULL, PRIMARY KEY (stream_id, seq)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS rooms (
  id INTEGER PRIMARY KEY, stream_id INTEGER NOT NULL, name TEXT NOT NULL, UNIQUE (stream_id, name)
);
CREATE TABLE IF NOT EXISTS room_events (
  room_id INTEGER NOT NULL, seq TEXT NOT NULL, event_id TEXT NOT NULL, kind INTEGER NOT NULL,
  PRIMARY KEY (room_id, seq)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS room_makers ON room_events(room_id) WHERE kind = 2;
CREATE TABLE IF NOT EXISTS speakers (
  stream_id INTEGER NOT NULL, message TEXT NOT NULL, event_id TEXT NOT NULL, seq TEXT NOT NULL,
  PRIMARY KEY (stream_id, message, event_id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS erased (
  stream_id INTEGER NOT NULL, message TEXT NOT NULL, PRIMARY KEY (stream_id, message)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS set_aside (
  stream_id INTEGER NOT NULL, seq TEXT NOT NULL, event_id TEXT NOT NULL, reason TEXT NOT NULL,
  PRIMARY KEY (stream_id, seq)
) WITHOUT ROWID;
PRAGMA user_version = ${version};
`
/** Of one answer: what lies beyond comes with the stream itself. */
const maxOutline = 20_000
const maxRoomPage = 5000
const maxRoomIds = 50_000
const newestShown = 20

export async function openDirectoryFile(
  path: string,
  health: Health,
  { readOnly = false }: { readOnly?: boolean } = {},
): Promise<DirectoryFile> {
  for (const attempt of readOnly ? [':memory:'] : [path, path, ':memory:']) {
    let database: Sqlite | null = null
    try {
      database = await openSqlite(attempt, { durable: false })
      const { user_version: found } = database.prepare('PRAGMA user_version').get() as { user_version: number }
      const { tables } = database.prepare('SELECT count(*) AS tables FROM sqlite_schema').get() as { tables: number }
      if (found === version || tables === 0) {
        if (tables === 0) database.exec(schema)
        return new SqliteDirectoryFile(database, (error) => health.failed(error))
      }
    } catch (error) {
      if (!health.failed(error)) health.bug(error, 'the directory’s file, which is made anew')
    }
    database?.close()
    if (health.disk.state === 'ok')
      for (const end of ['', '-wal', '-shm', '-journal']) rmSync(path + end, { force: true })
  }
  throw new Error('SQLite has no memory for the directory')
}

class SqliteDirectoryFile implements DirectoryFile {
  readonly #database: Sqlite
  readonly #statements: ReturnType<typeof prepare>
  readonly #streams = new Map<string, Progress>()
  #roomIds = new Map<string, number>()
  readonly #cutLog: LogCutter
  #setAside: number

  constructor(database: Sqlite, failed: (error: unknown) => void) {
    this.#database = database
    this.#statements = prepare(database)
    this.#cutLog = logCutter(database, failed)
    this.#setAside = (this.#statements.countAside.get() as { count: number }).count
  }

  load(): StoredStream[] {
    const { allStreams, structureOf } = this.#statements
    return (allStreams.all() as unknown as (Progress & { name: string })[]).map(({ name: stream, ...progress }) => {
      this.#streams.set(stream, progress)
      return { stream, ...progress, structure: structureOf.all(progress.id) as { data: string }[] }
    })
  }

  save(stream: string, indexed: readonly Indexed[]): void {
    const { insertStream, setProgress } = this.#statements
    const known = this.#streams.get(stream)
    const head = indexed.at(-1)!.item.seq
    const events = (known?.events ?? 0) + indexed.length
    const messages = (known?.messages ?? 0) + indexed.filter(({ isMessage }) => isMessage).length
    try {
      inTransaction(this.#database, () => {
        const id = known?.id ?? Number(insertStream.run(stream).lastInsertRowid)
        for (const one of indexed) this.#insert(id, one)
        setProgress.run(head, events, messages, id)
        this.#streams.set(stream, { id, head, events, messages })
      })
    } catch (error) {
      if (known) this.#streams.set(stream, known)
      else this.#streams.delete(stream)
      this.#roomIds = new Map() // it may name rooms whose rows were rolled back
      throw error
    }
    if (indexed.some(({ erases }) => erases !== null)) this.#cutLog.soon()
    this.#setAside += indexed.filter(({ reason }) => reason !== null).length
  }

  #insert(stream: number, { item, rooms, structure, speaksFor, erases, reason }: Indexed): void {
    const { insertStructure, insertRoomEvent, insertAside, insertSpeaker } = this.#statements
    if (speaksFor !== null) insertSpeaker.run(stream, speaksFor, item.id, item.seq)
    if (erases !== null) this.#erase(stream, erases)
    if (reason !== null) insertAside.run(stream, item.seq, item.id, reason)
    if (structure !== null) {
      insertStructure.run(stream, item.seq, item.id, item.receivedAt, item.data, outlinePlace[structure])
    }
    for (const [room, kind] of rooms) insertRoomEvent.run(this.#roomId(stream, room), item.seq, item.id, kind)
  }

  /** A structure that came before it is here with its words: a thread is called by its message. */
  #erase(stream: number, message: string): void {
    const { insertErased, speakersOf, structureAt, rewriteStructure } = this.#statements
    insertErased.run(stream, message)
    for (const { seq } of speakersOf.all(stream, message) as { seq: Seq }[]) {
      const found = structureAt.get(stream, seq) as { data: string } | undefined
      if (found) rewriteStructure.run(erasedData(found.data), stream, seq)
    }
  }

  speakersOf(stream: string, message: string): string[] {
    const found = this.#streams.get(stream)
    const rows = found ? (this.#statements.speakersOf.all(found.id, message) as { event_id: string }[]) : []
    return rows.map((row) => row.event_id)
  }

  isErased(stream: string, message: string): boolean {
    const found = this.#streams.get(stream)
    return found !== undefined && this.#statements.isErased.get(found.id, message) !== undefined
  }

  #roomId(stream: number, room: string): number {
    const key = `${stream} ${room}`
    let id = this.#roomIds.get(key)
    if (id === undefined) {
      const found = this.#statements.oneRoom.get(stream, room) as { id: number } | undefined
      id = found?.id ?? Number(this.#statements.insertRoom.run(stream, room).lastInsertRowid)
      if (this.#roomIds.size > maxRoomIds) this.#roomIds.clear()
      this.#roomIds.set(key, id)
    }
    return id
  }

  headOf(stream: string): Seq | null {
    return this.#streams.get(stream)?.head ?? null
  }

  outline(stream: string): LogItem[] {
    const found = this.#streams.get(stream)
    if (!found) return []
    const rows = this.#statements.outlineOf.all(found.id, maxOutline) as unknown as (LogItem & {
      received_at: number
    })[]
    return rows.map(({ seq, id, received_at: receivedAt, data }) => ({ seq, id, receivedAt, data }))
  }

  roomEvents(stream: string, room: string, messages: number): string[] {
    const found = this.#streams.get(stream)
    const row = found && (this.#statements.oneRoom.get(found.id, room) as { id: number } | undefined)
    if (!row) return []
    const { nthMessage, roomMakers, roomFrom } = this.#statements
    const oldest = nthMessage.get(row.id, roomEventKind.message, messages - 1) as { seq: Seq } | undefined
    const makers = roomMakers.all(row.id, maxRoomPage) as { event_id: string }[]
    const rows = roomFrom.all(row.id, oldest?.seq ?? '', maxRoomPage) as { event_id: string }[]
    return [...new Set([...makers, ...rows].map((event) => event.event_id))]
  }

  setAside(): { count: number; newest: SetAside[] } {
    return { count: this.#setAside, newest: this.#statements.newestAside.all(newestShown) as unknown as SetAside[] }
  }

  close(): void {
    this.#cutLog.stop()
    closeSqlite(this.#database)
  }
}

function prepare(database: Sqlite) {
  const sql = (text: string) => database.prepare(text)
  return {
    allStreams: sql('SELECT id, name, head, events, messages FROM streams'),
    insertStream: sql('INSERT INTO streams(name, head, events, messages) VALUES (?, NULL, 0, 0)'),
    setProgress: sql('UPDATE streams SET head = ?, events = ?, messages = ? WHERE id = ?'),
    structureOf: sql('SELECT data FROM structure WHERE stream_id = ? ORDER BY seq'),
    outlineOf: sql(
      'SELECT seq, id, received_at, data FROM structure WHERE stream_id = ? AND outline > 0 ORDER BY outline, seq LIMIT ?',
    ),
    insertStructure: sql(
      'INSERT INTO structure(stream_id, seq, id, received_at, data, outline) VALUES (?, ?, ?, ?, ?, ?)',
    ),
    oneRoom: sql('SELECT id FROM rooms WHERE stream_id = ? AND name = ?'),
    insertRoom: sql('INSERT INTO rooms(stream_id, name) VALUES (?, ?)'),
    insertRoomEvent: sql(
      `INSERT INTO room_events(room_id, seq, event_id, kind) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET kind = max(kind, excluded.kind)`,
    ),
    nthMessage: sql('SELECT seq FROM room_events WHERE room_id = ? AND kind = ? ORDER BY seq DESC LIMIT 1 OFFSET ?'),
    roomMakers: sql('SELECT event_id FROM room_events WHERE room_id = ? AND kind = 2 LIMIT ?'),
    roomFrom: sql('SELECT event_id FROM room_events WHERE room_id = ? AND seq >= ? ORDER BY seq DESC LIMIT ?'),
    insertSpeaker: sql(
      'INSERT INTO speakers(stream_id, message, event_id, seq) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
    ),
    speakersOf: sql('SELECT event_id, seq FROM speakers WHERE stream_id = ? AND message = ?'),
    insertErased: sql('INSERT INTO erased(stream_id, message) VALUES (?, ?) ON CONFLICT DO NOTHING'),
    isErased: sql('SELECT 1 FROM erased WHERE stream_id = ? AND message = ?'),
    structureAt: sql('SELECT data FROM structure WHERE stream_id = ? AND seq = ?'),
    rewriteStructure: sql('UPDATE structure SET data = ? WHERE stream_id = ? AND seq = ?'),
    insertAside: sql('INSERT OR REPLACE INTO set_aside(stream_id, seq, event_id, reason) VALUES (?, ?, ?, ?)'),
    countAside: sql('SELECT count(*) AS count FROM set_aside'),
    newestAside: sql(
      `SELECT name AS stream, seq, event_id AS id, reason FROM set_aside JOIN streams ON streams.id = stream_id
       ORDER BY seq DESC LIMIT ?`,
    ),
  }
}
