import { streamOwner } from '../events/streams.ts'
import { conflictRows } from './conflicts.ts'
import { markMessage, type Dirty } from './dirty.ts'
import { first, latest, type FactTable } from './fact.ts'
import type { Sql } from './sql.ts'

/** room.create, room.update, room.archive → rooms, entities. The first create says what it is, the last write how it is called. */
export function roomProjection(sql: Sql, facts: FactTable, dirty: () => Dirty) {
  const writeConflicts = conflictRows(sql)
  const upsert = sql.prepare(
    `INSERT INTO rooms (id, space_id, name, topic, kind, parent_room, parent_message, archived, created_at, created_clock)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET space_id = excluded.space_id, name = excluded.name, topic = excluded.topic, kind = excluded.kind,
       parent_room = excluded.parent_room, parent_message = excluded.parent_message, archived = excluded.archived,
       created_at = excluded.created_at, created_clock = excluded.created_clock`,
  )
  const upsertEntity = sql.prepare(
    `INSERT INTO entities (id, kind, stream, created_at) VALUES (?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, stream = excluded.stream, created_at = excluded.created_at`,
  )
  const removeRoom = sql.prepare('DELETE FROM rooms WHERE id = ?')
  const removeEntity = sql.prepare("DELETE FROM entities WHERE id = ? AND kind IN ('room', 'thread')")

  function fold(id: string): void {
    const all = facts.ofEntity(id)
    const create = first(all, 'room.create')
    if (!create) {
      removeRoom.run(id)
      removeEntity.run(id)
      writeConflicts(id, 'room.name', [])
      writeConflicts(id, 'room.topic', [])
      return
    }
    const own = all.filter((fact) => fact.stream === create.stream)
    const birth = JSON.parse(create.value!) as Birth
    upsert.run(
      id,
      streamOwner(create.stream),
      latest(own, 'room.name')!.value,
      latest(own, 'room.topic')?.value ?? null,
      birth.kind,
      birth.parentRoom,
      birth.parentMessage,
      Number(latest(own, 'room.archived')?.value ?? 0),
      create.at,
      create.clock,
    )
    upsertEntity.run(id, birth.kind, create.stream, create.at)
    writeConflicts(id, 'room.name', own, create.eventId)
    writeConflicts(id, 'room.topic', own, create.eventId)
    // a second create may have named another parent: each looks again whether the thread is its own
    for (const fact of all) {
      const parent = fact.field === 'room.create' ? (JSON.parse(fact.value!) as Birth).parentMessage : null
      if (parent !== null) markMessage(dirty(), parent, 'message.thread')
    }
  }
  return { fold }
}

interface Birth {
  readonly kind: 'room' | 'thread'
  readonly parentRoom: string | null
  readonly parentMessage: string | null
}
