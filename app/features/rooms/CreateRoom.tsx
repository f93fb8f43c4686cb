import { useState } from 'react'
import { useDispatch, useLive, useLiveQuery } from '../../live/index.ts'
import { navigate } from '../../routes.ts'
import { AppDialog } from '../../shell/AppDialog.tsx'
import { Button } from '../../shell/Button.tsx'
import { Field } from '../../shell/Field.tsx'
import { NameField, useGivenName } from '../../shell/NameField.tsx'
import { showError } from '../../shell/toasts.tsx'
import { createRoom } from '../spaces/space-events.ts'
import type { SpaceRow } from '../spaces/spaces-query.ts'
import { roomsOf } from './rooms-query.ts'
import css from './CreateRoom.module.css'

export default function CreateRoom({ space, close }: { space: SpaceRow; close(): void }) {
  const dispatch = useDispatch()
  const { store } = useLive()
  const taken = roomsOf(space.stream)
  useLiveQuery(taken)
  const name = useGivenName('room')
  const [topic, setTopic] = useState('')
  const create = async () => {
    // a name may be given before it is known which ones there are
    await store.preload(taken)
    const given = name.give(store.result(taken).data)
    if (given === null) return
    const { room, event } = createRoom({ stream: space.stream, actor: space.me }, given, topic.trim())
    await dispatch([event])
    close()
    navigate({ space: space.id, room })
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
        <Button type="submit" look="primary" disabled={name.field.value === ''}>
          Create room
        </Button>
      </form>
    </AppDialog>
  )
}
