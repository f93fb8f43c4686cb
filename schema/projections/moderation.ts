import type { KnownEvent } from '../events/event.ts'
import type { Sql } from './sql.ts'

/**
 * What was done about people and about what they wrote → moderation: a row for each event, for the log that admins read. What
 * people do to themselves and to their own messages has rows too, since whose a message is may be known later; queries leave it out.
 */
export function moderationLog(sql: Sql) {
  const insert = sql.prepare(
    `INSERT INTO moderation (stream, event_id, event_type, actor_id, about, detail, reason, at, clock)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  )
  const remove = sql.prepare('DELETE FROM moderation WHERE stream = ? AND event_id = ?')

  function make(event: KnownEvent): void {
    const { detail, reason } = said(event)
    const { stream, id, type, actor, entity = '', at, clock } = event
    insert.run(stream, id, type, actor, entity, detail, reason, at, BigInt(clock))
  }
  function takeBack({ stream, id }: KnownEvent): void {
    remove.run(stream, id)
  }
  return { make, takeBack }
}

/** `detail`: of a mute until when, of a ban whether it begins, of a role which. */
function said(event: KnownEvent): { readonly detail: string | null; readonly reason: string | null } {
  switch (event.type) {
    case 'member.mute':
      return { detail: String(event.payload.until), reason: event.payload.reason ?? null }
    case 'member.ban':
      return { detail: event.payload.banned ? '1' : '0', reason: event.payload.reason ?? null }
    case 'member.role':
      return { detail: event.payload.role, reason: null }
    default:
      return { detail: null, reason: null }
  }
}
