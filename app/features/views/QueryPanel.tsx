import { useMemo, useState } from 'react'
import { bounds } from '../../../schema/events/bounds.ts'
import { nameFault } from '../../../schema/events/names.ts'
import { useDispatch } from '../../live/index.ts'
import { openPanel } from '../../routes.ts'
import { Button } from '../../shell/Button.tsx'
import { PanelFrame } from '../../shell/PanelFrame.tsx'
import { showError } from '../../shell/toasts.tsx'
import type { SpaceRow } from '../spaces/spaces-query.ts'
import { boundedSelect } from './bounded-select.ts'
import { Rows } from './Rows.tsx'
import { useTrial } from './use-trial.ts'
import { saveView } from './view-events.ts'
import { viewsStream } from './views-query.ts'
import css from './Views.module.css'

/** A SELECT that is not saved yet: written here, or brought by a link. Law: it runs when its person says so, and not before. */
export function QueryPanel({ space, sql, name: proposed }: { space: SpaceRow; sql: string; name: string }) {
  const dispatch = useDispatch()
  const [text, setText] = useState(sql)
  const [asked, setAsked] = useState<string | null>(null)
  const [name, setName] = useState(proposed)
  const bounded = useMemo(() => (asked === null ? null : boundedSelect(asked)), [asked])
  const trial = useTrial('query', bounded?.type === 'select' ? bounded.query : null)
  const given = name.trim()
  const fault = given === '' ? null : nameFault(given)
  const save = async () => {
    const event = saveView(viewsStream(space), given, { kind: 'sql', sql: text })
    await dispatch([event])
    openPanel({ kind: 'view', view: event.id })
  }
  return (
    <PanelFrame kind="query" subtitle={null}>
      <form
        className={css.query}
        onSubmit={(event) => {
          event.preventDefault()
          trial.again()
          setAsked(text)
        }}
      >
        {sql !== '' && (
          <p className={css.note}>
            It has not been run. Read it first, above all when it came by a link: it sees all that is on this device.
          </p>
        )}
        <textarea
          aria-label="SELECT"
          className={css.sql}
          value={text}
          rows={6}
          spellCheck={false}
          maxLength={bounds.viewLength}
          placeholder="SELECT name, topic FROM rooms ORDER BY name"
          onChange={({ target }) => setText(target.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
            event.preventDefault()
            event.currentTarget.form?.requestSubmit()
          }}
        />
        <Button type="submit" look="primary" disabled={text.trim() === ''}>
          Run
        </Button>
      </form>
      <form
        className={css.form}
        onSubmit={(event) => {
          event.preventDefault()
          save().catch(showError)
        }}
      >
        <input
          aria-label="Name of the view"
          placeholder="Name"
          value={name}
          maxLength={80}
          onChange={({ target }) => setName(target.value)}
        />
        <Button type="submit" disabled={text.trim() === '' || given === '' || fault !== null}>
          Save as a view
        </Button>
        {fault && <p className={css.error}>{fault}</p>}
      </form>
      {bounded && <Rows trial={trial} refused={bounded.type === 'refused' ? bounded.sentence : null} />}
    </PanelFrame>
  )
}
