import { readReactionField } from '../events/facts.ts'
import { latest, type Fact } from './fact.ts'
import type { Names } from './names.ts'
import type { Sql } from './sql.ts'

/**
 * reaction.add, reaction.remove → reactions (last writer per actor and emoji) and the summary in the timeline row:
 * {"👍":["ann","bob"]}, emojis and actors in the order of their clocks. A deleted message shows none.
 */
export function reactionProjection(sql: Sql, names: Names) {
  const upsert = sql.prepare(
    `INSERT INTO reactions (target_id, actor_id, emoji, active, clock) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (target_id, actor_id, emoji) DO UPDATE SET active = excluded.active, clock = excluded.clock`,
  )
  const remove = sql.prepare('DELETE FROM reactions WHERE target_id = ? AND actor_id = ? AND emoji = ?')
  const removeEvery = sql.prepare('DELETE FROM reactions WHERE target_id = ?')
  const summarise = sql.prepare('UPDATE timeline_items SET reactions = ? WHERE key = ?')

  function fold(
    message: number,
    own: readonly Fact[],
    fields: ReadonlySet<string>,
    deleted: boolean,
    deletion: boolean,
  ): void {
    let touched = deletion
    for (const field of fields) {
      const reaction = readReactionField(field)
      if (!reaction) continue
      touched = true
      const [person, emoji] = reaction
      const actor = names.author(person)
      const last = latest(own, field)
      if (last) upsert.run(message, actor, emoji, Number(last.value), last.clock)
      else remove.run(message, actor, emoji)
    }
    if (touched) summarise.run(deleted ? '{}' : reactionSummary(own), message)
  }
  return { fold, removeAll: (message: number) => void removeEvery.run(message) }
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
