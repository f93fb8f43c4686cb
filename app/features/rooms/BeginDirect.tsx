import { useState } from 'react'
import { maxDirectPeople } from '../../../schema/events/streams.ts'
import { useDispatch } from '../../live/index.ts'
import { navigate } from '../../routes.ts'
import { AppDialog } from '../../shell/AppDialog.tsx'
import { Button } from '../../shell/Button.tsx'
import { showError } from '../../shell/toasts.tsx'
import type { MemberRow, SpaceRow } from '../spaces/spaces-query.ts'
import { ChoosePeople } from './CreateRoom.tsx'
import { beginDirect } from './private-room-events.ts'
import { usePrivateRooms } from './private-rooms.ts'
import css from './CreateRoom.module.css'

/** Choose one to five people; the same people always find the same direct message. */
export default function BeginDirect({ space, close }: { space: SpaceRow; close(): void }) {
  const dispatch = useDispatch()
  const { directs } = usePrivateRooms(space.id)
  const [chosen, setChosen] = useState<readonly MemberRow[]>([])
  const begin = async () => {
    const { room, events } = beginDirect(space.id, { person_id: space.me, name: space.my_name }, chosen)
    if (!directs.some((each) => each.id === room)) await dispatch(events)
    close()
    navigate({ space: space.id, room })
  }
  return (
    <AppDialog title="New direct message" close={close}>
      <form
        className={css.form}
        onSubmit={(event) => {
          event.preventDefault()
          begin().catch(showError)
        }}
      >
        <p className={css.hint}>
          Choose up to {maxDirectPeople - 1} people. Only you and they can read it, and no one can be added later.
        </p>
        <ChoosePeople space={space} chosen={chosen} max={maxDirectPeople - 1} onChange={setChosen} />
        <Button type="submit" look="primary" disabled={chosen.length === 0}>
          Begin
        </Button>
      </form>
    </AppDialog>
  )
}
