import { describe, expect, test } from 'vitest'
import type { TimelineRow } from './timeline-query.ts'
import { timelineItems } from './timeline-items.ts'

const day = 86_400_000
const minute = 60_000
function row(id: string, author: string, at: number, fields: Partial<TimelineRow> = {}): TimelineRow {
  return {
    id,
    stream: 'space:s',
    order_key: BigInt(at) << 16n,
    author_id: author,
    author_name: author,
    snippet: id,
    full_content_cached: 1,
    created_at: at,
    edited_at: null,
    deleted: 0,
    reactions: '{}',
    pinned: 0,
    reply_to: null,
    thread_id: null,
    thread_name: null,
    reply_count: 0,
    last_reply_at: null,
    outbox_state: null,
    outbox_error: null,
    files: null,
    ...fields,
  }
}
const options = { readUpTo: null, me: 'me', fromBeginning: true, dayOf: (at: number) => String(Math.floor(at / day)) }
const drawn = (rows: TimelineRow[], more: Partial<Parameters<typeof timelineItems>[1]> = {}) =>
  timelineItems(rows, { ...options, ...more }).map((item) =>
    item.kind === 'message' ? `${item.leads ? '*' : ''}${item.key}` : item.kind,
  )

describe('timelineItems', () => {
  test('groups messages of one author within five minutes', () => {
    const rows = [
      row('a', 'ann', 0),
      row('b', 'ann', 4 * minute),
      row('c', 'ann', 9.5 * minute),
      row('d', 'bob', 10 * minute),
    ]
    expect(drawn(rows)).toEqual(['date', '*a', 'b', '*c', '*d'])
  })
  test('a reply leads its group, so that what it answers is seen', () => {
    expect(drawn([row('a', 'ann', 0), row('b', 'ann', minute, { reply_to: 'x' })])).toEqual(['date', '*a', '*b'])
  })
  test('separates days, the first only at the very beginning', () => {
    const rows = [row('a', 'ann', day - minute), row('b', 'ann', day + minute)]
    expect(drawn(rows)).toEqual(['date', '*a', 'date', '*b'])
    expect(drawn(rows, { fromBeginning: false })).toEqual(['*a', 'date', '*b'])
  })
  test('divides before the first unread message of somebody else, once', () => {
    const rows = [row('a', 'ann', 0), row('b', 'me', minute), row('c', 'ann', 2 * minute), row('d', 'ann', 3 * minute)]
    expect(drawn(rows, { readUpTo: rows[1]!.order_key })).toEqual(['date', '*a', '*b', 'new', '*c', 'd'])
    expect(drawn(rows, { readUpTo: -1n }), 'nothing was read').toEqual(['date', '*a', '*b', '*c', 'd'])
    expect(drawn(rows, { readUpTo: rows[3]!.order_key })).toEqual(['date', '*a', '*b', '*c', 'd'])
  })
  test('no rows, no items', () => {
    expect(drawn([])).toEqual([])
  })
})
