import { readReactionField } from '../events/facts.ts'
import { latest, type Fact } from './fact.ts'
import type { Sql } from './sql.ts'

/**
 * reaction.add, reaction.remove → reactions (last writer per actor and emoji) and the summary in the timeline row:
 * {"👍":["ann","bob"]}, emojis and actors in the order of their clocks. A deleted message shows none.
 */
export function reactionProjection(sql: Sql) {
  const upsert = sql.prepare(
    `INSERT INTO reactions (stream, target_id, actor_id, emoji, active, clock, event_id) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (stream, target_id, actor_id, emoji) DO UPDATE SET active = excluded.active, clock = excluded.clock, event_id = excluded.event_id`,
  )
  const remove = sql.prepare('DELETE FROM reactions WHERE stream = ? AND target_id = ? AND actor_id = ? AND emoji = ?')
  const removeEvery = sql.prepare('DELETE FROM reactions WHERE stream = ? AND target_id = ?')
  const summarise = sql.prepare('UPDATE timeline_items SET reactions = ? WHERE stream = ? AND id = ?')

  function fold(
    stream: string,
    message: string,
    own: readonly Fact[],
    fields: ReadonlySet<string>,
    deleted: boolean,
  ): void {
    let touched = fields.has('message.deleted')
    for (const field of fields) {
      const reaction = readReactionField(field)
      if (!reaction) continue
      touched = true
      const last = latest(own, field)
      if (last) upsert.run(stream, message, ...reaction, Number(last.value), last.clock, last.eventId)
      else remove.run(stream, message, ...reaction)
    }
    if (touched) summarise.run(deleted ? '{}' : reactionSummary(own), stream, message)
  }
  return { fold, removeAll: (stream: string, message: string) => void removeEvery.run(stream, message) }
}
export type ReactionProjection = ReturnType<typeof reactionProjection>

/** `own` in order. */
export function reactionSummary(own: readonly Fact[]): string {
  const last = new Map<string, Fact>()
  for (const fact of own) {
    if (!readReactionField(fact.field)) continue
    last.delete(fact.field) // so that the map is in the order of last writes
    last.set(fact.field, fact)
  }
  const actorsByEmoji = new Map<string, string[]>()
  for (const fact of last.values()) {
    if (fact.value !== '1') continue
    const [actor, emoji] = readReactionField(fact.field)!
    const actors = actorsByEmoji.get(emoji)
    if (actors) actors.push(actor)
    else actorsByEmoji.set(emoji, [actor])
  }
  // by hand: an object would put an emoji that looks like a number first
  const parts = [...actorsByEmoji].map(([emoji, actors]) => `${JSON.stringify(emoji)}:${JSON.stringify(actors)}`)
  return `{${parts.join(',')}}`
}
