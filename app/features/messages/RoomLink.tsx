import { streamOfSpace } from '../../../schema/events/streams.ts'
import { sql, useLiveRow, type TypedQuery } from '../../live/index.ts'
import { formatRoute, useRoute, type Route } from '../../routes.ts'
import { openHere } from './own-link.ts'
import { useRowTabIndex } from './row-tab-index.ts'
import css from './MessageText.module.css'

/** `#**room>thread**`: a link to the room or thread of this space that has the name; text where there is none. */
export function RoomLink({ room, thread }: { room: string; thread: string | null }) {
  const { space } = useRoute()
  const tabIndex = useRowTabIndex()
  const { row } = useLiveRow(
    space === null
      ? null
      : thread === null
        ? roomNamed(streamOfSpace(space), room)
        : threadNamed(streamOfSpace(space), room, thread),
  )
  const label = thread === null ? `#${room}` : `#${room} > ${thread}`
  // as wide as the link: whether there is such a room is known only after the row is drawn
  if (!row)
    return (
      <span className={css.noRoom} dir="auto">
        {label}
      </span>
    )
  const route: Partial<Route> = {
    space,
    room: row.room,
    panel: row.thread === null ? null : { kind: 'thread', thread: row.thread },
    message: null,
  }
  return (
    <a
      className={css.mention}
      href={formatRoute(route)}
      onClick={(event) => openHere(event, route)}
      tabIndex={tabIndex}
      dir="auto"
    >
      {label}
    </a>
  )
}

interface LinkTarget {
  readonly room: string
  readonly thread: string | null
}

export function roomNamed(space: string, name: string): TypedQuery<LinkTarget> {
  return sql(
    `SELECT r.id AS room, NULL AS thread FROM streams s JOIN rooms r ON r.stream = s.name
     WHERE s.home = ? AND r.kind = 'room' AND r.name = ? ORDER BY r.archived, r.created_clock, r.id LIMIT 1`,
    [space, name],
  )
}

export function threadNamed(space: string, room: string, thread: string): TypedQuery<LinkTarget> {
  return sql(
    `SELECT p.id AS room, r.id AS thread FROM streams s JOIN rooms r ON r.stream = s.name
     JOIN rooms p ON p.id = r.parent_room AND p.stream = r.stream
     WHERE s.home = ? AND r.kind = 'thread' AND r.name = ? AND p.name = ?
     ORDER BY r.created_clock, r.id LIMIT 1`,
    [space, thread, room],
  )
}
