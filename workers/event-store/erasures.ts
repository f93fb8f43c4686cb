import { erasedBy, wordsOf, withoutWords } from '../../schema/events/erasure.ts'
import { definitionOf } from '../../schema/events/event-types.ts'
import { asNewest, type AnyEvent, type KnownEvent } from '../../schema/events/event.ts'
import type { EventKey } from '../../schema/events/key.ts'
import { streamKind } from '../../schema/events/streams.ts'
import { bytesToUlid } from '../../schema/events/ulid-bytes.ts'
import { editDraft } from '../../schema/drafts.ts'
import type { Names } from '../../schema/projections/names.ts'
import type { Projector } from '../../schema/projections/projector.ts'
import type { Sql } from '../../schema/projections/sql.ts'
import type { EventLogTable } from './event-log-table.ts'
import { beginScrub } from './scrub-stage.ts'

/**
 * Erasing on the device (schema/events/erasure.ts). Law: what the log and the tables hold is a function of the set of events,
 * whatever came first: the erasure, the message, or an edit of it.
 *
 * An event *counts* once the server has it, or where there is no server. An erasure that counts takes the words out of every
 * event that counts. Until then it only hides the message: it may be refused, and then it is discarded like any other event.
 * What was never sent keeps its words until it is.
 */
export interface Erasures {
  /** An event that counts, as it is to be kept. */
  kept(event: KnownEvent): KnownEvent
  /** An event that counts is in the log, and projected. */
  carryOut(event: KnownEvent): void
  /** The server has taken an event of this device: it counts from now on. */
  acknowledged(key: EventKey): void
  /** The stream leaves the device, and with it what counted. */
  dropStream(stream: string): void
  /** The transaction was rolled back. */
  forget(): void
}

/** Nobody can refuse it any more. */
export const counts = (event: AnyEvent, place: object | null): boolean =>
  place !== null || streamKind(event.stream) === 'local'

export function erasuresOf(sql: Sql, names: Names, log: EventLogTable, projector: Projector): Erasures {
  const any = sql.prepare('SELECT 1 FROM erasures LIMIT 1')
  const find = sql.prepare('SELECT 1 FROM erasures WHERE stream = ? AND message_id = ?')
  const add = sql.prepare('INSERT INTO erasures (stream, message_id) VALUES (?, ?) ON CONFLICT DO NOTHING')
  const drop = sql.prepare('DELETE FROM erasures WHERE stream = ?')
  const speakers = sql.prepare(
    "SELECT DISTINCT event_id FROM facts WHERE entity_id = ? AND field IN ('message.text', 'message.thread', 'page.title', 'page.comment')",
  )
  const writers = sql.prepare(
    `SELECT event_id FROM page_updates WHERE stream = ?1 AND page_id = ?2 UNION SELECT event_id FROM page_parts WHERE stream = ?1 AND page_id = ?2
     UNION SELECT id FROM page_versions WHERE stream = ?1 AND page_id = ?2`,
  )
  const dropDraft = sql.prepare('DELETE FROM drafts WHERE stream = ? AND room_id = ?')
  const dropSetAside = sql.prepare(
    'DELETE FROM rejected_events WHERE stream = ?1 AND (event_id = ?2 OR instr(event, ?2) > 0)',
  )
  /** nothing is erased: then nothing is looked for. Null: it is to be asked */
  let isNone: boolean | null = null

  function isErased(stream: string, message: string): boolean {
    isNone ??= any.rows().length === 0
    return !isNone && find.rows(stream, message).length > 0
  }

  function kept(event: KnownEvent): KnownEvent {
    const message = wordsOf(event)
    return message !== null && isErased(event.stream, message) ? withoutWords(event) : event
  }

  function erase(stream: string, whose: string, id: string): void {
    add.run(stream, whose)
    isNone = false
    for (const event of new Set([id, ...speakersOf(stream, id)])) takeWords({ stream, id: event })
    dropDraft.run(stream, editDraft(id))
    dropSetAside.run(stream, id)
    beginScrub(sql)
  }

  function speakersOf(stream: string, id: string): string[] {
    const about = names.knownEntity(stream, id)
    const saying = about === null ? [] : speakers.rows(about).map(([event]) => bytesToUlid(event as Uint8Array))
    return [...saying, ...writers.rows(stream, id).map(([event]) => event as string)]
  }

  function takeWords(key: EventKey): void {
    const found = log.stored(key)
    if (!found || !definitionOf(found.event.type) || !counts(found.event, found.seq === null ? null : found)) return
    const before = asNewest(found.event as KnownEvent)
    const after = kept(before)
    if (after === before) return
    log.replace({ ...found, event: after })
    projector.replace(before, after)
  }

  function carryOut(event: KnownEvent): void {
    const erased = erasedBy(event)
    if (erased !== null) erase(event.stream, erased, event.entity!)
  }

  return {
    kept,
    carryOut,
    acknowledged(key) {
      const event = log.read(key)
      if (event && erasedBy(event) !== null) carryOut(event as KnownEvent)
      else takeWords(key)
    },
    dropStream(stream) {
      drop.run(stream)
      isNone = null
    },
    forget: () => void (isNone = null),
  }
}
