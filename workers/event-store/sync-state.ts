import { personStream, streamKind } from '../../schema/events/streams.ts'
import type { Store } from './store.ts'

/** The streams that a person syncs, and how far each has been applied: their own first, then those of what they are in. */
export function streamsToSync(store: Store, actor: string | null): { stream: string; cursor: string | null }[] {
  if (actor === null) return []
  const memberOf = store.sql
    .prepare('SELECT stream FROM memberships WHERE person_id = ? AND active = 1 ORDER BY space_id')
    .rows(actor)
    .map(([stream]) => stream as string)
    .filter((stream) => streamKind(stream) !== 'local')
  return [personStream(actor), ...memberOf].map((stream) => ({ stream, cursor: store.log.cursor(stream) }))
}
