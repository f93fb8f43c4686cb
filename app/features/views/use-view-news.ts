import { useEffect, useRef } from 'react'
import { useClientStatus } from '../../live/index.ts'
import { navigate } from '../../routes.ts'
import type { ViewCount } from './use-view-count.ts'
import type { SavedView } from './views-query.ts'

/** Where the person wants it, says that a view has new rows: while they look elsewhere, and by one tab for all. */
export function useViewNews(view: SavedView, space: string, count: ViewCount): void {
  const { role } = useClientStatus()
  const known = useRef<number | null>(null)
  const fresh = count.type === 'counted' ? count.fresh : null
  useEffect(() => {
    if (fresh === null) return
    const before = known.current
    known.current = fresh
    if (view.notify === 0 || role !== 'leader' || before === null || fresh <= before || document.hasFocus()) return
    tell(view, space, fresh)
  }, [view, space, role, fresh])
}

function tell(view: SavedView, space: string, fresh: number): void {
  if (!canTell() || Notification.permission !== 'granted') return
  try {
    const body = fresh === 1 ? '1 new row' : `${fresh} new rows`
    const notification = new Notification(view.name, { body, tag: `view ${view.id}`, icon: '/icon.svg' })
    notification.addEventListener('click', () => {
      window.focus()
      navigate({ space, panel: { kind: 'view', view: view.id } })
    })
  } catch {
    // phones show those of a Service Worker alone
  }
}

const canTell = (): boolean => 'Notification' in window

/** Asks the browser, where it has not been asked yet. */
export async function mayTell(): Promise<boolean> {
  return canTell() && (await Notification.requestPermission()) === 'granted'
}
