import { pinField, readPinField } from '../events/facts.ts'
import { latest, type Fact } from './fact.ts'
import type { Names } from './names.ts'
import type { Sql } from './sql.ts'

/** pin.add, pin.remove → pins (last writer per actor and message); a message is pinned while anyone has it pinned. */
export function pinProjection(sql: Sql, names: Names) {
  const upsert = sql.prepare(
    `INSERT INTO pins (target_id, actor_id, active, clock) VALUES (?, ?, ?, ?)
     ON CONFLICT (target_id, actor_id) DO UPDATE SET active = excluded.active, clock = excluded.clock`,
  )
  const remove = sql.prepare('DELETE FROM pins WHERE target_id = ? AND actor_id = ?')
  const removeEvery = sql.prepare('DELETE FROM pins WHERE target_id = ?')
  const update = sql.prepare('UPDATE timeline_items SET pinned = ? WHERE key = ?')

  function fold(
    message: number,
    own: readonly Fact[],
    fields: ReadonlySet<string>,
    deleted: boolean,
    deletion: boolean,
  ): void {
    let touched = deletion
    for (const field of fields) {
      const person = readPinField(field)
      if (person === null) continue
      touched = true
      const actor = names.author(person)
      const last = latest(own, field)
      if (last) upsert.run(message, actor, Number(last.value), last.clock)
      else remove.run(message, actor)
    }
    if (touched) update.run(!deleted && anyPinned(own) ? 1 : 0, message)
  }
  return { fold, removeAll: (message: number) => void removeEvery.run(message) }
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
