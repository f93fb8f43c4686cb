import { createHash } from 'node:crypto'
import type { AnyEvent, EventOf, KnownEvent } from '../../schema/events/event.ts'
import { roomOfStream } from '../../schema/events/streams.ts'
import { messageKeyOf, personOf, roomOf, threadOf, type Message } from '../../schema/import/history.ts'
import type { Sqlite } from '../sqlite.ts'

/**
 * What the space has: read from the server before anything is sent, and kept up as events are made. So an import that
 * runs again sends what is missing, hangs it where earlier runs hung the rest, and finds out what has changed.
 */
export interface SpaceSoFar {
  /** takes in what the server has */
  take(events: readonly AnyEvent[]): void
  /** null: there is no such space yet */
  visibility(): 'public' | 'invite' | null
  /** spaces, persons, rooms, threads */
  has(entity: string): boolean
  /** `root`: of a thread, the id of the message that it hangs on */
  add(entity: string, root: string | null): void
  remove(entity: string): void
  rootOf(thread: string): string | null
  /** edits, reactions, pins, deletions, by the ids of their events */
  hasChange(id: string): boolean
  addChange(id: string): void
  /** of a message that the server had, by its key */
  idOf(key: string): string | null
  placeOf(key: string): MessagePlace | null
  /** its public rooms */
  rooms(): readonly string[]
  /** null: the message is not there; 'same': it is; else what the server's says otherwise */
  compare(message: Message): null | 'same' | 'text' | 'time' | 'sender' | 'topic'
}
/** The id of a message's event, its room, and that or the thread in which it stands. */
export interface MessagePlace {
  readonly message: string
  readonly room: string
  readonly place: string
}
const maxRemembered = 100_000

export function openSpaceSoFar(database: Sqlite, space: string, importer: string): SpaceSoFar {
  database.exec(`
    CREATE TABLE entities (id TEXT PRIMARY KEY, root TEXT) WITHOUT ROWID;
    CREATE TABLE changed (id TEXT PRIMARY KEY) WITHOUT ROWID;
  `)
  const insertEntity = database.prepare('INSERT OR IGNORE INTO entities VALUES (?, ?)')
  const findEntity = database.prepare('SELECT root FROM entities WHERE id = ?')
  const insertChange = database.prepare('INSERT OR IGNORE INTO changed VALUES (?)')
  const findChange = database.prepare('SELECT 1 FROM changed WHERE id = ?')
  const deleteEntity = database.prepare('DELETE FROM entities WHERE id = ?')
  const insertMessage = database.prepare('INSERT OR IGNORE INTO there VALUES (?, ?, ?, ?, ?, ?, ?)')
  const findMessage = database.prepare('SELECT id, ms, room, place, author, text FROM there WHERE key = ?')
  /** of `entities`, those asked for lately */
  const remembered = new Set<string>()
  const rooms = new Set<string>()
  let visibility: 'public' | 'invite' | null = null
  let hasMessages = false

  function remember(entity: string): void {
    if (remembered.size >= maxRemembered) remembered.clear()
    remembered.add(entity)
  }
  function takeMessage({ id, at, stream, room: place, payload }: EventOf<'message.create'>): void {
    hasMessages = true
    const room = roomOfStream(stream) ?? place!
    insertMessage.run(messageKeyOf(id), id, at, room, place!, payload.author?.id ?? '', hashOf(payload.text))
  }
  const rootOf = (thread: string): string | null =>
    (findEntity.get(thread) as { root: string | null } | undefined)?.root ?? null

  return {
    take(events) {
      for (const event of events as readonly KnownEvent[]) {
        if (event.type === 'room.create' && event.payload.kind === 'room') rooms.add(event.entity!)
        if (event.type === 'space.create') visibility ??= event.payload.visibility
        if (event.actor !== importer) continue
        if (event.type === 'message.create') takeMessage(event)
        if (changeTypes.has(event.type)) insertChange.run(event.id)
        if (event.type === 'space.create' || event.type === 'member.join') insertEntity.run(event.entity!, null)
        if (event.type === 'room.create') insertEntity.run(event.entity!, event.payload.parentMessage ?? null)
      }
    },
    visibility: () => visibility,
    rooms: () => [...rooms],
    has(entity) {
      if (remembered.has(entity)) return true
      if (findEntity.get(entity) === undefined) return false
      remember(entity)
      return true
    },
    add(entity, root) {
      insertEntity.run(entity, root)
      remember(entity)
    },
    remove(entity) {
      deleteEntity.run(entity)
      remembered.delete(entity)
    },
    rootOf,
    hasChange: (id) => findChange.get(id) !== undefined,
    addChange: (id) => void insertChange.run(id),
    idOf: (key) => (hasMessages ? ((findMessage.get(key) as There | undefined)?.id ?? null) : null),
    placeOf(key) {
      const there = hasMessages ? (findMessage.get(key) as There | undefined) : undefined
      return there ? { message: there.id, room: there.room, place: there.place } : null
    },
    compare({ key, ms, room, thread, sender, text }) {
      const there = hasMessages ? (findMessage.get(key) as There | undefined) : undefined
      if (!there) return null
      if (there.text !== hashOf(text)) return 'text'
      if (there.ms !== ms) return 'time'
      if (there.author !== personOf(space, sender.key)) return 'sender'
      const roomId = roomOf(space, room.key)
      const threadId = thread === null ? null : threadOf(space, room.key, thread)
      const isRoot = () => rootOf(threadId!) === there.id
      const inPlace =
        threadId === null ? there.place === roomId : there.place === threadId || (there.place === roomId && isRoot())
      return inPlace ? 'same' : 'topic'
    },
  }
}

const changeTypes: ReadonlySet<string> = new Set(['message.edit', 'reaction.add', 'pin.add', 'message.delete'])

const hashOf = (text: string): string => createHash('sha1').update(text).digest('base64')

interface There {
  readonly id: string
  readonly ms: number
  readonly room: string
  readonly place: string
  readonly author: string
  readonly text: string
}
