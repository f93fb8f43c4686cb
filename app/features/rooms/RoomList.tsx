import { Download, MessageSquareText, Plus, Search } from 'lucide-react'
import { lazy, Suspense, useCallback, useEffect, useMemo, useState, type MouseEvent } from 'react'
import { keyIn } from '../../../schema/events/key.ts'
import { spaceOfStream, streamKind } from '../../../schema/events/streams.ts'
import { isLive } from '../../kept-screen/shown-screen.ts'
import { useLive, useLiveQuery } from '../../live/index.ts'
import { formatRoute, navigate, useRoute } from '../../routes.ts'
import { Badge } from '../../shell/Badge.tsx'
import { IconButton } from '../../shell/Button.tsx'
import { hasKeyboard, shortcut } from '../../shell/keyboard.ts'
import { useLate } from '../../shell/use-late.ts'
import { useSettled } from '../../shell/use-settled.ts'
import { useActors } from '../identity/identity.ts'
import { TourCard } from '../demo-tour/TourCard.tsx'
import type { SpaceRow } from '../spaces/spaces-query.ts'
import { StatusPill } from '../status/StatusPill.tsx'
import { prewarm } from '../timeline/timeline-windows.ts'
import { roomMarks } from './room-marks.ts'
import { mayWriteIn } from '../spaces/may-write.ts'
import { usePrivateRooms } from './private-rooms.ts'
import { kindOf, RoomIcon } from './RoomIcon.tsx'
import { roomsOf, unreadMentions, unreadRooms, type RoomRow, type UnreadRow } from './rooms-query.ts'
import { YouMenu } from './YouMenu.tsx'
import css from './RoomList.module.css'

const CreateRoom = lazy(() => import('./CreateRoom.tsx'))
const BeginDirect = lazy(() => import('./BeginDirect.tsx'))
const ExportSpace = lazy(() => import('../spaces/ExportSpace.tsx'))
const ViewList = lazy(() => import('../views/ViewList.tsx'))

/** The rooms of the space on screen, with what is unread in each and in its threads. */
export function RoomList({ space, onSwitch }: { space: SpaceRow; onSwitch(): void }) {
  const actors = useActors()
  const rooms = useLiveQuery(roomsOf(space.stream))
  const own = usePrivateRooms(space.id)
  // badges can wait for the messages: counting goes over every room that there is
  const settled = useSettled()
  const counted = useLiveQuery(settled ? unreadRooms(actors) : null)
  const named = useLiveQuery(settled ? unreadMentions(actors) : null)
  const { data: allUnread } = counted
  const { data: allMentions } = named
  const [hasViews, setHasViews] = useState(false)
  const viewsShown = useCallback(() => setHasViews(true), [])
  const isWhole = hasViews && [rooms, counted, named].every(({ status }) => status !== 'loading')
  useEffect(() => {
    if (isWhole) isLive('list')
  }, [isWhole])
  const unread = useMemo(() => allUnread.filter((row) => row.space_id === space.id), [allUnread, space.id])
  const mentions = useMemo(
    () => allMentions.filter((row) => spaceOfStream(row.stream) === space.id),
    [allMentions, space.id],
  )
  const shared = useMemo(() => [...rooms.data, ...own.rooms], [rooms.data, own.rooms])
  const marks = useMemo(() => roomMarks(shared), [shared])
  const [creating, setCreating] = useState<'room' | 'direct' | null>(null)
  const [exporting, setExporting] = useState(false)
  const mayMake = mayWriteIn(space)
  const onServer = streamKind(space.stream) === 'space'
  const late = useLate(rooms.status === 'loading')
  const byRoom = useMemo(() => new Map(unread.map((row) => [keyIn(row.stream, row.room_id), row])), [unread])
  const mentioned = useMemo(() => new Set(mentions.map((row) => keyIn(row.stream, row.room_id))), [mentions])
  const threads = useMemo(() => {
    const lists = new Map<string, UnreadRow[]>()
    for (const row of unread) {
      if (row.kind !== 'thread' || !row.parent_room) continue
      const room = keyIn(row.stream, row.parent_room)
      lists.set(room, [...(lists.get(room) ?? []), row])
    }
    return lists
  }, [unread])

  if (rooms.status === 'error' && rooms.data.length === 0) throw rooms.error
  const item = (room: RoomRow) => {
    const key = keyIn(room.stream, room.id)
    return (
      <RoomItem
        key={room.id}
        room={room}
        mark={marks.get(key) ?? ''}
        unread={byRoom.get(key)}
        mentioned={mentioned.has(key)}
        threads={threads.get(key) ?? noThreads}
      />
    )
  }
  return (
    <div className={css.list}>
      <div className={css.head}>
        <h1 className={css.space} title={space.name}>
          {space.name}
        </h1>
        <IconButton label="Export this space" onClick={() => setExporting(true)}>
          <Download size={16} aria-hidden />
        </IconButton>
        {mayMake && (
          <IconButton label="New room" onClick={() => setCreating('room')}>
            <Plus size={18} aria-hidden />
          </IconButton>
        )}
      </div>
      <button type="button" className={css.switch} onClick={onSwitch}>
        <Search size={14} aria-hidden /> Go to room {hasKeyboard() && <kbd>{shortcut('K')}</kbd>}
      </button>
      <nav className={css.rooms} aria-label="Rooms" data-focus="rooms" tabIndex={-1}>
        <ul>{shared.map(item)}</ul>
        {rooms.status === 'ready' && shared.length === 0 && (
          <p className={css.empty}>No rooms yet.{mayMake && ' Make the first one with +.'}</p>
        )}
        {late && <p className={css.empty}>Loading rooms…</p>}
        {onServer && (
          <section aria-label="Direct messages">
            <div className={css.section}>
              <h2>Direct messages</h2>
              {mayMake && (
                <IconButton label="New direct message" onClick={() => setCreating('direct')}>
                  <Plus size={16} aria-hidden />
                </IconButton>
              )}
            </div>
            <ul>{own.directs.map(item)}</ul>
            {own.directs.length === 0 && rooms.status === 'ready' && (
              <p className={css.empty}>None yet.{mayMake && ' Begin one with +.'}</p>
            )}
          </section>
        )}
        {settled && (
          <Suspense>
            <ViewList space={space} onShown={viewsShown} />
          </Suspense>
        )}
      </nav>
      <div className={css.foot}>
        {space.id.startsWith('demo-') && <TourCard />}
        <StatusPill local={space.stream.startsWith('local:')} />
        <YouMenu name={space.my_name} id={space.me} />
      </div>
      {exporting && (
        <Suspense>
          <ExportSpace space={space} close={() => setExporting(false)} />
        </Suspense>
      )}
      {creating && (
        <Suspense>
          {creating === 'room' ? (
            <CreateRoom space={space} close={() => setCreating(null)} />
          ) : (
            <BeginDirect space={space} close={() => setCreating(null)} />
          )}
        </Suspense>
      )}
    </div>
  )
}

const noThreads: readonly UnreadRow[] = []
const shownThreads = 5

function RoomItem(props: {
  room: RoomRow
  mark: string
  unread: UnreadRow | undefined
  mentioned: boolean
  threads: readonly UnreadRow[]
}) {
  const { room, mark, unread, mentioned, threads } = props
  const route = useRoute()
  const live = useLive()
  const here = route.room === room.id
  const count = unread?.unread ?? 0
  const open = (event: MouseEvent, target: Parameters<typeof navigate>[0]) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return
    event.preventDefault()
    navigate(target)
  }
  const target = { space: room.space_id, room: room.id }
  return (
    <li>
      <a
        className={css.room}
        href={formatRoute(target)}
        data-room={room.id}
        aria-current={here ? 'page' : undefined}
        data-unread={count > 0 || undefined}
        aria-label={[
          room.name + mark,
          kindOf(room.id),
          count > 0 && `${count} unread`,
          count > 0 && mentioned && 'you were mentioned',
        ]
          .filter(Boolean)
          .join(', ')}
        onClick={(event) => open(event, target)}
        onPointerEnter={() => prewarm(live, room.stream, room.id)}
        onFocus={() => prewarm(live, room.stream, room.id)}
      >
        <RoomIcon room={room.id} />
        <span className={css.name}>
          {room.name}
          {mark}
        </span>
        {count > 0 && <Badge count={count} mentioned={mentioned} />}
      </a>
      {threads.length > 0 && (
        <ul className={css.threads}>
          {threads.slice(0, shownThreads).map((thread) => {
            const panel = { kind: 'thread' as const, thread: thread.room_id }
            const goal = { ...target, panel }
            return (
              <li key={thread.room_id}>
                <a
                  className={css.room}
                  data-unread
                  href={formatRoute(goal)}
                  aria-current={
                    here && route.panel?.kind === 'thread' && route.panel.thread === thread.room_id ? 'page' : undefined
                  }
                  aria-label={`Thread ${thread.name}, ${thread.unread} unread`}
                  onClick={(event) => open(event, goal)}
                >
                  <MessageSquareText size={14} aria-hidden />
                  <span className={css.name}>{thread.name}</span>
                  <Badge count={thread.unread} mentioned={false} />
                </a>
              </li>
            )
          })}
          {threads.length > shownThreads && (
            <li>
              <a
                className={css.room}
                href={formatRoute({ ...target, panel: { kind: 'threads' } })}
                onClick={(event) => open(event, { ...target, panel: { kind: 'threads' } })}
              >
                <span className={css.name}>{threads.length - shownThreads} more threads</span>
              </a>
            </li>
          )}
        </ul>
      )}
    </li>
  )
}
