import { ArrowLeft } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { homeStream, streamKind, streamOfRoom } from '../../../schema/events/streams.ts'
import { dropKeptScreen } from '../../kept-screen/shown-screen.ts'
import { useClientStatus, useDispatch, useLive, useLiveChanges, useLiveQuery, useLiveRow } from '../../live/index.ts'
import { openedPanel, panelKinds, panels, type Panel } from '../../panels.ts'
import { navigate, openPanel, type Route } from '../../routes.ts'
import { IconButton } from '../../shell/Button.tsx'
import { showError } from '../../shell/toasts.tsx'
import { useLate } from '../../shell/use-late.ts'
import { Composer, type ComposerHandle } from '../composer/Composer.tsx'
import { writeMessage, type Written } from '../composer/write-message.ts'
import { ConflictMark } from '../conflicts/ConflictMark.tsx'
import { useSettlesAll } from '../conflicts/conflicts.tsx'
import { MayReact, MayWrite } from '../messages/may-write.ts'
import { RoomBell } from '../notifications/RoomBell.tsx'
import { updateRoom } from '../spaces/space-events.ts'
import type { SpaceRow } from '../spaces/spaces-query.ts'
import { threadOf } from '../threads/thread-events.ts'
import { jumpElsewhere } from '../timeline/jump-elsewhere.ts'
import { Timeline, type TimelineHandle } from '../timeline/Timeline.tsx'
import type { TimelineRow } from '../timeline/timeline-query.ts'
import { TimelineSkeleton } from '../timeline/TimelineSkeleton.tsx'
import { isMuted, useWhyNotWrite } from '../spaces/may-write.ts'
import { kindOf, RoomIcon } from './RoomIcon.tsx'
import { useRoomMark } from './room-marks.ts'
import { roomById, threadsOf, type RoomRow } from './rooms-query.ts'
import pane from '../../shell/pane.module.css'
import css from './RoomPane.module.css'

/** A room: its header, its messages, and where one writes. */
export function RoomPane({ space, route, listed }: { space: SpaceRow; route: Route; listed: RoomRow | null }) {
  // the list of rooms knows most rooms already; one that it does not show (archived) is asked for
  const {
    row,
    loading: asking,
    error,
  } = useLiveRow(route.room && !listed ? roomById(streamOfRoom(space.id, route.room), route.room) : null)
  const room = listed ?? row
  const loading = !room && asking
  const late = useLate(loading)
  if (error && !room) throw error
  if (loading) return <div className={pane.pane}>{late && <TimelineSkeleton />}</div>
  if (!room) return <MissingRoom space={space} />
  if (room.parent_room) return <BesideItsRoom route={route} thread={room.id} room={room.parent_room} />
  return <OpenRoom key={room.id} space={space} room={room} route={route} />
}

/** A thread that the address names as if it were a room is shown beside its room. */
function BesideItsRoom({ route, thread, room }: { route: Route; thread: string; room: string }) {
  useEffect(
    () => navigate({ ...route, room, panel: { kind: 'thread', thread } }, { replace: true }),
    [route, thread, room],
  )
  return <div className={pane.pane} />
}

function OpenRoom({ space, room, route }: { space: SpaceRow; room: RoomRow; route: Route }) {
  const dispatch = useDispatch()
  const live = useLive()
  const [replyTo, setReplyTo] = useState<TimelineRow | null>(null)
  const timeline = useRef<TimelineHandle>(null)
  const composer = useRef<ComposerHandle>(null)
  const whyNot = useWhyNotWrite(space)
  const mayWrite = whyNot === null
  // for as long as the room is open: its beginning, drawn by and by, must not grow while its threads are asked for
  useLiveChanges(threadsOf(room.stream, room.id, 3), ignore)

  const send = async (written: Written) => {
    await writeMessage(dispatch, { stream: room.stream, actor: space.me, room: room.id }, written)
    timeline.current?.scrollToEnd()
  }
  return (
    <section className={pane.pane} aria-label={`Room ${room.name}`}>
      <RoomHeader room={room} me={space.me} panel={route.panel} />
      <MayWrite value={mayWrite}>
        <MayReact value={!isMuted(space)}>
          <Timeline
            handle={timeline}
            stream={room.stream}
            space={space.id}
            room={room.id}
            me={space.me}
            myNames={[space.my_name]}
            threads
            message={route.message}
            label={`Messages in ${room.name}`}
            head={<Beginning room={room} />}
            onReply={(row) => {
              setReplyTo(row)
              composer.current?.focus()
            }}
            onOpenThread={(row) => openPanel({ kind: 'thread', thread: row.thread_id ?? threadOf(row.id) })}
            onJump={(message) => void jumpElsewhere(live, room.stream, message).catch(showError)}
          />
        </MayReact>
      </MayWrite>
      {mayWrite ? (
        <Composer
          handle={composer}
          stream={room.stream}
          room={room.id}
          place="composer"
          label={`Message ${room.name}`}
          replyTo={replyTo}
          clearReply={() => setReplyTo(null)}
          send={send}
          editLast={() => timeline.current?.editLast() ?? false}
        />
      ) : (
        <p className={css.guest}>{whyNot}</p>
      )}
    </section>
  )
}

function RoomHeader({ room, me, panel }: { room: RoomRow; me: string; panel: Panel | null }) {
  const dispatch = useDispatch()
  const settlesAll = useSettlesAll()
  const told = homeStream(room.stream) // where its name is
  const settle = (change: { name: string } | { topic: string }) =>
    dispatch([updateRoom({ stream: told, actor: me }, room.id, change)])
  return (
    <header className={`${pane.header} ${css.header}`}>
      <IconButton label="Back to rooms" className={css.back} onClick={() => navigate({ space: room.space_id })}>
        <ArrowLeft size={20} aria-hidden />
      </IconButton>
      <div className={css.titles}>
        <h1 className={css.title}>
          {kindOf(room.id) !== '' && (
            <>
              <RoomIcon room={room.id} /> <span className="visually-hidden">{kindOf(room.id)}</span>{' '}
            </>
          )}
          {room.name}
          {useRoomMark(room)}
        </h1>
        <ConflictMark
          stream={told}
          entity={room.id}
          field="room.name"
          settle={settlesAll ? (name) => settle({ name }) : null}
        />
        {room.topic && (
          <p className={css.topic} title={room.topic}>
            {room.topic}
          </p>
        )}
        <ConflictMark
          stream={told}
          entity={room.id}
          field="room.topic"
          settle={settlesAll ? (topic) => settle({ topic }) : null}
        />
      </div>
      <div className={pane.tools} role="toolbar" aria-label="Room tools">
        {panelKinds.map((kind) => {
          const { button } = panels[kind]
          if (!button) return null
          const shown = panel?.kind === kind
          return (
            <IconButton
              key={kind}
              label={button.label}
              aria-pressed={shown}
              onClick={() => openPanel(shown ? null : openedPanel(kind))}
            >
              <button.icon size={18} aria-hidden />
            </IconButton>
          )
        })}
        <RoomBell actor={me} stream={room.stream} room={room.id} name={room.name} />
      </div>
    </header>
  )
}

const ignore = () => {}

/** Above the first message; in a room that has only threads (an import, for one) they are the content. */
function Beginning({ room }: { room: RoomRow }) {
  const { data: threads } = useLiveQuery(threadsOf(room.stream, room.id, 3))
  return (
    <div className={css.beginning} data-key="beginning">
      <h2>{room.name}</h2>
      <p>{room.topic ?? beginningOf(room.id)}</p>
      {threads.length > 0 && (
        <button type="button" className={css.link} onClick={() => openPanel({ kind: 'threads' })}>
          See this room’s threads
        </button>
      )}
    </div>
  )
}

function beginningOf(room: string): string {
  switch (kindOf(room)) {
    case '':
      return 'This is where the room begins.'
    case 'private room':
      return 'Only the people in it can read this room.'
    case 'direct message':
      return 'Only the people in this conversation can read it.'
  }
}

function MissingRoom({ space }: { space: SpaceRow }) {
  const status = useClientStatus()
  useEffect(dropKeptScreen, [])
  const arriving = streamKind(space.stream) !== 'local' && status.sync.state !== 'live'
  return (
    <div className={pane.instead}>
      <h1>
        {arriving ? 'This room has not arrived yet. It shows as soon as it does.' : 'There is no such room here.'}
      </h1>
      <button type="button" className={css.link} onClick={() => navigate({ space: space.id })}>
        Back to {space.name}
      </button>
    </div>
  )
}
