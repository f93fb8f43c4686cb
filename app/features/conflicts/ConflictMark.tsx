import { GitFork } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { useConflicts, type SettledField } from './conflicts.tsx'
import css from './ConflictMark.module.css'

const SettleDialog = lazy(() => import('./SettleDialog.tsx'))

interface Props {
  readonly stream: string
  readonly entity: string
  readonly field: SettledField
  readonly tabIndex?: number
  /** writes what the field is to be; null: this person may not. It has seen both, so the conflict ends with it. */
  readonly settle: ((value: string) => Promise<unknown>) | null
}

const words: { readonly [F in SettledField]: string } = {
  'message.text': 'two versions',
  'room.name': 'two names',
  'room.topic': 'two topics',
  'page.title': 'two titles',
}

/** Stands where two people wrote one thing at once. One of the two is shown; the other is kept, and here is the way to it. */
export function ConflictMark({ stream, entity, field, tabIndex, settle }: Props) {
  const conflicts = useConflicts(stream, entity, field)
  const [open, setOpen] = useState(false)
  if (conflicts.length === 0) return null
  return (
    <>
      <button type="button" className={css.mark} tabIndex={tabIndex} onClick={() => setOpen(true)}>
        <GitFork size={12} aria-hidden /> {words[field]}
      </button>
      {open && (
        <Suspense>
          <SettleDialog field={field} conflicts={conflicts} settle={settle} close={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  )
}
