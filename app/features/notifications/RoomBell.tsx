import { Bell, BellOff } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { useLiveRow } from '../../live/index.ts'
import { IconButton } from '../../shell/Button.tsx'
import { noticeOf } from './settings.ts'

const RoomNotices = lazy(() => import('./RoomNotices.tsx'))

interface RoomBellProps {
  readonly actor: string
  readonly stream: string
  readonly room: string
  readonly name: string
}

/** Whether the room is muted, and the way to what I am told of it. */
export function RoomBell(props: RoomBellProps) {
  const { row } = useLiveRow(noticeOf(props))
  const [open, setOpen] = useState(false)
  const muted = row?.muted === 1
  const Icon = muted ? BellOff : Bell
  return (
    <>
      <IconButton
        label={muted ? 'Notifications of this room (muted)' : 'Notifications of this room'}
        onClick={() => setOpen(true)}
      >
        <Icon size={18} aria-hidden />
      </IconButton>
      {open && (
        <Suspense>
          <RoomNotices {...props} notice={row ?? null} close={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  )
}
