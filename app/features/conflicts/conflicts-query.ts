import { sql, type TypedQuery } from '../../live/index.ts'

/** A write that lost without having been seen by the one that won. */
export interface ConflictRow {
  readonly stream: string
  readonly entity_id: string
  readonly field: string
  readonly event_id: string
  readonly value: string
  readonly author_name: string
  readonly at: number
  readonly won_value: string
  readonly won_author_name: string
  readonly won_at: number
}

/** Of a space's own stream, and of one of its rooms'. */
export function conflictsOf(space: string, room: string): TypedQuery<ConflictRow> {
  return sql(
    `SELECT c.stream, c.entity_id, c.field, c.event_id, c.value, ifnull(m.name, c.author_id) AS author_name, c.at,
       c.won_value, ifnull(w.name, c.won_author_id) AS won_author_name, c.won_at
     FROM conflicts c
     LEFT JOIN memberships m ON m.stream = ?1 AND m.person_id = c.author_id
     LEFT JOIN memberships w ON w.stream = ?1 AND w.person_id = c.won_author_id
     WHERE c.stream IN (?1, ?2) ORDER BY c.at, c.event_id`,
    [space, room],
  )
}
