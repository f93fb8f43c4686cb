import { useLayoutEffect, useRef, useState } from 'react'
import { useLiveRow } from '../../live/index.ts'
import { Button } from '../../shell/Button.tsx'
import { GrowingTextarea } from '../composer/GrowingTextarea.tsx'
import { messageBody, type TimelineRow } from '../timeline/timeline-query.ts'
import { useMessageActions } from './message-actions.ts'
import css from './EditMessage.module.css'

/** A message being rewritten in its place. Enter saves, Escape leaves it as it was. */
export function EditMessage({ row }: { row: TimelineRow }) {
  const cut = row.full_content_cached === 0
  const { row: loaded } = useLiveRow(cut ? messageBody(row) : null)
  const body = cut ? loaded?.body : row.snippet
  return body === undefined ? null : <Editor row={row} body={body} />
}

function Editor({ row, body }: { row: TimelineRow; body: string }) {
  const actions = useMessageActions()
  const [text, setText] = useState(body)
  const field = useRef<HTMLTextAreaElement>(null)
  useLayoutEffect(() => {
    field.current?.focus()
    field.current?.setSelectionRange(body.length, body.length)
  }, [body])
  const save = () => actions.saveEdit(row, text)
  return (
    <div className={css.editor}>
      <GrowingTextarea
        ref={field}
        aria-label="Edit message"
        value={text}
        onChange={setText}
        onEnter={save}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return
          event.stopPropagation()
          actions.cancelEdit()
        }}
      />
      <div className={css.actions}>
        <Button look="primary" onClick={save}>
          Save
        </Button>
        <Button onClick={() => actions.cancelEdit()}>Cancel</Button>
        <span className={css.hint}>Enter saves · Esc cancels</span>
      </div>
    </div>
  )
}
