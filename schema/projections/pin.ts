import { pinField, readPinField } from '../events/facts.ts'
import { latest, type Fact } from './fact.ts'
import type { Sql } from './sql.ts'

/** pin.add, pin.remove → pins (last writer per actor and message); a message is pinned while anyone has it pinned. */
export function pinProjection(sql: Sql) {
  const upsert = sql.prepare(
    `INSERT INTO pins (stream, target_id, actor_id, room_id, active, clock, event_id) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (stream, target_id, actor_id) DO UPDATE SET room_id = excluded.room_id, active = excluded.active, clock = excluded.clock, event_id = excluded.event_id`,
  )
  const remove = sql.prepare('DELETE FROM pins WHERE stream = ? AND target_id = ? AND actor_id = ?')
  const removeEvery = sql.prepare('DELETE FROM pins WHERE stream = ? AND target_id = ?')
  const update = sql.prepare('UPDATE timeline_items SET pinned = ? WHERE stream = ? AND id = ?')

  function fold(
    stream: string,
    message: string,
    room: string,
    own: readonly Fact[],
    fields: ReadonlySet<string>,
    deleted: boolean,
  ): void {
    let touched = fields.has('message.deleted')
    for (const field of fields) {
      const actor = readPinField(field)
      if (actor === null) continue
      touched = true
      const last = latest(own, field)
      if (last) upsert.run(stream, message, actor, room, Number(last.value), last.clock, last.eventId)
      else remove.run(stream, message, actor)
    }
    if (touched) update.run(!deleted && anyPinned(own) ? 1 : 0, stream, message)
  }
  return { fold, removeAll: (stream: string, message: string) => void removeEvery.run(stream, message) }
}
export type PinProjection = ReturnType<typeof pinProjection>

export function anyPinned(own: readonly Fact[]): boolean {
  const last = new Map<string, string | null>()
  for (const { field, value } of own) {
    const actor = readPinField(field)
    if (actor !== null) last.set(pinField(actor), value)
  }
  return [...last.values()].includes('1')
}
