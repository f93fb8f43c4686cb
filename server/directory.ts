import { validateEvent, type AnyEvent, type KnownEvent } from '../schema/events/event.ts'
import { personStream, streamKind } from '../schema/events/streams.ts'
import type { Commit, EventLog, LogItem, Seq } from './event-log.ts'
import { foldSpace, isMember, isStructural, type SpaceState } from './space-state.ts'
import { inTransaction, openSqlite, type Sqlite } from './sqlite.ts'

/**
 * What the server knows of its streams beyond their bytes: spaces and members, each space's outline, and which events
 * belong to a room. A projection of the log, so never the truth: it keeps how far it has read each stream, catches up
 * at the start, follows the log's commits from then on, and can be deleted at any time.
 */
export interface Directory {
  entry(stream: string): StreamEntry | null
  spaces(): Iterable<SpaceState>
  /** the streams whose tail a person may follow: their own and their spaces' */
  streamsOf(actor: string): string[]
  mayRead(stream: string, actor: string): boolean
  /** the structural events of a space, rooms before members */
  outline(stream: string): Promise<LogItem[]>
  /** events of a room from its `messages`-th newest message on, and the events that made it and its threads */
  roomPage(stream: string, room: string, messages: number): Promise<LogItem[]>
  /** Tells of each commit once the directory has taken it in. */
  watch(listener: (commit: Commit) => void): () => void
  close(): void
}
export interface StreamEntry {
  readonly stream: string
  head: Seq | null
  events: number
  messages: number
  /** null: a person's own stream */
  space: SpaceState | null
}

export async function openDirectory(path: string, log: EventLog): Promise<Directory> {
  const database = await openSqlite(path, { durable: false })
  database.exec(schema)
  const directory = new SqliteDirectory(database, log)
  await directory.catchUp()
  return directory
}

const schema = `
CREATE TABLE IF NOT EXISTS streams (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, head TEXT, events INTEGER NOT NULL, messages INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS structure (
  stream_id INTEGER NOT NULL, seq TEXT NOT NULL, id TEXT NOT NULL, received_at INTEGER NOT NULL, data TEXT NOT NULL,
  PRIMARY KEY (stream_id, seq)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS rooms (
  id INTEGER PRIMARY KEY, stream_id INTEGER NOT NULL, name TEXT NOT NULL, UNIQUE (stream_id, name)
);
CREATE TABLE IF NOT EXISTS room_events (
  room_id INTEGER NOT NULL, seq TEXT NOT NULL, event_id TEXT NOT NULL, kind INTEGER NOT NULL,
  PRIMARY KEY (room_id, seq)
) WITHOUT ROWID;
`
/** room_events.kind */
const message = 1
const makesRoom = 2
const other = 0

class SqliteDirectory implements Directory {
  readonly #database: Sqlite
  readonly #log: EventLog
  readonly #statements: ReturnType<typeof prepare>
  readonly #entries = new Map<string, StreamEntry & { id: number }>()
  readonly #streamsByMember = new Map<string, Set<string>>()
  readonly #listeners = new Set<(commit: Commit) => void>()
  readonly #roomIds = new Map<string, number>()
  #stopWatching = () => {}

  constructor(database: Sqlite, log: EventLog) {
    this.#database = database
    this.#log = log
    this.#statements = prepare(database)
  }

  async catchUp(): Promise<void> {
    const { allStreams, structureOf } = this.#statements
    for (const row of allStreams.all() as { id: number; name: string; head: Seq; events: number; messages: number }[]) {
      let space: SpaceState | null = null
      for (const { data } of structureOf.all(row.id) as { data: string }[]) {
        const valid = validateEvent(JSON.parse(data))
        if (valid.type === 'known') space = foldSpace(space, valid.event)
      }
      const { name: stream, ...counts } = row
      this.#entries.set(stream, { stream, ...counts, space })
      for (const member of space?.members.keys() ?? []) this.#noteMember(stream, space, member)
    }
    // Follow first, then read what came before: a commit that overlaps is taken in once (see #take).
    this.#stopWatching = this.#log.watch((commit) => this.#take(commit))
    for (const stream of await this.#log.streams()) {
      for (;;) {
        const after = this.#entries.get(stream)?.head ?? null
        const page = await this.#log.read(stream, after, 2000, 4 << 20)
        if (page.items.length > 0) this.#take({ stream, after, items: page.items })
        if (page.upToDate) break
      }
    }
  }

  entry(stream: string): StreamEntry | null {
    return this.#entries.get(stream) ?? null
  }

  *spaces(): Iterable<SpaceState> {
    for (const { space } of this.#entries.values()) if (space) yield space
  }

  streamsOf(actor: string): string[] {
    return [personStream(actor), ...(this.#streamsByMember.get(actor) ?? [])]
  }

  mayRead(stream: string, actor: string): boolean {
    return stream === personStream(actor) || isMember(this.#entries.get(stream)?.space ?? null, actor)
  }

  async outline(stream: string): Promise<LogItem[]> {
    const entry = this.#entries.get(stream)
    if (!entry) return []
    const rows = this.#statements.structureOf.all(entry.id) as unknown as (LogItem & { received_at: number })[]
    const items = rows.map(({ seq, id, received_at: receivedAt, data }) => ({ seq, id, receivedAt, data }))
    const isMember = (item: LogItem) => item.data.includes('"type":"member.')
    return [...items.filter((item) => !isMember(item)), ...items.filter(isMember)]
  }

  async roomPage(stream: string, room: string, messages: number): Promise<LogItem[]> {
    const entry = this.#entries.get(stream)
    if (!entry) return []
    const found = this.#statements.oneRoom.get(entry.id, room) as { id: number } | undefined
    if (!found) return []
    const oldest = this.#statements.nthMessage.get(found.id, message, messages - 1) as { seq: Seq } | undefined
    const rows = this.#statements.roomFrom.all(found.id, oldest?.seq ?? '', makesRoom) as { event_id: string }[]
    const items = await this.#log.find(
      stream,
      rows.map((row) => row.event_id),
    )
    return items.sort((a, b) => (a.seq < b.seq ? -1 : 1))
  }

  watch(listener: (commit: Commit) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  close(): void {
    this.#stopWatching()
    this.#database.close()
  }

  #take(commit: Commit): void {
    const known = this.#entries.get(commit.stream)?.head ?? null
    const items = known === null ? commit.items : commit.items.filter((item) => item.seq > known)
    if (items.length === 0) return
    inTransaction(this.#database, () => {
      const entry = this.#entries.get(commit.stream) ?? this.#newEntry(commit.stream)
      for (const item of items) this.#index(entry, item)
      entry.head = items.at(-1)!.seq
      entry.events += items.length
      this.#statements.setProgress.run(entry.head, entry.events, entry.messages, entry.id)
    })
    for (const listener of this.#listeners) listener(commit)
  }

  #newEntry(stream: string) {
    const id = Number(this.#statements.insertStream.run(stream).lastInsertRowid)
    const entry = { id, stream, head: null, events: 0, messages: 0, space: null }
    this.#entries.set(stream, entry)
    return entry
  }

  #index(entry: StreamEntry & { id: number }, item: LogItem): void {
    if (streamKind(entry.stream) !== 'space') return
    const event = JSON.parse(item.data) as AnyEvent // its envelope was checked before it came into the log
    if (event.type === 'message.create') entry.messages += 1
    if (event.room !== undefined) {
      this.#indexRoom(entry, event.room, item, event.type === 'message.create' ? message : other)
    }
    if (!/^(space|member|room)\./.test(event.type)) return
    const valid = validateEvent(event)
    if (valid.type !== 'known') return
    const known = valid.event
    if (known.type === 'room.create' && known.payload.kind === 'thread') this.#indexThread(entry, item, known)
    if (!isStructural(known)) return
    if (known.type === 'room.update' && !entry.space?.roomNames.has(known.entity ?? '')) return
    entry.space = foldSpace(entry.space, known)
    this.#statements.insertStructure.run(entry.id, item.seq, item.id, item.receivedAt, item.data)
    for (const person of [known.actor, known.entity]) {
      if (person !== undefined) this.#noteMember(entry.stream, entry.space, person)
    }
  }

  /** A thread's making belongs to its own page and to that of the room it hangs in. */
  #indexThread(entry: StreamEntry & { id: number }, item: LogItem, event: KnownEvent & { type: 'room.create' }): void {
    for (const room of new Set([event.entity, event.payload.parentRoom])) {
      if (room !== undefined && room !== event.room) this.#indexRoom(entry, room, item, other)
    }
    if (event.entity !== undefined) {
      this.#statements.markMaking.run(makesRoom, this.#roomId(entry, event.entity), item.seq)
    }
  }

  #indexRoom(entry: { id: number }, room: string, item: LogItem, kind: number): void {
    this.#statements.insertRoomEvent.run(this.#roomId(entry, room), item.seq, item.id, kind)
  }

  #roomId(entry: { id: number }, room: string): number {
    const key = `${entry.id} ${room}`
    let id = this.#roomIds.get(key)
    if (id === undefined) {
      const found = this.#statements.oneRoom.get(entry.id, room) as { id: number } | undefined
      id = found?.id ?? Number(this.#statements.insertRoom.run(entry.id, room).lastInsertRowid)
      if (this.#roomIds.size > 50_000) this.#roomIds.clear()
      this.#roomIds.set(key, id)
    }
    return id
  }

  #noteMember(stream: string, space: SpaceState | null, person: string): void {
    const streams = this.#streamsByMember.get(person) ?? new Set()
    if (isMember(space, person)) this.#streamsByMember.set(person, streams.add(stream))
    else streams.delete(stream)
  }
}

function prepare(database: Sqlite) {
  const sql = (text: string) => database.prepare(text)
  return {
    allStreams: sql('SELECT id, name, head, events, messages FROM streams'),
    insertStream: sql('INSERT INTO streams(name, head, events, messages) VALUES (?, NULL, 0, 0)'),
    setProgress: sql('UPDATE streams SET head = ?, events = ?, messages = ? WHERE id = ?'),
    structureOf: sql('SELECT seq, id, received_at, data FROM structure WHERE stream_id = ? ORDER BY seq'),
    insertStructure: sql('INSERT INTO structure(stream_id, seq, id, received_at, data) VALUES (?, ?, ?, ?, ?)'),
    oneRoom: sql('SELECT id FROM rooms WHERE stream_id = ? AND name = ?'),
    insertRoom: sql('INSERT INTO rooms(stream_id, name) VALUES (?, ?)'),
    insertRoomEvent: sql('INSERT INTO room_events(room_id, seq, event_id, kind) VALUES (?, ?, ?, ?)'),
    markMaking: sql('UPDATE room_events SET kind = ? WHERE room_id = ? AND seq = ?'),
    nthMessage: sql('SELECT seq FROM room_events WHERE room_id = ? AND kind = ? ORDER BY seq DESC LIMIT 1 OFFSET ?'),
    roomFrom: sql('SELECT event_id FROM room_events WHERE room_id = ?1 AND (seq >= ?2 OR kind = ?3) ORDER BY seq'),
  }
}
