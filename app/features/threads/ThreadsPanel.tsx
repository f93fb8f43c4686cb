import { MessagesSquare } from 'lucide-react'
import { useMemo, useState } from 'react'
import { useLiveQuery } from '../../live/index.ts'
import { openPanel } from '../../routes.ts'
import { Badge } from '../../shell/Badge.tsx'
import { Button } from '../../shell/Button.tsx'
import { EmptyPanel, PanelFrame } from '../../shell/PanelFrame.tsx'
import { ShortTime } from '../../shell/ShortTime.tsx'
import { useLate } from '../../shell/use-late.ts'
import { useActors } from '../identity/identity.ts'
import { ofStream, threadsOf, unreadRooms } from '../rooms/rooms-query.ts'
import css from './ThreadsPanel.module.css'

const page = 50

/** The threads of a room, the liveliest first. */
export function ThreadsPanel({ stream, room }: { stream: string; room: string }) {
  const [limit, setLimit] = useState(page)
  const { data: threads, status } = useLiveQuery(threadsOf(stream, room, limit))
  const { data: unread } = useLiveQuery(unreadRooms(useActors()))
  const counts = useMemo(
    () => new Map(ofStream(unread, stream).map((row) => [row.room_id, row.unread])),
    [unread, stream],
  )
  const late = useLate(status === 'loading')
  return (
    <PanelFrame kind="threads" subtitle={null}>
      <div className={css.scroll}>
        {late && <EmptyPanel icon={MessagesSquare} text="Loading threads…" />}
        {status === 'ready' && threads.length === 0 && (
          <EmptyPanel icon={MessagesSquare} text="No threads here yet. Reply to a message in a thread to start one." />
        )}
        <ul>
          {threads.map((thread) => (
            <li key={thread.id}>
              <button
                type="button"
                className={css.thread}
                onClick={() => openPanel({ kind: 'thread', thread: thread.id })}
              >
                <span className={css.name}>{thread.name}</span>
                <span className={css.facts}>
                  {thread.replies === 1 ? '1 message' : `${thread.replies.toLocaleString()} messages`}
                  {thread.last_at !== null && (
                    <>
                      {' '}
                      · <ShortTime at={thread.last_at} />
                    </>
                  )}
                </span>
                {counts.has(thread.id) && <Badge count={counts.get(thread.id)!} mentioned={false} />}
              </button>
            </li>
          ))}
        </ul>
        {threads.length === limit && (
          <Button className={css.more!} onClick={() => setLimit(limit + page)}>
            Show more
          </Button>
        )}
      </div>
    </PanelFrame>
  )
}
