import { useState } from 'react'
import { useDispatch } from '../../live/index.ts'
import { navigate } from '../../routes.ts'
import { AppDialog } from '../../shell/AppDialog.tsx'
import { Button } from '../../shell/Button.tsx'
import { Field } from '../../shell/Field.tsx'
import { showError } from '../../shell/toasts.tsx'
import { createRoom } from '../spaces/space-events.ts'
import type { SpaceRow } from '../spaces/spaces-query.ts'
import css from './CreateRoom.module.css'

export default function CreateRoom({ space, close }: { space: SpaceRow; close(): void }) {
  const dispatch = useDispatch()
  const [name, setName] = useState('')
  const [topic, setTopic] = useState('')
  const create = async () => {
    const { room, event } = createRoom({ stream: space.stream, actor: space.me }, name.trim(), topic.trim())
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
          if (name.trim()) create().catch(showError)
        }}
      >
        <Field label="Name" value={name} onChange={setName} maxLength={80} autoFocus required />
        <Field label="Topic" hint="What it is for. May stay empty." value={topic} onChange={setTopic} maxLength={500} />
        <Button type="submit" look="primary" disabled={name.trim() === ''}>
          Create room
        </Button>
      </form>
    </AppDialog>
  )
}
