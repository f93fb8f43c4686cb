import { readRoomCreate } from '../events/facts.ts'
import { homeStream, publicRoomOf, spaceOfStream } from '../events/streams.ts'
import { conflictRows } from './conflicts.ts'
import { markMessage, type Dirty, type Thing } from './dirty.ts'
import { latest, type FactTable } from './fact.ts'
import type { Names } from './names.ts'
import type { LogReader } from './log-reader.ts'
import type { Sql } from './sql.ts'

/**
 * room.create, room.update, room.archive → rooms. The first create says what it is, the last write how it is called. A public room
 * is told of in its space's stream, and its row names the stream of what is in it: so messages that come before it wait for it,
 * and whatever asks for a room's messages asks with its row alone. A thread is told of where its messages are.
 */
export function roomProjection(sql: Sql, log: LogReader, names: Names, facts: FactTable, dirty: () => Dirty) {
  const writeConflicts = conflictRows(sql, log)
  const upsert = sql.prepare(
    `INSERT INTO rooms (timeline, id, stream, space_id, name, topic, kind, parent_room, parent_message, archived, created_at, created_clock)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (stream, id) DO UPDATE SET name = excluded.name, topic = excluded.topic, kind = excluded.kind,
       parent_room = excluded.parent_room, parent_message = excluded.parent_message, archived = excluded.archived,
       created_at = excluded.created_at, created_clock = excluded.created_clock`,
  )
  const removeRoom = sql.prepare('DELETE FROM rooms WHERE stream = ? AND id = ?')

  function fold({ stream, id }: Thing): void {
    const isPublic = publicRoomOf(stream)?.room === id
    const told = isPublic ? homeStream(stream) : stream
    const own = facts.ofEntity(told, id)
    const create = own.find(
      ({ field, value }) => field === 'room.create' && (!isPublic || readRoomCreate(value!).kind === 'room'),
    )
    if (!create) {
      removeRoom.run(stream, id)
      writeConflicts(told, id, 'room.name', [])
      writeConflicts(told, id, 'room.topic', [])
      return
    }
    const birth = readRoomCreate(create.value!)
    upsert.run(
      names.entity(stream, id),
      id,
      stream,
      spaceOfStream(stream) ?? '',
      latest(own, 'room.name')!.value,
      latest(own, 'room.topic')?.value ?? null,
      birth.kind,
      birth.parentRoom,
      birth.parentMessage,
      Number(latest(own, 'room.archived')?.value ?? 0),
      create.at,
      create.clock,
    )
    writeConflicts(told, id, 'room.name', own, create.eventId)
    writeConflicts(told, id, 'room.topic', own, create.eventId)
    // a second create may have named another parent: each looks again whether the thread is its own
    for (const fact of own) {
      const parent = fact.field === 'room.create' ? readRoomCreate(fact.value!).parentMessage : null
      if (parent !== null) markMessage(dirty(), stream, parent, 'message.thread')
    }
  }
  return { fold }
}
