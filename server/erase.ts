import { createHash } from 'node:crypto'
import { erasedBy, withoutWords, wordsOf } from '../schema/events/erasure.ts'
import { validateEvent, type AnyEvent, type KnownEvent } from '../schema/events/event.ts'
import { canonicalJson } from './canonical-json.ts'
import type { Directory } from './directory.ts'
import type { EventLog, NewItem } from './log/event-log.ts'

/**
 * Erasing on the server (schema/events/erasure.ts). Law: from the append of an erasure on, no event of the log has words of
 * that message or page, whatever comes later; all keep id, seq and time. Of what was sent a hash is kept, so that an event that is sent
 * again is known, and another one under its id refused.
 */
export interface ToAppend {
  readonly events: readonly NewItem[]
  readonly rewrite: readonly NewItem[]
}

/** `sent` in the order of the log. */
export async function withoutErased(
  stream: string,
  sent: readonly { readonly event: AnyEvent; readonly known: KnownEvent | null; readonly data: string }[],
  log: EventLog,
  directory: Directory,
): Promise<ToAppend> {
  const erased = new Set(sent.flatMap(({ known }) => (known && erasedBy(known)) ?? []))
  const isErased = async (message: string) => erased.has(message) || (await directory.isErased(stream, message))
  const events: NewItem[] = []
  for (const { event, known, data } of sent) {
    const message = known ? wordsOf(known) : null
    const says = message !== null && (await isErased(message))
    events.push(says ? erasedItem(known!, data) : { id: event.id, data })
  }
  const rewrite: NewItem[] = []
  for (const message of erased) {
    const ids = [message, ...(await directory.speakersOf(stream, message))]
    for (const item of await log.find(stream, ids)) {
      const known = item.erased === undefined ? knownIn(item.data) : null
      if (known && wordsOf(known) === message) rewrite.push(erasedItem(known, item.data))
    }
  }
  return { events, rewrite }
}

/** An event of the log without its words; as it is where it has none. */
export function erasedData(data: string): string {
  const known = knownIn(data)
  return known && wordsOf(known) !== null ? JSON.stringify(withoutWords(known)) : data
}

export function hashOf(event: unknown): string {
  return createHash('sha256').update(canonicalJson(event)).digest('base64')
}

/** Fields that only a newer build knows go too: they may say anything. */
function erasedItem(known: KnownEvent, data: string): NewItem {
  return { id: known.id, data: JSON.stringify(withoutWords(known)), erased: hashOf(JSON.parse(data)) }
}

function knownIn(data: string): KnownEvent | null {
  const valid = validateEvent(JSON.parse(data))
  return valid.type === 'known' ? valid.event : null
}
