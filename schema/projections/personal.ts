import type { EventOf } from '../events/event.ts'
import { streamOwner } from '../events/streams.ts'
import { latest, type FactTable } from './fact.ts'
import type { Sql } from './sql.ts'

/**
 * read.mark, room.mute → read_markers. A mark only moves forward: of two devices that did not see each other the
 * further one counts, so what was read once stays read. The person is the owner of the stream.
 */
export function personalProjection(sql: Sql, facts: FactTable) {
  const raise = sql.prepare(
    `INSERT INTO read_markers (actor_id, room_id, order_key) VALUES (?, ?, ?)
     ON CONFLICT (actor_id, room_id) DO UPDATE SET order_key = max(order_key, excluded.order_key)`,
  )
  const mute = sql.prepare(
    `INSERT INTO read_markers (actor_id, room_id, muted) VALUES (?, ?, ?)
     ON CONFLICT (actor_id, room_id) DO UPDATE SET muted = excluded.muted`,
  )
  const marks = sql.prepare(
    "SELECT max(CAST(payload ->> 'upTo' AS INTEGER)) FROM events WHERE stream = ? AND timeline_id = ? AND event_type = 'read.mark' AND event_id <> ?",
  )
  const lower = sql.prepare('UPDATE read_markers SET order_key = ? WHERE actor_id = ? AND room_id = ?')
  const unmute = sql.prepare('UPDATE read_markers SET muted = 0 WHERE actor_id = ? AND room_id = ?')
  const dropEmpty = sql.prepare('DELETE FROM read_markers WHERE actor_id = ? AND room_id = ? AND order_key = 0')

  function mark(event: EventOf<'read.mark'>): void {
    const key = upTo(event)
    if (key > 0n) raise.run(streamOwner(event.stream), event.room!, key)
  }
  /** The one place that has to ask the log: a maximum does not say what it was before. */
  function unmark(event: EventOf<'read.mark'>): void {
    const before = (marks.rows(event.stream, event.room!, event.id)[0]?.[0] as number | bigint | null) ?? 0
    lower.run(before, streamOwner(event.stream), event.room!)
    fold(event.stream, event.room!)
  }
  function fold(stream: string, room: string): void {
    const muted = latest(facts.ofEntityIn(room, stream), 'marker.muted')
    const person = streamOwner(stream)
    if (muted) mute.run(person, room, Number(muted.value))
    else {
      unmute.run(person, room)
      dropEmpty.run(person, room)
    }
  }
  return { mark, unmark, fold }
}

const largest = 2n ** 63n - 1n
function upTo(event: EventOf<'read.mark'>): bigint {
  const value = BigInt(event.payload.upTo)
  return value > largest ? largest : value
}
