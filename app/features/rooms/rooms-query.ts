import { sql, type TypedQuery } from '../../live/index.ts'

export interface RoomRow {
  readonly id: string
  readonly stream: string
  readonly space_id: string
  readonly name: string
  readonly topic: string | null
  readonly kind: string
  readonly parent_room: string | null
  readonly parent_message: string | null
  readonly archived: number
  readonly created_clock: number | bigint
}

/** The public rooms of a space's stream, without its threads. */
export function roomsOf(space: string): TypedQuery<RoomRow> {
  return sql(
    `SELECT r.id, r.stream, r.space_id, r.name, r.topic, r.kind, r.parent_room, r.parent_message, r.archived, r.created_clock
     FROM streams s JOIN rooms r ON r.stream = s.name
     WHERE s.home = ? AND r.kind = 'room' AND r.archived = 0 ORDER BY r.name COLLATE NOCASE, r.id`,
    [space],
  )
}

export function roomById(stream: string, room: string): TypedQuery<RoomRow> {
  return sql(
    `SELECT id, stream, space_id, name, topic, kind, parent_room, parent_message, archived, created_clock FROM rooms WHERE stream = ? AND id = ?`,
    [stream, room],
  )
}

export interface UnreadRow {
  readonly room_id: string
  readonly stream: string
  readonly space_id: string
  readonly name: string
  readonly kind: string
  readonly parent_room: string | null
  readonly unread: number
}

/**
 * Unread messages of every room and thread of mine that has any: what others wrote behind my read mark (and behind my
 * joining). A thread counts when it is mine: I have opened it, or it hangs on a message of mine; one that hangs on no
 * message is a topic, and counts like a room. In a muted room nothing counts, nor in its threads. By index from each mark: its cost is what is unread, not what there is.
 */
export function unreadRooms(actors: readonly [string, string]): TypedQuery<UnreadRow> {
  return sql(
    `SELECT r.id AS room_id, r.stream, r.space_id, r.name, r.kind, r.parent_room, count(*) AS unread
     FROM memberships m
     JOIN component_author a ON a.author_id = m.person_id
     JOIN streams s ON s.home = m.stream
     JOIN rooms r ON r.stream = s.name
     LEFT JOIN read_markers k ON k.actor_id = m.person_id AND k.stream = r.stream AND k.room_id = r.id
     LEFT JOIN read_markers q ON q.actor_id = m.person_id AND q.stream = r.stream AND q.room_id = r.parent_room
     LEFT JOIN timeline_items p ON p.stream = s.id AND p.id = r.parent_message AND p.author_id = a.id
     JOIN timeline_items t ON t.timeline_id = r.timeline AND t.order_key > max(m.joined_clock, ifnull(k.order_key, 0))
     WHERE m.person_id IN (?, ?) AND m.active = 1 AND r.archived = 0 AND t.deleted = 0 AND t.author_id <> a.id
       AND ifnull(k.muted, 0) = 0 AND ifnull(q.muted, 0) = 0
       AND (r.parent_message IS NULL OR k.order_key > 0 OR p.id IS NOT NULL)
     GROUP BY r.stream, r.id`,
    actors,
  )
}

/** The rows of one space: a room's id names it only there. */
export function ofStream<Row extends { readonly stream: string }>(rows: readonly Row[], stream: string): Row[] {
  return rows.filter((row) => row.stream === stream)
}

/** The same for messages that name me. */
export function unreadMentions(
  actors: readonly [string, string],
): TypedQuery<{ readonly room_id: string; readonly stream: string; readonly mentions: number }> {
  return sql(
    `SELECT r.id AS room_id, r.stream, count(*) AS mentions
     FROM memberships m
     JOIN streams s ON s.home = m.stream
     JOIN rooms r ON r.stream = s.name
     LEFT JOIN read_markers k ON k.actor_id = m.person_id AND k.stream = r.stream AND k.room_id = r.id
     JOIN mentions n ON n.timeline_id = r.timeline AND n.name = m.name
       AND n.order_key > max(m.joined_clock, ifnull(k.order_key, 0))
     WHERE m.person_id IN (?, ?) AND m.active = 1
     GROUP BY r.stream, r.id`,
    actors,
  )
}

export interface ThreadRow {
  readonly id: string
  readonly name: string
  readonly parent_message: string | null
  readonly last_at: number | null
  readonly replies: number
}

/** The threads of a room that have a message, the liveliest first. Deleted messages do not count. */
export function threadsOf(stream: string, room: string, limit: number): TypedQuery<ThreadRow> {
  return sql(
    `SELECT r.id, r.name, r.parent_message, l.last_message_at AS last_at, l.message_count AS replies
     FROM rooms r JOIN timelines l ON l.id = r.timeline
     WHERE r.stream = ? AND r.parent_room = ? AND r.kind = 'thread' AND l.message_count > 0 ORDER BY last_at DESC, r.id LIMIT ?`,
    [stream, room, limit],
  )
}

export interface NamedRoom {
  readonly id: string
  readonly stream: string
  readonly name: string
  readonly kind: string
  readonly space_id: string
  readonly parent_room: string | null
  readonly space_name: string
  readonly created_clock: number | bigint
}

/** Every room of my spaces, for the switcher. */
export function allRooms(actors: readonly [string, string]): TypedQuery<NamedRoom> {
  return sql(
    `SELECT r.id, r.stream, r.name, r.kind, r.space_id, r.parent_room, s.name AS space_name, r.created_clock
     FROM memberships m JOIN spaces s ON s.stream = m.stream JOIN streams h ON h.home = s.stream JOIN rooms r ON r.stream = h.name
     WHERE m.person_id IN (?, ?) AND m.active = 1 AND r.kind = 'room' AND r.archived = 0
     ORDER BY r.name COLLATE NOCASE, r.id, r.stream`,
    actors,
  )
}

/** Threads whose name holds what was typed, and that have a message. */
export function threadsByName(actors: readonly [string, string], typed: string): TypedQuery<NamedRoom> {
  return sql(
    `SELECT r.id, r.stream, r.name, r.kind, r.space_id, r.parent_room, s.name AS space_name, r.created_clock
     FROM memberships m JOIN spaces s ON s.stream = m.stream JOIN streams h ON h.home = s.stream JOIN rooms r ON r.stream = h.name
     JOIN timelines l ON l.id = r.timeline AND l.message_count > 0
     WHERE m.person_id IN (?, ?) AND m.active = 1 AND r.kind = 'thread' AND r.name LIKE '%' || ? || '%'
     ORDER BY r.created_clock DESC, r.id, r.stream LIMIT 8`,
    [...actors, typed],
  )
}
