import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { beforeKeeping } from '../../kept-screen/keep-screen.ts'
import { useLiveRow } from '../../live/index.ts'
import { ReadFrontier } from './read-frontier.ts'
import { attentive, useAttention, type ReadMarks } from './read-marks.ts'
import { unreadBetween, type OrderKey, type TimelineRow } from './timeline-query.ts'
import type { Opening } from './use-opening.ts'
import type { View } from './use-timeline-scroll.ts'

export interface Reading {
  onView(view: View): void
  /** how far it is read, null for who is no member */
  upTo(): OrderKey | null
  readonly unreadAbove: number
  readonly unreadBelow: number
  markAllRead(): void
}

interface Options {
  readonly rows: readonly TimelineRow[]
  readonly hasOlder: boolean
  readonly me: string | null
  readonly marks: ReadMarks
  readonly opening: Opening
  readonly stream: string
  readonly room: string
  /** the reader turns away with everything read: what comes from now on is new */
  onAllRead(upTo: OrderKey): void
}

/** Says what was read by what is on screen, while somebody looks; and how much is unread above and below. */
export function useReading(options: Options): Reading {
  const { rows, hasOlder, me, marks, opening, stream, room } = options
  const [frontier] = useState(() =>
    marks.upTo === null ? null : new ReadFrontier(marks.upTo, opening.readUpTo ?? marks.upTo),
  )
  const [counts, setCounts] = useState({ above: 0, below: 0, upTo: marks.upTo })
  const view = useRef<View | null>(null)
  const latest = useRef(options)
  useLayoutEffect(() => {
    latest.current = options
  })

  const look = useCallback(() => {
    const { rows, hasOlder, me, marks } = latest.current
    if (!frontier || !view.current || rows.length === 0) return
    const { inView, viewport, brought } = view.current
    const seen = seenRows(rows, inView, viewport)
    if (seen && attentive()) {
      frontier.see(rows, me, hasOlder, seen, brought)
      marks.mark(frontier.upTo)
    }
    const shown = shownRows(rows, inView)
    const above = frontier.count(rows, me, 0, shown.first)
    const below = frontier.count(rows, me, (seen?.last ?? shown.first) + 1, rows.length)
    const { upTo } = frontier
    setCounts((had) => (had.above === above && had.below === below && had.upTo === upTo ? had : { above, below, upTo }))
  }, [frontier])

  useEffect(() => {
    if (marks.upTo === null) return
    frontier?.raise(marks.upTo)
    look()
  }, [frontier, marks.upTo, look])

  useAttention((here) => {
    if (!frontier) return
    if (here) return look()
    frontier.lookAway()
    const { rows, me, onAllRead } = latest.current
    if (frontier.firstUnread(rows, me) < 0) onAllRead(frontier.upTo)
  })

  useEffect(
    () =>
      beforeKeeping(() => {
        const { rows, me, onAllRead } = latest.current
        if (frontier && frontier.firstUnread(rows, me) < 0) onAllRead(frontier.upTo)
      }),
    [frontier],
  )

  // what is unread before the loaded rows
  const first = rows[0]?.order_key
  const beyond = me !== null && counts.upTo !== null && hasOlder && first !== undefined && first > counts.upTo
  const { row } = useLiveRow(beyond ? unreadBetween(stream, room, counts.upTo!, first, me) : null)

  const markAllRead = useCallback(() => {
    const { rows, marks } = latest.current
    const shown = view.current && shownRows(rows, view.current.inView)
    const last = shown && rows[shown.last]
    if (!frontier || !last) return
    frontier.raise(last.order_key)
    marks.mark(last.order_key, 'now')
    look()
  }, [frontier, look])

  return {
    onView: useCallback(
      (seen: View) => {
        view.current = seen
        look()
      },
      [look],
    ),
    upTo: useCallback(() => frontier?.upTo ?? null, [frontier]),
    unreadAbove: counts.above + (row?.unread ?? 0),
    unreadBelow: counts.below,
    markAllRead,
  }
}

/** The rows whose end is on screen. */
function seenRows(rows: readonly TimelineRow[], inView: View['inView'], viewport: number) {
  const ended = inView.filter((item) => item.bottom <= viewport + 8)
  const first = indexOf(
    rows,
    ended.map((item) => item.key),
  )
  const last = indexOf(rows, ended.map((item) => item.key).toReversed())
  return first < 0 || last < 0 ? null : { first, last }
}

/** The rows that are on screen in part. */
function shownRows(rows: readonly TimelineRow[], inView: View['inView']) {
  const keys = inView.map((item) => item.key)
  const first = indexOf(rows, keys)
  const last = indexOf(rows, keys.toReversed())
  return first < 0 ? { first: 0, last: rows.length - 1 } : { first, last }
}

/** The index of the first of these keys that is a row's: separators are none. */
function indexOf(rows: readonly TimelineRow[], keys: readonly string[]): number {
  for (const key of keys) {
    const at = rows.findIndex((row) => row.id === key)
    if (at >= 0) return at
  }
  return -1
}
