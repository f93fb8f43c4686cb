import { useState } from 'react'
import { isFromFile } from '../../../schema/events/streams.ts'
import { useLive } from '../../live/index.ts'
import { navigate } from '../../routes.ts'
import { AppDialog } from '../../shell/AppDialog.tsx'
import { Button } from '../../shell/Button.tsx'
import { download } from '../../shell/download.ts'
import { TwoSteps } from '../members/TwoSteps.tsx'
import { formatBytes } from '../status/format-bytes.ts'
import { fileName } from './file-words.ts'
import type { SpaceRow } from './spaces-query.ts'
import css from './space-files.module.css'

type State =
  | { readonly type: 'asked' }
  | { readonly type: 'making' }
  | { readonly type: 'saved'; readonly name: string; readonly bytes: number }
  | { readonly type: 'failed'; readonly message: string }

/** Saves the space on screen as one file. */
export default function ExportSpace({ space, close }: { space: SpaceRow; close(): void }) {
  const { client } = useLive()
  const [state, setState] = useState<State>({ type: 'asked' })

  const save = async () => {
    setState({ type: 'making' })
    try {
      const file = await client.exportSpace({ space: space.id, person: space.me })
      const name = fileName(space.name)
      download(file, name)
      setState({ type: 'saved', name, bytes: file.size })
    } catch (error) {
      setState({ type: 'failed', message: (error as Error).message })
    }
  }

  return (
    <AppDialog title={`Export ${space.name}`} close={close}>
      <div className={css.steps}>
        <p className={css.note}>
          One file with the rooms, messages, pages and people of this space, as far as they are on this device. Private
          rooms that you are in are in it too: whoever has the file can read them.
        </p>
        <p className={css.note}>
          You can open it again with “Add a space”, and with any program that reads SQLite databases.
        </p>
        <p role="status" className={css.note}>
          {state.type === 'making' && 'Writing the file…'}
          {state.type === 'saved' && `Saved as ${state.name} (${formatBytes(state.bytes)}).`}
        </p>
        {state.type === 'failed' && (
          <p className={css.error} role="alert">
            The file could not be written. {state.message}
          </p>
        )}
        <Button look="primary" onClick={() => void save()} disabled={state.type === 'making'}>
          {state.type === 'saved' ? 'Save once more' : 'Save as a file'}
        </Button>
        {isFromFile(space.id) && <TakeAway space={space} close={close} />}
      </div>
    </AppDialog>
  )
}

/** What was opened from a file can leave the device again. */
function TakeAway({ space, close }: { space: SpaceRow; close(): void }) {
  const { client } = useLive()
  return (
    <>
      <p className={css.note}>This space came from a file, and is on this device alone.</p>
      <TwoSteps
        label="Take it off this device"
        meaning="What you wrote in it here goes too. The file that it came from stays where it is."
        confirm="Take it away"
        onConfirm={() => {
          void client.removeFile({ space: space.id, actor: space.me })
          close()
          navigate({})
        }}
      />
    </>
  )
}
