import { erasedBy, withoutWords, wordsOf } from '../../schema/events/erasure.ts'
import { eventOf, type Received } from '../../schema/messages/received.ts'

/** The messages and pages that these items erase. */
export function erasedIn(items: readonly Received[], stream: string): string[] {
  return items.flatMap((item) => {
    const type = (item.event as { type?: unknown } | null)?.type
    if (typeof type !== 'string' || erasedBy({ type, entity: '' }) === null) return [] // most are something else
    const found = eventOf(item, stream)
    return 'known' in found && found.known ? (erasedBy(found.known) ?? []) : []
  })
}

/** A queued item without the words of these messages; null: it says none. */
export function withoutTheirWords(item: Received, stream: string, messages: readonly string[]): Received | null {
  const found = eventOf(item, stream)
  const known = 'known' in found ? found.known : null
  if (!known || !messages.includes(wordsOf(known) ?? '')) return null
  return { ...item, event: withoutWords(known) }
}
