import { History } from 'lucide-react'
import { useState } from 'react'
import { clockToMs } from '../../../schema/events/clock.ts'
import { atLeast, type Role } from '../../../schema/rights/roles.ts'
import { useDispatch, useLiveQuery, useLiveRow } from '../../live/index.ts'
import { openPanel } from '../../routes.ts'
import { Button } from '../../shell/Button.tsx'
import { formatDay, formatFull } from '../../shell/format-time.ts'
import { NameField, useGivenName } from '../../shell/NameField.tsx'
import { EmptyPanel, PanelFrame } from '../../shell/PanelFrame.tsx'
import { ShortTime } from '../../shell/ShortTime.tsx'
import { showError, showToast } from '../../shell/toasts.tsx'
import { usePhone } from '../../shell/use-phone.ts'
import type { SpaceRow } from '../spaces/spaces-query.ts'
import { useOpenEditor } from './open-editor.ts'
import { saveVersion } from './page-events.ts'
import { PageText } from './PageText.tsx'
import { daysOf, erasedPage, pageById, versionsOf } from './pages-query.ts'
import { restoreState } from './restore.ts'
import { useVersion } from './use-version.ts'
import choice from '../../shell/choice.module.css'
import css from './PageHistory.module.css'

interface Props {
  readonly space: SpaceRow
  readonly stream: string
  readonly page: string
  /** the clock of the version that is looked at */
  readonly at: string | null
}

/** The versions of a page: those that somebody saved, and each day's last. */
export default function PageHistory({ space, stream, page, at }: Props) {
  const phone = usePhone()
  const { row } = useLiveRow(pageById(stream, page))
  const [offset] = useState(() => -new Date().getTimezoneOffset() * 60_000)
  const { data: versions } = useLiveQuery(versionsOf(space.stream, stream, page))
  const { data: days } = useLiveQuery(daysOf(stream, page, offset))
  const mayWrite = atLeast(space.role as Role, 'member')
  if (phone && at !== null) {
    return (
      <PanelFrame kind="history" subtitle={row?.title ?? null} scroll>
        <VersionOf space={space} stream={stream} page={page} at={at} />
      </PanelFrame>
    )
  }
  if (row?.archived === erasedPage) {
    return (
      <PanelFrame kind="history" subtitle={null}>
        <EmptyPanel icon={History} text="This page was deleted for good. Nothing of it is left." />
      </PanelFrame>
    )
  }
  return (
    <PanelFrame kind="history" subtitle={row?.title ?? null} scroll>
      {mayWrite && row?.archived === 0 && <SaveVersion space={space} stream={stream} page={page} />}
      <ul className={css.list}>
        <Version name="Now" shown={at === null} open={() => openPanel({ kind: 'history', at: null })} />
        {versions.map(({ id, name, author_name, clock, at: savedAt }) => (
          <Version
            key={id}
            name={name}
            by={`saved by ${author_name}`}
            at={savedAt}
            shown={at === String(clock)}
            open={() => openPanel({ kind: 'history', at: String(clock) })}
          />
        ))}
      </ul>
      <h3 className={css.head}>By day</h3>
      {days.length === 0 && <p className={css.none}>Nothing has been written yet.</p>}
      <ul className={css.list}>
        {days.map(({ day, clock, at: lastAt, authors }) => (
          <Version
            key={day}
            name={formatDay(lastAt)}
            by={authors === 1 ? 'by 1 person' : `by ${authors} people`}
            at={lastAt}
            shown={at === String(clock)}
            open={() => openPanel({ kind: 'history', at: String(clock) })}
          />
        ))}
      </ul>
    </PanelFrame>
  )
}

function Version(props: { name: string; by?: string; at?: number; shown: boolean; open(): void }) {
  return (
    <li>
      <button type="button" className={choice.choice} aria-current={props.shown || undefined} onClick={props.open}>
        <span className={`${choice.name} ${css.name}`} dir="auto">
          {props.name}
        </span>
        {props.by && (
          <span className={choice.facts}>
            {props.by}
            {props.at !== undefined && (
              <>
                {' · '}
                <ShortTime at={props.at} />
              </>
            )}
          </span>
        )}
      </button>
    </li>
  )
}

function SaveVersion({ space, stream, page }: Omit<Props, 'at'>) {
  const dispatch = useDispatch()
  const open = useOpenEditor(page)
  const name = useGivenName('version')
  const save = async () => {
    const given = name.give()
    if (given === null) return
    await open?.session.flush() // what is on screen is in it
    await dispatch([saveVersion({ stream, actor: space.me }, page, given)])
    name.field.onChange('')
  }
  return (
    <form
      className={css.save}
      onSubmit={(event) => {
        event.preventDefault()
        save().catch(showError)
      }}
    >
      <NameField label="Save a version" hint="The page as it is now, under a name." {...name.field} maxLength={80} />
      <Button type="submit" disabled={name.field.value === ''}>
        Save version
      </Button>
    </form>
  )
}

/** A page as it was, and the way back to it. */
export function VersionOf({ space, stream, page, at }: Props & { readonly at: string }) {
  const state = useVersion(stream, page, at)
  const open = useOpenEditor(page)
  const { row } = useLiveRow(pageById(stream, page))
  const mayRestore = open !== null && row?.archived === 0 && atLeast(space.role as Role, 'member')
  const restore = () => {
    if (!open || !state) return
    const takeBack = restoreState(open.session.doc, state)
    openPanel({ kind: 'history', at: null })
    showToast({ text: 'The page is back to how it was then.', undo: takeBack })
  }
  return (
    <>
      <div className={css.notice} role="status">
        <p>This is the page as it was at {formatFull(clockToMs(at))}. Nothing that was written since is lost.</p>
        <div className={css.buttons}>
          {mayRestore && (
            <Button look="primary" disabled={state === null} onClick={restore}>
              Restore this version
            </Button>
          )}
          <Button onClick={() => openPanel({ kind: 'history', at: null })}>Back to now</Button>
        </div>
      </div>
      {state && <PageText key={at} state={state} label="Text of the version" />}
    </>
  )
}
