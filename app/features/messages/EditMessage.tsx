import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import { deletedStates } from '../../../schema/events/facts.ts'
import { useLive, useLiveRow } from '../../live/index.ts'
import { Button } from '../../shell/Button.tsx'
import { showToast } from '../../shell/toasts.tsx'
import { editKey, keepDraft } from '../composer/draft-storage.ts'
import { GrowingTextarea } from '../composer/GrowingTextarea.tsx'
import { useDraft } from '../composer/use-draft.ts'
import { messageBody, type TimelineRow } from '../timeline/timeline-query.ts'
import { useMessageActions } from './message-actions.ts'
import css from './EditMessage.module.css'

/**
 * A message being rewritten in its place. Enter saves, Escape leaves it as it was. What is written is a draft until it
 * is saved: it outlives the row, the room and the tab.
 */
export function EditMessage({ row }: { row: TimelineRow }) {
  const { row: loaded, loading } = useLiveRow(messageBody(row))
  return loading ? null : <Editor row={row} body={loaded?.body ?? ''} />
}

function Editor({ row, body }: { row: TimelineRow; body: string }) {
  const { client } = useLive()
  const actions = useMessageActions()
  const draft = useDraft(editKey(row), body)
  const [fault, setFault] = useState<string | null>(null)
  const saving = useRef(false)
  const field = useRef<HTMLTextAreaElement>(null)
  const { loading, text } = draft
  const gone = row.deleted !== 0
  useLayoutEffect(() => {
    const length = field.current?.value.length ?? 0
    if (!loading) field.current?.setSelectionRange(length, length)
  }, [loading])

  const { erased } = deletedStates
  const { drop } = draft
  useEffect(() => {
    if (row.deleted !== erased) return
    drop() // what is being written here has its words
    actions.endEdit(row)
  }, [row, erased, drop, actions])

  const save = async () => {
    if (saving.current || gone) return
    saving.current = true
    try {
      await actions.saveEdit(row, body, text)
      draft.drop()
      actions.endEdit(row)
    } catch (error) {
      setFault((error as Error).message)
      field.current?.focus()
    } finally {
      saving.current = false
    }
  }
  const cancel = () => {
    draft.drop()
    actions.endEdit(row)
    if (text === body) return
    const takeBack = () => {
      void keepDraft(client, editKey(row), text)
      actions.edit(row)
    }
    showToast({ text: 'Your changes were dropped.', undo: takeBack })
  }
  if (loading) return null
  return (
    <div className={css.editor}>
      <GrowingTextarea
        ref={field}
        aria-label="Edit message"
        aria-invalid={fault !== null}
        value={text}
        onChange={(next) => {
          setFault(null)
          draft.setText(next)
        }}
        onEnter={() => void save()}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return
          event.preventDefault()
          event.stopPropagation()
          cancel()
        }}
      />
      {(fault ?? gone) && (
        <p className={css.fault} role="alert">
          {fault ?? 'This message was deleted meanwhile. Copy what you want to keep.'}
        </p>
      )}
      <div className={css.actions}>
        <Button look="primary" disabled={gone} onClick={() => void save()}>
          Save
        </Button>
        <Button onClick={cancel}>{gone ? 'Close' : 'Cancel'}</Button>
        <span className={css.hint}>Enter saves · Esc cancels</span>
      </div>
    </div>
  )
}
