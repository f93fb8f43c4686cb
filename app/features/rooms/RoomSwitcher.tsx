import { Activity, MessageSquareText } from 'lucide-react'
import { useCallback, useEffect, useMemo, useState } from 'react'
import {
  Autocomplete,
  Dialog,
  Input,
  ListBox,
  ListBoxItem,
  Modal,
  ModalOverlay,
  SearchField,
  type Key,
} from 'react-aria-components'
import { keyIn } from '../../../schema/events/key.ts'
import { useLive, useLiveQuery } from '../../live/index.ts'
import { navigate, openInspector } from '../../routes.ts'
import { partsByName } from '../inspector/parts.ts'
import { useActors } from '../identity/identity.ts'
import { prewarm } from '../timeline/timeline-windows.ts'
import { mySpaces } from '../spaces/spaces-query.ts'
import { usePrivateRooms } from './private-rooms.ts'
import { kindOf, RoomIcon } from './RoomIcon.tsx'
import { rankRooms } from './rank-rooms.ts'
import { roomMarks } from './room-marks.ts'
import { allRooms, threadsByName, unreadRooms } from './rooms-query.ts'
import css from './RoomSwitcher.module.css'

/** Ctrl+K: type a few letters of a room or a thread, Enter goes there. */
export default function RoomSwitcher({ close }: { close(): void }) {
  const live = useLive()
  const actors = useActors()
  const [typed, setTyped] = useState('')
  /** Enter was pressed before there was anything to go to */
  const [hurried, setHurried] = useState(false)
  const { data: open, status: ofRooms } = useLiveQuery(allRooms(actors))
  const own = usePrivateRooms(null)
  const { data: spaces } = useLiveQuery(mySpaces(actors))
  const rooms = useMemo(() => {
    const nameOf = (space: string) => spaces.find((each) => each.id === space)?.name ?? ''
    return [...open, ...[...own.rooms, ...own.directs].map((room) => ({ ...room, space_name: nameOf(room.space_id) }))]
  }, [open, own, spaces])
  const { data: unread } = useLiveQuery(unreadRooms(actors))
  const { data: threads, status: ofThreads } = useLiveQuery(
    typed.trim().length > 1 ? threadsByName(actors, typed.trim()) : null,
  )
  const looking = ofRooms === 'loading' || ofThreads === 'loading'
  const counts = useMemo(() => new Map(unread.map((row) => [keyIn(row.stream, row.room_id), row.unread])), [unread])
  const marks = useMemo(() => roomMarks(rooms), [rooms])
  const shown = useMemo(
    () => [...rankRooms(rooms, counts, typed), ...threads, ...partsByName(typed)].slice(0, 12),
    [rooms, threads, counts, typed],
  )
  useEffect(() => {
    const [first] = shown
    if (first && first.kind !== 'thread' && first.kind !== 'part') prewarm(live, first.stream, first.id)
  }, [live, shown])

  const goTo = useCallback(
    (room: (typeof shown)[number]) => {
      close()
      if (room.kind === 'part') openInspector({ part: room.id, of: null })
      else if (room.kind === 'thread') {
        navigate({ space: room.space_id, room: room.parent_room, panel: { kind: 'thread', thread: room.id } })
      } else navigate({ space: room.space_id, room: room.id })
    },
    [close],
  )
  const go = (id: Key) => {
    const room = shown.find((each) => keyIn(each.stream, each.id) === id)
    if (room) goTo(room)
  }
  const goal = hurried ? shown[0] : undefined
  useEffect(() => {
    if (goal) goTo(goal)
  }, [goal, goTo])

  return (
    <ModalOverlay isOpen isDismissable onOpenChange={(open) => !open && close()} className={css.overlay!}>
      <Modal className={css.modal!}>
        <Dialog aria-label="Go to room" className={css.dialog!}>
          <Autocomplete
            inputValue={typed}
            onInputChange={(next) => {
              setTyped(next)
              setHurried(false)
            }}
          >
            <SearchField
              aria-label="Room name"
              autoFocus
              className={css.field!}
              onKeyDown={({ key }) => key === 'Enter' && looking && shown.length === 0 && setHurried(true)}
            >
              <Input placeholder="Where to?" className={css.input!} />
            </SearchField>
            <ListBox
              aria-label="Rooms found"
              items={shown.map((room) => ({ ...room, key: keyIn(room.stream, room.id) }))}
              selectionMode="none"
              onAction={go}
              className={css.list!}
              renderEmptyState={() => <p className={css.none}>{!looking && 'No room has that name.'}</p>}
            >
              {(room) => (
                <ListBoxItem
                  id={keyIn(room.stream, room.id)}
                  textValue={[room.name, room.kind === 'part' ? null : kindOf(room.id)].filter(Boolean).join(', ')}
                  className={css.item!}
                >
                  {room.kind === 'part' ? (
                    <Activity size={16} aria-hidden />
                  ) : room.kind === 'thread' ? (
                    <MessageSquareText size={16} aria-hidden />
                  ) : (
                    <RoomIcon room={room.id} />
                  )}
                  <span className={css.name}>
                    {room.name}
                    {marks.get(keyIn(room.stream, room.id))}
                  </span>
                  <span className={css.space}>{room.space_name}</span>
                  {counts.has(keyIn(room.stream, room.id)) && (
                    <span className={css.count}>{counts.get(keyIn(room.stream, room.id))}</span>
                  )}
                </ListBoxItem>
              )}
            </ListBox>
          </Autocomplete>
        </Dialog>
      </Modal>
    </ModalOverlay>
  )
}
