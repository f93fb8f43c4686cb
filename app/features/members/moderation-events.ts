import type { EventDraft } from '../../../schema/events/event.ts'
import { sql, type TypedQuery } from '../../live/index.ts'
import { draftEvent } from '../events/draft-event.ts'
import type { SpaceRow } from '../spaces/spaces-query.ts'

/** `until`: unix ms; 0: they may write again */
export function muteMember({ stream, me }: SpaceRow, person: string, until: number, reason: string): EventDraft {
  const payload = reason === '' ? { until } : { until, reason }
  return draftEvent('member.mute', { stream, actor: me, entity: person, payload })
}

export function banMember({ stream, me }: SpaceRow, person: string, banned: boolean, reason: string): EventDraft {
  const payload = reason === '' ? { banned } : { banned, reason }
  return draftEvent('member.ban', { stream, actor: me, entity: person, payload })
}

export interface BannedRow {
  readonly person_id: string
  readonly name: string
  readonly ban_reason: string | null
}

export function bannedFrom(stream: string): TypedQuery<BannedRow> {
  return sql(
    `SELECT person_id, name, ban_reason FROM memberships WHERE stream = ? AND banned = 1
     ORDER BY name COLLATE NOCASE, person_id`,
    [stream],
  )
}

export interface ModerationRow {
  readonly event_id: string
  readonly event_type: string
  readonly at: number
  readonly actor_id: string
  readonly actor: string | null
  /** the person whom it is about, or whose message it is */
  readonly person_id: string
  readonly person: string | null
  readonly detail: string | null
  readonly reason: string | null
}

/** What was done about others and their messages in the space, and in those of its rooms that are here; the newest first. */
export function moderationOf(space: string): TypedQuery<ModerationRow> {
  return sql(
    `SELECT l.event_id, l.event_type, l.at, l.actor_id, a.name AS actor, l.person_id, p.name AS person, l.detail, l.reason
     FROM (
       SELECT m.event_id, m.event_type, m.at, m.clock, m.actor_id, m.about AS person_id, m.detail, m.reason
       FROM moderation m WHERE m.stream = ?1 AND m.about <> m.actor_id
       UNION ALL
       SELECT m.event_id, m.event_type, m.at, m.clock, m.actor_id, w.author_id, NULL, NULL
       FROM streams s JOIN moderation m ON m.stream = s.name JOIN timeline_items t ON t.stream = s.id AND t.id = m.about
         JOIN component_author w ON w.id = t.author_id
       WHERE s.home = ?1 AND s.name <> ?1 AND w.author_id <> m.actor_id
     ) l
     LEFT JOIN memberships a ON a.stream = ?1 AND a.person_id = l.actor_id
     LEFT JOIN memberships p ON p.stream = ?1 AND p.person_id = l.person_id
     ORDER BY l.clock DESC, l.event_id DESC LIMIT 100`,
    [space],
  )
}
