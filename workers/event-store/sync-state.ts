import { personStream, streamKind } from '../../schema/events/streams.ts'
import type { Store } from './store.ts'

/**
 * The streams that a person syncs, and how far each has been applied: their own first, then those of what they are in, then the
 * public rooms that this device knows of.
 */
export function streamsToSync(store: Store, actor: string | null): { stream: string; cursor: string | null }[] {
  if (actor === null) return []
  const memberOf = store.sql
    .prepare('SELECT stream FROM memberships WHERE person_id = ? AND active = 1 ORDER BY space_id')
    .rows(actor)
    .map(([stream]) => stream as string)
  const roomsOf = store.sql.prepare(publicRooms)
  const rooms = memberOf.flatMap((stream) => roomsOf.rows(stream).map(([room]) => room as string))
  return [personStream(actor), ...memberOf, ...rooms]
    .filter((stream) => streamKind(stream) !== 'local')
    .map((stream) => ({ stream, cursor: store.log.cursor(stream) }))
}

const publicRooms = `SELECT r.stream FROM streams s JOIN rooms r ON r.stream = s.name
  WHERE s.home = ? AND s.name <> s.home AND r.kind = 'room'`
