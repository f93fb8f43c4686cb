import { FolderOpen } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import type { OpeningFile } from '../../../schema/messages/chat-status.ts'
import { useClientStatus, useLive } from '../../live/index.ts'
import { navigate } from '../../routes.ts'
import { Button } from '../../shell/Button.tsx'
import { getIdentity, localActor } from '../identity/identity.ts'
import { fileWords, lackOfRoom, type FileFault } from './file-words.ts'
import { joinSpace } from './space-events.ts'
import css from './space-files.module.css'

type Outcome =
  | { readonly type: 'fault'; readonly words: string }
  | { readonly type: 'here'; readonly space: string; readonly words: string }

/** Opens a file that was exported, as a space that stays on this device. */
export function OpenFile({ done }: { done(): void }) {
  const { client } = useLive()
  const { openingFile, space: room } = useClientStatus()
  /** the space that this dialog is opening */
  const [own, setOwn] = useState<string | null>(null)
  const [outcome, setOutcome] = useState<Outcome | null>(null)
  const input = useRef<HTMLInputElement>(null)
  const fail = (fault: FileFault) => setOutcome({ type: 'fault', words: fileWords[fault] })

  const open = async (file: File) => {
    const lack = lackOfRoom(file.size, room)
    setOutcome(lack === null ? null : { type: 'fault', words: lack })
    if (lack !== null) return
    const { stream: _, ...join } = joinSpace({ actor: localActor, name: getIdentity()?.name ?? 'You' }, '')
    try {
      const answer = await client.openFile({ file, join })
      if (answer.type === 'Opening') setOwn(answer.space)
      if (answer.type === 'Refused') fail(answer.reason)
      if (answer.type === 'AlreadyHere') setOutcome({ type: 'here', space: answer.space, words: alreadyHere })
    } catch {
      fail('failed')
    }
  }

  const go = (space: string) => {
    done()
    navigate({ space })
  }

  useEnd(own, openingFile, (end) => {
    setOwn(null)
    if (end.type === 'failed') return fail(end.fault)
    if (end.type === 'cancelled') return
    if (end.leftOut === 0) return go(end.space)
    setOutcome({ type: 'here', space: end.space, words: leftOutWords(end.leftOut) })
  })

  const reading = openingFile?.state === 'reading' ? openingFile : null
  return (
    <section className={css.card} aria-labelledby="file-title">
      <h2 id="file-title" className={css.title}>
        <FolderOpen size={18} aria-hidden /> Open a space from a file
      </h2>
      <p className={css.note}>
        A file that was saved with “Export this space”. It becomes a space of this device alone: you can read, search
        and write in it, and nobody else sees what you write.
      </p>
      {outcome?.type === 'fault' && (
        <p className={css.error} role="alert">
          {outcome.words}
        </p>
      )}
      {outcome?.type === 'here' && (
        <div className={css.row} role="status">
          <p className={css.note}>{outcome.words}</p>
          <Button look="primary" onClick={() => go(outcome.space)}>
            Go to it
          </Button>
        </div>
      )}
      {reading ? (
        <>
          <label className={css.progress}>
            <span>Reading the file: {percentOf(reading)} %</span>
            <progress value={reading.done} max={Math.max(1, reading.total)} />
          </label>
          <Button onClick={() => void client.cancelFile()}>Cancel</Button>
        </>
      ) : (
        <>
          <input
            ref={input}
            type="file"
            accept=".sqlite,.sqlite3,.db"
            aria-label="File with a space"
            className={css.input}
            onChange={({ currentTarget }) => {
              const [file] = currentTarget.files ?? []
              currentTarget.value = ''
              if (file) void open(file)
            }}
          />
          <Button onClick={() => input.current?.click()}>Choose a file…</Button>
        </>
      )}
    </section>
  )
}

type End =
  | { readonly type: 'done'; readonly space: string; readonly leftOut: number }
  | { readonly type: 'cancelled' }
  | { readonly type: 'failed'; readonly fault: FileFault }

/** Tells once how the reading of this space ended. A new leader knows nothing of it: then it was interrupted. */
function useEnd(own: string | null, file: OpeningFile | null, tell: (end: End) => void): void {
  const seen = useRef<string | null>(null)
  const here = file !== null && file.space === own ? file : null
  useEffect(() => {
    if (own === null) return
    if (here) seen.current = own
    const end = here ? endOf(here) : seen.current === own ? ({ type: 'failed', fault: 'interrupted' } as const) : null
    if (!end) return
    seen.current = null
    tell(end)
  }, [own, here, tell])
}

function endOf({ state, space, leftOut }: OpeningFile): End | null {
  switch (state) {
    case 'reading':
      return null
    case 'done':
      return { type: 'done', space, leftOut }
    case 'cancelled':
      return { type: 'cancelled' }
    default:
      return { type: 'failed', fault: state }
  }
}

const percentOf = ({ done, total }: OpeningFile): number => Math.floor((100 * done) / Math.max(1, total))
const alreadyHere = 'This file is open here already.'
const leftOutWords = (count: number): string =>
  `The space is here. ${count === 1 ? 'One entry' : `${count.toLocaleString()} entries`} of the file could not be read, and ${count === 1 ? 'is' : 'are'} left out.`
