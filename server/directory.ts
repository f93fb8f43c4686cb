import { definitionOf } from '../schema/events/event-types.ts'
import { erasedBy, wordsOf } from '../schema/events/erasure.ts'
import { validateEvent, type AnyEvent, type KnownEvent } from '../schema/events/event.ts'
import { personStream, spaceOfStream, spaceStream, streamKind, streamOfRoom } from '../schema/events/streams.ts'
import { may } from '../schema/rights/may.ts'
import type { RoomState } from '../schema/rights/room-state.ts'
import { foldRights, noRights, rightsIn, type Rights } from '../schema/rights/rights.ts'
import { isMember, isStructure, type SpaceState, type StructureEvent } from '../schema/rights/space-state.ts'
import {
  openDirectoryFile,
  roomEventKind,
  type DirectoryFile,
  type Indexed,
  type RoomEventKind,
} from './directory-file.ts'
import type { Commit, EventLog, LogItem, Seq } from './log/event-log.ts'
import type { Health, SetAside } from './health.ts'
import { reasonOf } from './logger.ts'

/**
 * What the server knows of its streams beyond their bytes: spaces and members, each space's outline, and which events
 * belong to a room. A projection of the log, so never the truth: it keeps how far it has read each stream, catches up
 * at the start, follows the log's commits from then on, and can be deleted at any time.
 *
 * Law: no event stops it. One that it cannot take is set aside, counted and named (`setAside`), and everything after it
 * goes on, the same at every start. Who may read what is kept in memory and so is right even while the disk is full; the
 * file follows when there is room again.
 */
export interface Directory {
  entry(stream: string): StreamEntry | null
  spaces(): Iterable<SpaceState>
  /** What the rights in a stream rest on, whether there is one or not. */
  rights(stream: string): Rights
  /** the streams that a person may read: their own, their spaces' and those of all rooms in them, their private rooms' */
  streamsOf(actor: string): string[]
  /** those that they could read once, and may read no more: they left, or were removed */
  goneFor(actor: string): string[]
  mayRead(stream: string, actor: string): boolean
  /** the structural events of a space or a private room, rooms before members; none of threads */
  outline(stream: string): Promise<LogItem[]>
  /** events of a room from its `messages`-th newest message on, and the events that made it and its threads */
  roomPage(stream: string, room: string, messages: number): Promise<LogItem[]>
  /** ids of the events that say words of a message, besides its own */
  speakersOf(stream: string, message: string): Promise<string[]>
  /** a message whose words are in no event any more */
  isErased(stream: string, message: string): Promise<boolean>
  /** messages in a space's public rooms */
  messagesOf(space: SpaceState): number
  /**
   * Tells of each commit once the directory has taken it in, and whose rights it changed, in any stream: `moved` says it of a
   * person. What a listener throws reaches nobody else.
   */
  watch(listener: Listener): () => void
  /** events that could not be taken: how many in all, and the newest */
  setAside(): { readonly count: number; readonly newest: readonly SetAside[] }
  close(): void
}
type Listener = (commit: Commit, moved: (person: string) => boolean) => void
export interface StreamEntry {
  readonly stream: string
  head: Seq | null
  events: number
  messages: number
  /** of a space's stream */
  space: SpaceState | null
  /** of a room's; of a public one, once there is a thread in it */
  room: RoomState | null
}

export async function openDirectory(
  path: string,
  log: EventLog,
  health: Health,
  options: { readOnly?: boolean } = {},
): Promise<Directory> {
  const directory = new LogDirectory(await openDirectoryFile(path, health, options), log, health)
  await directory.start()
  return directory
}

const pageItems = 2000
const pageBytes = 4 << 20
const retryMs = 1000

class LogDirectory implements Directory {
  readonly #file: DirectoryFile
  readonly #log: EventLog
  readonly #health: Health
  readonly #entries = new Map<string, StreamEntry>()
  /** every stream that a person is or was in */
  readonly #streamsByPerson = new Map<string, Set<string>>()
  /** whose rights changed since that was told last */
  #moved = new Set<string>()
  /** spaces that have a new room: the rights of all who are in them changed */
  #grown = new Set<string>()
  readonly #listeners = new Set<Listener>()
  readonly #catchingUp = new Set<string>()
  /** streams of which the file does not have all that memory has: the disk was full */
  readonly #behind = new Set<string>()
  #retry: NodeJS.Timeout | null = null
  #stopWatching = () => {}
  #closed = false

  constructor(file: DirectoryFile, log: EventLog, health: Health) {
    this.#file = file
    this.#log = log
    this.#health = health
  }

  async start(): Promise<void> {
    for (const { stream, head, events, messages, structure } of this.#file.load()) {
      const entry: StreamEntry = { stream, head, events, messages, space: null, room: null }
      for (const { data } of structure) {
        const valid = validateEvent(JSON.parse(data)) // it was valid when it was put there
        if (valid.type === 'known' && isStructure(valid.event)) this.#fold(entry, valid.event)
      }
      this.#entries.set(stream, entry)
    }
    // Follow first, then read what came before: a commit that overlaps is taken in once (see #take).
    this.#stopWatching = this.#log.watch((commit) => this.#take(commit))
    for (const stream of await this.#log.streams()) await this.#catchUp(stream)
  }

  entry(stream: string): StreamEntry | null {
    return this.#entries.get(stream) ?? null
  }

  *spaces(): Iterable<SpaceState> {
    for (const { space } of this.#entries.values()) if (space) yield space
  }

  rights(stream: string): Rights {
    const { space = null, room = null } = this.#entries.get(stream) ?? noRights
    if (streamKind(stream) !== 'room') return { space, room }
    const id = spaceOfStream(stream)
    return rightsIn(stream, id === null ? null : (this.#entries.get(spaceStream(id))?.space ?? null), room)
  }

  streamsOf(actor: string): string[] {
    return [personStream(actor), ...this.#everIn(actor, (stream) => this.mayRead(stream, actor))]
  }

  goneFor(actor: string): string[] {
    return this.#everIn(actor, (stream) => !this.mayRead(stream, actor)).toReversed()
  }

  /**
   * Of the streams that a person is or was in. Who may read a space may read its public rooms, and nobody else may. They come before
   * it: a device that hears of the space then knows how much there is in it. What goes goes the other way round.
   */
  #everIn(actor: string, wanted: (stream: string) => boolean): string[] {
    return [...(this.#streamsByPerson.get(actor) ?? [])]
      .filter(wanted)
      .flatMap((stream) => [...this.#publicRooms(this.#entries.get(stream)?.space ?? null), stream])
  }

  #publicRooms(space: SpaceState | null): string[] {
    return space ? [...space.rooms].map(([room]) => streamOfRoom(space.id, room)) : []
  }

  messagesOf(space: SpaceState): number {
    return this.#publicRooms(space).reduce((sum, stream) => sum + (this.#entries.get(stream)?.messages ?? 0), 0)
  }

  mayRead(stream: string, actor: string): boolean {
    return may(this.rights(stream), actor, 'read', stream)
  }

  async outline(stream: string): Promise<LogItem[]> {
    return this.#file.outline(stream)
  }

  async roomPage(stream: string, room: string, messages: number): Promise<LogItem[]> {
    const items = await this.#log.find(stream, this.#file.roomEvents(stream, room, messages))
    return items.sort((a, b) => (a.seq < b.seq ? -1 : 1))
  }

  async speakersOf(stream: string, message: string): Promise<string[]> {
    const unsaved = await this.#unsaved(stream)
    const more = unsaved.filter(({ speaksFor }) => speaksFor === message).map(({ item }) => item.id)
    return [...this.#file.speakersOf(stream, message), ...more]
  }

  async isErased(stream: string, message: string): Promise<boolean> {
    if (this.#file.isErased(stream, message)) return true
    return (await this.#unsaved(stream)).some(({ erases }) => erases === message)
  }

  /** What memory has taken in and the file has not: its disk was full. */
  async #unsaved(stream: string): Promise<Indexed[]> {
    const entry = this.#entries.get(stream)
    const head = entry?.head ?? null
    const found: Indexed[] = []
    for (let after = this.#file.headOf(stream); after !== head;) {
      const { items } = await this.#log.read(stream, after, pageItems, pageBytes)
      if (items.length === 0) break
      found.push(...items.map((item) => this.#index(entry!, item, 'again')))
      after = items.at(-1)!.seq
    }
    return found
  }

  watch(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  setAside(): { count: number; newest: readonly SetAside[] } {
    return this.#file.setAside()
  }

  close(): void {
    this.#closed = true
    if (this.#retry) clearTimeout(this.#retry)
    this.#stopWatching()
    this.#file.close()
  }

  /** Takes what follows on what is known; of what leaves a gap, the log is asked. */
  #take(commit: Commit): void {
    const known = this.#entries.get(commit.stream)?.head ?? null
    if (commit.after !== null && (known === null || known < commit.after)) {
      this.#catchUp(commit.stream).catch((error: unknown) => this.#health.bug(error, 'the directory, catching up'))
      return
    }
    const items = known === null ? commit.items : commit.items.filter((item) => item.seq > known)
    if (items.length === 0) return
    const entry = this.#entries.get(commit.stream) ?? this.#newEntry(commit.stream)
    this.#save(
      commit.stream,
      items.map((item) => this.#index(entry, item, 'first time')),
    )
    const people = this.#moved
    const grown = [...this.#grown].flatMap((stream) => this.#entries.get(stream)!.space!)
    const moved = (person: string) => people.has(person) || grown.some((space) => isMember(space, person))
    this.#moved = new Set()
    this.#grown = new Set()
    for (const listener of this.#listeners) {
      try {
        listener(commit, moved)
      } catch (error) {
        this.#health.bug(error, `a watcher of the directory, at ${commit.stream}`)
      }
    }
  }

  async #catchUp(stream: string): Promise<void> {
    if (this.#catchingUp.has(stream)) return
    this.#catchingUp.add(stream)
    try {
      for (let upToDate = false; !upToDate && !this.#closed;) {
        const after = this.#entries.get(stream)?.head ?? null
        const page = await this.#log.read(stream, after, pageItems, pageBytes)
        if (page.items.length > 0) this.#take({ stream, after, items: page.items })
        upToDate = page.upToDate
      }
    } finally {
      this.#catchingUp.delete(stream)
    }
  }

  #newEntry(stream: string): StreamEntry {
    const entry = { stream, head: null, events: 0, messages: 0, space: null, room: null }
    this.#entries.set(stream, entry)
    return entry
  }

  /** Where an event belongs. `again`: memory has taken it in already, and the file has not. */
  #index(entry: StreamEntry, item: LogItem, time: 'first time' | 'again'): Indexed {
    if (time === 'first time') {
      entry.head = item.seq
      entry.events += 1
    }
    const rooms = new Map<string, RoomEventKind>()
    const nothing = { item, isMessage: false, rooms, structure: null, speaksFor: null, erases: null, reason: null }
    if (streamKind(entry.stream) === 'person') return nothing
    try {
      const event = JSON.parse(item.data) as AnyEvent
      const isMessage = event.type === 'message.create'
      if (isMessage && time === 'first time') entry.messages += 1
      if (event.room !== undefined) rooms.set(event.room, isMessage ? roomEventKind.message : roomEventKind.other)
      const placed = { ...nothing, isMessage, ...wordsIn(event) }
      if (definitionOf(event.type)?.part !== 'structure') return placed
      const valid = validateEvent(event)
      if (valid.type === 'invalid') return setAside(item, valid.fault.message)
      if (valid.type === 'unknown' || !isStructure(valid.event)) return placed
      if (time === 'first time') this.#fold(entry, valid.event)
      placeThread(valid.event, rooms)
      return { ...placed, structure: structureOf(entry, valid.event) }
    } catch (error) {
      return setAside(item, reasonOf(error))
    }
  }

  #fold(entry: StreamEntry, event: StructureEvent): void {
    const made = entry.space === null && entry.room === null
    const { space, room } = foldRights({ space: entry.space, room: entry.room }, event)
    entry.space = space
    entry.room = room
    if (made) for (const [person] of (room ?? space)?.members ?? []) this.#note(entry.stream, person)
    else if (space && event.type === 'room.create') this.#grown.add(entry.stream)
    else if (structureOf(entry, event) === 'member') this.#note(entry.stream, event.entity!)
  }

  /** One event that the file cannot take is set aside; of a disk that cannot, the stream waits. */
  #save(stream: string, indexed: readonly Indexed[]): void {
    if (this.#behind.has(stream)) return
    try {
      this.#file.save(stream, indexed)
    } catch (error) {
      if (this.#health.failed(error)) this.#fallBehind(stream)
      else if (indexed.length > 1) for (const one of indexed) this.#save(stream, [one])
      else if (indexed[0]!.reason === null) this.#save(stream, [setAside(indexed[0]!.item, reasonOf(error))])
      else this.#health.bug(error, `the directory's file, at ${stream}`)
      return
    }
    for (const { item, reason } of indexed) {
      if (reason !== null) this.#health.setAside({ stream, seq: item.seq, id: item.id, reason })
    }
  }

  #fallBehind(stream: string): void {
    this.#behind.add(stream)
    this.#retry ??= setTimeout(() => {
      this.#retry = null
      this.#follow().catch((error: unknown) => this.#health.bug(error, 'the directory, once the disk had room'))
    }, retryMs)
    this.#retry.unref()
  }

  /** Writes what the file does not have yet. */
  async #follow(): Promise<void> {
    const behind = [...this.#behind]
    this.#behind.clear()
    for (const stream of behind) {
      const entry = this.#entries.get(stream)!
      for (let upToDate = false; !upToDate && !this.#closed && !this.#behind.has(stream);) {
        const page = await this.#log.read(stream, this.#file.headOf(stream), pageItems, pageBytes)
        upToDate = page.upToDate
        const items = page.items.filter((item) => item.seq <= entry.head!)
        if (items.length > 0) {
          this.#save(
            stream,
            items.map((item) => this.#index(entry, item, 'again')),
          )
        }
      }
    }
  }

  #note(stream: string, person: string): void {
    this.#moved.add(person)
    this.#streamsByPerson.set(person, (this.#streamsByPerson.get(person) ?? new Set()).add(stream))
  }
}

const setAside = (item: LogItem, reason: string): Indexed => ({
  item,
  isMessage: false,
  rooms: new Map(),
  structure: null,
  speaksFor: null,
  erases: null,
  reason,
})

/** Whose words an event says, or erases. Few do besides the message's own. */
function wordsIn(event: AnyEvent): Pick<Indexed, 'speaksFor' | 'erases'> {
  if (event.type === 'message.create' || !definitionOf(event.type)) return { speaksFor: null, erases: null }
  const erases = erasedBy(event)
  return { speaksFor: erases === null ? wordsOf(event as KnownEvent) : null, erases }
}

/** A thread's making belongs to its own page and to that of the room it hangs in. */
function placeThread(event: StructureEvent, rooms: Map<string, RoomEventKind>): void {
  if (event.type !== 'room.create' || event.payload.kind !== 'thread') return
  const { parentRoom } = event.payload
  if (parentRoom !== undefined && !rooms.has(parentRoom)) rooms.set(parentRoom, roomEventKind.other)
  if (event.entity !== undefined) rooms.set(event.entity, roomEventKind.makesRoom)
}

function structureOf({ space, room }: StreamEntry, event: StructureEvent): Indexed['structure'] {
  if (event.type.startsWith('member.') || event.type === 'room.member') return 'member'
  if (event.type.startsWith('invite.')) return 'inside'
  const made = (room ?? space)?.rooms.get(event.entity ?? '')
  return event.type.startsWith('room.') && made?.kind !== 'room' ? 'thread' : 'room'
}
