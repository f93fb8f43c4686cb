import { sql, type TypedQuery } from '../../live/index.ts'

export interface SpaceRow {
  readonly id: string
  readonly stream: string
  readonly name: string
  readonly visibility: string
  /** who I am in it, and what I am called there */
  readonly me: string
  readonly my_name: string
  readonly role: string
  /** unix ms: until then I may write nothing */
  readonly muted_until: number
  readonly mute_reason: string | null
  /** who muted me, as they are called; null: they left */
  readonly muted_by: string | null
}

/** The spaces that this device's identities belong to. */
export function mySpaces(actors: readonly [string, string]): TypedQuery<SpaceRow> {
  return sql(
    `SELECT s.id, s.stream, s.name, s.visibility, m.person_id AS me, m.name AS my_name, m.role,
       m.muted_until, m.mute_reason, a.name AS muted_by
     FROM memberships m JOIN spaces s ON s.stream = m.stream
       LEFT JOIN memberships a ON a.stream = m.stream AND a.person_id = m.muted_by
     WHERE m.person_id IN (?, ?) AND m.active = 1 ORDER BY s.created_at, s.stream`,
    actors,
  )
}

export interface MemberRow {
  readonly person_id: string
  readonly name: string
  readonly role: string
  /** unix ms: until then they may write nothing; 0 and the past: they may */
  readonly muted_until?: number
  readonly mute_reason?: string | null
}

export function membersOf(stream: string): TypedQuery<MemberRow> {
  return sql(
    `SELECT person_id, name, role, muted_until, mute_reason FROM memberships WHERE stream = ? AND active = 1
     ORDER BY name COLLATE NOCASE, person_id`,
    [stream],
  )
}

/** Who made a private room: the first one in it. */
export function makerOf(stream: string): TypedQuery<{ readonly person_id: string }> {
  return sql(`SELECT person_id FROM memberships WHERE stream = ? ORDER BY joined_clock, person_id LIMIT 1`, [stream])
}
