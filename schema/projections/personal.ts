import type { EventOf } from '../events/event.ts'
import { muteField } from '../events/facts.ts'
import { streamOwner } from '../events/streams.ts'
import type { Thing } from './dirty.ts'
import { latest, type FactTable } from './fact.ts'
import type { Sql } from './sql.ts'

/**
 * read.mark, room.mute → read_markers. A mark only moves forward: of two devices that did not see each other the
 * further one counts, so what was read once stays read. The person is the owner of the stream; the room lies in another one,
 * which the event names.
 */
export function personalProjection(sql: Sql, facts: FactTable) {
  const raise = sql.prepare(
    `INSERT INTO read_markers (actor_id, stream, room_id, order_key) VALUES (?, ?, ?, ?)
     ON CONFLICT (actor_id, stream, room_id) DO UPDATE SET order_key = max(order_key, excluded.order_key)`,
  )
  const mute = sql.prepare(
    `INSERT INTO read_markers (actor_id, stream, room_id, muted) VALUES (?, ?, ?, ?)
     ON CONFLICT (actor_id, stream, room_id) DO UPDATE SET muted = excluded.muted`,
  )
  const marks = sql.prepare(
    `SELECT max(min(CAST(payload ->> 'upTo' AS INTEGER), clock)) FROM events
     WHERE stream = ? AND timeline_id = ? AND payload ->> 'stream' = ? AND event_type = 'read.mark' AND event_id <> ?`,
  )
  const lower = sql.prepare('UPDATE read_markers SET order_key = ? WHERE actor_id = ? AND stream = ? AND room_id = ?')
  const unmute = sql.prepare('UPDATE read_markers SET muted = 0 WHERE actor_id = ? AND stream = ? AND room_id = ?')
  const dropEmpty = sql.prepare(
    'DELETE FROM read_markers WHERE actor_id = ? AND stream = ? AND room_id = ? AND order_key = 0',
  )

  function mark(event: EventOf<'read.mark'>): void {
    const key = upTo(event)
    if (key > 0n) raise.run(streamOwner(event.stream), event.payload.stream, event.room!, key)
  }
  /** The one place that has to ask the log: a maximum does not say what it was before. */
  function unmark(event: EventOf<'read.mark'>): void {
    const room = { stream: event.payload.stream, id: event.room! }
    const before = (marks.rows(event.stream, room.id, room.stream, event.id)[0]?.[0] as number | bigint | null) ?? 0
    lower.run(before, streamOwner(event.stream), room.stream, room.id)
    fold(event.stream, room)
  }
  function fold(stream: string, room: Thing): void {
    const muted = latest(facts.ofEntity(stream, room.id), muteField(room.stream))
    const person = streamOwner(stream)
    if (muted) mute.run(person, room.stream, room.id, Number(muted.value))
    else {
      unmute.run(person, room.stream, room.id)
      dropEmpty.run(person, room.stream, room.id)
    }
  }
  return { mark, unmark, fold }
}

/** Who marks has seen the message, so its clock is below the mark's own: one that claims more cannot hide what is still to come. */
function upTo(event: EventOf<'read.mark'>): bigint {
  const value = BigInt(event.payload.upTo)
  const clock = BigInt(event.clock)
  return value > clock ? clock : value
}
