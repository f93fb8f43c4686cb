import { FileText } from 'lucide-react'
import { useState } from 'react'
import { streamOfRoom } from '../../../schema/events/streams.ts'
import { atLeast, type Role } from '../../../schema/rights/roles.ts'
import { useDispatch, useLiveQuery } from '../../live/index.ts'
import { currentRoute, navigate, panelBeside } from '../../routes.ts'
import { Button } from '../../shell/Button.tsx'
import { EmptyPanel, PanelFrame } from '../../shell/PanelFrame.tsx'
import { ShortTime } from '../../shell/ShortTime.tsx'
import { showError } from '../../shell/toasts.tsx'
import { useLate } from '../../shell/use-late.ts'
import type { SpaceRow } from '../spaces/spaces-query.ts'
import { createPage } from './page-events.ts'
import { pagesOf, type PageRow } from './pages-query.ts'
import choice from '../../shell/choice.module.css'
import css from './PagesPanel.module.css'

const step = 50

/** The pages of a room. `open`: the one that is shown. */
export function PagesPanel({ space, room, open }: { space: SpaceRow; room: string; open: string | null }) {
  const dispatch = useDispatch()
  const stream = streamOfRoom(space.id, room)
  const mayWrite = atLeast(space.role as Role, 'member')
  const [deleted, setDeleted] = useState(false)
  const [limit, setLimit] = useState(step)
  const { data: pages, status } = useLiveQuery(pagesOf(stream, room, deleted, limit))
  const { data: anyDeleted } = useLiveQuery(pagesOf(stream, room, true, 1))
  const late = useLate(status === 'loading')
  const create = async () => {
    const { page, event } = createPage({ stream, actor: space.me }, room, 'Untitled')
    await dispatch([event])
    openPage(page)
  }
  return (
    <PanelFrame kind="pages" subtitle={deleted ? 'deleted' : null}>
      <div className={css.scroll}>
        <div className={css.actions}>
          {mayWrite && (
            <Button look="primary" onClick={() => void create().catch(showError)}>
              New page
            </Button>
          )}
          {(deleted || anyDeleted.length > 0) && (
            <Button aria-pressed={deleted} onClick={() => setDeleted(!deleted)}>
              {deleted ? 'Back to pages' : 'Deleted pages'}
            </Button>
          )}
        </div>
        {late && <EmptyPanel icon={FileText} text="Loading pages…" />}
        {status === 'ready' && pages.length === 0 && (
          <EmptyPanel
            icon={FileText}
            text={
              deleted
                ? 'No deleted pages here.'
                : 'No pages here yet. A page is a text that everybody in the room can write, together or offline.'
            }
          />
        )}
        <ul>
          {pages.map((page) => (
            <li key={page.id}>
              <PageButton page={page} open={page.id === open} />
            </li>
          ))}
        </ul>
        {pages.length === limit && <Button onClick={() => setLimit(limit + step)}>Show more</Button>}
      </div>
    </PanelFrame>
  )
}

function PageButton({ page, open }: { page: PageRow; open: boolean }) {
  return (
    <button
      type="button"
      className={choice.choice}
      aria-current={open ? 'page' : undefined}
      onClick={() => openPage(page.id)}
    >
      <span className={`${choice.name} ${css.title}`} dir="auto">
        {page.title}
      </span>
      <span className={choice.facts}>
        changed <ShortTime at={page.updated_at} />
      </span>
    </button>
  )
}

function openPage(page: string): void {
  const route = currentRoute()
  navigate({ ...route, page, panel: panelBeside(route.panel), message: null })
}
