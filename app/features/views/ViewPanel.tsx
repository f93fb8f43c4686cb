import { Bell, BellOff, Link, Pencil, Table2, Trash2 } from 'lucide-react'
import { useEffect, useMemo, useState } from 'react'
import { nameFault } from '../../../schema/events/names.ts'
import { maxSearchLength } from '../../../schema/search/parse-search.ts'
import { useDispatch, useLive, useLiveRow } from '../../live/index.ts'
import { currentRoute, formatRoute, openPanel } from '../../routes.ts'
import { Button, IconButton } from '../../shell/Button.tsx'
import { EmptyPanel, PanelFrame } from '../../shell/PanelFrame.tsx'
import { showError, showToast } from '../../shell/toasts.tsx'
import { useLate } from '../../shell/use-late.ts'
import { SearchAnswer } from '../search/SearchPanel.tsx'
import { useAnswer } from '../search/use-answer.ts'
import type { SpaceRow } from '../spaces/spaces-query.ts'
import { boundedSelect } from './bounded-select.ts'
import { Rows } from './Rows.tsx'
import { useTrial } from './use-trial.ts'
import { useViewCount } from './use-view-count.ts'
import { mayTell } from './use-view-news.ts'
import { deleteView, lookAtView, notifyOfView, renameView } from './view-events.ts'
import { savedView, viewsStream, type SavedView } from './views-query.ts'
import css from './Views.module.css'

/** One saved view: its rows, live, and what may be done with it. */
export function ViewPanel({ space, id }: { space: SpaceRow; id: string }) {
  const { row: view, loading } = useLiveRow(savedView(viewsStream(space), id))
  const late = useLate(loading)
  if (!view) {
    return (
      <PanelFrame kind="view" subtitle={null}>
        {loading ? (
          late && <p className={css.note}>Opening…</p>
        ) : (
          <EmptyPanel icon={Table2} text="There is no such view here. It may have been deleted on another device." />
        )}
      </PanelFrame>
    )
  }
  return (
    <PanelFrame kind="view" subtitle={view.name}>
      <Tools view={view} space={space} />
      {view.kind === 'search' ? <SearchRows view={view} /> : <SelectRows key={view.text} view={view} />}
    </PanelFrame>
  )
}

function Tools({ view, space }: { view: SavedView; space: SpaceRow }) {
  const dispatch = useDispatch()
  const [renaming, setRenaming] = useState(false)
  const toggle = async () => {
    const on = view.notify === 0
    if (on && !(await mayTell())) {
      return void showToast({
        text: 'The browser does not allow notifications of this site. Allow them in its settings first.',
      })
    }
    await dispatch([notifyOfView(view, on)])
    showToast({
      text: on ? 'You are told of new rows while a tab of this app is open.' : 'You are not told of new rows.',
    })
  }
  const remove = async () => {
    openPanel(null)
    await dispatch([deleteView(view, true)])
    showToast({
      text: `“${view.name}” was deleted.`,
      undo: () => void dispatch([deleteView(view, false)]).catch(showError),
    })
  }
  const share = async () => {
    await navigator.clipboard.writeText(linkTo(view, space))
    showToast({ text: 'The link is copied. Who opens it is asked before anything is run or saved.' })
  }
  if (renaming) return <Rename view={view} done={() => setRenaming(false)} />
  return (
    <div className={css.tools} role="toolbar" aria-label="View">
      <IconButton label="Rename" onClick={() => setRenaming(true)}>
        <Pencil size={16} aria-hidden />
      </IconButton>
      <IconButton
        label="Notify me of new rows"
        aria-pressed={view.notify === 1}
        onClick={() => void toggle().catch(showError)}
      >
        {view.notify === 1 ? <Bell size={16} aria-hidden /> : <BellOff size={16} aria-hidden />}
      </IconButton>
      <IconButton label="Copy a link" onClick={() => void share().catch(showError)}>
        <Link size={16} aria-hidden />
      </IconButton>
      <IconButton label="Delete the view" onClick={() => void remove().catch(showError)}>
        <Trash2 size={16} aria-hidden />
      </IconButton>
    </div>
  )
}

/** The address carries the query itself, and not the view, which is one person's. */
function linkTo(view: SavedView, space: SpaceRow): string {
  const { room } = currentRoute()
  const panel =
    view.kind === 'search'
      ? ({ kind: 'search', text: view.text.slice(0, maxSearchLength) } as const)
      : ({ kind: 'query', sql: view.text, name: view.name } as const)
  return location.origin + formatRoute({ space: space.id, room, panel })
}

function Rename({ view, done }: { view: SavedView; done(): void }) {
  const dispatch = useDispatch()
  const [name, setName] = useState(view.name)
  const fault = name.trim() === '' ? null : nameFault(name.trim())
  return (
    <form
      className={css.form}
      onSubmit={(event) => {
        event.preventDefault()
        if (name.trim() !== view.name) dispatch([renameView(view, name.trim())]).catch(showError)
        done()
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return
        event.preventDefault()
        done()
      }}
    >
      <input
        aria-label="Name of the view"
        value={name}
        maxLength={80}
        onChange={({ target }) => setName(target.value)}
        autoFocus
        required
      />
      <Button type="submit" look="primary" disabled={name.trim() === '' || fault !== null}>
        Rename
      </Button>
      {fault && <p className={css.error}>{fault}</p>}
    </form>
  )
}

const ignore = () => {}

function SearchRows({ view }: { view: SavedView }) {
  const answer = useAnswer(view.about!, view.text, ignore)
  const count = useViewCount(view, true)
  const newest = answer?.type === 'found' ? (answer.hits[0]?.at ?? 0) : null
  useLook(view, count.type === 'counted' && newest !== null ? { rows: count.rows, newest, fresh: count.fresh } : null)
  return (
    <>
      <p className={css.source}>
        <code>{view.text}</code>
      </p>
      <div className={css.results}>
        <SearchAnswer home={view.about!} typed={view.text} answer={answer} />
      </div>
    </>
  )
}

function SelectRows({ view }: { view: SavedView }) {
  const bounded = useMemo(() => boundedSelect(view.text), [view.text])
  const trial = useTrial(view.id, bounded.type === 'select' ? bounded.query : null)
  const { data, status } = trial.result
  const isThere = status === 'ready' && bounded.type === 'select' && !trial.stopped
  useLook(
    view,
    isThere
      ? { rows: Math.min(data.length, 500), newest: 0, fresh: Math.max(0, data.length - view.looked_rows) }
      : null,
  )
  return (
    <>
      <p className={css.source}>
        <code>{view.text}</code>
      </p>
      <Rows trial={trial} refused={bounded.type === 'refused' ? bounded.sentence : null} />
    </>
  )
}

/** What is on screen is no longer new: on none of the person's devices. */
function useLook(view: SavedView, now: { rows: number; newest: number; fresh: number } | null): void {
  const { client } = useLive()
  const { stream, id } = view
  const isDue = now !== null && (now.fresh > 0 || now.rows !== view.looked_rows)
  const rows = now?.rows ?? 0
  const newest = now?.newest ?? 0
  useEffect(() => {
    if (!isDue) return
    const timer = setTimeout(() => {
      if (document.visibilityState !== 'visible') return
      client.dispatch([lookAtView({ stream, id }, { at: Math.max(Date.now(), newest), rows })]).catch(showError)
    }, lookMs)
    return () => clearTimeout(timer)
  }, [client, stream, id, isDue, rows, newest])
}
const lookMs = 800
