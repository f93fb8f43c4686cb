import { createHash } from 'node:crypto'
import type { AnyEvent, EventOf, KnownEvent } from '../../schema/events/event.ts'
import { messageKeyOf, personOf, roomOf, threadOf } from '../../schema/import/history.ts'
import type { SpooledMessage } from './spool.ts'
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
  add(entity: string): void
  remove(entity: string): void
  /** null: the message is not there; 'same': it is; else what the server's says otherwise */
  compare(message: SpooledMessage): null | 'same' | 'text' | 'time' | 'sender' | 'topic'
}
const maxRemembered = 100_000

export function openSpaceSoFar(database: Sqlite, space: string, importer: string): SpaceSoFar {
  database.exec(`
    CREATE TABLE entities (id TEXT PRIMARY KEY, root TEXT) WITHOUT ROWID;
    CREATE TABLE there (
      key TEXT PRIMARY KEY, id TEXT NOT NULL, ms INTEGER NOT NULL, room TEXT NOT NULL, author TEXT NOT NULL, text TEXT NOT NULL
    ) WITHOUT ROWID;
  `)
  const insertEntity = database.prepare('INSERT OR IGNORE INTO entities VALUES (?, ?)')
  const findEntity = database.prepare('SELECT root FROM entities WHERE id = ?')
  const deleteEntity = database.prepare('DELETE FROM entities WHERE id = ?')
  const insertMessage = database.prepare('INSERT OR IGNORE INTO there VALUES (?, ?, ?, ?, ?, ?)')
  const findMessage = database.prepare('SELECT id, ms, room, author, text FROM there WHERE key = ?')
  /** of `entities`, those asked for lately */
  const remembered = new Set<string>()
  let visibility: 'public' | 'invite' | null = null
  let hasMessages = false

  function remember(entity: string): void {
    if (remembered.size >= maxRemembered) remembered.clear()
    remembered.add(entity)
  }
  function takeMessage({ id, at, room, payload }: EventOf<'message.create'>): void {
    hasMessages = true
    insertMessage.run(messageKeyOf(id), id, at, room!, payload.author?.id ?? '', hashOf(payload.text))
  }
  return {
    take(events) {
      for (const event of events as readonly KnownEvent[]) {
        if (event.type === 'space.create') visibility ??= event.payload.visibility
        if (event.actor !== importer) continue
        if (event.type === 'message.create') takeMessage(event)
        if (event.type === 'space.create' || event.type === 'member.join') insertEntity.run(event.entity!, null)
        if (event.type === 'room.create') insertEntity.run(event.entity!, event.payload.parentMessage ?? null)
      }
    },
    visibility: () => visibility,
    has(entity) {
      if (remembered.has(entity)) return true
      if (findEntity.get(entity) === undefined) return false
      remember(entity)
      return true
    },
    add(entity) {
      insertEntity.run(entity, null)
      remember(entity)
    },
    remove(entity) {
      deleteEntity.run(entity)
      remembered.delete(entity)
    },
    compare({ key, ms, stream, topic, sender, text }) {
      const there = hasMessages ? (findMessage.get(key) as There | undefined) : undefined
      if (!there) return null
      if (there.text !== hashOf(text)) return 'text'
      if (there.ms !== ms) return 'time'
      if (there.author !== personOf(space, sender)) return 'sender'
      const room = roomOf(space, stream)
      const thread = topic === '' ? null : threadOf(space, stream, topic)
      const isRoot = () => (findEntity.get(thread!) as { root: string | null } | undefined)?.root === there.id
      const inPlace = thread === null ? there.room === room : there.room === thread || (there.room === room && isRoot())
      return inPlace ? 'same' : 'topic'
    },
  }
}

const hashOf = (text: string): string => createHash('sha1').update(text).digest('base64')

interface There {
  readonly id: string
  readonly ms: number
  readonly room: string
  readonly author: string
  readonly text: string
}
