import { refKey, type EventRef, type RowRef, type TracedTable } from '../../../../schema/messages/trace.ts'

/** What is asked about, as the address says it (`&of=`): a row, or an event. */
export type Subject =
  { readonly kind: 'row'; readonly row: RowRef } | { readonly kind: 'event'; readonly event: EventRef }

export function printSubject(subject: Subject): string {
  if (subject.kind === 'row') return refKey(subject.row)
  return JSON.stringify(['event', subject.event.stream, subject.event.id])
}

/** null: it is none */
export function parseSubject(text: string | null): Subject | null {
  let parts: unknown
  try {
    parts = JSON.parse(text ?? '')
  } catch {
    return null
  }
  if (!Array.isArray(parts) || !parts.every((part) => typeof part === 'string')) return null
  const [what, stream, id, of = ''] = parts as string[]
  if (what === undefined || stream === undefined || id === undefined) return null
  if (what === 'event') return { kind: 'event', event: { stream, id } }
  if (!Object.hasOwn(tableWords, what)) return null
  return { kind: 'row', row: { table: what as TracedTable, stream, id, ...(of !== '' && { of }) } }
}

/** What a row of each table is to a person. */
export const tableWords: Readonly<Record<TracedTable, string>> = {
  timeline_items: 'message',
  timelines: 'count of messages',
  reactions: 'reaction',
  pins: 'pin',
  rooms: 'room or thread',
  memberships: 'member',
  spaces: 'space',
  component_doc: 'page',
  page_comments: 'comment on a page',
  page_versions: 'version of a page',
  read_markers: 'read mark',
}

/** Example: the reaction 👍 of ann on message …1A2B3C. */
export function rowWords({ table, id, of }: RowRef): string {
  const short = id.length > 12 ? `…${id.slice(-6)}` : id
  if (table === 'reactions' && of !== undefined) {
    const [person, emoji] = JSON.parse(of) as [string, string]
    return `reaction ${emoji} of ${person} on message ${short}`
  }
  if (table === 'pins') return `pin of ${of} on message ${short}`
  if (table === 'timelines') return `count of messages in ${short}`
  return `${tableWords[table]} ${short}`
}
