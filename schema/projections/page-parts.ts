import { authorOf, type EventOf } from '../events/event.ts'
import { fromBase64 } from '../pages/base64.ts'
import { writtenIn } from '../pages/page-doc.ts'
import type { Sql } from './sql.ts'

/** An update of a page, whole: of one event, or of all the parts that it came in. */
export interface WholeUpdate {
  readonly id: string
  readonly stream: string
  readonly page: string
  readonly author: string
  readonly clock: bigint
  readonly at: number
  /** base64 */
  readonly body: string
}

interface Whole {
  take(update: WholeUpdate): void
  forget(stream: string, page: string, id: string): void
}

/**
 * page.update with a part → page_parts. Law: an update is taken when all of its parts are here, in whatever order they came;
 * where two events claim one part, the one with the smaller id counts. Its id and time are those of its first part. Parts
 * that make no Yjs update together have no effect.
 */
export function pageParts(sql: Sql, whole: Whole) {
  const insert = sql.prepare(
    `INSERT INTO page_parts (stream, page_id, first_id, actor_id, parts, part, event_id, clock, at, body)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  )
  const remove = sql.prepare(
    `DELETE FROM page_parts WHERE stream = ? AND page_id = ? AND first_id = ? AND actor_id = ? AND parts = ? AND part = ? AND event_id = ?`,
  )
  const present = sql.prepare(
    `SELECT part, event_id, clock, at, body FROM page_parts
     WHERE stream = ? AND page_id = ? AND first_id = ? AND actor_id = ? AND parts = ? ORDER BY part, event_id DESC`,
  )

  /** Before and after a change of the parts. */
  function update(event: EventOf<'page.update'>): WholeUpdate | null {
    const { stream, payload } = event
    const { first, of } = payload.part!
    const author = authorOf(event)
    const byPart = new Map(present.rows(stream, event.entity!, first, author, of).map((row) => [row[0], row]))
    if (byPart.size < of) return null
    const [, id, clock, at] = byPart.get(0) as [number, string, number | bigint, number]
    const body = Array.from({ length: of }, (_, index) => byPart.get(index)![4] as string).join('')
    return { id, stream, page: event.entity!, author, clock: BigInt(clock), at, body }
  }
  function changed(before: WholeUpdate | null, after: WholeUpdate | null): void {
    if (before?.id === after?.id && before?.body === after?.body) return
    if (before) whole.forget(before.stream, before.page, before.id)
    if (after && isUpdate(after.body)) whole.take(after)
  }

  return {
    add(event: EventOf<'page.update'>): void {
      const { id, stream, clock, at, payload } = event
      const { first, index, of } = payload.part!
      if (index >= of) return
      const before = update(event)
      const about = [stream, event.entity!, first, authorOf(event), of, index, id] as const
      insert.run(...about, BigInt(clock), at, payload.update)
      changed(before, update(event))
    },
    takeBack(event: EventOf<'page.update'>): void {
      const { first, index, of } = event.payload.part!
      const before = update(event)
      remove.run(event.stream, event.entity!, first, authorOf(event), of, index, event.id)
      changed(before, update(event))
    },
  }
}

function isUpdate(body: string): boolean {
  try {
    writtenIn(fromBase64(body))
    return true
  } catch {
    return false
  }
}
