import { useLayoutEffect, useRef, useState } from 'react'
import { streamOfRoom } from '../../../schema/events/streams.ts'
import { useDispatch, useLive, useLiveRow } from '../../live/index.ts'
import { goToMessage, panelBeside, type Route } from '../../routes.ts'
import { showError } from '../../shell/toasts.tsx'
import { PanelFrame } from '../../shell/PanelFrame.tsx'
import { formatFull } from '../../shell/format-time.ts'
import { ShortTime } from '../../shell/ShortTime.tsx'
import { Avatar } from '../../shell/Avatar.tsx'
import { Composer, type ComposerHandle } from '../composer/Composer.tsx'
import { writeMessage, type Written } from '../composer/write-message.ts'
import { MayReact, MayWrite } from '../messages/may-write.ts'
import { MessageText } from '../messages/MessageText.tsx'
import { isMuted, useWhyNotWrite } from '../spaces/may-write.ts'
import { roomById } from '../rooms/rooms-query.ts'
import { useNameMark } from '../spaces/name-marks.tsx'
import type { SpaceRow } from '../spaces/spaces-query.ts'
import { jumpElsewhere } from '../timeline/jump-elsewhere.ts'
import { Timeline, type TimelineHandle } from '../timeline/Timeline.tsx'
import { messageBody, type TimelineRow } from '../timeline/timeline-query.ts'
import { prewarmThread } from './prewarm-thread.ts'
import { createThread, parentOf } from './thread-events.ts'
import { threadParent, threadStart, type ThreadParent } from './threads-query.ts'
import css from './ThreadPanel.module.css'

/** A thread beside its room. It comes into being with its first reply. */
export function ThreadPanel({ space, route, thread }: { space: SpaceRow; route: Route; thread: string }) {
  const dispatch = useDispatch()
  const live = useLive()
  const stream = route.room ? streamOfRoom(space.id, route.room) : space.stream
  useLayoutEffect(() => prewarmThread(live, stream, thread), [live, stream, thread])
  const { row: room, loading } = useLiveRow(roomById(stream, thread))
  const parentId = room ? room.parent_message : parentOf(thread)
  const { row: parent, loading: asking } = useLiveRow(parentId ? threadParent(stream, parentId) : null)
  const isCut = parent?.full_content_cached === 0
  const { row: whole, loading: cut } = useLiveRow(parent && isCut ? messageBody(parent) : null)
  const [replyTo, setReplyTo] = useState<TimelineRow | null>(null)
  const timeline = useRef<TimelineHandle>(null)
  const composer = useRef<ComposerHandle>(null)
  const exists = room !== null
  const whyNot = useWhyNotWrite(space)
  const mayWrite = whyNot === null

  const send = async (written: Written) => {
    const place = { stream, actor: space.me, room: thread }
    // a reply may be sent before the panel's own queries have answered
    const start = exists || parent ? { exists, parent } : await threadStart(live.client, stream, thread)
    if (!start.exists && !start.parent)
      throw new Error('The message of this thread is not here yet. Try again when it is.')
    const before =
      start.exists || !start.parent ? [] : [createThread({ ...place, room: start.parent.timeline_id }, start.parent)]
    await writeMessage(dispatch, place, written, before)
    timeline.current?.scrollToEnd()
  }
  const showInRoom = (message: ThreadParent) =>
    goToMessage({ space: space.id, room: message.timeline_id, panel: panelBeside(route.panel), message: message.id })
  // drawn with its whole text, or not yet: it must not grow
  const head = parent && !cut && <Parent parent={parent} text={whole?.body ?? parent.snippet} showInRoom={showInRoom} />
  return (
    <PanelFrame kind="thread" subtitle={room?.name ?? null}>
      {loading ? (
        <div className={css.fill} />
      ) : exists ? (
        <MayWrite value={mayWrite}>
          <MayReact value={!isMuted(space)}>
            <Timeline
              key={thread}
              handle={timeline}
              stream={stream}
              space={space.id}
              room={thread}
              me={space.me}
              myNames={[space.my_name]}
              threads={false}
              message={route.message}
              label="Messages in the thread"
              head={<div data-key="beginning">{head ?? <p className={css.title}>{room.name}</p>}</div>}
              onReply={(row) => {
                setReplyTo(row)
                composer.current?.focus()
              }}
              onOpenThread={() => {}}
              onJump={(message) => void jumpElsewhere(live, stream, message).catch(showError)}
            />
          </MayReact>
        </MayWrite>
      ) : (
        <div className={css.fill}>
          {head}
          {!parent && !asking && <p className={css.none}>The message of this thread is not here yet.</p>}
        </div>
      )}
      {!mayWrite ? (
        <p className={css.none}>{whyNot}</p>
      ) : (
        (loading || asking || exists || parent) && (
          <Composer
            key={thread}
            handle={composer}
            stream={stream}
            room={thread}
            place="thread-composer"
            label="Reply in thread"
            replyTo={replyTo}
            clearReply={() => setReplyTo(null)}
            send={send}
            editLast={() => timeline.current?.editLast() ?? false}
          />
        )
      )}
    </PanelFrame>
  )
}

function Parent({
  parent,
  text,
  showInRoom,
}: {
  parent: ThreadParent
  text: string
  showInRoom(parent: ThreadParent): void
}) {
  const mark = useNameMark(parent.author_id)
  return (
    <div className={css.parent}>
      <div className={css.by}>
        <Avatar id={parent.author_id} name={parent.author_name} size={28} />
        <b>
          {parent.author_name}
          {mark}
        </b>
        <time title={formatFull(parent.created_at)}>
          <ShortTime at={parent.created_at} />
        </time>
      </div>
      {parent.deleted ? <p className={css.none}>This message was deleted</p> : <MessageText text={text} />}
      <button type="button" className={css.show} onClick={() => showInRoom(parent)}>
        Show in room
      </button>
    </div>
  )
}
