import type { OrderKey, TimelineRow } from './timeline-query.ts'

/** What the timeline draws, top to bottom. */
export type TimelineItem =
  | { readonly kind: 'date'; readonly key: string; readonly at: number }
  | { readonly kind: 'new'; readonly key: 'new' }
  | {
      readonly kind: 'message'
      readonly key: string
      readonly row: TimelineRow
      /** shows avatar, name and time; those after it within five minutes do not */
      readonly leads: boolean
    }

export const groupMs = 5 * 60_000

/**
 * Rows, oldest first, to items: a separator where the (local) day changes, the new-message divider before the first
 * message of somebody else behind `readUpTo`, and groups of one author.
 *
 * Example: Ann 9:00, Ann 9:02, Bob 9:03 → date, Ann leads, Ann, Bob leads.
 */
export function timelineItems(
  rows: readonly TimelineRow[],
  options: {
    readonly readUpTo: OrderKey | null
    readonly me: string | null
    /** the first row is the first message there is: it gets its date */
    readonly fromBeginning: boolean
    readonly dayOf?: (at: number) => string
  },
): TimelineItem[] {
  const dayOf = options.dayOf ?? localDay
  const items: TimelineItem[] = []
  let previous: TimelineRow | null = null
  let previousDay = ''
  let divided = options.readUpTo === null
  for (const row of rows) {
    const day = dayOf(row.created_at)
    let leads = previous === null || !sameGroup(previous, row)
    if (day !== previousDay && (previous !== null || options.fromBeginning)) {
      items.push({ kind: 'date', key: `date ${day} ${row.id}`, at: row.created_at })
      leads = true
    }
    if (!divided && row.order_key > options.readUpTo! && row.author_id !== options.me) {
      // nothing to divide when nothing was read
      if (previous !== null || !options.fromBeginning) items.push({ kind: 'new', key: 'new' })
      leads = true
      divided = true
    }
    items.push({ kind: 'message', key: row.id, row, leads })
    previous = row
    previousDay = day
  }
  return items
}

function sameGroup(previous: TimelineRow, row: TimelineRow): boolean {
  return (
    previous.author_id === row.author_id &&
    previous.deleted === row.deleted &&
    row.reply_to === null &&
    row.created_at - previous.created_at < groupMs &&
    row.created_at >= previous.created_at
  )
}

function localDay(at: number): string {
  const date = new Date(at)
  return `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`
}
