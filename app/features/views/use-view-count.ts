import { useEffect, useMemo, useRef, useState, type RefObject } from 'react'
import { hitsOf, planSearch } from '../../../schema/search/search.ts'
import { maxHits, type SearchRow } from '../../../schema/search/search-sql.ts'
import type { SqlValue } from '../../../schema/live.ts'
import { useLive, type Live } from '../../live/index.ts'
import { useActors } from '../identity/identity.ts'
import { boundedSelect, maxRows } from './bounded-select.ts'
import { useTrial } from './use-trial.ts'
import type { SavedView } from './views-query.ts'
import { watchSearch } from './watched-searches.ts'

export type ViewCount =
  /** nobody looks, or it is being counted */
  | { readonly type: 'unknown' }
  | {
      readonly type: 'counted'
      readonly rows: number
      /** there are more than these */
      readonly more: boolean
      /** since its person looked at it */
      readonly fresh: number
    }
  | { readonly type: 'failed'; readonly sentence: string }

const unknown: ViewCount = { type: 'unknown' }

/** How many rows a view has, kept up to date while it is wanted. */
export function useViewCount(view: SavedView, wanted: boolean): ViewCount {
  const ofSearch = useSearchCount(view, wanted && view.kind === 'search')
  const ofSelect = useSelectCount(view, wanted && view.kind === 'sql')
  return view.kind === 'search' ? ofSearch : ofSelect
}

function useSelectCount(view: SavedView, wanted: boolean): ViewCount {
  const bounded = useMemo(() => boundedSelect(view.text), [view.text])
  const { result, problem } = useTrial(view.id, wanted && bounded.type === 'select' ? bounded.query : null)
  if (view.kind !== 'sql') return unknown
  if (bounded.type === 'refused') return { type: 'failed', sentence: bounded.sentence }
  if (problem) return { type: 'failed', sentence: problem }
  if (!wanted || result.status === 'loading') return unknown
  const rows = Math.min(maxRows, result.data.length)
  return { type: 'counted', rows, more: result.data.length > maxRows, fresh: Math.max(0, rows - view.looked_rows) }
}

/** Counted anew when new messages may change it (search-watch.ts), and whenever somebody comes back to the page. */
function useSearchCount(view: SavedView, wanted: boolean): ViewCount {
  const live = useLive()
  const [me, myLocal] = useActors()
  const [found, setFound] = useState<readonly number[] | string | null>(null)
  const { about, text } = view
  useEffect(() => {
    if (!wanted || about === null) return
    let current = true
    let timer: ReturnType<typeof setTimeout> | null = null
    const count = () => {
      timer = null
      timesOf(live, about, [me, myLocal], text).then(
        (times) => current && setFound(times),
        () => current && setFound('This search failed.'),
      )
    }
    const soon = () => (timer ??= setTimeout(count, soonMs))
    const back = () => document.visibilityState === 'visible' && soon()
    count()
    const release = watchSearch(live, text, soon)
    document.addEventListener('visibilitychange', back)
    return () => {
      current = false
      if (timer !== null) clearTimeout(timer)
      release()
      document.removeEventListener('visibilitychange', back)
    }
  }, [live, me, myLocal, about, text, wanted])
  return useMemo(() => {
    if (found === null) return unknown
    if (typeof found === 'string') return { type: 'failed', sentence: found }
    const fresh = found.filter((at) => at > view.looked_at).length
    return { type: 'counted', rows: Math.min(maxHits, found.length), more: found.length > maxHits, fresh }
  }, [found, view.looked_at])
}
const soonMs = 250

/** When each message was written that answers to a search; a sentence where it cannot be asked. */
async function timesOf(
  live: Live,
  stream: string,
  me: readonly string[],
  typed: string,
): Promise<readonly number[] | string> {
  const run = async (sql: string, parameters: readonly SqlValue[]) => (await live.client.query(sql, parameters)).rows
  const plan = await planSearch(run, stream, me, typed)
  switch (plan.type) {
    case 'idle':
      return 'This search asks nothing.'
    case 'problem':
      return plan.sentence
    case 'plan': {
      const first = await run(plan.ask.query.sql, plan.ask.query.parameters)
      const rows =
        first.length === 0 && plan.otherwise
          ? await run(plan.otherwise.query.sql, plan.otherwise.query.parameters)
          : first
      const { hits, more } = hitsOf(
        plan.ask,
        rows.map(([, hit]) => ({ hit }) as SearchRow),
      )
      const times = hits.map(({ at }) => at)
      return more ? [...times, 0] : times
    }
  }
}

/** Whether an element is on screen, or nearly. */
export function useInView(element: RefObject<HTMLElement | null>): boolean {
  const [inView, setInView] = useState(false)
  const seen = useRef(setInView)
  useEffect(() => {
    const observer = new IntersectionObserver(
      (entries) => seen.current(entries.some(({ isIntersecting }) => isIntersecting)),
      { rootMargin: '100px' },
    )
    observer.observe(element.current!)
    return () => observer.disconnect()
  }, [element])
  return inView
}
