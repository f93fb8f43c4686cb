import { useState } from 'react'
import { wordsOf } from '../../refusal-words.ts'
import { AppDialog } from '../../shell/AppDialog.tsx'
import { Button } from '../../shell/Button.tsx'
import { formatFull } from '../../shell/format-time.ts'
import type { ConflictRow } from './conflicts-query.ts'
import type { SettledField } from './conflicts.tsx'
import css from './SettleDialog.module.css'

interface Props {
  readonly field: SettledField
  readonly conflicts: readonly ConflictRow[]
  readonly settle: ((value: string) => Promise<unknown>) | null
  close(): void
}

/** Both texts, who wrote them and when; keep the one, take the other, or write a third. */
export default function SettleDialog({ field, conflicts, settle, close }: Props) {
  const won = conflicts[0]!
  const versions = [
    { id: 'shown', text: won.won_value, by: won.won_author_name, at: won.won_at, take: 'Keep this' },
    ...conflicts.map(({ event_id, value, author_name, at }) => ({
      id: event_id,
      text: value,
      by: author_name,
      at,
      take: 'Take this',
    })),
  ]
  const several = field === 'message.text'
  const [merged, setMerged] = useState(() => (several ? versions.map(({ text }) => text).join('\n\n') : won.won_value))
  const [fault, setFault] = useState<string | null>(null)
  const write = (value: string) => {
    settle?.(value).then(close, (error: unknown) => setFault(wordsOf(error)))
  }
  return (
    <AppDialog title="Written by two at once" close={close}>
      <div className={css.body}>
        <p>
          These were written without knowing of each other. One of them is shown; nothing is lost.
          {settle === null && ' Whoever wrote it, or an admin, can settle it.'}
        </p>
        <ul className={css.versions}>
          {versions.map(({ id, text, by, at, take }) => (
            <li key={id} className={css.version}>
              <p className={css.by}>
                <b>{by}</b>, {formatFull(at)}
                {id === 'shown' && ' · shown now'}
              </p>
              <p className={css.text} dir="auto">
                {text || '(empty)'}
              </p>
              {settle && <Button onClick={() => write(text)}>{take}</Button>}
            </li>
          ))}
        </ul>
        {settle && (
          <form
            className={css.merge}
            onSubmit={(event) => {
              event.preventDefault()
              write(merged.trim())
            }}
          >
            <label>
              Or write it again
              <textarea
                dir="auto"
                rows={several ? 6 : 1}
                value={merged}
                onChange={(event) => {
                  setFault(null)
                  setMerged(several ? event.target.value : event.target.value.replaceAll(/\s*\n\s*/g, ' '))
                }}
              />
            </label>
            <Button type="submit" look="primary" disabled={merged.trim() === '' && field !== 'room.topic'}>
              Use this
            </Button>
          </form>
        )}
        {fault && (
          <p role="alert" className={css.fault}>
            {fault}
          </p>
        )}
      </div>
    </AppDialog>
  )
}
