import { ArrowDown, ArrowUp } from 'lucide-react'
import {
  startTransition,
  useCallback,
  useEffect,
  useImperativeHandle,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
  type ReactNode,
  type Ref,
} from 'react'
import { keyIn } from '../../../schema/events/key.ts'
import { useLive } from '../../live/index.ts'
import { showError } from '../../shell/toasts.tsx'
import { useLate } from '../../shell/use-late.ts'
import { MessageActionsContext } from '../messages/message-actions.ts'
import { MessageRow } from '../messages/MessageRow.tsx'
import { useTimelineActions } from '../messages/use-timeline-actions.tsx'
import { dropServerPage, useServerPage } from '../server-page/server-page.ts'
import { ServerRows } from '../server-page/ServerRows.tsx'
import { BeforeCommit } from './BeforeCommit.tsx'
import { DateLine } from './DateLine.tsx'
import { useReadMarks } from './read-marks.ts'
import { timelineItems, type TimelineItem } from './timeline-items.ts'
import { savedPosition, savePosition } from './timeline-position.ts'
import type { OrderKey, TimelineRow } from './timeline-query.ts'
import { messagePlace } from './timeline-query.ts'
import type { TimelineSnapshot, TimelineWindow } from './timeline-window.ts'
import { timelineWindow } from './timeline-windows.ts'
import { TimelineSkeleton } from './TimelineSkeleton.tsx'
import { useAnchoredScroll } from './use-anchored-scroll.ts'
import { walkRows } from './walk-rows.ts'
import css from './Timeline.module.css'

export interface TimelineProps {
  readonly stream: string
  readonly space: string
  readonly room: string
  readonly me: string | null
  readonly myNames: readonly string[]
  /** threads can be opened from here (a thread has none of its own) */
  readonly threads: boolean
  /** a message to show and highlight */
  readonly message: string | null
  /** above the very first message */
  readonly head: ReactNode
  readonly label: string
  readonly handle: Ref<TimelineHandle>
  onReply(row: TimelineRow): void
  onOpenThread(row: TimelineRow): void
  onJump(message: string): void
}

/** What the composer asks of the timeline beside it. */
export interface TimelineHandle {
  scrollToEnd(): void
  /** starts editing the newest message of mine; false if there is none on screen */
  editLast(): boolean
  focus(): void
}

/** A room's messages. Opens where the reader left it, at the message of the address, or at the end. */
export function Timeline(props: TimelineProps) {
  const live = useLive()
  const { stream, room, message } = props
  const window = timelineWindow(live, stream, room)
  const snapshot = useSyncExternalStore(window.subscribe, window.get)
  const opened = useOpening(window, room, message)
  const marks = useReadMarks({ stream, room, actor: props.me })
  const waiting = (!opened || snapshot.status === 'loading' || marks.loading) && snapshot.status !== 'error'
  const late = useLate(waiting)
  const page = useServerPage(stream, room)

  if (snapshot.status === 'error' && snapshot.rows.length === 0) throw snapshot.error
  if (waiting && page) return <ServerRows page={page} me={props.me} myNames={props.myNames} />
  if (waiting) return <div className={css.timeline}>{late && <TimelineSkeleton />}</div>
  return <OpenTimeline {...props} key={opened} window={window} snapshot={snapshot} marks={marks} opened={opened} />
}

/** Opens the window where it is wanted; returns what it was opened for, null until it is there. */
function useOpening(window: TimelineWindow, room: string, message: string | null): string | null {
  const { client } = useLive()
  const [opened, setOpened] = useState<string | null>(null)
  const goal = useRef<string | null>(null)
  useEffect(() => {
    // a message within a room that is open is jumped to, not opened
    if (goal.current === room && message) return
    goal.current = room
    let wanted = true
    const open = async () => {
      const saved = savedPosition(keyIn(window.stream, room))
      const place = message ? await placeOf(client, window.stream, message, room) : saved?.place
      if (place === undefined || place === null)
        await (window.get().hasNewer ? window.openAtEnd() : window.ensureOpen())
      else if (!window.holds(place)) await window.openAround(place)
      // drawing a room takes a while: the browser may come in between
      if (wanted) startTransition(() => setOpened(room))
    }
    open().catch(showError)
    return () => {
      wanted = false
      goal.current = null
    }
    // eslint-disable-next-line react/exhaustive-deps -- the message matters at the opening only
  }, [window, room, client])
  return opened === room ? opened : null
}

async function placeOf(client: ReturnType<typeof useLive>['client'], stream: string, message: string, room: string) {
  const { rows } = await client.query(messagePlace, [stream, message])
  return rows[0] && rows[0][0] === room ? (rows[0][1] as OrderKey) : null
}

interface OpenProps extends TimelineProps {
  readonly window: TimelineWindow
  readonly snapshot: TimelineSnapshot
  readonly marks: ReturnType<typeof useReadMarks>
  readonly opened: string | null
}

function OpenTimeline(props: OpenProps) {
  const { stream, room, me, myNames, threads, message, window, snapshot, marks } = props
  const { client } = useLive()
  useEffect(() => dropServerPage(stream, room), [stream, room])
  const [readAtOpening] = useState(marks.upTo)
  const [highlighted, setHighlighted] = useState<string | null>(null)

  const items = useMemo(
    () => timelineItems(snapshot.rows, { readUpTo: readAtOpening, me, fromBeginning: !snapshot.hasOlder }),
    [snapshot.rows, snapshot.hasOlder, readAtOpening, me],
  )
  const keys = useMemo(() => items.map((item) => item.key), [items])
  const byKey = useMemo(() => new Map(snapshot.rows.map((row) => [row.id, row])), [snapshot.rows])

  const [initial] = useState(() =>
    message ? { key: message, top: 'center' as const } : (savedPosition(keyIn(stream, room))?.anchor ?? null),
  )
  const scroll = useAnchoredScroll({
    keys,
    hasOlder: snapshot.hasOlder,
    hasNewer: snapshot.hasNewer,
    initial,
    growOlder: () => void window.growOlder().catch(showError),
    growNewer: () => void window.growNewer().catch(showError),
    onPosition: ({ anchor, lastSeen }) => {
      const anchorRow = anchor ? nearestRow(items, anchor.key) : null
      if (anchor && anchorRow)
        savePosition(keyIn(stream, room), {
          anchor: { ...anchor, key: anchorRow.id },
          place: BigInt(anchorRow.order_key),
        })
      else if (!anchor) savePosition(keyIn(stream, room), null)
      const seen = lastSeen ? nearestRow(items, lastSeen) : null
      if (seen) marks.onSeen(seen.order_key)
    },
  })

  const leftEndAt = useRef<OrderKey | null>(null)
  const lastKey = snapshot.rows.at(-1)?.order_key ?? null
  if (scroll.stuck) leftEndAt.current = lastKey
  const arrived = scroll.stuck ? 0 : countAfter(snapshot.rows, leftEndAt.current, me)

  useEffect(() => {
    if (scroll.stuck) window.settleAtEnd()
  }, [scroll.stuck, snapshot.rows, window])

  const { scrollToItem, scrollToEnd } = scroll
  const jumpTo = useCallback(
    async (id: string) => {
      const { rows } = await client.query(messagePlace, [window.stream, id])
      if (rows[0]?.[0] !== room) return props.onJump(id)
      const place = rows[0][1] as OrderKey
      if (!window.holds(place)) await window.openAround(place)
      requestAnimationFrame(() => {
        if (scrollToItem(id)) setHighlighted(id)
      })
    },
    // eslint-disable-next-line react/exhaustive-deps -- onJump only navigates
    [client, room, window, scrollToItem],
  )
  const goToEnd = useCallback(async () => {
    if (window.get().hasNewer) await window.openAtEnd()
    requestAnimationFrame(scrollToEnd)
  }, [window, scrollToEnd])

  useEffect(() => {
    if (message) jumpTo(message).catch(showError)
  }, [message, jumpTo])
  useEffect(() => {
    if (!highlighted) return
    const timer = setTimeout(() => setHighlighted(null), 2500)
    return () => clearTimeout(timer)
  }, [highlighted])

  const { actions, editing, choosing, overlay, edit } = useTimelineActions({
    stream,
    space: props.space,
    room,
    me,
    viewport: scroll.viewport,
    rowNow: (id) => byKey.get(id) ?? null,
    jumpTo,
    onReply: props.onReply,
    onOpenThread: props.onOpenThread,
  })
  const rowsNow = useRef(snapshot.rows)
  rowsNow.current = snapshot.rows
  useImperativeHandle(
    props.handle,
    () => ({
      scrollToEnd: () => void goToEnd(),
      editLast: () => {
        const last = rowsNow.current.findLast((row) => row.author_id === me && row.deleted === 0)
        if (!last) return false
        if (scrollToItemIfAway(scroll.viewport.current, last.id)) scrollToItem(last.id)
        edit(last.id)
        return true
      },
      focus: () => scroll.viewport.current?.focus(),
    }),
    // eslint-disable-next-line react/exhaustive-deps -- refs
    [goToEnd, me, scrollToItem],
  )

  const divider = items.findIndex((item) => item.kind === 'new')
  const unreadAbove = divider >= 0 && divider < scroll.from

  return (
    <MessageActionsContext value={actions}>
      <div className={css.timeline}>
        <div
          ref={scroll.viewport}
          className={css.viewport}
          role="log"
          aria-label={props.label}
          aria-live={scroll.stuck ? 'polite' : 'off'}
          aria-relevant="additions"
          tabIndex={0}
          onScroll={scroll.onScroll}
          onKeyDown={(event) => walkRows(event, scroll.scrollToEnd)}
        >
          <div ref={scroll.content} className={css.content}>
            {!snapshot.hasOlder && scroll.from === 0 && props.head}
            {items.slice(scroll.from, scroll.to).map((item) => {
              if (item.kind === 'date') return <DateLine key={item.key} item={item} />
              if (item.kind === 'new') return <NewLine key="new" />
              return (
                <MessageRow
                  key={item.key}
                  row={item.row}
                  leads={item.leads}
                  me={me}
                  myNames={myNames}
                  editing={editing === item.row.id}
                  highlighted={highlighted === item.row.id}
                  choosing={choosing === item.row.id}
                  threads={threads}
                  readOnly={!me}
                />
              )
            })}
          </div>
        </div>
        <BeforeCommit look={scroll.beforeCommit} />
        {unreadAbove && (
          <button type="button" className={`${css.chip} ${css.top}`} onClick={() => void scrollToItem('new')}>
            <ArrowUp size={14} aria-hidden /> Jump to unread
          </button>
        )}
        {!scroll.stuck && (arrived > 0 || scroll.to < items.length || snapshot.hasNewer) && (
          <button
            type="button"
            className={`${css.chip} ${css.bottom}`}
            data-new={arrived > 0 || undefined}
            onClick={() => void goToEnd()}
          >
            {arrived > 0 ? `${arrived} new` : 'Latest'} <ArrowDown size={14} aria-hidden />
          </button>
        )}
      </div>
      {overlay}
    </MessageActionsContext>
  )
}

function NewLine() {
  return (
    <div data-key="new" className={css.new} role="separator" aria-label="New messages">
      <span>New</span>
    </div>
  )
}

/** The message an item belongs to: itself, or the next one below a separator. */
function nearestRow(items: readonly TimelineItem[], key: string): TimelineRow | null {
  const at = items.findIndex((item) => item.key === key)
  for (let index = at; index >= 0 && index < items.length; index++) {
    const item = items[index]!
    if (item.kind === 'message') return item.row
  }
  return null
}

function countAfter(rows: readonly TimelineRow[], place: OrderKey | null, me: string | null): number {
  if (place === null) return 0
  let count = 0
  for (let at = rows.length - 1; at >= 0 && rows[at]!.order_key > place; at--) if (rows[at]!.author_id !== me) count++
  return count
}

function scrollToItemIfAway(viewport: HTMLElement | null, id: string): boolean {
  const row = viewport?.querySelector(`[data-key="${CSS.escape(id)}"]`)
  if (!row || !viewport) return true
  const box = row.getBoundingClientRect()
  const frame = viewport.getBoundingClientRect()
  return box.top < frame.top || box.bottom > frame.bottom
}
