import { Plus, Table2, TextSearch } from 'lucide-react'
import { useEffect, useRef, type MouseEvent } from 'react'
import { spaceOfStream } from '../../../schema/events/streams.ts'
import { useLiveQuery } from '../../live/index.ts'
import { currentRoute, formatRoute, navigate, openPanel, useRoute, type Route } from '../../routes.ts'
import { Badge } from '../../shell/Badge.tsx'
import { IconButton } from '../../shell/Button.tsx'
import type { SpaceRow } from '../spaces/spaces-query.ts'
import roomCss from '../rooms/RoomList.module.css'
import { useInView, useViewCount, type ViewCount } from './use-view-count.ts'
import { useViewNews } from './use-view-news.ts'
import { savedViews, viewsStream, type SavedView } from './views-query.ts'
import css from './Views.module.css'

/** What a person keeps an eye on: saved searches of this space, and SELECTs, each with the number of its rows. */
export default function ViewList({ space, onShown }: { space: SpaceRow; onShown(): void }) {
  const { data, status } = useLiveQuery(savedViews(viewsStream(space)))
  useEffect(() => {
    if (status !== 'loading') onShown()
  }, [status, onShown])
  const views = data.filter(({ about }) => about === null || spaceOfStream(about) === space.id)
  return (
    <section aria-label="Views">
      <div className={roomCss.section}>
        <h2>Views</h2>
        <IconButton label="New view" onClick={() => openPanel({ kind: 'query', sql: '', name: '' })}>
          <Plus size={16} aria-hidden />
        </IconButton>
      </div>
      <ul>
        {views.map((view) => (
          <ViewItem key={view.id} view={view} space={space.id} />
        ))}
      </ul>
      {views.length === 0 && <p className={roomCss.empty}>None yet. Save a search, or ask with +.</p>}
    </section>
  )
}

function ViewItem({ view, space }: { view: SavedView; space: string }) {
  const route = useRoute()
  const item = useRef<HTMLLIElement>(null)
  const inView = useInView(item)
  const count = useViewCount(view, inView || view.notify === 1)
  useViewNews(view, space, count)
  const here = route.panel?.kind === 'view' && route.panel.view === view.id
  const goal = (from: Route) => ({
    ...from,
    space,
    page: null,
    message: null,
    panel: { kind: 'view' as const, view: view.id },
  })
  const open = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return
    event.preventDefault()
    navigate(goal(currentRoute()))
  }
  const Icon = view.kind === 'search' ? TextSearch : Table2
  return (
    <li ref={item}>
      <a
        className={roomCss.room}
        href={formatRoute(goal(route))}
        data-view={view.id}
        aria-current={here ? 'page' : undefined}
        data-unread={(count.type === 'counted' && count.fresh > 0) || undefined}
        aria-label={[view.name, ...inWords(count)].join(', ')}
        onClick={open}
      >
        <Icon size={16} aria-hidden />
        <span className={roomCss.name}>{view.name}</span>
        {count.type === 'failed' && (
          <span className={css.failed} title={count.sentence} aria-hidden>
            !
          </span>
        )}
        {count.type === 'counted' && (
          <span className={css.rows} aria-hidden>
            {count.rows}
            {count.more && '+'}
          </span>
        )}
        {count.type === 'counted' && count.fresh > 0 && <Badge count={count.fresh} mentioned={false} />}
      </a>
    </li>
  )
}

function inWords(count: ViewCount): readonly string[] {
  switch (count.type) {
    case 'unknown':
      return []
    case 'failed':
      return ['cannot be shown']
    case 'counted': {
      const rows = count.rows === 1 ? '1 row' : `${count.more ? 'more than ' : ''}${count.rows} rows`
      return count.fresh > 0 ? [rows, `${count.fresh} new`] : [rows]
    }
  }
}
