import type { EventOf } from '../events/event.ts'
import { levelField, muteField, quietField } from '../events/facts.ts'
import { streamOwner } from '../events/streams.ts'
import type { Thing } from './dirty.ts'
import { latest, type FactTable } from './fact.ts'
import type { Sql } from './sql.ts'

/**
 * read.mark, room.mute, room.notify → read_markers; quiet.hours → quiet_hours. A mark only moves forward: of two devices that did not see each other the
 * further one counts, so what was read once stays read. The person is the owner of the stream; the room lies in another one,
 * which the event names.
 */
export function personalProjection(sql: Sql, facts: FactTable) {
  const raise = sql.prepare(
    `INSERT INTO read_markers (actor_id, stream, room_id, order_key) VALUES (?, ?, ?, ?)
     ON CONFLICT (actor_id, stream, room_id) DO UPDATE SET order_key = max(order_key, excluded.order_key)`,
  )
  const set = sql.prepare(
    `INSERT INTO read_markers (actor_id, stream, room_id, muted, level) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (actor_id, stream, room_id) DO UPDATE SET muted = excluded.muted, level = excluded.level`,
  )
  const marks = sql.prepare(
    `SELECT max(min(CAST(payload ->> 'upTo' AS INTEGER), clock)) FROM events
     WHERE stream = ? AND timeline_id = ? AND payload ->> 'stream' = ? AND event_type = 'read.mark' AND event_id <> ?`,
  )
  const lower = sql.prepare('UPDATE read_markers SET order_key = ? WHERE actor_id = ? AND stream = ? AND room_id = ?')
  const unset = sql.prepare(
    'UPDATE read_markers SET muted = 0, level = NULL WHERE actor_id = ? AND stream = ? AND room_id = ?',
  )
  const dropEmpty = sql.prepare(
    'DELETE FROM read_markers WHERE actor_id = ? AND stream = ? AND room_id = ? AND order_key = 0',
  )

  const setQuiet = sql.prepare('INSERT OR REPLACE INTO quiet_hours (actor_id, hours) VALUES (?, ?)')
  const dropQuiet = sql.prepare('DELETE FROM quiet_hours WHERE actor_id = ?')

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
    const said = facts.ofEntity(stream, room.id)
    const muted = latest(said, muteField(room.stream))
    const level = latest(said, levelField(room.stream))
    const person = streamOwner(stream)
    if (muted || level) set.run(person, room.stream, room.id, Number(muted?.value ?? 0), level?.value ?? null)
    else {
      unset.run(person, room.stream, room.id)
      dropEmpty.run(person, room.stream, room.id)
    }
  }
  /** Only what the person said themselves counts. */
  function foldQuiet(stream: string): void {
    const person = streamOwner(stream)
    const hours = latest(facts.ofEntity(stream, person), quietField)?.value ?? null
    if (hours === null) dropQuiet.run(person)
    else setQuiet.run(person, hours)
  }
  return { mark, unmark, fold, foldQuiet }
}

/** Who marks has seen the message, so its clock is below the mark's own: one that claims more cannot hide what is still to come. */
function upTo(event: EventOf<'read.mark'>): bigint {
  const value = BigInt(event.payload.upTo)
  const clock = BigInt(event.clock)
  return value > clock ? clock : value
}
