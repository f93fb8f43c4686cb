import { useId, useState } from 'react'
import { streamKind } from '../../../schema/events/streams.ts'
import { useDispatch, useLive, useLiveQuery } from '../../live/index.ts'
import { navigate } from '../../routes.ts'
import { AppDialog } from '../../shell/AppDialog.tsx'
import { Button } from '../../shell/Button.tsx'
import { Field } from '../../shell/Field.tsx'
import { NameField, useGivenName } from '../../shell/NameField.tsx'
import { showError } from '../../shell/toasts.tsx'
import { PeoplePicker } from '../members/PeoplePicker.tsx'
import { createRoom } from '../spaces/space-events.ts'
import { membersOf, type MemberRow, type SpaceRow } from '../spaces/spaces-query.ts'
import { createPrivateRoom } from './private-room-events.ts'
import { usePrivateRooms } from './private-rooms.ts'
import { roomsOf } from './rooms-query.ts'
import css from './CreateRoom.module.css'

export default function CreateRoom({ space, close }: { space: SpaceRow; close(): void }) {
  const dispatch = useDispatch()
  const { store } = useLive()
  const open = roomsOf(space.stream)
  useLiveQuery(open)
  const own = usePrivateRooms(space.id)
  const name = useGivenName('room')
  const [topic, setTopic] = useState('')
  const [isPrivate, setPrivate] = useState(false)
  const [chosen, setChosen] = useState<readonly MemberRow[]>([])
  const hint = useId()
  const create = async () => {
    // a name may be given before it is known which ones there are
    await store.preload(open)
    const given = name.give([...store.result(open).data, ...own.rooms])
    if (given === null) return
    const said = { name: given, topic: topic.trim() }
    const me = { person_id: space.me, name: space.my_name }
    const made = isPrivate
      ? createPrivateRoom(space.id, me, chosen, said)
      : createRoom({ stream: space.stream, actor: space.me }, said)
    await dispatch(made.events)
    close()
    navigate({ space: space.id, room: made.room })
  }
  return (
    <AppDialog title="New room" close={close}>
      <form
        className={css.form}
        onSubmit={(event) => {
          event.preventDefault()
          create().catch(showError)
        }}
      >
        <NameField label="Name" {...name.field} maxLength={80} autoFocus required />
        <Field label="Topic" hint="What it is for. May stay empty." value={topic} onChange={setTopic} maxLength={500} />
        {streamKind(space.stream) === 'space' && (
          <div>
            <label className={css.choice}>
              <input
                type="checkbox"
                checked={isPrivate}
                aria-describedby={hint}
                onChange={({ target }) => setPrivate(target.checked)}
              />
              Private
            </label>
            <p id={hint} className={css.hint}>
              {isPrivate
                ? 'Only the people you choose, and those they add, can see it.'
                : 'Everybody in the space can read and write in it.'}
            </p>
          </div>
        )}
        {isPrivate && <ChoosePeople space={space} chosen={chosen} onChange={setChosen} />}
        <Button type="submit" look="primary" disabled={name.field.value === ''}>
          Create room
        </Button>
      </form>
    </AppDialog>
  )
}

/** Other people of the space. */
export function ChoosePeople(props: {
  space: SpaceRow
  chosen: readonly MemberRow[]
  max?: number
  onChange(chosen: readonly MemberRow[]): void
}) {
  const { space, ...rest } = props
  const { data } = useLiveQuery(membersOf(space.stream))
  const others = data.filter((person) => person.person_id !== space.me)
  return <PeoplePicker people={others} none="Nobody else is in this space yet." {...rest} />
}
