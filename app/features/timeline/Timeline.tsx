import { ArrowDown, ArrowUp } from 'lucide-react'
import {
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
import { assertNever } from '../../../schema/assert.ts'
import { keyIn } from '../../../schema/events/key.ts'
import { isLive, keptEndIsShown } from '../../kept-screen/shown-screen.ts'
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
import { useReadMarks, type ReadMarks } from './read-marks.ts'
import { timelineItems, type TimelineItem } from './timeline-items.ts'
import { savePosition, type TimelinePosition } from './timeline-position.ts'
import { nextBelow } from './scroll/next-below.ts'
import type { Anchor } from './scroll/scroll-core.ts'
import type { TimelineRow } from './timeline-query.ts'
import type { TimelineSnapshot, TimelineWindow } from './timeline-window.ts'
import { timelineWindow } from './timeline-windows.ts'
import { TimelineSkeleton } from './TimelineSkeleton.tsx'
import { useJumps } from './use-jumps.ts'
import { useOpening, type Opening } from './use-opening.ts'
import { useReading } from './use-reading.ts'
import { useTimelineScroll } from './use-timeline-scroll.ts'
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

/** What the composer asks of the timeline beside it. While that opens, it is done as soon as it is open. */
export interface TimelineHandle {
  scrollToEnd(): void
  /** starts editing the newest message of mine; false if there is none on screen */
  editLast(): boolean
}

/** A room's messages. Opens where the reader left it, at the message of the address, at what is unread, or at the end. */
export function Timeline(props: TimelineProps) {
  const live = useLive()
  const { stream, room, message, me } = props
  const window = timelineWindow(live, stream, room)
  const snapshot = useSyncExternalStore(window.subscribe, window.get)
  const marks = useReadMarks({ stream, room, actor: me })
  const page = useServerPage(stream, room)
  const readUpTo = marks.loading ? undefined : marks.upTo
  const endIsShown = page !== null || keptEndIsShown(stream, room)
  const opening = useOpening(window, { room, message, me, readUpTo, endIsShown })
  const waiting = (!opening || snapshot.status === 'loading') && snapshot.status !== 'error'
  const late = useLate(waiting)
  const open = useOpenHandle(props.handle, waiting)

  if (snapshot.status === 'error' && snapshot.rows.length === 0) throw snapshot.error
  if (waiting && page) return <ServerRows page={page} me={me} myNames={props.myNames} />
  if (waiting || !opening) return <div className={css.timeline}>{late && <TimelineSkeleton />}</div>
  return (
    <OpenTimeline
      {...props}
      key={room}
      handle={open}
      window={window}
      snapshot={snapshot}
      marks={marks}
      opening={opening}
    />
  )
}

/** Offers the handle at once, and keeps what was last asked of it until the timeline is open. */
function useOpenHandle(handle: Ref<TimelineHandle>, waiting: boolean): Ref<TimelineHandle> {
  const open = useRef<TimelineHandle>(null)
  const asked = useRef<keyof TimelineHandle | null>(null)
  useImperativeHandle(handle, () => {
    const wait = (what: keyof TimelineHandle) => {
      asked.current = what
      return true
    }
    return {
      scrollToEnd: () => void (open.current ? open.current.scrollToEnd() : wait('scrollToEnd')),
      editLast: () => open.current?.editLast() ?? wait('editLast'),
    }
  }, [])
  useEffect(() => {
    if (waiting || !open.current || !asked.current) return
    open.current[asked.current]()
    asked.current = null
  }, [waiting])
  return open
}

interface OpenProps extends TimelineProps {
  readonly window: TimelineWindow
  readonly snapshot: TimelineSnapshot
  readonly marks: ReadMarks
  readonly opening: Opening
}

type Drawn = TimelineItem | { readonly kind: 'head'; readonly key: 'beginning' }
const head: Drawn = { kind: 'head', key: 'beginning' }

function OpenTimeline(props: OpenProps) {
  const { stream, room, me, myNames, threads, message, window, snapshot, marks, opening } = props
  const { rows, hasOlder, hasNewer } = snapshot
  useEffect(() => {
    dropServerPage(stream, room)
    if (threads) isLive('main')
  }, [stream, room, threads])
  const [dividedAt, setDividedAt] = useState(marks.upTo)

  const items = useMemo<readonly Drawn[]>(() => {
    const drawn = timelineItems(rows, { readUpTo: dividedAt, me, fromBeginning: !hasOlder })
    return hasOlder ? drawn : [head, ...drawn]
  }, [rows, hasOlder, dividedAt, me])
  const keys = useMemo(() => items.map((item) => item.key), [items])
  const byKey = useMemo(() => new Map(rows.map((row) => [row.id, row])), [rows])

  const reading = useReading({ rows, hasOlder, me, marks, opening, stream, room, onAllRead: setDividedAt })
  const scroll = useTimelineScroll({
    keys,
    hasOlder,
    hasNewer,
    start: opening.start,
    sizes: window.sizes,
    growOlder: () => void window.growOlder(neededPlaces).catch(showError),
    growNewer: () => void window.growNewer(neededPlaces).catch(showError),
    onView: (view) => {
      const place = view.anchor && placeOf(items, view.anchor, (key) => window.sizes.of(key))
      if (place) savePosition(keyIn(stream, room), place)
      else if (!view.anchor) savePosition(keyIn(stream, room), null)
      reading.onView(view)
    },
  })
  const { viewport, content, plan, needed, jump } = scroll
  const { following, from, to, above, below } = plan
  const neededPlaces = useCallback(() => {
    const found = needed()
    const first = found && nearestRow(items, found.first)
    const last = found && nearestRow(items, found.last)
    return first && last && { first: first.order_key, last: last.order_key }
  }, [items, needed])

  useEffect(() => {
    if (following) window.settleAtEnd(neededPlaces)
  }, [following, window, neededPlaces])

  const { jumpTo, toEnd, toUnread, highlighted } = useJumps({
    stream,
    room,
    me,
    message,
    opening,
    window,
    scroll,
    upTo: reading.upTo,
    onJump: props.onJump,
  })
  const { actions, isEditing, choosing, overlay, editFromComposer } = useTimelineActions({
    stream,
    space: props.space,
    room,
    me,
    where: threads ? 'room' : 'thread',
    rowNow: (id) => byKey.get(id) ?? null,
    jumpTo,
    onReply: props.onReply,
    onOpenThread: props.onOpenThread,
  })
  useImperativeHandle(props.handle, () => ({
    scrollToEnd: toEnd,
    editLast: () => {
      const last = rows.findLast((row) => row.author_id === me && row.deleted === 0)
      if (!last) return false
      if (isAway(viewport.current, last.id)) jump(last.id, 'middle')
      editFromComposer(last.id)
      return true
    },
  }))

  const { unreadBelow } = reading
  const awayFromEnd = !following && (unreadBelow > 0 || hasNewer || to < items.length)

  return (
    <MessageActionsContext value={actions}>
      <div className={css.timeline}>
        <div
          ref={viewport}
          className={css.viewport}
          role="log"
          data-focus={threads ? 'log' : 'thread-log'}
          aria-label={props.label}
          aria-live={following ? 'polite' : 'off'}
          aria-relevant="additions"
          tabIndex={0}
          onScroll={scroll.onScroll}
          onKeyDown={(event) => walkRows(event, toEnd)}
        >
          <div ref={content} className={css.content}>
            <div style={{ blockSize: above }} />
            {items.slice(from, to).map((item) => {
              if (item.kind !== 'message') return <Line key={item.key} item={item} beginning={props.head} />
              const { id } = item.row
              return (
                <MessageRow
                  key={item.key}
                  row={item.row}
                  leads={item.leads}
                  me={me}
                  myNames={myNames}
                  editing={isEditing(id)}
                  highlighted={highlighted === id}
                  choosing={choosing === id}
                  threads={threads}
                  readOnly={!me}
                />
              )
            })}
            <div style={{ blockSize: below }} />
          </div>
        </div>
        <BeforeCommit look={scroll.beforeCommit} />
        {reading.unreadAbove > 0 && (
          <UnreadAbove
            count={reading.unreadAbove}
            onJump={() => void toUnread().catch(showError)}
            onMarkRead={reading.markAllRead}
          />
        )}
        {awayFromEnd && (
          <BackToEnd
            unread={unreadBelow}
            onGo={() => {
              // the button goes away
              viewport.current?.focus({ preventScroll: true })
              toEnd()
            }}
          />
        )}
      </div>
      {overlay}
    </MessageActionsContext>
  )
}

/** What stands between messages, and above the first. */
function Line({
  item,
  beginning,
}: {
  readonly item: Exclude<Drawn, { kind: 'message' }>
  readonly beginning: ReactNode
}) {
  switch (item.kind) {
    case 'head':
      return <div className={css.head}>{beginning}</div>
    case 'date':
      return <DateLine item={item} />
    case 'new':
      return (
        <div data-key="new" className={css.new} role="separator" aria-label="New messages">
          <span>New</span>
        </div>
      )
    default:
      return assertNever(item)
  }
}

interface UnreadAboveProps {
  readonly count: number
  onJump(): void
  onMarkRead(): void
}

function UnreadAbove({ count, onJump, onMarkRead }: UnreadAboveProps) {
  return (
    <div className={`${css.chips} ${css.top}`}>
      <button type="button" className={css.chip} data-new onClick={onJump}>
        {count} new <ArrowUp size={14} aria-hidden />
        <span className="visually-hidden">messages above: jump to the first</span>
      </button>
      <button type="button" className={css.chip} onClick={onMarkRead}>
        Mark as read
      </button>
    </div>
  )
}

function BackToEnd({ unread, onGo }: { readonly unread: number; onGo(): void }) {
  return (
    <button type="button" className={`${css.chip} ${css.bottom}`} data-new={unread > 0 || undefined} onClick={onGo}>
      {unread > 0 ? `${unread} new` : 'Latest'} <ArrowDown size={14} aria-hidden />
    </button>
  )
}

const isMessage = (item: Drawn): item is Extract<Drawn, { kind: 'message' }> => item.kind === 'message'

/** The message an item belongs to: itself, or the next one below a separator. */
function nearestRow(items: readonly Drawn[], key: string): TimelineRow | null {
  return nextBelow(items, { key, top: 0 }, isMessage, () => 0)?.item.row ?? null
}

/** A position names a message: where a separator is at the top, the one below it, and how far below. */
function placeOf(items: readonly Drawn[], anchor: Anchor, sizeOf: (key: string) => number): TimelinePosition | null {
  const found = nextBelow(items, anchor, isMessage, sizeOf)
  if (!found) return null
  const { row } = found.item
  return { anchor: { key: row.id, top: found.top }, place: BigInt(row.order_key) }
}

function isAway(viewport: HTMLElement | null, id: string): boolean {
  const row = viewport?.querySelector(`[data-key="${CSS.escape(id)}"]`)
  if (!row || !viewport) return true
  const box = row.getBoundingClientRect()
  const frame = viewport.getBoundingClientRect()
  return box.top < frame.top || box.bottom > frame.bottom
}
